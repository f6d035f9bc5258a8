//! Golden values: `tests/oracle/stopping.py`.

use callbox_sdk::testing;
use serde_json::Value as Json;

use super::*;

fn watch(monitor: &str, patience: u32, min_delta: f64) -> EarlyStopping {
    let params = Params { monitor: monitor.to_owned(), patience, min_delta, ..Params::default() };
    EarlyStopping::start(&testing::run(), params).expect("a run with validation")
}

/// One epoch with a whole validation; whether training stops after it.
fn epoch(watcher: &mut EarlyStopping, value: f64) -> bool {
    watcher.on_valid_end(&testing::state()).expect("an answer");
    end_epoch(watcher, value)
}

fn end_epoch(watcher: &mut EarlyStopping, value: f64) -> bool {
    let state = State { monitored: vec![value], ..testing::state() };
    !watcher.on_epoch_end(&state).expect("an answer").is_empty()
}

fn stops(watcher: &mut EarlyStopping, values: &[f64]) -> Option<usize> {
    values.iter().position(|value| epoch(watcher, *value))
}

#[test]
fn it_stops_when_there_are_more_bad_epochs_than_patience() {
    let losses = [1.0, 0.8, 0.9, 0.7, 0.7, 0.75, 0.71];
    assert_eq!(stops(&mut watch("valid-loss", 0, 0.0), &losses), Some(2));
    assert_eq!(stops(&mut watch("valid-loss", 1, 0.0), &losses), Some(5));
    assert_eq!(stops(&mut watch("valid-loss", 2, 0.0), &losses), Some(6));
    assert_eq!(stops(&mut watch("valid-loss", 3, 0.0), &losses), None);
}

#[test]
fn a_small_improvement_is_none() {
    assert_eq!(stops(&mut watch("valid-loss", 0, 0.5), &[4.0, 3.0, 2.75]), Some(2));
    assert_eq!(stops(&mut watch("valid-loss", 0, 0.1), &[4.0, 3.0, 2.75]), None);
}

#[test]
fn the_run_says_which_direction_is_better() {
    assert_eq!(stops(&mut watch("accuracy", 0, 0.0), &[0.5, 0.6, 0.55]), Some(2));
    assert_eq!(stops(&mut watch("valid-loss", 0, 0.0), &[0.5, 0.6]), Some(1));
}

#[test]
fn nan_is_a_bad_epoch() {
    let mut watcher = watch("valid-loss", 0, 0.0);
    watcher.on_valid_end(&testing::state()).expect("an answer");
    let state = State { monitored: vec![f64::NAN], ..testing::state() };
    let stop = signal::stop_training("valid-loss has been NaN in every epoch");
    assert_eq!(watcher.on_epoch_end(&state), Ok(vec![stop]));
}

#[test]
fn the_reason_names_the_epoch_of_the_best() {
    let mut watcher = watch("valid-loss", 1, 0.0);
    let losses = [1.0, 0.5, 0.75, 0.6];
    let answers = (0..).zip(losses).map(|(epoch, value)| {
        watcher.on_valid_end(&testing::state()).expect("an answer");
        let state = State { epoch, monitored: vec![value], ..testing::state() };
        watcher.on_epoch_end(&state).expect("an answer")
    });
    let stop = signal::stop_training("valid-loss has not improved since epoch 2");
    assert_eq!(answers.last(), Some(vec![stop]));
}

#[test]
fn a_partial_or_absent_validation_does_not_count() {
    let mut watcher = watch("valid-loss", 0, 0.0);
    assert!(!epoch(&mut watcher, 1.0));
    assert!(!end_epoch(&mut watcher, 2.0), "there was no validation");
    let partial = State { partial: true, monitored: vec![2.0], ..testing::state() };
    watcher.on_valid_end(&partial).expect("an answer");
    assert_eq!(watcher.on_epoch_end(&partial), Ok(vec![]));
    assert!(epoch(&mut watcher, 2.0));

    let mut training = watch("train-loss", 0, 0.0);
    assert!(!end_epoch(&mut training, 1.0));
    assert!(end_epoch(&mut training, 2.0), "a training loss needs no validation");
}

#[test]
fn without_validation_there_is_nothing_to_watch() {
    let run = Run { valid_batches: None, ..testing::run() };
    let refusal = EarlyStopping::start(&run, Params::default()).err();
    assert!(refusal.is_some_and(|why| why.contains("monitor train-loss")));
}

#[test]
fn the_count_survives() {
    let mut before = watch("valid-loss", 1, 0.0);
    assert_eq!(stops(&mut before, &[1.0, 2.0]), None);

    let mut after = watch("valid-loss", 1, 0.0);
    after.load(&before.save().expect("bytes")).expect("the same bytes");
    assert!(epoch(&mut after, 2.0), "the second bad epoch");
    assert!(after.load(&[1, 2, 3]).is_err());
}

