//! A run's name, seed and length, and what callbacks are told of it once.

use super::data::{Data, Loader};
use super::learner::Learner;
use super::optim::Hypers;
use crate::callback::{Hyper, MetricSpec, RunInfo};

/// What a run is called, what its randomness hangs on, and how long it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunSpec {
    /// Its name.
    pub name: String,
    /// Of everything random.
    pub seed: u64,
    /// Epochs to train.
    pub epochs: u32,
    /// Training batches after which it ends, wherever in an epoch that is.
    pub max_steps: Option<u64>,
    /// Training batches between two validations, instead of one after every epoch.
    pub validate_every: Option<u64>,
    /// Epochs of this data that were trained before, by earlier stages: the order of the data goes
    /// on where they stopped.
    pub epochs_before: u64,
}

impl RunSpec {
    /// Training batches in all, where that is known.
    #[must_use]
    pub fn planned_iterations(&self, data: &Data) -> Option<u64> {
        let per_epoch = data.train.batches_per_epoch().map(|batches| batches as u64);
        let epochs = per_epoch.map(|batches| batches.saturating_mul(self.epochs.into()));
        match (epochs, self.max_steps) {
            (Some(epochs), Some(steps)) => Some(epochs.min(steps)),
            (epochs, steps) => epochs.or(steps),
        }
    }

    /// What callbacks are told; each gets its own name, seed and grants on top.
    #[must_use]
    pub fn info(&self, learner: &Learner, data: &Data) -> RunInfo {
        let optimizer = &learner.optimizer;
        let train_batches = data.train.batches_per_epoch().map(|batches| batches as u64);
        let valid = data.valid.as_ref();
        RunInfo {
            id: self.name.clone(),
            plugin: String::new(),
            seed: self.seed,
            granted: Vec::new(),
            n_epochs: self.epochs,
            planned_iterations: self.planned_iterations(data),
            train_batches,
            valid_batches: valid.and_then(Loader::batches_per_epoch).map(|batches| batches as u64),
            n_samples: data.train.samples().map(|samples| samples as u64),
            valid_samples: valid.and_then(Loader::samples).map(|samples| samples as u64),
            metrics: metric_specs(learner),
            class_counts: data.train.class_counts().to_vec(),
            groups: optimizer.groups().map(str::to_owned).collect(),
            hypers: optimizer.hypers().iter().map(hyper).collect(),
            optimizer: optimizer.kind().name().to_owned(),
            true_wd: optimizer.true_wd(),
        }
    }
}

fn hyper(from: &Hypers) -> Hyper {
    Hyper { lr: from.lr, mom: Some(from.mom), wd: from.wd, beta: from.beta }
}

/// The losses, then the learner's own metrics.
fn metric_specs(learner: &Learner) -> Vec<MetricSpec> {
    let spec =
        |name: &str, higher| MetricSpec { name: name.to_owned(), higher_is_better: Some(higher) };
    let own = learner.metrics.iter().map(|metric| spec(metric.name(), metric.higher_is_better()));
    [spec("train-loss", false), spec("valid-loss", false)].into_iter().chain(own).collect()
}
