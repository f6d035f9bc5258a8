//! The trait that a plugin implements.

use crate::params::Parameters;
use crate::types::{Descriptor, Outcome, Plan, Run, Signal, State};

/// What a hook gives back: signals for the loop, or a sentence that is journaled as this plugin's
/// violation.
pub type Answer = Result<Vec<Signal>, String>;

/// A plugin: made when a run begins, called at the hooks that its plan names, gone when the run
/// ends.
///
/// Every hook has a default that answers nothing, so that a plugin holds only what it is about.
/// What may be answered where is in the table beside `on-event` in `wit/callback.wit`.
#[allow(unused_variables, reason = "the defaults answer nothing, and the names document")]
pub trait Callback: Sized + 'static {
    /// What the user may set: declared with [`params!`](crate::params!), or `()` for nothing.
    type Params: Parameters;

    /// What the plugin is and the most that it may ask for. Usually `about!()` and its powers; the
    /// same every time.
    fn about() -> Descriptor;

    /// A run is about to begin or to go on.
    ///
    /// # Errors
    /// A sentence for the user: the plugin is refused with it.
    fn start(run: &Run, params: Self::Params) -> Result<Self, String>;

    /// When to call this plugin and what it will do. Called once, after `start`.
    fn plan(&self) -> Plan;

    /// Once, after every plugin's `start`.
    ///
    /// # Errors
    /// A sentence for the journal, as in every hook.
    fn on_train_begin(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// Before the first batch of an epoch.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_epoch_begin(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// A batch is on the device, the model has not seen it.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_batch_begin(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// The model's output exists, the loss does not.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_loss_begin(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// The loss exists, gradients do not.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_backward_begin(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// Gradients exist, the optimizer has not stepped.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_backward_end(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// The optimizer has stepped, or its step was skipped.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_step_end(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// The batch is done.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_batch_end(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// Before the first validation batch.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_valid_begin(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// Validation loss and metrics are final, or marked partial.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_valid_end(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// The epoch, its validation included, is done.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_epoch_end(&mut self, state: &State) -> Answer {
        Ok(Vec::new())
    }

    /// The end of training: once, also after an error or a stop. Needs no subscription.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_finish(&mut self, state: &State, outcome: &Outcome) -> Answer {
        Ok(Vec::new())
    }

    /// Everything needed to go on later; [`saved::to_bytes`](crate::saved::to_bytes) writes it.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }

    /// Goes on from what `save` wrote; [`saved::from_bytes`](crate::saved::from_bytes) reads it.
    ///
    /// # Errors
    /// A sentence for the user, when the bytes are not what `save` writes.
    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        Ok(())
    }
}
