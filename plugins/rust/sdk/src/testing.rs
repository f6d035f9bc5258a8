//! A run and a state to test a plugin's logic with, natively:
//!
//! ```
//! use callbox_sdk::testing;
//! use callbox_sdk::types::{Run, State};
//!
//! let run = Run { planned_iterations: Some(1_000), ..testing::run() };
//! let state = State { iteration: 300, ..testing::state() };
//! # assert_eq!((run.n_epochs, state.epoch), (2, 0));
//! ```

use crate::about::Power;
use crate::types::{Grant, Hyper, MetricSpec, Phase, Run, State};

/// Two epochs of 50 batches of 64 samples, SGD with momentum 0.9 and lr 0.01 in one group, every
/// power granted without bounds; train-loss, valid-loss and accuracy can be monitored.
#[must_use]
pub fn run() -> Run {
    Run {
        id: "test".to_owned(),
        plugin: "test".to_owned(),
        seed: 0,
        granted: Power::ALL.map(|power| Grant { power: power.into(), min: None, max: None }).into(),
        n_epochs: 2,
        planned_iterations: Some(100),
        train_batches: Some(50),
        valid_batches: Some(10),
        n_samples: Some(3_200),
        valid_samples: Some(640),
        metrics: vec![
            metric("train-loss", false),
            metric("valid-loss", false),
            metric("accuracy", true),
        ],
        class_counts: Vec::new(),
        groups: vec!["all".to_owned()],
        hypers: vec![Hyper { lr: 0.01, mom: Some(0.9), wd: 0.0, beta: None }],
        optimizer: "sgd".to_owned(),
        true_wd: false,
        rank: 0,
        world_size: 1,
    }
}

/// The first batch of training, nothing filled in that costs.
#[must_use]
pub fn state() -> State {
    State {
        epoch: 0,
        num_batch: 0,
        iteration: 0,
        samples: 0,
        phase: Phase::Train,
        batch_size: 64,
        losses: None,
        partial: false,
        hypers: Vec::new(),
        monitored: Vec::new(),
    }
}

/// A tensor of this number: it can be passed around and compared. What asks the host about it gets
/// an error value, for natively there is no host.
#[cfg(feature = "tensors")]
#[must_use]
pub fn tensor(number: u64) -> crate::tensors::Tensor {
    number.into()
}

fn metric(name: &str, higher_is_better: bool) -> MetricSpec {
    MetricSpec { name: name.to_owned(), higher_is_better: Some(higher_is_better) }
}
