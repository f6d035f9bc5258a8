use callbox_tests::{Ran, Workplace};
use serde_json::Value as Json;

const RUN: &str = r#"
name = "digits"
epochs = 1
device = "cpu"
[data]
kind = "digits"
valid-batch-size = 50
last-batch = "drop"
[model]
kind = "cnn"
width = 4
[optimizer]
kind = "adam"
lr = 0.01
"#;

/// A folder with a run that has ended, and what was printed of it.
fn trained(more: &[&str]) -> (Workplace, Ran) {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write("run.toml", RUN);
    let ran = place.run(["train", "run.toml"].iter().chain(more));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    (place, ran)
}

fn eval(place: &Workplace, more: &[&str]) -> Ran {
    place.run(["eval"].iter().chain(more))
}

fn evaluated(place: &Workplace, on: &str) -> Json {
    let ran = eval(place, &["digits", "--on", on, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.of("evaluated").remove(0)
}

#[test]
fn it_prints_the_test_line_of_the_run() {
    let (place, ran) = trained(&[]);
    let line = ran.stdout.lines().find(|line| line.starts_with("test: ")).unwrap();
    for run in ["digits", "runs/digits", "./runs/digits/"] {
        let again = eval(&place, &[run]);
        assert_eq!((again.code, again.stdout.as_str()), (0, format!("{line}\n").as_str()));
    }
}

#[test]
fn it_measures_what_the_run_measured_to_the_last_bit() {
    let (place, ran) = trained(&["--json"]);
    let test = evaluated(&place, "test");
    assert_eq!(test["values"], ran.of("tested")[0]["values"]);
    assert_eq!(
        (&test["on"], &test["checkpoint"], &test["folder"]),
        (&"test".into(), &"last".into(), &"runs/digits".into())
    );
    // train-loss, valid-loss, accuracy
    let row = ran.of("epoch").remove(0)["values"].clone();
    let valid = evaluated(&place, "valid")["values"].clone();
    assert_eq!((&valid["loss"], &valid["accuracy"]), (&row[1], &row[2]));
    // The training data is read as a whole: 1257 samples, not nine batches of 128.
    let train = evaluated(&place, "train")["values"]["accuracy"].as_f64().unwrap() * 1257.0;
    assert!((train - train.round()).abs() < 1e-6, "{train}");
}

/// What can be wrong, one sentence each.
#[test]
fn errors() {
    let (place, _) = trained(&["--quiet"]);
    let told = |code: i32, more: &[&str]| {
        let ran = eval(&place, more);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        format!("eval {}\n{}", more.join(" "), ran.stderr)
    };
    let mut texts = vec![
        told(2, &["digts"]),
        told(2, &["runs/nothing"]),
        told(2, &["digits", "--runs", "elsewhere"]),
        told(2, &["digits", "--on", "tset"]),
        told(2, &["digits", "--checkpoint", "best"]),
        told(2, &["digits", "--device", "tpu"]),
    ];
    let model = "runs/digits/checkpoints/last/model.safetensors";
    let whole = std::fs::read(place.path(model)).unwrap();
    place.write(model, &whole[..whole.len() / 2]);
    texts.push(told(1, &["digits"]));
    place.write(model, whole);
    place.write("runs/digits/run.toml", RUN.replace("width = 4", "width = 8"));
    texts.push(told(1, &["digits"]));
    place.write(
        "runs/digits/run.toml",
        RUN.replace("kind = \"cnn\"\nwidth = 4", "kind = \"mlp\"\nhidden = [8]"),
    );
    texts.push(told(1, &["digits"]));
    place.write("runs/digits/run.toml", RUN.replace("last-batch = \"drop\"", "drop-last = true"));
    texts.push(told(2, &["digits"]));
    std::fs::remove_dir_all(place.path("runs/digits/checkpoints")).unwrap();
    texts.push(told(2, &["digits"]));
    insta::assert_snapshot!(texts.join("---\n"));
}
