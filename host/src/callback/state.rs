//! The state dict: what every callback may know at a hook. Its keys never change.

use serde::{Deserialize, Serialize};

use super::Phase;

/// The losses known at a hook; NaN where one does not exist yet.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Losses {
    /// As the model gave it, before any transform.
    #[serde(with = "crate::number")]
    pub raw: f64,
    /// After all transforms: what is back-propagated.
    #[serde(with = "crate::number")]
    pub last: f64,
    /// Exponential average of `raw` over training batches, beta 0.98, debiased.
    #[serde(with = "crate::number")]
    pub smooth: f64,
}

impl Losses {
    /// Before there is any.
    pub const NONE: Losses = Losses { raw: f64::NAN, last: f64::NAN, smooth: f64::NAN };
}

/// The hyper-parameters of one layer group; `None` where the optimizer has no such thing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hyper {
    /// Learning rate.
    #[serde(with = "crate::number")]
    pub lr: f64,
    /// Momentum of SGD and RMSprop, beta1 of Adam.
    #[serde(with = "crate::number::optional")]
    pub mom: Option<f64>,
    /// Weight decay: L2 or decoupled, as the run says.
    #[serde(with = "crate::number")]
    pub wd: f64,
    /// Beta2 of Adam, alpha of RMSprop.
    #[serde(with = "crate::number::optional")]
    pub beta: Option<f64>,
}

/// What a callback sees at a hook: counters always, the rest as far as its subscription reads it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State<'a> {
    /// The current epoch, from 0; in `finish` the number of epochs completed.
    pub epoch: u32,
    /// Index of the batch within its phase, from 0.
    pub num_batch: u32,
    /// Training batches completed before the current one.
    pub iteration: u64,
    /// Training samples in them.
    pub samples: u64,
    /// The loader of the current batch.
    pub phase: Phase,
    /// Samples in the current batch; 0 outside a batch.
    pub batch_size: u32,
    /// Only if the subscription reads losses.
    pub losses: Option<Losses>,
    /// The last validation was stopped early.
    pub partial: bool,
    /// In effect, one per layer group; empty unless the subscription reads them.
    pub hypers: &'a [Hyper],
    /// The metrics that the plan monitors, in its order; empty unless the subscription reads them.
    pub monitored: &'a [f64],
}

impl State<'_> {
    /// Before the first batch of a run.
    #[must_use]
    pub fn start() -> State<'static> {
        State {
            epoch: 0,
            num_batch: 0,
            iteration: 0,
            samples: 0,
            phase: Phase::Train,
            batch_size: 0,
            losses: None,
            partial: false,
            hypers: &[],
            monitored: &[],
        }
    }
}

/// Who asked the run to stop, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Stop {
    /// The asking callback's name in this run.
    pub by: String,
    /// In its own words.
    pub reason: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All epochs done.
    Completed,
    /// Callbacks, or the user, asked for it.
    Stopped(Vec<Stop>),
    /// The host failed: the message.
    Failed(String),
}
