use callbox_sdk::testing;

use super::*;

#[path = "../../../../tests/oracle/schedules.rs"]
mod oracle;

#[test]
fn the_curves_are_the_references() {
    oracle::check::<Polynomial>(false);
}

#[test]
fn it_needs_an_end() {
    let endless = Run { planned_iterations: None, ..testing::run() };
    let refusal = Polynomial::start(&endless, Params::default()).err();
    assert!(refusal.is_some_and(|why| why.contains("set max-steps")));
}
