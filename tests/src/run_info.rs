//! What plugins are told of a driven run.

use callbox::callback::{Hyper, MetricSpec, RunInfo};

use crate::drive::{EPOCHS, SIZE, TRAIN, VALID};

/// The run that is driven, as plugins are told of it.
#[must_use]
pub fn run_info() -> RunInfo {
    let spec =
        |name: &str, higher| MetricSpec { name: name.to_owned(), higher_is_better: Some(higher) };
    RunInfo {
        id: "driven".to_owned(),
        plugin: String::new(),
        seed: 1,
        granted: Vec::new(),
        n_epochs: EPOCHS,
        planned_iterations: Some(u64::from(EPOCHS * TRAIN)),
        train_batches: Some(TRAIN.into()),
        valid_batches: Some(VALID.into()),
        n_samples: Some((TRAIN * SIZE).into()),
        valid_samples: Some((VALID * SIZE).into()),
        metrics: vec![spec("train-loss", false), spec("valid-loss", false), spec("accuracy", true)],
        class_counts: vec![10, 10],
        groups: vec!["all".to_owned()],
        hypers: vec![Hyper { lr: 0.1, mom: Some(0.9), wd: 0.01, beta: Some(0.999) }],
        optimizer: "adam".to_owned(),
        true_wd: true,
    }
}
