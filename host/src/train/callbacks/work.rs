//! An event's work: what callbacks asked for and only the training side can do.

use super::Callbacks;
use crate::callback::{Hook, SlotOp, Work};
use crate::random::Stream;
use crate::train::checkpoint;
use crate::train::data::Data;
use crate::train::error::{FitError, Result};
use crate::train::gradient_work;
use crate::train::learner::Learner;
use crate::train::line::Line;
use crate::train::refresh::refresh_norm_statistics;
use crate::train::slots::Snapshot;
use crate::train::torch::TorchError;

impl Callbacks {
    /// A hook occurs, and what it decided takes effect.
    pub(super) fn event(
        &mut self,
        hook: Hook,
        learner: &mut Learner,
        data: Option<&Data>,
    ) -> Result {
        let (flight, smooth) = (&self.flight, &self.smooth);
        self.handler.event(hook, || flight.losses(Some(hook), smooth))?;
        if let Some(hypers) = self.handler.take_moved_hypers() {
            learner.put_hypers(hypers)?;
        }
        self.carry_out(learner, data)?;
        if !hook.is_in_batch() {
            self.bench.clear();
        }
        Ok(())
    }

    /// Does what the last event asked for, in the order of [`Work`]'s fields.
    pub(super) fn carry_out(&mut self, learner: &mut Learner, data: Option<&Data>) -> Result {
        let Some(work) = self.handler.take_work() else { return Ok(()) };
        let Work { gradients, trainable, norm_frozen, slots, .. } = *work;
        let refused = FitError::line("what callbacks asked for");
        if let Some(work) = gradients {
            let steps = self.runs(Line::Step) && !learner.overflowed();
            let seed = self.noise_seed();
            let params = learner.model.params();
            gradient_work::apply(&work, params, steps, seed).map_err(&refused)?;
        }
        for (group, on) in trainable {
            let params = learner.model.params();
            params.set_requires_grad(group as usize, on).map_err(&refused)?;
        }
        for (group, frozen) in norm_frozen {
            learner.model.params().set_norm_frozen(group as usize, frozen);
        }
        for (author, op) in slots {
            self.use_slot(author, &op, learner)?;
        }
        if let Some(data) = data.filter(|_| work.refresh_norms) {
            // On an error the old ones stand; what a callback wished for does not end the run.
            refresh_norm_statistics(learner, &data.train).unwrap_or_else(|error| {
                self.notice(&format!("running statistics stay as they were: {error}"));
            });
        }
        if let Some(data) = data.filter(|_| !work.sample_weights.is_empty()) {
            work.sample_weights.iter().for_each(|(author, _)| self.is_back(*author));
            let authors = work.sample_weights.iter();
            let names = authors.map(|(author, _)| self.handler.members()[*author].name.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            self.sampling.put(work.sample_weights, &data.train).unwrap_or_else(|error| {
                self.notice(&format!("sample weights of {names} change nothing: {error}"));
            });
        }
        self.due.extend(work.checkpoints);
        Ok(())
    }

    /// Of the noise on this batch's gradients.
    fn noise_seed(&self) -> u64 {
        let state = self.handler.state();
        let before = self.spec.epochs_before;
        Stream::new(self.spec.seed, "gradient-noise", state.iteration, before).bits()
    }

    fn use_slot(&mut self, author: usize, op: &SlotOp, learner: &mut Learner) -> Result {
        let refused = FitError::line("slot");
        let SlotOp::EvaluateWith(name) = op else {
            let done = self.slots.carry_out(author, op, learner);
            // A copy that finds no memory is not made; one that was put back by half is an error.
            return match done {
                Err(error) if !op.replaces_weights() => {
                    self.lose_slot(author, op, &error);
                    Ok(())
                }
                done => done.map_err(&refused),
            };
        };
        let Some(slot) = self.slots.get(author, name) else { return Ok(()) };
        // Kept before anything is changed: whatever fails from here on, they are put back. Of two
        // slots the last one is evaluated, and what is trained is not the first one's.
        if self.trained_weights.is_none() {
            match Snapshot::weights_only(learner) {
                Ok(weights) => self.trained_weights = Some(weights),
                Err(error) => {
                    let who = &self.handler.members()[author].name;
                    self.notice(&format!("plugin `{who}`: slot evaluate-with {name}: {error}"));
                    return Ok(());
                }
            }
        }
        slot.adopt(learner).map_err(&refused)
    }

    /// A copy that was not made, or made by half, is none.
    fn lose_slot(&mut self, author: usize, op: &SlotOp, error: &TorchError) {
        let who = &self.handler.members()[author].name;
        self.notice(&format!("plugin `{who}`: slot {} {}: {error}", op.name(), op.slot()));
        self.slots.lose(author, op.slot());
        self.handler.forget_slot(author, op.slot());
    }

    /// A commit point: nothing is in flight, and counters say what was consumed.
    pub(super) fn commit(&mut self, learner: &Learner) {
        if self.due.is_empty() {
            return;
        }
        let due = std::mem::take(&mut self.due);
        let Some(folder) = self.folder.clone() else {
            return self.notice("no checkpoint: this run has no folder for them");
        };
        self.handler.save();
        for name in due {
            // A full disk does not end the training.
            if let Err(error) = checkpoint::save(&folder.join(&name), learner, self) {
                self.notice(&format!("the checkpoint `{name}` could not be written: {error}"));
            }
        }
    }
}
