use callbox_sdk::testing;
use callbox_sdk::types::Grant;

use super::*;

#[path = "../../../../tests/oracle/schedules.rs"]
mod oracle;

#[test]
fn the_curves_are_the_references() {
    oracle::check::<FlatCos>(false);
}

#[test]
fn it_may_be_all_flat_or_all_fall() {
    for (pct_start, in_the_middle) in [(0.0, 0.005_000_05), (1.0, 0.01)] {
        let params = Params { pct_start, ..Params::default() };
        let mut plugin = FlatCos::start(&testing::run(), params).expect("a run of 100 batches");
        for (batch, lr) in [(50, in_the_middle), (100, 1e-7)] {
            let signals = plugin.set(batch).expect("an answer");
            let [Signal::SetHyper(update)] = &signals[..] else { panic!("{signals:?}") };
            assert!((update.value - lr).abs() < 1e-15, "{} is not {lr}", update.value);
        }
    }
}

#[test]
fn it_refuses_what_it_could_not_do() {
    let endless = Run { planned_iterations: None, ..testing::run() };
    let refusal = FlatCos::start(&endless, Params::default()).err();
    assert!(refusal.is_some_and(|why| why.contains("set max-steps")));

    let granted = vec![Grant { power: "lr".to_owned(), min: Some(1e-3), max: None }];
    let refusal = FlatCos::start(&Run { granted, ..testing::run() }, Params::default()).err();
    assert!(refusal.is_some_and(|why| why.contains("lr 1e-7 is below 0.001")));
}