#[test]
fn it_stops_where_fastai_and_keras_do() {
    let oracle = include_str!("../../../../tests/oracle/stopping.json");
    let oracle: Json = serde_json::from_str(oracle).expect("a file of ours");
    for case in oracle["cases"].as_array().expect("cases") {
        let values = case["values"].as_array().expect("values").iter();
        let values: Vec<f64> = values.map(|value| value.as_f64().unwrap_or(f64::NAN)).collect();
        let monitor = if case["higher"] == true { "accuracy" } else { "valid-loss" };
        let patience = case["patience"].as_u64().expect("a count") as u32;
        let mut watcher = watch(monitor, patience, case["min_delta"].as_f64().expect("a number"));

        let stop = values.iter().enumerate().position(|(at, value)| {
            watcher.on_valid_end(&testing::state()).expect("an answer");
            let state = State { epoch: at as u32, monitored: vec![*value], ..testing::state() };
            !watcher.on_epoch_end(&state).expect("an answer").is_empty()
        });
        for system in ["fastai1", "fastai2", "keras"] {
            assert_eq!(stop.map(|at| at as u64), case[system].as_u64(), "{system}: {case}");
        }
        let best = watcher.watch.best().map(|(_, epoch)| u64::from(epoch) - 1);
        assert_eq!(best, case["best"].as_u64(), "{case}");
    }
}

#[test]
fn a_goal_that_is_reached_ends_it() {
    let params = |threshold: &[f64]| Params { threshold: threshold.to_vec(), ..Params::default() };
    let start = |threshold| EarlyStopping::start(&testing::run(), params(threshold));
    let mut watcher = start(&[0.5]).expect("a goal");
    assert_eq!(stops(&mut watcher, &[0.9, 0.7, 0.5]), Some(2));
    assert!(start(&[0.5, 0.1]).is_err());

    // A goal is a goal where it is no improvement, and NaN reaches none.
    let mut watcher = start(&[2.0]).expect("a goal");
    watcher.watch.memory.0 = Some((1.0, 1));
    watcher.on_valid_end(&testing::state()).expect("an answer");
    let state = State { monitored: vec![1.5], ..testing::state() };
    let stop = signal::stop_training("valid-loss has reached the threshold");
    assert_eq!(watcher.on_epoch_end(&state), Ok(vec![stop]));
    let mut watcher = EarlyStopping { bad_epochs: 0, ..start(&[2.0]).expect("a goal") };
    watcher.params.patience = 3;
    assert!(!epoch(&mut watcher, f64::NAN));
}

#[test]
fn weights_are_wanted_only_to_restore_them() {
    let plan = watch("valid-loss", 0, 0.0).plan();
    assert_eq!(plan.powers, ["control"]);
    assert!(plan.subscriptions.iter().all(|at| at.hook != Hook::TrainBegin));

    let restore = Params { restore_best: true, patience: 1, ..Params::default() };
    let granted = testing::run().granted.into_iter().filter(|grant| grant.power != "weights");
    let without = Run { granted: granted.collect(), ..testing::run() };
    let refusal = EarlyStopping::start(&without, restore.clone()).err();
    assert!(refusal.is_some_and(|why| why.contains("restore-best needs `weights`")));

    let mut watcher = EarlyStopping::start(&testing::run(), restore.clone()).expect("granted");
    assert_eq!(watcher.plan().powers, ["control", "weights"]);
    let end = |watcher: &mut EarlyStopping, outcome| {
        watcher.on_finish(&testing::state(), &outcome).expect("an answer")
    };
    assert_eq!(end(&mut watcher, Outcome::Completed), []);
    watcher.on_valid_end(&testing::state()).expect("an answer");
    let state = State { monitored: vec![0.5], ..testing::state() };
    assert_eq!(watcher.on_epoch_end(&state), Ok(vec![signal::blend("best", 1.0)]));
    assert_eq!(end(&mut watcher, Outcome::Completed), [signal::adopt("best")]);
    assert_eq!(end(&mut watcher, Outcome::Stopped(vec![])), [signal::adopt("best")]);
    assert_eq!(end(&mut watcher, Outcome::Failed("disk".to_owned())), []);

    // One that broke still has its slot; one that is resumed has none.
    let mut copy = EarlyStopping::start(&testing::run(), restore).expect("granted");
    copy.load(&watcher.save().expect("bytes")).expect("the same bytes");
    assert_eq!(end(&mut copy, Outcome::Completed), [signal::adopt("best")]);
    copy.on_train_begin(&testing::state()).expect("an answer");
    assert_eq!(end(&mut copy, Outcome::Completed), []);
}
