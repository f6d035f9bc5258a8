//! What comes next, as callbacks decided: which epoch, which batches, which of the loop's lines.

use super::Callbacks;
use crate::callback::Phase;
use crate::train::data::Draw;
use crate::train::line::Line;

impl Callbacks {
    /// The next epoch, from 0; `None`: the training is over.
    #[must_use]
    pub fn next_epoch(&self) -> Option<u32> {
        let goes_on = !self.is_stopping() && !self.is_spent() && self.begun < self.spec.epochs;
        goes_on.then_some(self.begun)
    }

    /// All training batches that were planned are done.
    pub(super) fn is_spent(&self) -> bool {
        self.spec.max_steps.is_some_and(|steps| self.handler.state().iteration >= steps)
    }

    /// From where in the data a pass draws its batches.
    #[must_use]
    pub fn draw(&self, phase: Phase) -> Draw {
        let epoch = self.spec.epochs_before + u64::from(self.epoch());
        let weights = self.sampling.weights().filter(|_| phase == Phase::Train);
        Draw { weights, ..Draw::of(epoch) }
    }

    /// Whether this epoch ends with a validation.
    #[must_use]
    pub fn validates(&self) -> bool {
        let by_steps = self.spec.validate_every.is_some();
        self.can_validate() && !self.has_just_validated() && (!by_steps || self.is_last_epoch())
    }

    /// The same weights need not be measured twice, if they were measured as a whole.
    fn has_just_validated(&self) -> bool {
        let state = self.handler.state();
        self.validated_at == Some(state.iteration) && !state.partial
    }

    /// Where validations come by steps, what was trained last is measured all the same.
    fn is_last_epoch(&self) -> bool {
        self.begun >= self.spec.epochs || self.is_spent()
    }

    /// Whether a validation takes place here, within the epoch.
    #[must_use]
    pub fn validates_now(&self) -> bool {
        let iteration = self.handler.state().iteration;
        let is_due = |every: u64| every > 0 && iteration.is_multiple_of(every);
        let asked = self.handler.decisions().validate_now;
        self.is_training()
            && self.can_validate()
            && (asked || self.spec.validate_every.is_some_and(is_due))
    }

    fn can_validate(&self) -> bool {
        self.has_valid && !self.is_stopping() && !self.handler.decisions().skip_validation
    }

    /// Whether this pass ends before its next batch.
    #[must_use]
    pub fn leaves(&self, phase: Phase) -> bool {
        let decisions = self.handler.decisions();
        let asked = match phase {
            Phase::Train => decisions.stop_epoch || self.is_spent(),
            Phase::Valid | Phase::Test => decisions.stop_validation,
        };
        asked || self.is_stopping()
    }

    /// Whether a line of this batch runs.
    #[must_use]
    pub fn runs(&self, line: Line) -> bool {
        let decisions = self.handler.decisions();
        let training = self.is_training();
        match line {
            Line::Forward | Line::Loss => !decisions.skip_batch,
            Line::Backward => training && !decisions.skip_backward,
            // Gradients that were kept are stepped on although this batch adds none.
            Line::Step => {
                training && !decisions.skip_step && (self.pending || !decisions.skip_backward)
            }
            Line::Zero => training && !decisions.keep_gradients,
        }
    }
}
