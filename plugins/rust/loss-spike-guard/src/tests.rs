//! Golden values: `tests/oracle/spikes.py`. What becomes of the weights is tested in a training.

use callbox_sdk::testing;
use callbox_sdk::types::{Grant, HyperOp};
use serde_json::Value as Json;

use super::*;

fn start(params: Params) -> LossSpikeGuard {
    LossSpikeGuard::start(&testing::run(), params).expect("any run will do")
}

/// What is asked for after this loss, in words.
fn judge(guard: &mut LossSpikeGuard, loss: f64) -> Vec<String> {
    let losses = Some(Losses { raw: 1.0, last: loss, smooth: 1.0 });
    let signals = guard.on_backward_end(&State { losses, ..testing::state() });
    let word = |signal: &Signal| match signal {
        Signal::SkipStep => "skip".to_owned(),
        Signal::StopTraining(reason) => format!("stop: {reason}"),
        Signal::SetHyper(update) if update.op == HyperOp::Scale => format!("lr {}", update.value),
        _ if *signal == signal::snapshot("good") => "copy".to_owned(),
        _ if *signal == signal::restore("good") => "back".to_owned(),
        other => panic!("{other:?}"),
    };
    signals.expect("an answer").iter().map(word).collect()
}

fn quick() -> Params {
    Params { warm_up: 2, snapshot_every: 3, cool_down: 2, ..Params::default() }
}

#[test]
fn mean_and_deviation_are_pandas() {
    let oracle = include_str!("../../../../tests/oracle/spikes.json");
    let oracle: Json = serde_json::from_str(oracle).expect("a file of ours");
    let numbers = |list: &Json| -> Vec<f64> {
        list.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
    };
    let losses = numbers(&oracle["losses"]);
    for case in oracle["cases"].as_array().expect("cases") {
        let smoothing = case["smoothing"].as_f64().expect("a number");
        let mut guard = start(Params { factor: 1e9, smoothing, ..Params::default() });
        let (means, deviations) = (numbers(&case["means"]), numbers(&case["deviations"]));
        for ((loss, mean), deviation) in losses.iter().zip(means).zip(deviations) {
            judge(&mut guard, *loss);
            assert!((guard.past.mean() - mean).abs() < 1e-12, "{mean}");
            assert!((guard.past.deviation() - deviation).abs() < 1e-12, "{deviation}");
        }
    }
}

#[test]
fn a_spike_brings_the_last_copy_back() {
    let mut guard = start(quick());
    assert_eq!(judge(&mut guard, 1.0), ["copy"]);
    assert!((0..2).all(|_| judge(&mut guard, 1.0).is_empty()));
    assert_eq!(judge(&mut guard, 1.0), ["copy"], "every third good batch");
    assert!(judge(&mut guard, 2.9).is_empty(), "not above three times the mean");
    assert_eq!(judge(&mut guard, 9.0), ["skip", "back", "lr 0.5"]);
}

#[test]
fn nothing_is_copied_or_learnt_from_a_bad_loss() {
    let mut guard = start(Params { snapshot_every: 1, ..quick() });
    (0..5).for_each(|_| assert_eq!(judge(&mut guard, 1.0), ["copy"]));
    let before = guard.past.clone();
    assert_eq!(judge(&mut guard, 9.0), ["skip", "back", "lr 0.5"]);
    // In the cool-down a high loss is neither good nor a spike, but NaN is one.
    assert!(judge(&mut guard, 9.0).is_empty());
    assert_eq!(guard.past, before);
    assert_eq!(judge(&mut guard, f64::NAN), ["skip", "back", "lr 0.25"]);
    assert!((0..2).all(|_| judge(&mut guard, 9.0).is_empty()));
    assert_eq!(judge(&mut guard, 9.0), ["skip", "back", "lr 0.125"], "it is over");
    // A good one in it is good.
    assert_eq!(judge(&mut guard, 1.0), ["copy"]);
}

