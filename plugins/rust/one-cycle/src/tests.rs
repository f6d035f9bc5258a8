//! Golden values: fastai v1's `OneCycleScheduler` with lr_max 0.1 over 100 batches.

use callbox_sdk::testing;
use callbox_sdk::types::{Grant, Hyper, HyperOp};

use super::*;

#[path = "../../../../tests/oracle/schedules.rs"]
mod oracle;

#[test]
fn the_curves_are_the_references() {
    oracle::check::<OneCycle>(true);
}

fn start(run: &Run) -> Result<OneCycle, String> {
    OneCycle::start(run, Params { lr_max: 0.1, ..Params::default() })
}

fn value(signal: &Signal) -> f64 {
    match signal {
        Signal::SetHyper(update) if update.op == HyperOp::Set => update.value,
        other => panic!("not a set: {other:?}"),
    }
}

fn assert_near(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-15, "{left} is not {right}");
}

#[test]
fn the_values_are_fastais() {
    let mut cycle = start(&testing::run()).expect("a run of 100 batches");

    let first = cycle.on_train_begin(&testing::state()).expect("an answer");
    assert_near(value(&first[0]), 0.004);
    assert_near(value(&first[1]), 0.95);
    // (number of the batch that was just done, lr and momentum of the next)
    let golden = [
        (0, 0.004_262_949_022_322_882, 0.949_726_094_768_413_6),
        (14, 0.052, 0.9),
        (29, 0.1, 0.85),
        (30, 0.099_949_653_528_452_43, 0.850_050_346_672_934_2),
        (64, 0.050_000_2, 0.9),
        (98, 0.000_050_746_471_547_578_8, 0.949_949_653_327_065_7),
        (99, 0.000_000_4, 0.95),
    ];
    for (iteration, lr, mom) in golden {
        let state = State { iteration, ..testing::state() };
        let signals = cycle.on_batch_end(&state).expect("an answer");
        assert_near(value(&signals[0]), lr);
        assert_near(value(&signals[1]), mom);
    }
}

#[test]
fn groups_keep_their_ratios() {
    let group = |lr| Hyper { lr, mom: None, wd: 0.0, beta: None };
    let hypers = vec![group(0.001), group(0.01)];
    let cycle = start(&Run { hypers, ..testing::run() }).expect("a run of 100 batches");

    let [body, head] = &cycle.values(30)[..] else { panic!("one signal per group, no momentum") };
    assert_near(value(body), 0.01);
    assert_near(value(head), 0.1);
    assert_eq!(cycle.plan().owns, [HyperName::Lr]);
}

#[test]
fn it_refuses_what_it_could_not_do() {
    let endless = Run { planned_iterations: None, ..testing::run() };
    assert!(start(&endless).is_err_and(|why| why.contains("unknown")));

    let bounded = vec![Grant { power: "lr".to_owned(), min: Some(0.0), max: Some(0.05) }];
    let bounded = Run { granted: bounded, ..testing::run() };
    assert!(start(&bounded).is_err_and(|why| why.contains("above 0.05")));

    let above = OneCycle::start(&testing::run(), Params { div: 0.5, ..Params::default() });
    assert!(above.is_err_and(|why| why.contains("div is below 1")));
}

#[test]
fn a_cycle_may_be_all_rise_or_all_fall() {
    for (pct_start, first) in [(0.0, 0.1), (1.0, 0.004)] {
        let params = Params { lr_max: 0.1, pct_start, ..Params::default() };
        let cycle = OneCycle::start(&testing::run(), params).expect("a run of 100 batches");
        assert_near(value(&cycle.values(0)[0]), first);
        assert!(value(&cycle.values(100)[0]).is_finite());
    }
}

#[test]
fn three_lines_are_for_short_runs_too() {
    for (planned, pct_start) in [(1, -1.0), (2, -1.0), (3, 0.0), (3, 0.5), (3, 1.0)] {
        let params = Params { preset: "thread".to_owned(), pct_start, ..Params::default() };
        let run = Run { planned_iterations: Some(planned), ..testing::run() };
        let cycle = OneCycle::start(&run, params).expect("a short run");
        for batch in 0..=planned {
            let lr = value(&cycle.values(batch)[0]);
            assert!((0.000_01..=0.01).contains(&lr), "{lr} for batch {batch} of {planned}");
        }
    }
}
