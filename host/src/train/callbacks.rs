//! What the loop calls between its lines: advances the state dict, lets the handler decide, and
//! puts the decisions into the learner.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tch::Tensor;

use super::data::{Batch, Data, Loader};
use super::error::{FitError, Result};
use super::flight::Flight;
use super::learner::Learner;
use super::line::Line;
use super::losses::{Mean, Smooth};
use super::model::Output;
use super::position::Position;
use super::run::RunSpec;
use crate::callback::{Candidate, Handler, Hook, Losses, Outcome, Phase, Record, Records, Rules};

/// How often the smooth loss is read for those who only watch: it waits for the device.
const WATCH_EVERY: u32 = 10;

/// The handler, with what it needs to know of the batch in flight.
pub struct Callbacks {
    handler: Handler,
    flight: Flight,
    smooth: Smooth,
    mean: Mean,
    /// Somebody reads or watches losses; otherwise none are averaged.
    tracks: bool,
    watched: bool,
    epochs: u32,
    /// Batches of a training and of a validation pass; `None`: none, no end, or not known.
    batches: [Option<usize>; 2],
    position: Position,
    epoch_began: Instant,
    /// Whether this epoch had a validation.
    validated: bool,
    interrupt: Arc<AtomicBool>,
}

impl Callbacks {
    /// Starts every candidate, in the order of standing, for a run of this learner on this data.
    ///
    /// # Errors
    /// A candidate that must take part and cannot; no memory on the device.
    pub fn start(
        candidates: Vec<Candidate>,
        spec: &RunSpec,
        rules: &Rules,
        records: Records,
        learner: &Learner,
        data: &Data,
    ) -> Result<Self> {
        let handler = Handler::start(candidates, &spec.info(learner, data), rules, records)?;
        let watched = handler.records().is_watched();
        let monitored = handler.members().iter().any(|member| !member.plan.monitors.is_empty());
        let tracks = watched || monitored || handler.dispatch().reads_losses();
        let device = learner.model.params().device();
        let refused = FitError::line("setting up");
        Ok(Callbacks {
            handler,
            flight: Flight::default(),
            smooth: Smooth::new(device).map_err(&refused)?,
            mean: Mean::new(device).map_err(&refused)?,
            tracks,
            watched,
            epochs: spec.epochs,
            batches: [
                data.train.batches_per_epoch(),
                data.valid.as_ref().and_then(Loader::batches_per_epoch),
            ],
            position: Position::default(),
            epoch_began: Instant::now(),
            validated: false,
            interrupt: Arc::default(),
        })
    }

