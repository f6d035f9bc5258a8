//! The named points of the training loop.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A named point of the loop, in the order in which they occur. The end of training is not among
/// them: [`Callback::finish`](super::Callback::finish) has a signature of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hook {
    /// Once, after every callback's start.
    TrainBegin,
    /// Before the first batch of an epoch.
    EpochBegin,
    /// A batch is on the device, the model has not seen it.
    BatchBegin,
    /// The model's output exists, the loss does not.
    LossBegin,
    /// The loss exists, gradients do not.
    BackwardBegin,
    /// Gradients exist, unless backward was skipped; the optimizer has not stepped.
    BackwardEnd,
    /// The optimizer has stepped, or its step was skipped; gradients are not yet cleared.
    StepEnd,
    /// The batch is done.
    BatchEnd,
    /// Before the first validation batch.
    ValidBegin,
    /// Validation loss and metrics are final, or marked partial.
    ValidEnd,
    /// The epoch, its validation included, is done.
    EpochEnd,
}

impl Hook {
    /// Every hook, in the order in which they occur.
    pub const ALL: [Hook; 11] = [
        Hook::TrainBegin,
        Hook::EpochBegin,
        Hook::BatchBegin,
        Hook::LossBegin,
        Hook::BackwardBegin,
        Hook::BackwardEnd,
        Hook::StepEnd,
        Hook::BatchEnd,
        Hook::ValidBegin,
        Hook::ValidEnd,
        Hook::EpochEnd,
    ];

    /// Its name in the contract, in records and on screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Hook::TrainBegin => "train-begin",
            Hook::EpochBegin => "epoch-begin",
            Hook::BatchBegin => "batch-begin",
            Hook::LossBegin => "loss-begin",
            Hook::BackwardBegin => "backward-begin",
            Hook::BackwardEnd => "backward-end",
            Hook::StepEnd => "step-end",
            Hook::BatchEnd => "batch-end",
            Hook::ValidBegin => "valid-begin",
            Hook::ValidEnd => "valid-end",
            Hook::EpochEnd => "epoch-end",
        }
    }

    /// Whether it occurs once per batch.
    #[must_use]
    pub fn is_in_batch(self) -> bool {
        (Hook::BatchBegin..=Hook::BatchEnd).contains(&self)
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which loader feeds the current batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The training loader; gradients exist.
    #[default]
    Train,
    /// The validation loader.
    Valid,
    /// A loader that is only evaluated.
    Test,
}

impl Phase {
    /// Its name in the contract and in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Phase::Train => "train",
            Phase::Valid => "valid",
            Phase::Test => "test",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
