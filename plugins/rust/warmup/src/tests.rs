use callbox_sdk::testing;
use callbox_sdk::types::Grant;

use super::*;

#[path = "../../../../tests/oracle/schedules.rs"]
mod oracle;

#[test]
fn the_curves_are_the_references() {
    oracle::check::<Warmup>(false);
}

#[test]
fn afterwards_it_is_exactly_one_and_then_silent() {
    let params = Params { steps: 3, ..Params::default() };
    let mut plugin = Warmup::start(&testing::run(), params).expect("a start");
    let scales = [0, 1, 2, 3, 4, 99].map(|batch| plugin.scale(batch).expect("an answer"));
    assert_eq!(scales[0], [signal::scale(HyperName::Lr, 0.001)]);
    assert_eq!(scales[3], [signal::scale(HyperName::Lr, 1.0)]);
    assert_eq!(scales[4..], [[], []]);
    // Made anew after a fault, it says once more what is so.
    let params = Params { steps: 3, ..Params::default() };
    let mut again = Warmup::start(&testing::run(), params).expect("a start");
    assert_eq!(again.scale(50), Ok(vec![signal::scale(HyperName::Lr, 1.0)]));
}

#[test]
fn steps_go_before_the_fraction() {
    let endless = Run { planned_iterations: None, ..testing::run() };
    let start = |params| Warmup::start(&endless, params);
    assert!(start(Params::default()).is_err_and(|why| why.contains("set max-steps")));
    assert_eq!(start(Params { steps: 7, ..Params::default() }).map(|plugin| plugin.steps), Ok(7.0));
    let none = Params { fraction: 0.0, ..Params::default() };
    let mut none = Warmup::start(&testing::run(), none).expect("a start");
    assert_eq!(none.scale(0), Ok(vec![signal::scale(HyperName::Lr, 1.0)]));
}

#[test]
fn it_refuses_what_it_could_not_do() {
    let exponential =
        Params { start: 0.0, annealing: "exponential".to_owned(), ..Params::default() };
    let refusal = Warmup::start(&testing::run(), exponential).err();
    assert!(refusal.is_some_and(|why| why.contains("cannot start or end at 0")));
    let granted = vec![Grant { power: "lr".to_owned(), min: Some(1e-4), max: None }];
    let refusal = Warmup::start(&Run { granted, ..testing::run() }, Params::default()).err();
    assert!(refusal.is_some_and(|why| why.contains("lr 1e-5 is below 0.0001")));
}
