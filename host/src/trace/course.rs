//! Whether a recorded hook still occurs after what the plugins of a play decided.
//!
//! What the run would have done instead is not known: a batch that is left out was trained in the recorded
//! run, and what came after it is told as it was recorded.

use crate::callback::{Decisions, Hook, Phase};

/// Where in the loop a play is, as far as decisions change its course.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// This batch is left: only its batch-end is still to come.
    leaves_batch: bool,
    /// A batch has begun and not ended.
    in_batch: bool,
    /// The run ends within this epoch's training.
    is_cut: bool,
}

impl Course {
    /// Whether this hook occurs.
    pub(super) fn occurs(
        &mut self,
        hook: Hook,
        phase: Phase,
        decisions: &Decisions,
        stopping: bool,
    ) -> bool {
        match hook {
            Hook::TrainBegin => true,
            Hook::EpochBegin => !stopping,
            Hook::BatchBegin => self.batch_begins(phase, decisions, stopping),
            Hook::BatchEnd => std::mem::take(&mut self.in_batch),
            _ if hook.is_in_batch() => {
                self.leaves_batch |= decisions.skip_batch;
                self.in_batch && !self.leaves_batch
            }
            Hook::ValidBegin | Hook::ValidEnd => !stopping && !decisions.skip_validation,
            _ => true,
        }
    }

    fn batch_begins(&mut self, phase: Phase, decisions: &Decisions, stopping: bool) -> bool {
        let left = match phase {
            Phase::Train => decisions.stop_epoch,
            Phase::Valid | Phase::Test => decisions.stop_validation || decisions.skip_validation,
        };
        self.leaves_batch = false;
        self.in_batch = !left && !stopping;
        self.is_cut |= stopping && phase == Phase::Train;
        self.in_batch
    }

    /// Whether the run ended within an epoch's training.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }
}
