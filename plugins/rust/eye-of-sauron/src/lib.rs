//! The eye that sees everything and touches nothing.
//!
//! The training loop is five lines of mathematics, and it never changes:
//!
//! ```text
//! for batch in data {
//!     let output = model(batch.input);          //  the forward pass
//!     let loss = loss_of(output, batch.target); //  one number to make smaller
//!     loss.backward();                          //  gradients: which way is down
//!     optimizer.step();                         //  go there
//!     optimizer.zero();                         //  forget the way
//! }
//! ```
//!
//! Between every two of these lines stands a hook, and whatever else training needs is said there:
//! a schedule, a guard, a record, a change of heart. This plugin stands at every one of them and
//! tells what it sees. Read it from top to bottom, and you have walked through one epoch and know
//! every place where your own idea could stand.
//!
//! A hook is handed the state of the loop, the same for all plugins, and answers with signals:
//! wishes, which the host checks, merges with those of the others and carries out in one step.
//! Nothing can be changed in any other way. That is why you can run a plugin without trusting it,
//! and why the order in which plugins are called never matters.
//!
//! This plugin wishes nothing. It writes to the log at level debug, at every n-th occurrence of
//! each hook.

use callbox_sdk::prelude::*;

params! {
    /// First the part that users meet: each field is a setting in their run file, with its default
    /// and its bounds. The host checks what they write; what arrives in [`Callback::start`] is in
    /// order.
    pub struct Params {
        /// Log every n-th occurrence of each hook.
        every: u32 = 1, min 1;
    }
}

/// Then what the plugin remembers between two calls: here what it was told, and how often it
/// looked.
pub struct EyeOfSauron {
    every: u32,
    seen: u64,
}

impl Callback for EyeOfSauron {
    type Params = Params;

    /// Asked before there is any run: who are you, and what is the most that you might do? Name,
    /// version and summary come from `Cargo.toml`. A schedule would add `.needs([Power::Lr])`:
    /// without that power it has no work. This plugin asks for no power at all, so the host will
    /// let it do nothing at all.
    fn about() -> Descriptor {
        about!()
    }

    /// A run is about to begin. Everything that stays the same for its whole length is in `run`:
    /// how many epochs and batches are planned, the optimizer and its layer groups, the metrics
    /// that exist, what the user granted. This is the place to refuse, with a sentence that tells
    /// the user what to do instead.
    fn start(run: &Run, params: Params) -> Result<Self, String> {
        log::debug!("{} plans {} epochs with {}", run.id, run.n_epochs, run.optimizer);
        Ok(Self { every: params.every, seen: 0 })
    }

    /// And then: when shall I call you? A plugin pays for what it subscribes to and for nothing
    /// else. An event that is not in the plan does not reach it; a part of the state that is not
    /// read is not filled in. Losses are dear on a GPU, since they wait for it. (`LATE` says that
    /// those of the batch before will do; for now it changes nothing.)
    fn plan(&self) -> Plan {
        let all = Hook::ALL.into_iter().fold(Plan::default(), |plan, hook| {
            let reads = match hook {
                Hook::BatchEnd => Reads::LOSSES | Reads::LATE,
                Hook::StepEnd => Reads::HYPERS,
                Hook::EpochEnd => Reads::MONITORED,
                _ => Reads::empty(),
            };
            plan.and_on(hook).every(self.every).reads(reads)
        });
        all.monitors(["train-loss"])
    }

    /// Training begins. Every plugin has started, nothing has been learnt.
    ///
    /// *Use it* to set the first value of a schedule, to freeze the body of a pretrained model, to
    /// copy the weights that you will want back. *Answer* with hyper-parameters, `set_trainable`,
    /// `snapshot`, `sample_weights`.
    fn on_train_begin(&mut self, state: &State) -> Answer {
        self.see("training begins", state)
    }

    /// An epoch begins.
    ///
    /// *Use it* to reset what you count per epoch, to unfreeze a group when its time has come, to
    /// leave out the validation of the first epochs. *Answer* with hyper-parameters,
    /// `set_trainable`, `skip_validation`.
    fn on_epoch_begin(&mut self, state: &State) -> Answer {
        self.see("an epoch begins", state)
    }

    /// A batch lies on the device, and the model has not seen it. Batches of training and of
    /// validation both pass here; `state.phase` says which this is, and a plan may ask for one of
    /// them only.
    ///
    /// *Use it* to leave a batch out, or to change it: mixup mixes its samples here, with the
    /// optional export `transform`. *Answer* with `skip_batch`, or `keep_gradients` when several
    /// batches shall make one step.
    fn on_batch_begin(&mut self, state: &State) -> Answer {
        self.see("a batch begins", state)
    }

    /// The model has answered; how wrong it is, nobody has asked yet.
    ///
    /// *Use it* to look at activations, or to change the output: this is where half precision
    /// became full again. *Answer* with `skip_batch`, which is still in time here.
    fn on_loss_begin(&mut self, state: &State) -> Answer {
        self.see("the output is there", state)
    }

    /// The loss is there, as the model gave it: `losses.raw`. Transforms that add to it, such as
    /// the regularisation of an RNN, come right after this hook, so `losses.last` is not known
    /// before the next one. Validation ends its batches without gradients: from here to the
    /// optimizer's step, the phase is training.
    ///
    /// *Use it* to record the loss, to save the work of a backward pass on a batch that has nothing
    /// to teach. *Answer* with `skip_backward`, `skip_step`, `keep_gradients`.
    fn on_backward_begin(&mut self, state: &State) -> Answer {
        self.see("the loss is there", state)
    }

