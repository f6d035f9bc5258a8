//! `train --record=tensors`: what plugins asked of tensors, answered again without any.

use callbox::trace::{Line, Trace};
use callbox_tests::Workplace;

const RUN: &str = r#"
name = "taped"
epochs = 2
device = "cpu"
[data]
kind = "digits"
batch-size = 512
[model]
kind = "mlp"
hidden = [8]
[optimizer]
kind = "adam"
lr = 0.01
[plugins]
library = ["library"]
use = ["mixer", "measurer"]
[[plugin]]
name = "tensor-tour"
params = { calls = ["gradient-norm()", "item(loss)", "summary(input)", "read(output, 0, 3)", "read(stale)"], at = "backward-end", always = true }
"#;

const TRACE: &str = "runs/taped/trace/run.jsonl.gz";
const PLUGINS: [&str; 3] = ["mixer", "measurer", "tensor-tour"];

fn recorded(how: &str) -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write("run.toml", RUN);
    for plugin in PLUGINS {
        place.drop_in(&format!("library/{plugin}.wasm"), plugin);
    }
    let ran = place.run(["train", "run.toml", how, "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    place
}

/// What a plugin did, but for the calls that are only in a recording.
fn deeds<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<String> {
    let is_deed = |line: &&Line| !matches!(line, Line::Turn { .. } | Line::Asked { .. });
    lines.filter(is_deed).map(Line::to_text).collect()
}

#[test]
fn a_play_gives_the_answers_of_the_run() {
    let place = recorded("--record=tensors");
    let trace = Trace::open(&place.path(TRACE)).unwrap();
    for plugin in PLUGINS {
        let asked = trace.of(plugin).filter(|line| matches!(line, Line::Asked { .. })).count();
        assert!(asked > 5, "{plugin} asked {asked} times");
        let file = format!("library/{plugin}.wasm");
        let params = match plugin {
            "tensor-tour" => vec![
                r#"calls=["gradient-norm()", "item(loss)", "summary(input)", "read(output, 0, 3)", "read(stale)"]"#,
                "at=backward-end",
                "always=true",
            ],
            _ => Vec::new(),
        };
        let sets = params.into_iter().flat_map(|set| ["--set", set]);
        let arguments = ["plugins", "test", &file, "--trace", TRACE, "--json"].into_iter();
        let played = place.run(arguments.chain(sets));
        let now: Vec<String> = played.stdout.lines().map(str::to_owned).collect();
        let then = deeds(trace.of(plugin));
        assert!(then.len() > 5, "{plugin} did {} things", then.len());
        assert_eq!(now, then, "{plugin}: {}", played.stderr);
    }
    let replayed = place.run(["replay", "taped"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
}

#[test]
fn an_operation_without_an_answer_is_named() {
    let place = recorded("--record=tensors");
    let file = "library/mixer.wasm";
    let ran = place.run(["plugins", "test", file, "--trace", TRACE, "--set", "alpha=0.8"]);
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("the trace has no answer to random-beta ×"), "{}", ran.stdout);
    assert!(ran.stdout.contains("callbox train RUN.toml --record=tensors"), "{}", ran.stdout);
}

#[test]
fn without_tensors_transforms_are_left_out_and_that_is_told() {
    let place = recorded("--record");
    let trace = Trace::open(&place.path(TRACE)).unwrap();
    assert!(!trace.lines.iter().any(|line| matches!(line, Line::Asked { .. })));
    let ran = place.run(["plugins", "test", "library/mixer.wasm", "--trace", TRACE]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("its transforms and metrics were not called"), "{}", ran.stdout);
}
