//! `train --record` and `replay`: a run written down, and played again.

use std::io::{Read, Write};

use callbox::trace::{Line, Trace};
use callbox_tests::{Ran, Workplace};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

const RUN: &str = r#"
name = "recorded"
epochs = 6
device = "cpu"
[data]
kind = "digits"
batch-size = 256
[model]
kind = "mlp"
hidden = [8]
[optimizer]
kind = "adam"
lr = 0.01
[plugins]
library = ["library"]
[[plugin]]
name = "one-cycle"
params = { lr-max = 0.05 }
[[plugin]]
name = "early-stopping"
params = { patience = 3 }
"#;

fn workplace() -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write("run.toml", RUN);
    for plugin in ["one-cycle", "early-stopping"] {
        place.drop_in(&format!("library/{plugin}.wasm"), plugin);
    }
    place.drop_in("plugins/tour.wasm", "tour");
    place
}

fn record(place: &Workplace) -> Ran {
    let ran = place.run(["train", "run.toml", "--record", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran
}

const TRACE: &str = "runs/recorded/trace/run.jsonl.gz";

#[test]
fn a_recorded_run_is_played_again_with_the_same_signals() {
    let place = workplace();
    let ran = record(&place);
    let trace = Trace::open(&place.path(TRACE)).unwrap();
    assert!(!trace.is_cut);
    let signals = trace.lines.iter().filter(|line| matches!(line, Line::Signal { .. })).count();
    assert_eq!(signals, ran.of("signal").len(), "every signal is in it");

    let replayed = place.run(["replay", "recorded"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    for name in ["one-cycle", "early-stopping", "tour"] {
        assert!(replayed.stdout.contains(&format!("{name}: the same signals")), "{replayed:?}");
    }
}

#[test]
fn recording_changes_no_number() {
    let values = |ran: &Ran| -> Vec<_> {
        let epochs = ran.of("epoch");
        epochs.iter().map(|epoch| epoch["values"].clone()).collect()
    };
    let place = workplace();
    let recorded = values(&record(&place));
    let plain = values(&place.run(["train", "run.toml", "--json"]));
    assert_eq!(recorded, plain);
}

/// The trace's text, changed.
fn edit(place: &Workplace, change: impl FnOnce(String) -> String) {
    let mut text = String::new();
    let packed = std::fs::read(place.path(TRACE)).unwrap();
    GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
    let mut out = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(change(text).as_bytes()).unwrap();
    place.write(TRACE, out.finish().unwrap());
}

#[test]
fn every_difference_is_shown() {
    let place = workplace();
    record(&place);
    edit(&place, |text| {
        assert!(text.contains(r#""op":"set","value":0.002}"#), "lr-max / div");
        text.replacen(r#""op":"set","value":0.002}"#, r#""op":"set","value":0.003}"#, 1)
    });
    let ran = place.run(["replay", "recorded"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("one-cycle: 2 signals differ"), "{}", ran.stdout);
    assert!(ran.stdout.contains("only recorded"), "{}", ran.stdout);
    assert!(ran.stdout.contains("only now"), "{}", ran.stdout);
}

#[test]
fn another_plugin_shows_what_it_would_have_done() {
    let place = workplace();
    record(&place);
    let early = "library/early-stopping.wasm";
    let hopeless = ["--set", "min-delta=5", "--set", "patience=0"];
    let ran = place.run(["replay", "recorded", "--plugin", early].into_iter().chain(hopeless));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("it ended the run after 2 of 6 epochs, step 10 of 30"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("at the stop"), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("beside the `early-stopping` that took part, this one: 1 signal differs"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_is_no_trace_is_told_apart() {
    let place = workplace();
    let error = |ran: Ran| {
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        ran.stderr
    };
    assert!(error(place.run(["replay", "nothing"])).contains("there is no run nothing"));
    place.write("text.gz", "not compressed");
    assert!(error(place.run(["replay", "text.gz"])).contains("it is no trace"));

    record(&place);
    edit(&place, |text| text.replacen(r#"{"trace":1"#, r#"{"trace":2"#, 1));
    let text = error(place.run(["replay", "recorded"]));
    assert!(text.contains("a trace of version 2; this callbox reads version 1"), "{text}");
    edit(&place, |text| text.replacen(r#"{"trace":2"#, r#"{"trace":1"#, 1) + "{\"event\":\"?\"}\n");
    let text = error(place.run(["replay", "recorded"]));
    assert!(text.contains("unknown variant `?`"), "{text}");
}
