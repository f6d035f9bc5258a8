use callbox_sdk::testing;

use super::*;

#[path = "../../../../tests/oracle/schedules.rs"]
mod oracle;

#[test]
fn the_curves_are_the_references() {
    oracle::check::<CosineRestarts>(false);
}

#[test]
fn an_endless_loader_counts_steps() {
    let endless = Run { train_batches: None, planned_iterations: None, ..testing::run() };
    let refusal = CosineRestarts::start(&endless, Params::default()).err();
    assert_eq!(refusal.as_deref(), Some("epochs of this run have no length: set cycle-steps"));

    let params = Params { cycle_steps: 10, ..Params::default() };
    let plugin = CosineRestarts::start(&endless, params).expect("cycles in steps");
    assert_eq!(
        [9, 10, 29, 30].map(|batch| plugin.cycle(batch)),
        [(9, 10), (0, 20), (19, 20), (0, 40)]
    );
}

#[test]
fn a_cycle_falls() {
    let params = Params { lr_min: 0.1, ..Params::default() };
    let refusal = CosineRestarts::start(&testing::run(), params).err();
    assert!(refusal.is_some_and(|why| why.contains("above lr-max")));
}
