use callbox_sdk::testing;
use callbox_sdk::types::Grant;

use super::*;

#[path = "../../../../tests/oracle/schedules.rs"]
mod oracle;

#[test]
fn the_curves_are_the_references() {
    oracle::check::<StepDecay>(false);
}

#[test]
fn a_run_that_goes_on_begins_with_its_epoch() {
    let params = Params { every: 2, ..Params::default() };
    let mut plugin = StepDecay::start(&testing::run(), params).expect("a start");
    let state = State { epoch: 5, ..testing::state() };
    let signals = plugin.on_train_begin(&state).expect("an answer");
    let [Signal::SetHyper(update)] = &signals[..] else { panic!("{signals:?}") };
    assert!((update.value - 0.000_1).abs() < 1e-18);
    assert_eq!(plugin.on_epoch_begin(&state), Ok(vec![]));
}

#[test]
fn the_last_epoch_is_held_against_the_grant() {
    let granted = vec![Grant { power: "lr".to_owned(), min: Some(1e-4), max: None }];
    let run = Run { granted, n_epochs: 4, ..testing::run() };
    let start = |every| StepDecay::start(&run, Params { every, ..Params::default() });
    assert!(start(2).is_ok());
    assert!(start(1).is_err_and(|why| why.contains("lr 1e-5 is below 0.0001")));
}
