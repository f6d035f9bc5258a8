//! The end of training, however it came.

use super::Callbacks;
use crate::callback::{Losses, Outcome, Phase};
use crate::train::data::Data;
use crate::train::error::{FitError, Result, caught};
use crate::train::learner::Learner;
use crate::train::slots::Slots;

impl Callbacks {
    /// Every callback hears how it ended; gives the outcome, or the error that it was.
    ///
    /// # Errors
    /// The error that ended the training, or the fault of a callback that must not be lost; what
    /// libtorch refuses of what callbacks asked for in their last word.
    pub fn finish(&mut self, learner: &mut Learner, data: &Data, ended: Result) -> Result<Outcome> {
        // It may have ended within a validation.
        let back = self.put_weights_back(learner).and_then(|()| self.put_aside_back(learner));
        self.bench.land();
        // What a checkpoint after this will hold.
        self.handler.save();
        let ended = match self.handler.fatal() {
            Some(fault) if ended.is_ok() => Err(FitError::Fault(fault.clone())),
            _ => ended.and(back),
        };
        let outcome = match &ended {
            Err(error) => Outcome::Failed(error.to_string()),
            Ok(()) => self.outcome(),
        };
        let losses = self.flight.losses(None, &self.smooth).ok().filter(|_| self.tracks);
        let state = self.handler.state_mut();
        (state.epoch, state.phase, state.batch_size) = (self.position.epoch, Phase::Train, 0);
        self.handler.finish(&outcome, losses.unwrap_or(Losses::NONE));
        let done = caught(|| self.carry_out(learner, Some(data)));
        self.commit(learner);
        // Slots last as long as their stage.
        self.slots = Slots::default();
        self.bench.clear();
        ended.and(done).map(|()| outcome)
    }

    fn outcome(&self) -> Outcome {
        let stops = self.handler.decisions().stop_training.clone();
        if stops.is_empty() { Outcome::Completed } else { Outcome::Stopped(stops) }
    }
}
