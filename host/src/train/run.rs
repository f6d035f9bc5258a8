//! A run's name, seed and length, and what callbacks are told of it once.

use super::data::{Data, Loader};
use super::learner::Learner;
use super::optim::Hypers;
use super::random::Stream;
use crate::callback::{Hyper, MetricSpec, RunInfo};

/// What a run is called, what its randomness hangs on, and how long it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSpec {
    /// Its name.
    pub name: String,
    /// Of everything random.
    pub seed: u64,
    /// Epochs to train.
    pub epochs: u32,
}

impl RunSpec {
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
            planned_iterations: train_batches
                .map(|batches| batches.saturating_mul(u64::from(self.epochs))),
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

/// Seed of a callback's own random stream, from the run's seed and its name.
#[must_use]
pub fn callback_seed(seed: u64, name: &str) -> u64 {
    // Apart from the streams of the run itself, such as `shuffle`.
    Stream::new(seed, &format!("plugin:{name}"), 0, 0).bits()
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
