//! Stops training after so many steps or samples, whichever comes first.
//!
//! A sandbox has no clock: time is counted in what was trained on, so that the same run stops at
//! the same place on every machine. A step is a training batch, also one whose gradients are kept
//! for the next, or that was left out; Composer counts both as `ba` and `sp`. It stops after the
//! batch that fills the measure, which may be in the middle of an epoch, and then that epoch has no
//! validation. Counters go on in a run that is resumed; one that had enough before stops at once.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Training batches after which it stops; 0: any number.
        steps: i64 = 0, min 0;
        /// Training samples after which it stops; 0: any number.
        samples: i64 = 0, min 0;
    }
}

/// Looks at the run's own counters: there is nothing to save.
pub struct MaxTime {
    steps: u64,
    samples: u64,
}

impl Callback for MaxTime {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        let limit = |param: i64| if param > 0 { param as u64 } else { u64::MAX };
        let (steps, samples) = (limit(params.steps), limit(params.samples));
        if steps == u64::MAX && samples == u64::MAX {
            return Err("there is no limit: set steps, samples, or both".to_owned());
        }
        Ok(Self { steps, samples })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::TrainBegin)
            .and_on(Hook::BatchEnd)
            .phase(Phase::Train)
            .powers([Power::Control])
    }

    fn on_train_begin(&mut self, state: &State) -> Answer {
        self.answer(state.iteration, state.samples)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        self.answer(state.iteration + 1, state.samples + u64::from(state.batch_size))
    }
}

impl MaxTime {
    fn answer(&self, steps: u64, samples: u64) -> Answer {
        let reason = if steps >= self.steps {
            format!("{steps} steps are done, and max-time is {}", self.steps)
        } else if samples >= self.samples {
            format!("{samples} samples are done, and max-time is {}", self.samples)
        } else {
            return signal::none();
        };
        Ok(vec![signal::stop_training(reason)])
    }
}

register!(MaxTime);

#[cfg(test)]
mod tests;
