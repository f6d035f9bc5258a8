//! The hooks, in the order in which they occur.

use std::sync::atomic::Ordering;
use std::time::Instant;

use tch::Tensor;

use super::Callbacks;
use super::aside::Aside;
use crate::callback::{Hook, Phase, Record};
use crate::train::data::{Batch, Data};
use crate::train::error::{FitError, Result};
use crate::train::learner::Learner;
use crate::train::line::Line;
use crate::train::model::Output;
use crate::train::position::Position;
use crate::train::precision::overflow_notice;

/// How often the smooth loss is read for those who only watch: it waits for the device.
const WATCH_EVERY: u32 = 10;

impl Callbacks {
    /// Once, after every callback's start.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn train_begin(&mut self, learner: &mut Learner, data: &Data) -> Result {
        self.handler.begin();
        let metrics = self.handler.metrics().names();
        self.emit(&Record::Begun { epochs: self.spec.epochs, metrics: &metrics });
        self.event(Hook::TrainBegin, learner, Some(data))
    }

    /// Before the first batch of an epoch.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn epoch_begin(&mut self, learner: &mut Learner, data: &Data, epoch: u32) -> Result {
        self.epoch_began = Instant::now();
        (self.validated, self.trained) = (false, false);
        self.begun = epoch + 1;
        self.handler.decisions_mut().next_epoch();
        self.handler.metrics_mut().next_epoch();
        self.weigh_without_the_gone(data)?;
        self.handler.state_mut().epoch = epoch;
        learner.set_hidden(&[]).map_err(FitError::line("hidden state"))?;
        self.begin_pass(Phase::Train)?;
        self.event(Hook::EpochBegin, learner, Some(data))
    }

    /// A batch is on the device; what comes back is what the model sees.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn batch_begin(&mut self, learner: &mut Learner, mut batch: Batch) -> Result<Batch> {
        self.handler.decisions_mut().next_batch();
        if self.is_training() {
            self.take_changes();
        }
        self.handler.between_batches();
        self.handler.state_mut().batch_size = u32::try_from(batch.size).unwrap_or(u32::MAX);
        self.flight.take_off();
        // What nobody can ask for need not be held.
        if self.uses_tensors || !self.is_training() {
            self.bench.take_off(&batch);
        }
        self.event(Hook::BatchBegin, learner, None)?;
        if self.runs(Line::Forward) && self.handler.transforms_at(Hook::BatchBegin) {
            let mut flow = self.bench.input_flow(batch.input, batch.target);
            self.handler.transform_input(&mut flow);
            (batch.input, batch.target) = flow.into_parts();
            self.bench.put_input(&batch.input, &batch.target);
        }
        Ok(batch)
    }

    /// The model's output; what comes back is what the loss sees.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn loss_begin(&mut self, learner: &mut Learner, mut output: Output) -> Result<Output> {
        if !self.uses_tensors {
            output.named.clear();
        }
        self.bench.put_output(&output);
        self.event(Hook::LossBegin, learner, None)?;
        if self.runs(Line::Loss) && self.handler.transforms_at(Hook::LossBegin) {
            let mut flow = self.bench.output_flow(output.main);
            self.handler.transform_output(&mut flow);
            output.main = flow.into_tensor();
            self.bench.put_transformed(&output.main);
        }
        Ok(output)
    }

    /// The loss; what comes back is what is back-propagated.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn backward_begin(&mut self, learner: &mut Learner, loss: Tensor) -> Result<Tensor> {
        let training = self.is_training();
        self.flight.put_raw(&loss, training)?;
        self.bench.put_loss(&loss);
        if self.tracks {
            let size = self.handler.state().batch_size;
            self.mean().add(&loss, size).map_err(FitError::line("loss"))?;
        }
        if !training {
            return Ok(loss);
        }
        if self.tracks {
            self.smooth.add(&loss).map_err(FitError::line("loss"))?;
        }
        self.skip_without_graph(&loss);
        self.event(Hook::BackwardBegin, learner, None)?;
        if !(self.runs(Line::Backward) && self.handler.transforms_at(Hook::BackwardBegin)) {
            return Ok(loss);
        }
        let mut flow = self.bench.loss_flow(loss);
        self.handler.transform_loss(&mut flow);
        let loss = flow.into_tensor();
        self.flight.put_changed(&loss)?;
        self.bench.put_loss(&loss);
        Ok(loss)
    }

    /// With every layer group frozen there is nothing to compute gradients of.
    fn skip_without_graph(&mut self, loss: &Tensor) {
        if loss.requires_grad() {
            return;
        }
        self.handler.decisions_mut().skip_backward = true;
        if !std::mem::replace(&mut self.said_frozen, true) {
            self.notice("every layer group is frozen: batches go by without gradients");
        }
    }

    /// Gradients exist, unless backward was skipped.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn backward_end(&mut self, learner: &mut Learner) -> Result {
        if !self.is_training() {
            return Ok(());
        }
        if let Some(scale) = learner.take_overflow() {
            self.notice(&overflow_notice(scale));
        }
        self.event(Hook::BackwardEnd, learner, None)
    }

    /// The optimizer has stepped, or its step was skipped.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn step_end(&mut self, learner: &mut Learner) -> Result {
        if !self.is_training() {
            return Ok(());
        }
        self.event(Hook::StepEnd, learner, None)?;
        self.pending = !self.runs(Line::Zero);
        Ok(())
    }

    /// The batch is done.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn batch_end(&mut self, learner: &mut Learner) -> Result {
        match self.runs(Line::Loss) {
            true if !self.is_training() => self.measure(learner)?,
            true => {}
            false => self.left_out += 1,
        }
        self.event(Hook::BatchEnd, learner, None)?;
        self.bench.land();
        self.advance()?;
        self.commit(learner);
        if self.interrupt.load(Ordering::Relaxed) && !self.is_stopping() {
            self.notice("interrupted: the run stops here; again to quit at once");
            self.handler.ask_to_stop("user", "interrupted");
        }
        Ok(())
    }

    /// Every metric takes in the batch, the run's own and those of callbacks.
    fn measure(&mut self, learner: &mut Learner) -> Result {
        let Some((output, target)) = self.bench.measured() else { return Ok(()) };
        learner.update_metrics(&output, &target)?;
        if self.handler.measures() {
            let mut flow = self.bench.input_flow(output.main, target);
            self.handler.update_metrics(&mut flow);
        }
        Ok(())
    }

    /// Before the first validation batch.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn valid_begin(&mut self, learner: &mut Learner, data: &Data) -> Result {
        self.aside = Some(Aside::take(learner, self.handler.state())?);
        self.validated_at = Some(self.handler.state().iteration);
        self.handler.decisions_mut().next_validation();
        self.begin_pass(Phase::Valid)?;
        learner.begin_metrics();
        self.handler.begin_metrics();
        self.event(Hook::ValidBegin, learner, Some(data))?;
        match &mut self.aside {
            Some(aside) => aside.put_hidden(learner),
            None => Ok(()),
        }
    }

    /// A pass has had its last batch.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn pass_end(&mut self, learner: &mut Learner, phase: Phase) -> Result {
        match phase {
            Phase::Train => self.end_training(),
            Phase::Valid | Phase::Test => {
                self.handler.state_mut().partial = self.is_cut(phase);
                self.put_weights_back(learner)?;
                self.put_aside_back(learner)
            }
        }
    }

    /// Whether the pass left before its data ended, or left some of it out.
    fn is_cut(&self, phase: Phase) -> bool {
        let done = self.handler.state().num_batch as usize;
        let is_whole = match self.batches[usize::from(phase != Phase::Train)] {
            Some(all) => done >= all,
            None => !self.leaves(phase),
        };
        !is_whole || (self.left_out > 0 && phase != Phase::Train)
    }

    fn end_training(&mut self) -> Result {
        // Unless the run ends within it, this epoch's data is done with.
        let all = self.batches[0].is_some_and(|all| self.position.batches as usize >= all);
        if all || !(self.is_stopping() || self.is_spent()) {
            self.position = Position { epoch: self.epoch() + 1, batches: 0 };
        }
        self.trained = true;
        self.cut = self.is_cut(Phase::Train);
        self.put_train_loss()?;
        self.emit(&Record::PassEnded { phase: Phase::Train });
        Ok(())
    }

    /// The mean over the epoch so far.
    fn put_train_loss(&mut self) -> Result {
        if self.tracks {
            let loss = self.means[0].read().map_err(FitError::line("loss"))?;
            self.handler.metrics_mut().set("train-loss", loss);
        }
        Ok(())
    }

    /// Validation is over: its numbers are final, or marked partial.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn valid_end(&mut self, learner: &mut Learner, data: &Data) -> Result {
        self.validated = true;
        let loss = self.means[1].read().map_err(FitError::line("loss"))?;
        self.handler.metrics_mut().set("valid-loss", loss);
        for (name, value) in learner.finish_metrics()? {
            self.handler.metrics_mut().set(&name, value);
        }
        self.handler.finish_metrics();
        self.emit(&Record::PassEnded { phase: Phase::Valid });
        self.event(Hook::ValidEnd, learner, Some(data))?;
        if let Some(aside) = self.aside.take() {
            aside.count_on(self.handler.state_mut());
        }
        self.emit_validation()?;
        self.commit(learner);
        Ok(())
    }

    /// The epoch, its validation included, is done.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn epoch_end(&mut self, learner: &mut Learner, data: &Data) -> Result {
        self.event(Hook::EpochEnd, learner, Some(data))?;
        self.handler.save();
        self.commit(learner);
        self.emit_epoch(learner);
        Ok(())
    }

    fn begin_pass(&mut self, phase: Phase) -> Result {
        let state = self.handler.state_mut();
        state.phase = phase;
        state.num_batch = 0;
        state.batch_size = 0;
        if phase != Phase::Train {
            state.partial = false;
        }
        self.left_out = 0;
        self.mean().reset().map_err(FitError::line("loss"))?;
        let batches = self.batches[usize::from(phase != Phase::Train)].map(|n| n as u64);
        let epoch = self.epoch();
        self.emit(&Record::PassBegun { epoch, phase, batches });
        Ok(())
    }

    /// Counters move on after the batch's last event.
    fn advance(&mut self) -> Result {
        let training = self.is_training();
        let state = self.handler.state_mut();
        state.num_batch += 1;
        if training {
            state.iteration += 1;
            state.samples += u64::from(state.batch_size);
            self.position = Position { epoch: state.epoch, batches: state.num_batch };
        }
        state.batch_size = 0;
        let done = state.num_batch;
        if !self.watched {
            return Ok(());
        }
        let reads = training && done % WATCH_EVERY == 1;
        let smooth = reads.then(|| self.smooth.read()).transpose();
        let smooth = smooth.map_err(FitError::line("loss"))?;
        self.emit(&Record::Batch { done: u64::from(done), smooth });
        Ok(())
    }

    /// A validation within an epoch has a row of its own; that of the epoch stands in the epoch's.
    fn emit_validation(&mut self) -> Result {
        if self.trained {
            return Ok(());
        }
        self.put_train_loss()?;
        let state = *self.handler.state();
        let values = self.handler.metrics().values();
        let (epoch, iteration, partial) = (state.epoch, state.iteration, state.partial);
        self.emit(&Record::Validated { epoch, iteration, values: &values, partial });
        Ok(())
    }

    /// The epoch's row. What was not measured in it is left empty, not repeated.
    fn emit_epoch(&self, learner: &Learner) {
        let mut values = self.handler.metrics().values();
        let measured = learner.metrics.iter().map(|metric| metric.name()).chain(["valid-loss"]);
        let measured = measured.chain(self.handler.measured());
        for index in measured.filter_map(|name| self.handler.metrics().find(name)) {
            if !self.validated {
                values[index] = f64::NAN;
            }
        }
        let epoch = self.epoch();
        let partial = self.cut || (self.validated && self.handler.state().partial);
        let took = self.epoch_began.elapsed();
        self.emit(&Record::Epoch { epoch, values: &values, partial, took });
    }
}