#[test]
fn the_copy_that_came_back_is_as_old_as_new() {
    let mut guard = start(Params { cool_down: 0, ..quick() });
    (0..6).for_each(|_| drop(judge(&mut guard, 1.0)));
    assert_eq!(judge(&mut guard, 9.0), ["skip", "back", "lr 0.5"]);
    assert!((0..2).all(|_| judge(&mut guard, 1.0).is_empty()));
    assert_eq!(judge(&mut guard, 1.0), ["copy"]);
}

#[test]
fn before_there_is_a_mean_only_what_is_not_finite_is_a_spike() {
    let mut guard = start(quick());
    assert_eq!(judge(&mut guard, f64::INFINITY), ["skip", "lr 0.5"], "there is no copy yet");
    assert_eq!(judge(&mut guard, 1.0), ["copy"]);
    assert!(judge(&mut guard, 100.0).is_empty());
}

#[test]
fn deviations_are_for_losses_of_any_sign() {
    let mut guard = start(Params { factor: 0.0, deviations: 4.0, cool_down: 0, ..quick() });
    for loss in [-1.0, -1.2, -0.8, -1.1, -0.9, -0.7] {
        assert!(!judge(&mut guard, loss).contains(&"skip".to_owned()));
    }
    assert_eq!(judge(&mut guard, 0.5), ["skip", "back", "lr 0.5"]);
}

#[test]
fn the_learning_rate_recovers_if_wanted() {
    let mut guard = start(Params { recovery: 2, snapshot_every: 1_000, ..quick() });
    (0..3).for_each(|_| drop(judge(&mut guard, 1.0)));
    judge(&mut guard, 9.0);
    let half = [judge(&mut guard, 1.0), judge(&mut guard, 1.0), judge(&mut guard, 1.0)].concat();
    assert_eq!(half, [format!("lr {}", 0.5_f64.sqrt()), "lr 1".to_owned()]);
}

#[test]
fn too_many_spikes_end_it() {
    let mut guard = start(Params { limit: 1, lr_factor: 1.0, ..quick() });
    assert_eq!(judge(&mut guard, f64::NAN), ["skip"]);
    assert_eq!(judge(&mut guard, f64::NAN), ["skip", "stop: more than 1 loss spikes"]);
}

#[test]
fn the_learning_rate_is_left_alone_where_it_may_not_be_lowered() {
    let powers = |guard: &LossSpikeGuard| guard.plan().powers;
    assert_eq!(powers(&start(quick())), ["control", "weights", "lr"]);
    assert_eq!(powers(&start(Params { lr_factor: 1.0, ..quick() })), ["control", "weights"]);
    let lr = |min| Grant { power: "lr".to_owned(), min: Some(min), max: None };
    for (granted, lowers) in [(vec![], false), (vec![lr(0.1)], false), (vec![lr(0.0)], true)] {
        let run = Run { granted, ..testing::run() };
        let mut guard = LossSpikeGuard::start(&run, quick()).expect("any run will do");
        assert_eq!(powers(&guard).contains(&"lr".to_owned()), lowers);
        let words = judge(&mut guard, f64::NAN);
        assert_eq!(words.contains(&"lr 0.5".to_owned()), lowers, "{words:?}");
    }
}

#[test]
fn one_that_broke_takes_another_copy() {
    let mut before = start(quick());
    (0..5).for_each(|_| drop(judge(&mut before, 1.0)));
    judge(&mut before, 9.0);
    let mut after = start(quick());
    after.load(&before.save().expect("bytes")).expect("the same bytes");
    assert!(judge(&mut after, 9.0).is_empty(), "the cool-down goes on");
    assert_eq!(judge(&mut after, 1.0), ["copy"]);
    assert_eq!(judge(&mut after, 9.0), ["skip", "back", "lr 0.25"]);
    assert_eq!((after.spikes, after.past.count()), (2, 6));
}
