use callbox_sdk::testing;

use super::*;

fn start(steps: i64, samples: i64) -> MaxTime {
    MaxTime::start(&testing::run(), Params { steps, samples }).expect("a limit")
}

/// The number of the batch that it stops after, in batches of 64 samples.
fn stops(mut plugin: MaxTime) -> Option<u64> {
    (0..100).find(|batch| {
        let state = State { iteration: *batch, samples: 64 * batch, ..testing::state() };
        !plugin.on_batch_end(&state).expect("an answer").is_empty()
    })
}

#[test]
fn it_stops_after_the_batch_that_fills_the_measure() {
    assert_eq!(stops(start(1, 0)), Some(0));
    assert_eq!(stops(start(10, 0)), Some(9));
    assert_eq!(stops(start(0, 640)), Some(9));
    assert_eq!(stops(start(0, 641)), Some(10));
    assert_eq!(stops(start(5, 640)), Some(4), "whichever comes first");
    assert_eq!(stops(start(101, 0)), None);
}

#[test]
fn a_resumed_run_that_had_enough_stops_at_once() {
    let reason = |state: State| start(5, 640).on_train_begin(&state);
    assert_eq!(reason(testing::state()), Ok(vec![]));
    let stop = vec![signal::stop_training("7 steps are done, and max-time is 5")];
    assert_eq!(reason(State { iteration: 7, ..testing::state() }), Ok(stop));
    let stop = vec![signal::stop_training("700 samples are done, and max-time is 640")];
    assert_eq!(reason(State { samples: 700, ..testing::state() }), Ok(stop));
}

#[test]
fn without_a_limit_it_is_refused() {
    let refusal = MaxTime::start(&testing::run(), Params::default()).err();
    assert!(refusal.is_some_and(|why| why.contains("set steps")));
}
