//! Names and values are those of Lightning's LearningRateMonitor.

use callbox_sdk::testing;

use super::*;

fn hyper(lr: f64, mom: Option<f64>) -> Hyper {
    Hyper { lr, mom, wd: 0.01, beta: None }
}

fn monitor(run: &Run, params: Params) -> LrMonitor {
    LrMonitor::start(run, params).expect("any run")
}

#[test]
fn one_group_is_named_after_the_optimizer() {
    let mut plugin = monitor(&testing::run(), Params::default());
    let state = State { hypers: vec![hyper(0.1, Some(0.9))], ..testing::state() };
    assert_eq!(plugin.on_batch_end(&state), Ok(vec![signal::report("lr-sgd", 0.1)]));
    let all = Params { momentum: true, weight_decay: true, ..Params::default() };
    let names = monitor(&testing::run(), all).names;
    assert_eq!(names, ["lr-sgd", "lr-sgd-momentum", "lr-sgd-weight-decay"]);
}

#[test]
fn several_groups_have_their_names_and_may_lack_momentum() {
    let hypers = vec![hyper(0.01, None), hyper(0.1, None)];
    let groups = vec!["body".to_owned(), "head".to_owned()];
    let run = Run { groups, hypers: hypers.clone(), ..testing::run() };
    let params = Params { momentum: true, weight_decay: true, ..Params::default() };
    let mut plugin = monitor(&run, params);
    let signals = plugin.on_batch_end(&State { hypers, ..testing::state() }).expect("reports");
    let expected = [
        ("lr-sgd-body", 0.01),
        ("lr-sgd-body-weight-decay", 0.01),
        ("lr-sgd-head", 0.1),
        ("lr-sgd-head-weight-decay", 0.01),
    ];
    assert_eq!(signals, expected.map(|(name, value)| signal::report(name, value)));
    assert_eq!(plugin.plan().reports.len(), 4);
}

#[test]
fn it_is_called_by_step_or_by_epoch() {
    let subscription = |interval: &str| {
        let params = Params { interval: interval.to_owned(), every: 7, ..Params::default() };
        let plan = monitor(&testing::run(), params).plan();
        (plan.subscriptions[0].hook, plan.subscriptions[0].every, plan.subscriptions[0].reads)
    };
    assert_eq!(subscription("step"), (Hook::BatchEnd, 7, Reads::HYPERS));
    assert_eq!(subscription("epoch"), (Hook::EpochBegin, 1, Reads::HYPERS));
}
