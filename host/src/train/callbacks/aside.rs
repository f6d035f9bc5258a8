//! What a validation must leave as it was: counters, hidden state, random generators, weights.

use super::Callbacks;
use crate::callback::{Phase, State};
use crate::train::error::{FitError, Result};
use crate::train::learner::Learner;
use crate::train::random_states::RandomStates;
use tch::Tensor;

/// Put aside when a validation begins.
pub(super) struct Aside {
    num_batch: u32,
    /// `None`: it was not yet put aside.
    hidden: Option<Vec<Tensor>>,
    random: RandomStates,
}

impl Aside {
    pub(super) fn take(learner: &Learner, state: &State<'_>) -> Result<Self> {
        let refused = FitError::line("validation");
        let device = learner.model.params().device();
        let random = RandomStates::of(device).map_err(&refused)?;
        Ok(Aside { num_batch: state.num_batch, hidden: None, random })
    }

    /// The pass begins without a hidden state. After its first hook: what is restored there is
    /// training's own.
    pub(super) fn put_hidden(&mut self, learner: &mut Learner) -> Result {
        self.hidden = Some(learner.hidden());
        learner.set_hidden(&[]).map_err(FitError::line("validation"))
    }

    /// The state dict goes on in training where it was.
    pub(super) fn count_on(&self, state: &mut State<'static>) {
        (state.phase, state.num_batch, state.batch_size) = (Phase::Train, self.num_batch, 0);
    }
}

impl Callbacks {
    /// Hidden state and generators, as they were before the pass.
    pub(super) fn put_aside_back(&mut self, learner: &mut Learner) -> Result {
        let Some(aside) = &self.aside else { return Ok(()) };
        let refused = FitError::line("validation");
        if let Some(hidden) = &aside.hidden {
            learner.set_hidden(hidden).map_err(&refused)?;
        }
        aside.random.put_back().map_err(&refused)
    }

    /// The weights that are trained take their place again, if a slot was evaluated in it.
    pub(super) fn put_weights_back(&mut self, learner: &mut Learner) -> Result {
        match self.trained_weights.take() {
            Some(weights) => weights.adopt(learner).map_err(FitError::line("slot")),
            None => Ok(()),
        }
    }
}
