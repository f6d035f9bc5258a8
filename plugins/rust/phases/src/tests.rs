use callbox_sdk::testing;
use callbox_sdk::types::{Grant, Hyper};

use super::*;

#[path = "../../../../tests/oracle/schedules.rs"]
mod oracle;

#[test]
fn the_curves_are_the_references() {
    oracle::check::<Phases>(false);
}

#[test]
fn a_phase_begins_with_the_batch_that_its_parts_mean() {
    // 0.1 + 0.2 is a little more than 0.3.
    let three = Params {
        lengths: vec![0.1, 0.2, 0.7],
        starts: vec![1.0, 2.0, 3.0],
        ends: vec![1.0, 2.0, 3.0],
        annealings: vec!["constant".to_owned(), "constant".to_owned(), "constant".to_owned()],
        ..Params::default()
    };
    let mut plugin = Phases::start(&testing::run(), three).expect("a start");
    let mut values = Vec::new();
    for batch in 0..101 {
        if !plugin.owned.set(plugin.value(batch).expect("a value")).expect("an answer").is_empty() {
            values.push(batch);
        }
    }
    assert_eq!(values, [0, 10, 30]);
}

#[test]
fn it_refuses_what_it_could_not_do() {
    let refusal = |run: &Run, params| Phases::start(run, params).err().unwrap_or_default();
    let run = testing::run();
    let one = Params { starts: vec![0.1], ..Params::default() };
    let why = "lengths, starts, ends, annealings: every phase needs one of each";
    assert_eq!(refusal(&run, one), why);
    let long = Params { lengths: vec![10.0, 90.0], ..Params::default() };
    assert!(refusal(&run, long).contains("set unit to steps"));
    let hyper = |hyper: &str| Params { hyper: hyper.to_owned(), ..Params::default() };
    assert_eq!(
        refusal(&run, hyper("beta")),
        "the optimizer does not have this hyper: take another"
    );
    let above = Params { ends: vec![0.9, 1.0], ..hyper("mom") };
    assert_eq!(refusal(&run, above), "mom and beta must be below 1 in every phase");
    let granted = vec![Grant { power: "lr".to_owned(), min: None, max: None }];
    let lr_alone = Run { granted, ..testing::run() };
    assert_eq!(refusal(&lr_alone, hyper("wd")), "this run does not grant `wd`");
    assert_eq!(refusal(&lr_alone, Params::default()), "");
    let zero = Params {
        starts: vec![0.0, 0.01],
        annealings: vec!["exponential".to_owned(); 2],
        ..Params::default()
    };
    assert!(refusal(&run, zero).contains("cannot start or end at 0"));
}

#[test]
fn it_plans_only_the_power_that_it_uses() {
    let hypers = vec![Hyper { lr: 0.01, mom: Some(0.9), wd: 0.0, beta: Some(0.99) }];
    let run = Run { hypers, ..testing::run() };
    for hyper in ["lr", "mom", "wd", "beta"] {
        let params = Params { hyper: hyper.to_owned(), ..Params::default() };
        let plan = Phases::start(&run, params).expect("a start").plan();
        assert_eq!(plan.powers, [hyper]);
    }
}