    /// The gradients are there, and the optimizer has not moved. Whatever a plugin sees here are
    /// true gradients, also in mixed precision.
    ///
    /// *Use it* to clip, to add noise, to refuse a step that would ruin the weights. *Answer* with
    /// `clip_grad_norm`, `clip_grad_value`, `clip_grad_adaptive`, `scale_grad`, `noise_grad`,
    /// `skip_step`.
    fn on_backward_end(&mut self, state: &State) -> Answer {
        self.see("the gradients are there", state)
    }

    /// The optimizer has stepped, or was told not to. The gradients are still there, for a last
    /// look.
    ///
    /// *Use it* to compare weights with what they were, to follow the hyper-parameters that were in
    /// effect. *Answer* with `keep_gradients`, the last moment for it.
    fn on_step_end(&mut self, state: &State) -> Answer {
        match state.hypers.last() {
            Some(head) => {
                self.see(&format!("the step is done, with lr {}", number::short(head.lr)), state)
            }
            None => self.see("the step is done", state),
        }
    }

    /// The batch is done. `state.iteration` does not yet count it.
    ///
    /// *Use it* for most things: a schedule sets the values of the next batch, an LR finder sees
    /// that the loss has run away, an average of the weights takes one more of them in. In
    /// validation, one may see that this pass can no longer become the best. *Answer* with
    /// hyper-parameters, `blend`, `restore`, `validate_now`, `stop_epoch`, `stop_validation`,
    /// `stop_training`, `checkpoint`.
    fn on_batch_end(&mut self, state: &State) -> Answer {
        match state.losses {
            Some(losses) => {
                let loss = number::short(losses.smooth);
                self.see(&format!("a batch is done, loss {loss}"), state)
            }
            None => self.see("a batch is done", state),
        }
    }

    /// Training pauses for a validation: at the end of the epoch, or in its midst when a plugin
    /// asked for it.
    ///
    /// *Use it* to validate other weights than the current ones, such as their average. *Answer*
    /// with `evaluate_with`, `refresh_norm_statistics`, or `stop_validation` if this one is not
    /// worth its time.
    fn on_valid_begin(&mut self, state: &State) -> Answer {
        self.see("validation begins", state)
    }

    /// Validation loss and metrics are final, unless `state.partial` says that the pass was cut
    /// short: such numbers should never count as the best.
    ///
    /// *Use it* to compare with the best so far. *Answer* with `checkpoint`, `report`, `table`,
    /// hyper-parameters.
    fn on_valid_end(&mut self, state: &State) -> Answer {
        self.see("validation is done", state)
    }

    /// The epoch is done, with its validation where it had one.
    ///
    /// *Use it* to stop when nothing gets better, to lower the learning rate, to keep the best
    /// weights. *Answer* with `stop_training`, hyper-parameters, slots, `sample_weights`,
    /// `checkpoint`, `report`.
    fn on_epoch_end(&mut self, state: &State) -> Answer {
        match state.monitored.first() {
            Some(loss) => {
                let loss = number::short(*loss);
                self.see(&format!("the epoch is done, train-loss {loss}"), state)
            }
            None => self.see("the epoch is done", state),
        }
    }

    /// It is over: all epochs done, or a plugin stopped it, or the host failed, and `outcome` says
    /// which. This needs no subscription, and it comes after an error too.
    ///
    /// *Use it* to clean up and to conclude. *Answer* with `adopt` for the weights that shall
    /// remain, with `checkpoint`, or with a `report` about the whole run, such as an LR finder's
    /// suggestion.
    fn on_finish(&mut self, state: &State, outcome: &Outcome) -> Answer {
        match outcome {
            Outcome::Completed => self.see("all epochs are done", state),
            Outcome::Stopped(by) => self.see(&format!("stopped by {} callbacks", by.len()), state),
            Outcome::Failed(why) => self.see(&format!("failed: {why}"), state),
        }
    }

    /// Training may be interrupted and go on tomorrow, or go on in a moment with a fresh copy of a
    /// plugin that broke. What shall not be lost is written here ...
    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&self.seen))
    }

    /// ... and read here, after `start`.
    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        self.seen = saved::from_bytes(saved)?;
        Ok(())
    }
}

impl EyeOfSauron {
    /// One line per look, and no wishes.
    fn see(&mut self, what: &str, state: &State) -> Answer {
        self.seen += 1;
        let State { epoch, num_batch, iteration, phase, .. } = state;
        let phase = phase.name();
        log::debug!("{what} (epoch {epoch}, {phase} batch {num_batch}, iteration {iteration})");
        signal::none()
    }
}

// At last the one line that makes the type above a plugin. `cargo build --release --target
// wasm32-unknown-unknown`, copy the .wasm file into the drop folder, and the eye opens.
register!(EyeOfSauron);

#[cfg(test)]
mod tests {
    use callbox_sdk::testing;

    use super::*;

    #[test]
    fn it_looks_everywhere_and_wishes_nothing() {
        let mut eye =
            EyeOfSauron::start(&testing::run(), Params { every: 3 }).expect("it refuses no run");

        let plan = eye.plan();
        assert_eq!(plan.subscriptions.len(), Hook::ALL.len());
        assert!(plan.subscriptions.iter().all(|subscription| subscription.every == 3));
        assert!(plan.powers.is_empty());
        assert_eq!(eye.on_batch_end(&testing::state()), Ok(vec![]));
        assert_eq!(eye.on_finish(&testing::state(), &Outcome::Completed), Ok(vec![]));
        assert_eq!(eye.seen, 2);
    }
}
