//! Golden values: `tests/oracle/averages.py`.

use callbox_sdk::testing;
use callbox_sdk::types::{Grant, Hyper, SlotOp};
use serde_json::Value as Json;

use super::*;

/// 16 epochs of 50 batches, at a learning rate.
fn run(lr: f64) -> Run {
    let hypers = vec![Hyper { lr, ..testing::run().hypers[0] }];
    Run { n_epochs: 16, hypers, ..testing::run() }
}

fn start(params: Params) -> Swa {
    Swa::start(&run(0.1), params).expect("a run of 16 epochs")
}

fn at(epoch: u32) -> State {
    State { epoch, iteration: 50 * (u64::from(epoch) + 1), ..testing::state() }
}

fn blended(signals: &[Signal]) -> Option<f64> {
    match signals.first()? {
        Signal::Slot(SlotOp::Blend((slot, part))) if slot == "mean" => Some(*part),
        other => panic!("not a blend: {other:?}"),
    }
}

fn oracle() -> Json {
    let oracle = include_str!("../../../../tests/oracle/averages.json");
    serde_json::from_str(oracle).expect("a file of ours")
}

fn numbers(list: &Json) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn assert_near(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-14, "{left} is not {right}");
}

#[test]
fn the_mean_is_pytorchs() {
    let oracle = oracle();
    let mut swa = start(Params { start: 0.0, ..Params::default() });
    let mut mean = 0.0;
    for (epoch, (value, expected)) in
        (0..).zip(numbers(&oracle["values"]).iter().zip(numbers(&oracle["mean"])))
    {
        let signals = swa.on_epoch_end(&at(epoch)).expect("an answer");
        mean += blended(&signals).expect("a blend") * (value - mean);
        assert_near(mean, expected);
    }
}

#[test]
fn averaging_begins_with_the_last_quarter() {
    let mut swa = start(Params::default());
    let counted = (0..16).filter(|epoch| !swa.on_epoch_end(&at(*epoch)).expect("one").is_empty());
    assert_eq!(counted.collect::<Vec<_>>(), [12, 13, 14, 15]);
}

#[test]
fn the_learning_rates_are_pytorchs() {
    for case in oracle()["swalr"].as_array().expect("cases") {
        let number = |name: &str| case[name].as_f64().expect("a number");
        let anneal_epochs = number("anneal_epochs") as u32;
        let params =
            Params { start: 0.5, lr: number("swa_lr"), anneal_epochs, ..Params::default() };
        let mut swa = Swa::start(&run(number("lr")), params).expect("16 epochs");
        assert_eq!(swa.plan().owns, [HyperName::Lr]);
        assert_eq!(swa.on_epoch_begin(&at(7)), Ok(vec![]));
        let mut lr = number("lr");
        for (epoch, expected) in (8..).zip(numbers(&case["rates"])) {
            let signals = swa.on_epoch_begin(&at(epoch)).expect("an answer");
            if let [Signal::SetHyper(update)] = &signals[..] {
                lr = update.value;
            }
            assert_near(lr, expected);
        }
    }
}

#[test]
fn groups_keep_their_ratios() {
    let group = |lr| Hyper { lr, mom: None, wd: 0.0, beta: None };
    let run = Run { hypers: vec![group(0.001), group(0.01)], ..run(0.1) };
    let params = Params { start: 0.0, lr: 0.05, anneal_epochs: 0, ..Params::default() };
    let mut swa = Swa::start(&run, params).expect("16 epochs");
    let expected =
        [(0, 0.1 * 0.05), (1, 0.05)].map(|(at, lr)| signal::set_group(HyperName::Lr, at, lr));
    assert_eq!(swa.on_epoch_begin(&at(0)), Ok(expected.to_vec()));
}

#[test]
fn the_mean_is_validated_at_an_epochs_end_alone() {
    let mut swa = start(Params { start: 0.0, evaluate: true, ..Params::default() });
    let amidst = State { iteration: 30, ..testing::state() };
    assert_eq!(swa.on_valid_begin(&amidst), Ok(vec![]));
    let signals = swa.on_valid_begin(&at(0)).expect("an answer");
    assert_eq!(blended(&signals), Some(1.0));
    let rest = [signal::evaluate_with("mean"), signal::refresh_norm_statistics()];
    assert_eq!(signals[1..], rest);
    assert_eq!(swa.on_epoch_end(&at(0)), Ok(vec![]), "it is counted already");
    // An epoch without validation counts all the same.
    assert_eq!(blended(&swa.on_epoch_end(&at(1)).expect("an answer")), Some(0.5));
}

#[test]
fn it_ends_with_the_mean_if_there_is_one() {
    let state = testing::state();
    let mut swa = start(Params::default());
    assert_eq!(swa.on_finish(&state, &Outcome::Stopped(vec![])), Ok(vec![]));
    swa.on_epoch_end(&at(12)).expect("an answer");
    let adopt = Ok(vec![signal::adopt("mean"), signal::refresh_norm_statistics()]);
    assert_eq!(swa.on_finish(&state, &Outcome::Completed), adopt);
    assert_eq!(swa.on_finish(&state, &Outcome::Failed("disk".to_owned())), Ok(vec![]));

    // One that broke goes on with its slot; in a resumed run it is gone.
    let mut copy = start(Params::default());
    copy.load(&swa.save().expect("bytes")).expect("the same bytes");
    assert_eq!(copy.on_epoch_end(&at(12)), Ok(vec![]));
    assert_eq!(blended(&copy.on_epoch_end(&at(13)).expect("an answer")), Some(0.5));
    copy.on_train_begin(&state).expect("an answer");
    assert_eq!(copy.on_finish(&state, &Outcome::Completed), Ok(vec![]));
}

#[test]
fn it_asks_for_no_more_than_it_uses() {
    let plan = start(Params::default()).plan();
    assert_eq!((plan.powers, plan.owns), (vec!["weights".to_owned()], vec![]));
    let hooks: Vec<Hook> = plan.subscriptions.iter().map(|at| at.hook).collect();
    assert_eq!(hooks, [Hook::TrainBegin, Hook::EpochEnd]);

    assert_eq!(
        start(Params { start: 1.0, ..Params::default() }).first,
        15,
        "the last one at least"
    );
    let granted = vec![Grant { power: "lr".to_owned(), min: None, max: Some(0.2) }];
    let bounded = Run { granted, ..run(0.1) };
    let fast = Swa::start(&bounded, Params { lr: 0.3, ..Params::default() });
    assert!(fast.is_err_and(|why| why.contains("above 0.2")));
    let without = Run { granted: vec![], ..run(0.1) };
    assert!(Swa::start(&without, Params { lr: 0.3, ..Params::default() }).is_err());
    assert!(Swa::start(&without, Params::default()).is_ok());
}
