//! The run files in `examples/`, each trained for a few steps as a user would.

use std::path::{Path, PathBuf};
use std::process::Command;

use callbox_tests::Ran;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Runs where the repository's root is, with a folder of runs and a library of this test's own.
struct Place {
    runs: tempfile::TempDir,
    library: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let library = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(root().join("plugins/rust")).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            let built = callbox_tests::guest(&name);
            if built.exists() {
                std::fs::copy(built, library.path().join(format!("{name}.wasm"))).unwrap();
            }
        }
        Place { runs: tempfile::tempdir().unwrap(), library }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callbox-tested"));
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("run-files");
        command.current_dir(root()).env("CALLBOX_CACHE_DIR", cache).args(arguments);
        Ran::new(&command.output().unwrap())
    }

    fn train(&self, file: &str, overrides: &[&str]) -> Ran {
        let library = format!("plugins.library=[\"{}\"]", self.library.path().display());
        let runs = self.runs.path().to_str().unwrap();
        let mut arguments = vec!["train", file, "--json", "--device", "cpu", "--runs", runs];
        for one in [library.as_str()].iter().chain(overrides) {
            arguments.extend(["--set", one]);
        }
        self.run(&arguments)
    }

    fn folder(&self, run: &str) -> PathBuf {
        self.runs.path().join(run)
    }
}

/// It trained, and no plugin was refused, at fault or without effect where it should have one.
fn assert_sound(ran: &Ran, file: &str) {
    assert_eq!(ran.code, 0, "{file}: {}", ran.stderr);
    assert!(ran.of("fault").is_empty(), "{file}: {:?}", ran.of("fault"));
    let verdicts = ran.of("signal");
    let verdicts: Vec<String> =
        verdicts.iter().map(|one| one["verdict"].as_str().unwrap_or_default().to_owned()).collect();
    let bad =
        verdicts.iter().filter(|verdict| ["refused", "inapplicable"].contains(&verdict.as_str()));
    assert_eq!(bad.count(), 0, "{file}: {verdicts:?}");
    let test = ran.of("tested");
    assert!(!test.is_empty(), "{file}: {}", ran.stdout);
}

fn check(file: &str, overrides: &[&str]) -> Ran {
    let ran = Place::new().train(&format!("examples/{file}"), overrides);
    assert_sound(&ran, file);
    ran
}

#[test]
fn the_digits_at_their_best() {
    check("digits/best.toml", &["epochs=1", "model.width=4"]);
}

#[test]
fn digits_with_mixup_and_one_cycle() {
    check("mixup/run.toml", &["epochs=2"]);
}

#[test]
fn transfer_with_gradual_unfreezing() {
    let place = Place::new();
    let small = ["epochs=1", "data.batch-size=128"];
    assert_sound(&place.train("examples/transfer/pretrain.toml", &small), "pretrain");
    let from = format!("weights.from={}", place.folder("transfer-pretrain").display());
    let ran =
        place.train("examples/transfer/run.toml", &["epochs=2", "data.batch-size=128", &from]);
    assert_sound(&ran, "transfer/run.toml");
    assert!(place.folder("transfer/checkpoints/best").is_dir());
    let file = place.folder("transfer-pretrain/checkpoints/last/model.safetensors");
    let from = format!("weights.from={}", file.display());
    let again = place.train("examples/transfer/run.toml", &["epochs=1", "max-steps=1", &from]);
    assert_eq!(again.code, 0, "a file will do as well: {}", again.stderr);
    let nowhere = place.train("examples/transfer/run.toml", &["weights.from=\"nowhere\""]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.stderr.contains("[weights]: from: "), "{}", nowhere.stderr);
}

#[test]
fn a_character_lstm_with_ar_and_tar() {
    check("text/lstm.toml", &["max-steps=12"]);
}

#[test]
fn a_small_gpt() {
    check("text/gpt.toml", &["max-steps=8", "validate-every=4"]);
}

#[test]
fn regression_on_a_table() {
    check("table/run.toml", &["epochs=3"]);
}

#[test]
fn torchscript() {
    check("torchscript/run.toml", &["epochs=1"]);
}

#[test]
fn a_stream_without_an_end() {
    check("stream/run.toml", &["max-steps=30", "validate-every=15"]);
}

/// Two folds of two models, joined, and a model on top: every training sample is answered once, by the
/// run that was not trained on it.
#[test]
fn two_models_stacked() {
    let place = Place::new();
    let tables = tempfile::tempdir().unwrap();
    let [train, test] = ["train.csv", "test.csv"].map(|name| tables.path().join(name));
    let runs = place.runs.path().to_str().unwrap();
    for model in ["mlp", "cnn"] {
        let names = ["0", "1"].map(|fold| format!("{model}-{fold}"));
        for (fold, name) in names.iter().enumerate() {
            let sets =
                ["data.folds=2", &format!("data.fold={fold}"), &format!("name={name}"), "epochs=1"];
            let file = format!("examples/stacking/{model}.toml");
            assert_sound(&place.train(&file, &sets), &file);
        }
        for (on, table) in [("valid", &train), ("test", &test)] {
            let into = table.to_str().unwrap();
            let ran = place.run(&[
                "predict", &names[0], &names[1], "--on", on, "--as", model, "--into", into,
                "--runs", runs,
            ]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
        }
    }
    let rows = std::fs::read_to_string(&train).unwrap();
    let mut lines = rows.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!((header.len(), &header[..3]), (22, &["sample", "target", "mlp-0"][..]));
    let samples: Vec<&str> = lines.map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(samples.len(), 1437, "training and validation, each sample once");
    assert!(rows.lines().all(|line| !line.contains(",,")), "both models answered for every sample");
    let [train, test] = [&train, &test].map(|path| path.display().to_string());
    let sets = [format!("data.train={train}"), format!("data.test={test}"), "epochs=2".to_owned()];
    let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
    assert_sound(&place.train("examples/stacking/stack.toml", &sets), "stack.toml");
}
