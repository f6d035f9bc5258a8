use callbox_sdk::testing;

use super::*;

fn start(params: Params) -> Result<SaveBest, String> {
    SaveBest::start(&testing::run(), params)
}

/// Whether an epoch of this value is saved.
fn saves(plugin: &mut SaveBest, value: f64) -> bool {
    plugin.on_valid_end(&testing::state()).expect("an answer");
    let state = State { monitored: vec![value], ..testing::state() };
    let signals = plugin.on_epoch_end(&state).expect("an answer");
    assert!(signals.iter().all(|signal| *signal == signal::checkpoint("best")));
    !signals.is_empty()
}

#[test]
fn every_improvement_is_saved() {
    let mut loss = start(Params::default()).expect("a run with validation");
    let found = [f64::NAN, 1.0, 0.8, 0.9, 0.8, 0.7].map(|value| saves(&mut loss, value));
    assert_eq!(found, [false, true, true, false, false, true]);
    let monitor = "accuracy".to_owned();
    let mut accuracy = start(Params { monitor, min_delta: 0.1, ..Params::default() }).expect("one");
    let found = [0.5, 0.55, 0.65, 0.6].map(|value| saves(&mut accuracy, value));
    assert_eq!(found, [true, false, true, false]);
}

#[test]
fn a_partial_validation_is_not_saved() {
    let mut plugin = start(Params::default()).expect("a run with validation");
    let partial = State { partial: true, monitored: vec![0.1], ..testing::state() };
    plugin.on_valid_end(&partial).expect("an answer");
    assert_eq!(plugin.on_epoch_end(&partial), Ok(vec![]));
    assert!(saves(&mut plugin, 0.9), "it was not taken for the best either");
}

#[test]
fn the_best_survives() {
    let mut before = start(Params::default()).expect("a run with validation");
    saves(&mut before, 0.5);
    let mut after = start(Params::default()).expect("a run with validation");
    after.load(&before.save().expect("bytes")).expect("the same bytes");
    assert!(!saves(&mut after, 0.6) && saves(&mut after, 0.4));
}

#[test]
fn a_name_that_is_none_is_refused() {
    for name in ["last", "", "Best", "a/b", &"a".repeat(65)] {
        let refusal = start(Params { name: name.to_owned(), ..Params::default() });
        assert!(refusal.is_err_and(|why| why.contains("checkpoint's name")), "{name}");
    }
    assert!(start(Params { name: "best-2".to_owned(), ..Params::default() }).is_ok());
    let run = Run { valid_batches: None, ..testing::run() };
    assert!(SaveBest::start(&run, Params::default()).is_err());
}
