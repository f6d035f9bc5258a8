use callbox_tests::{Training, Workplace};
use serde_json::Value as Json;

const RUN: &str = r#"
name = "digits"
epochs = 2
device = "cpu"
[data]
kind = "digits"
[model]
kind = "mlp"
hidden = [8]
[optimizer]
kind = "adam"
"#;

/// An epoch of 1257 samples has 10 batches of 128. Without an end it goes on, until somebody stops it.
#[test]
fn endless_data_goes_on_until_a_stop() {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write(
        "run.toml",
        format!("{RUN}[plugins]\n").replace("[model]", "endless = true\n[model]"),
    );
    place.drop_in("plugins/every-signal.wasm", "every-signal");
    place.write("plugins/every-signal.toml", "[params]\niteration = 34\n");
    let ran = place.run(["train", "run.toml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.of("pass-begun")[0]["batches"], Json::Null);
    let epochs = ran.of("epoch");
    assert_eq!((epochs.len(), &epochs[0]["partial"]), (1, &true.into()));
    let position = place.path("runs/digits/checkpoints/last/position.json");
    let position: Json = serde_json::from_slice(&std::fs::read(position).unwrap()).unwrap();
    assert_eq!((&position["epoch"], &position["batches"]), (&0.into(), &35.into()));
    // No batch was short where a pass ended.
    assert_eq!(position["samples"], 35 * 128);
}

#[test]
fn prefetching_changes_no_number_of_a_run() {
    let epochs = ["0", "1", "3"].map(|ahead| {
        let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
        place.write("run.toml", RUN);
        let prefetch = format!("data.prefetch={ahead}");
        let ran = place.run(["train", "run.toml", "--json", "--set", &prefetch]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.of("epoch").iter().map(|epoch| epoch["values"].clone()).collect::<Vec<_>>()
    });
    assert_eq!(epochs[0].len(), 2);
    assert!(epochs.iter().all(|other| *other == epochs[0]));
}

/// What a bar needs, in training as in validation: a beginning with the length, and every batch.
#[test]
fn each_pass_is_announced_with_its_phase_and_length() {
    let training = Training::default().data(|data| data.valid_batch_size = Some(50));
    let seen = training.scripted(|_, _| Vec::new()).run().seen;
    let begun = seen.of("pass-begun");
    let begun = begun.iter().map(|pass| (pass["phase"].as_str(), pass["batches"].as_u64()));
    let epoch = [(Some("train"), Some(5)), (Some("valid"), Some(4))];
    assert_eq!(begun.collect::<Vec<_>>(), [epoch, epoch].concat());
    let done = seen.of("batch");
    let done: Vec<u64> = done.iter().map(|batch| batch["done"].as_u64().unwrap()).collect();
    assert_eq!(done[..9], [1, 2, 3, 4, 5, 1, 2, 3, 4]);
    assert_eq!(seen.texts("pass-ended", "phase"), ["train", "valid", "train", "valid"]);
}
