//! Stops training as soon as the loss is good enough.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Training stops when the smoothed loss is below this.
        below: f64 = 0.05, min 0.0;
    }
}

/// A plugin: made when a run begins, called at the hooks that its plan names.
pub struct MyPlugin {
    /// As the user set them.
    pub params: Params,
}

impl Callback for MyPlugin {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self { params })
    }

    fn plan(&self) -> Plan {
        Plan::default()
            // [hook train-begin]
            .and_on(Hook::TrainBegin)
            // [/hook]
            // [hook epoch-begin]
            .and_on(Hook::EpochBegin)
            // [/hook]
            // [hook batch-begin]
            .and_on(Hook::BatchBegin)
            // [/hook]
            // [hook loss-begin]
            .and_on(Hook::LossBegin)
            // [/hook]
            // [hook backward-begin]
            .and_on(Hook::BackwardBegin)
            // [/hook]
            // [hook backward-end]
            .and_on(Hook::BackwardEnd)
            // [/hook]
            // [hook step-end]
            .and_on(Hook::StepEnd)
            // [/hook]
            // [hook batch-end]
            .and_on(Hook::BatchEnd)
            .phase(Phase::Train)
            .reads(Reads::LOSSES)
            // [/hook]
            // [hook valid-begin]
            .and_on(Hook::ValidBegin)
            // [/hook]
            // [hook valid-end]
            .and_on(Hook::ValidEnd)
            // [/hook]
            // [hook epoch-end]
            .and_on(Hook::EpochEnd)
            // [/hook]
            .powers([Power::Control])
    }
    // [hook train-begin]

    /// Once, after every plugin was made.
    fn on_train_begin(&mut self, state: &State) -> Answer {
        log::debug!("train-begin of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook epoch-begin]

    /// Before the first batch of an epoch.
    fn on_epoch_begin(&mut self, state: &State) -> Answer {
        log::debug!("epoch-begin of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook batch-begin]

    /// A batch is on the device, the model has not seen it.
    fn on_batch_begin(&mut self, state: &State) -> Answer {
        log::debug!("batch-begin of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook loss-begin]

    /// The model's output exists, the loss does not.
    fn on_loss_begin(&mut self, state: &State) -> Answer {
        log::debug!("loss-begin of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook backward-begin]

    /// The loss exists, gradients do not.
    fn on_backward_begin(&mut self, state: &State) -> Answer {
        log::debug!("backward-begin of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook backward-end]

    /// Gradients exist, the optimizer has not stepped.
    fn on_backward_end(&mut self, state: &State) -> Answer {
        log::debug!("backward-end of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook step-end]

    /// The optimizer has stepped, or its step was skipped.
    fn on_step_end(&mut self, state: &State) -> Answer {
        log::debug!("step-end of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook batch-end]

    /// The batch is done.
    fn on_batch_end(&mut self, state: &State) -> Answer {
        match state.losses {
            Some(losses) if losses.smooth < self.params.below => {
                Ok(vec![signal::stop_training("the loss is good enough")])
            }
            _ => signal::none(),
        }
    }
    // [/hook]
    // [hook valid-begin]

    /// Before the first validation batch.
    fn on_valid_begin(&mut self, state: &State) -> Answer {
        log::debug!("valid-begin of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook valid-end]

    /// Validation loss and metrics are final, or marked partial.
    fn on_valid_end(&mut self, state: &State) -> Answer {
        log::debug!("valid-end of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook epoch-end]

    /// The epoch, its validation included, is done.
    fn on_epoch_end(&mut self, state: &State) -> Answer {
        log::debug!("epoch-end of epoch {}, iteration {}", state.epoch, state.iteration);
        signal::none()
    }
    // [/hook]
    // [hook finish]

    /// The end of training.
    fn on_finish(&mut self, state: &State, outcome: &Outcome) -> Answer {
        let how = match outcome {
            Outcome::Completed => "completed",
            Outcome::Stopped(_) => "stopped",
            Outcome::Failed(_) => "failed",
        };
        log::debug!("{how} after {} epochs", state.epoch);
        signal::none()
    }
    // [/hook]
}

register!(MyPlugin);

#[cfg(test)]
mod tests {
    use super::*;
    use callbox_sdk::testing;

    #[test]
    fn it_asks_for_what_it_uses() {
        let plugin = MyPlugin::start(&testing::run(), Params { below: 0.5 }).unwrap();
        assert_eq!(plugin.params.below, 0.5);
        assert_eq!(plugin.plan().powers, MyPlugin::about().needs);
    }
    // [hook batch-end]

    #[test]
    fn it_stops_below_its_bound() {
        let mut plugin = MyPlugin::start(&testing::run(), Params { below: 0.5 }).unwrap();
        let losses = |smooth| Some(Losses { raw: smooth, last: smooth, smooth });
        let high = plugin.on_batch_end(&State { losses: losses(0.6), ..testing::state() });
        assert_eq!(high, signal::none());
        let low = plugin.on_batch_end(&State { losses: losses(0.4), ..testing::state() });
        assert_eq!(low, Ok(vec![signal::stop_training("the loss is good enough")]));
    }
    // [/hook]
}
