//! Skips validation in the first epochs, where its numbers are known to be bad.
//!
//! Nothing is stopped on its way, so that every number that there is, is exact. What counts epochs
//! by validations, as early-stopping and reduce-on-plateau do, begins to count after them.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Epochs without validation.
        epochs: u32 = 1;
    }
}

/// Looks at the epoch's number alone: there is nothing to save.
pub struct SkipFirstValidations {
    epochs: u32,
    has_validation: bool,
}

impl Callback for SkipFirstValidations {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control])
    }

    fn start(run: &Run, Params { epochs }: Params) -> Result<Self, String> {
        if epochs >= run.n_epochs {
            log::warn!("all {} epochs of this run go without validation", run.n_epochs);
        }
        Ok(Self { epochs, has_validation: run.valid_batches.is_some() })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::default().powers([Power::Control]);
        if self.has_validation { plan.and_on(Hook::EpochBegin) } else { plan }
    }

    fn on_epoch_begin(&mut self, state: &State) -> Answer {
        let skips = state.epoch < self.epochs;
        Ok(if skips { vec![signal::skip_validation()] } else { Vec::new() })
    }
}

register!(SkipFirstValidations);

#[cfg(test)]
mod tests;