    /// Set it from another thread, and the training stops after the batch.
    #[must_use]
    pub fn interrupt(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.interrupt)
    }

    /// Who takes part, and what they decided.
    #[must_use]
    pub fn handler(&self) -> &Handler {
        &self.handler
    }

    /// What of the training data was consumed.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The current epoch, from 0.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.handler.state().epoch
    }

    /// Whether the training is to end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.handler.is_stopping()
    }

    /// Whether this epoch's validation takes place, if there is data for it.
    #[must_use]
    pub fn validates(&self) -> bool {
        !self.is_stopping() && !self.handler.decisions().skip_validation
    }

    /// Whether this pass ends before its next batch.
    #[must_use]
    pub fn leaves(&self, phase: Phase) -> bool {
        let decisions = self.handler.decisions();
        let asked = match phase {
            Phase::Train => decisions.stop_epoch,
            Phase::Valid | Phase::Test => decisions.stop_validation,
        };
        asked || self.is_stopping()
    }

    /// Whether a line of this batch runs.
    #[must_use]
    pub fn runs(&self, line: Line) -> bool {
        let decisions = self.handler.decisions();
        let training = self.handler.state().phase == Phase::Train;
        match line {
            Line::Forward | Line::Loss => !decisions.skip_batch,
            Line::Backward => training && !decisions.skip_backward,
            Line::Step => training && !decisions.skip_backward && !decisions.skip_step,
        }
    }

    /// Once, after every callback's start.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn train_begin(&mut self, learner: &mut Learner) -> Result {
        self.handler.begin();
        let metrics = self.handler.metrics().names();
        self.emit(&Record::Begun { epochs: self.epochs, metrics: &metrics });
        self.event(Hook::TrainBegin, learner)
    }

    /// Before the first batch of an epoch.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn epoch_begin(&mut self, learner: &mut Learner, epoch: u32) -> Result {
        self.epoch_began = Instant::now();
        self.validated = false;
        self.handler.decisions_mut().next_epoch();
        self.handler.metrics_mut().next_epoch();
        self.handler.state_mut().epoch = epoch;
        self.begin_pass(Phase::Train)?;
        self.event(Hook::EpochBegin, learner)
    }

    /// A batch is on the device; what comes back is what the model sees.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn batch_begin(&mut self, learner: &mut Learner, batch: Batch) -> Result<Batch> {
        self.handler.decisions_mut().next_batch();
        self.handler.between_batches();
        self.handler.state_mut().batch_size = u32::try_from(batch.size).unwrap_or(u32::MAX);
        self.flight.take_off(&batch);
        self.event(Hook::BatchBegin, learner)?;
        Ok(batch)
    }

    /// The model's output; what comes back is what the loss sees.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn loss_begin(&mut self, learner: &mut Learner, output: Output) -> Result<Output> {
        self.event(Hook::LossBegin, learner)?;
        if !self.is_training() && self.runs(Line::Loss) {
            self.flight.output = Some(output.shallow_clone());
        }
        Ok(output)
    }

    /// The loss; what comes back is what is back-propagated.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn backward_begin(&mut self, learner: &mut Learner, loss: Tensor) -> Result<Tensor> {
        self.flight.put_loss(&loss, self.is_training())?;
        if self.tracks {
            let size = self.handler.state().batch_size;
            self.mean.add(&loss, size).map_err(FitError::line("loss"))?;
            if self.is_training() {
                self.smooth.add(&loss).map_err(FitError::line("loss"))?;
            }
        }
        if self.is_training() {
            self.event(Hook::BackwardBegin, learner)?;
        }
        Ok(loss)
    }

    /// Gradients exist, unless backward was skipped.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn backward_end(&mut self, learner: &mut Learner) -> Result {
        if self.is_training() { self.event(Hook::BackwardEnd, learner) } else { Ok(()) }
    }

    /// The optimizer has stepped, or its step was skipped.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn step_end(&mut self, learner: &mut Learner) -> Result {
        if self.is_training() { self.event(Hook::StepEnd, learner) } else { Ok(()) }
    }

    /// The batch is done.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn batch_end(&mut self, learner: &mut Learner) -> Result {
        if let (Some(output), Some(target)) = (&self.flight.output, &self.flight.target) {
            learner.update_metrics(output, target)?;
        }
        self.event(Hook::BatchEnd, learner)?;
        self.advance()?;
        if self.interrupt.load(Ordering::Relaxed) {
            self.emit(&Record::Notice("interrupted: the run stops here; again to quit at once"));
            self.handler.ask_to_stop("user", "interrupted");
        }
        Ok(())
    }

    /// Before the first validation batch.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn valid_begin(&mut self, learner: &mut Learner) -> Result {
        self.end_training()?;
        learner.begin_metrics();
        self.begin_pass(Phase::Valid)?;
        self.event(Hook::ValidBegin, learner)
    }

    /// Validation is over: its numbers are final, or marked partial.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn valid_end(&mut self, learner: &mut Learner) -> Result {
        self.validated = true;
        let partial =
            self.batches[1].is_some_and(|all| (self.handler.state().num_batch as usize) < all);
        let loss = self.mean.read().map_err(FitError::line("loss"))?;
        self.handler.metrics_mut().set("valid-loss", loss);
        for (name, value) in learner.finish_metrics()? {
            self.handler.metrics_mut().set(&name, value);
        }
        self.handler.state_mut().partial = partial;
        self.emit(&Record::PassEnded { phase: Phase::Valid });
        self.event(Hook::ValidEnd, learner)
    }

    /// The epoch, its validation included, is done.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn epoch_end(&mut self, learner: &mut Learner) -> Result {
        self.end_training()?;
        self.handler.state_mut().phase = Phase::Train;
        self.event(Hook::EpochEnd, learner)?;
        self.handler.save();
        self.emit_epoch(learner);
        Ok(())
    }

    /// The epoch's row. What was not measured in it is left empty, not repeated.
    fn emit_epoch(&self, learner: &Learner) {
        let mut values = self.handler.metrics().values();
        let measured = learner.metrics.iter().map(|metric| metric.name()).chain(["valid-loss"]);
        for index in measured.filter_map(|name| self.handler.metrics().find(name)) {
            if !self.validated {
                values[index] = f64::NAN;
            }
        }
        let epoch = self.epoch();
        let cut = self.position.epoch <= epoch;
        let partial = cut || (self.validated && self.handler.state().partial);
        let took = self.epoch_began.elapsed();
        self.emit(&Record::Epoch { epoch, values: &values, partial, took });
    }

    /// The end of training, however it came; gives the outcome, or the error that it was.
    ///
    /// # Errors
    /// The error that ended the training, or the fault of a callback that must not be lost.
    pub fn finish(&mut self, ended: Result) -> Result<Outcome> {
        let ended = match self.handler.fatal() {
            Some(fault) if ended.is_ok() => Err(FitError::Fault(fault.clone())),
            _ => ended,
        };
        let outcome = match &ended {
            Err(error) => Outcome::Failed(error.to_string()),
            Ok(()) => self.outcome(),
        };
        let losses = self.flight.losses(None, &self.smooth).ok().filter(|_| self.tracks);
        // What a checkpoint after this will hold.
        self.handler.save();
        let state = self.handler.state_mut();
        // It may have ended anywhere.
        (state.epoch, state.phase, state.batch_size) = (self.position.epoch, Phase::Train, 0);
        self.handler.finish(&outcome, losses.unwrap_or(Losses::NONE));
        ended.map(|()| outcome)
    }

    fn outcome(&self) -> Outcome {
        let stops = self.handler.decisions().stop_training.clone();
        if stops.is_empty() { Outcome::Completed } else { Outcome::Stopped(stops) }
    }

    fn is_training(&self) -> bool {
        self.handler.state().phase == Phase::Train
    }

    fn event(&mut self, hook: Hook, learner: &mut Learner) -> Result {
        let (flight, smooth) = (&self.flight, &self.smooth);
        self.handler.event(hook, || flight.losses(Some(hook), smooth))?;
        match self.handler.take_moved_hypers() {
            Some(hypers) => learner.put_hypers(hypers),
            None => Ok(()),
        }
    }

    fn begin_pass(&mut self, phase: Phase) -> Result {
        let state = self.handler.state_mut();
        state.phase = phase;
        state.num_batch = 0;
        if phase != Phase::Train {
            state.partial = false;
        }
        self.mean.reset().map_err(FitError::line("loss"))?;
        let batches = self.batches[usize::from(phase != Phase::Train)].map(|n| n as u64);
        let epoch = self.epoch();
        self.emit(&Record::PassBegun { epoch, phase, batches });
        Ok(())
    }

    /// The training pass of this epoch is over; does nothing the second time.
    fn end_training(&mut self) -> Result {
        if !self.is_training() {
            return Ok(());
        }
        // Unless the run stops within it, this epoch's data is done with.
        let all = self.batches[0].is_some_and(|all| self.position.batches as usize >= all);
        if all || !self.is_stopping() {
            self.position = Position { epoch: self.epoch() + 1, batches: 0 };
        }
        if self.tracks {
            let loss = self.mean.read().map_err(FitError::line("loss"))?;
            self.handler.metrics_mut().set("train-loss", loss);
        }
        self.emit(&Record::PassEnded { phase: Phase::Train });
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

    fn emit(&self, record: &Record<'_>) {
        if self.watched {
            self.handler.records().emit(record);
        }
    }
}
