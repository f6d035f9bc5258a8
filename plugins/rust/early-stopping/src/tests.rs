use callbox_sdk::testing;

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
    assert!(watch("top5-error", 0, 0.0).lower_is_better);
    assert!(!watch("f1", 0, 0.0).lower_is_better);
}

#[test]
fn nan_is_a_bad_epoch() {
    let mut watcher = watch("valid-loss", 0, 0.0);
    assert!(epoch(&mut watcher, f64::NAN));
    assert_eq!(watcher.reason(), "valid-loss has been NaN in every epoch");
}

#[test]
fn the_reason_names_the_epoch_of_the_best() {
    let mut watcher = watch("valid-loss", 1, 0.0);
    let losses = [1.0, 0.5, 0.75, 0.6];
    for (epoch, value) in (0..).zip(losses) {
        watcher.on_valid_end(&testing::state()).expect("an answer");
        let state = State { epoch, monitored: vec![value], ..testing::state() };
        watcher.on_epoch_end(&state).expect("an answer");
    }
    assert_eq!(watcher.reason(), "valid-loss has not improved since epoch 2");
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
