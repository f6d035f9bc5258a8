use callbox_tests::{Ran, Workplace};

const MODULE: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/torchscript/digits.pt"));

fn train(place: &Workplace, model: &str, more: &[&str]) -> Ran {
    let text = format!(
        r#"
name = "digits"
epochs = 1
device = "cpu"
[data]
kind = "digits"
[model]
{model}
[optimizer]
kind = "adam"
lr = 0.01
"#
    );
    place.write("runs-here/run.toml", text);
    place.run(["train", "runs-here/run.toml", "--json"].iter().chain(more))
}

fn workplace() -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write("runs-here/digits.pt", MODULE);
    place
}

/// Chance is 0.1.
#[test]
fn every_model_for_images_learns_the_digits() {
    let module = "kind = 'torchscript'\npath = 'digits.pt'\ngroups = ['features', 'classifier']";
    for model in ["kind = 'resnet'\nwidth = 4\nstem = 'cifar'", module] {
        for precision in ["f32", "bf16"] {
            let place = workplace();
            let more = ["--set", &format!("precision={precision}"), "--epochs", "2"];
            let ran = train(&place, model, &more);
            assert_eq!(ran.code, 0, "{model}: {}", ran.stderr);
            let tested = &ran.of("tested")[0]["values"];
            assert!(tested["accuracy"].as_f64().unwrap() > 0.6, "{model} {precision}: {tested}");
        }
    }
}

/// Its path is relative to the run file, and kept as an absolute one.
#[test]
fn a_run_of_a_module_can_be_measured_again() {
    let place = workplace();
    let ran = train(&place, "kind = 'torchscript'\npath = 'digits.pt'", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let again = place.run(["eval", "digits", "--json"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(again.of("evaluated")[0]["values"], ran.of("tested")[0]["values"]);
}

#[test]
fn every_loss_for_classes_learns_the_digits() {
    for loss in ["kind = 'bce-with-logits'", "kind = 'smooth-l1'\nbeta = 0.5", "kind = 'l1'"] {
        let place = workplace();
        let model = format!("kind = 'cnn'\nwidth = 4\n[loss]\n{loss}");
        let ran = train(&place, &model, &["--epochs", "5"]);
        assert_eq!(ran.code, 0, "{loss}: {}", ran.stderr);
        let tested = &ran.of("tested")[0]["values"];
        assert!(tested["accuracy"].as_f64().unwrap() > 0.6, "{loss}: {tested}");
    }
}

/// What can be wrong, one sentence each.
#[test]
fn errors() {
    let place = workplace();
    let told = |model: &str| {
        let ran = train(&place, model, &[]);
        assert_eq!(ran.code, 2, "{model}: {}", ran.stderr);
        format!("{model}\n{}", ran.stderr.replace(&place.path("").display().to_string(), "…/"))
    };
    let texts = [
        told("kind = 'resnt'"),
        told("kind = 'resnet'\ndepht = 18"),
        told("kind = 'resnet'\ndepth = 20"),
        told("kind = 'gpt'"),
        told("kind = 'torchscript'\npath = 'digit.pt'"),
        told("kind = 'torchscript'\npath = 'run.toml'"),
        told("kind = 'torchscript'\npath = 'digits.pt'\ngroups = ['feature']"),
        told("kind = 'mlp'\n[loss]\nkind = 'smooth-l1'\nbeta = 0"),
        told("kind = 'mlp'\n[loss]\nkind = 'smoth-l1'"),
    ];
    insta::assert_snapshot!(texts.join("\n"));
}
