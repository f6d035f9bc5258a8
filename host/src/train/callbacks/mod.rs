//! What the loop calls between its lines: advances the state dict, lets the handler decide, and
//! puts the decisions into the learner.

mod ahead;
mod aside;
mod changes;
mod finish;
mod hooks;
mod sampling;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use self::aside::Aside;
use self::sampling::Sampling;
use super::data::{Data, Loader};
use super::error::{FitError, Result};
use super::flight::Flight;
use super::learner::Learner;
use super::losses::{Mean, Smooth};
use super::position::Position;
use super::run::RunSpec;
use super::slots::{Slots, Snapshot};
use super::tensors::Bench;
use crate::callback::hypers::Author;
use crate::callback::{Candidate, Changes, Handler, Phase, Record, Records, Rules};

/// The handler, with what it needs to know of the batch in flight.
pub struct Callbacks {
    handler: Handler,
    spec: RunSpec,
    bench: Bench,
    flight: Flight,
    smooth: Smooth,
    /// The mean loss of the training pass, and of the pass of evaluation.
    means: [Mean; 2],
    /// Somebody reads or watches losses; otherwise none are averaged.
    tracks: bool,
    watched: bool,
    /// Somebody works with tensors, and may ask for the model's intermediate results.
    uses_tensors: bool,
    /// Batches of a training and of a validation pass; `None`: none, no end, or not known.
    batches: [Option<usize>; 2],
    /// There is data to validate on.
    has_valid: bool,
    position: Position,
    /// Epochs that have begun.
    begun: u32,
    epoch_began: Instant,
    /// Whether this epoch had a validation, and after how many training batches the last one was.
    validated: bool,
    validated_at: Option<u64>,
    /// Gradients of earlier batches are kept for the next step.
    pending: bool,
    /// It was said that nothing learns.
    said_frozen: bool,
    /// The training pass of this epoch is over, and was left before its data ended.
    trained: bool,
    cut: bool,
    /// Batches of this pass that were left out.
    left_out: u32,
    sampling: Sampling,
    slots: Slots,
    /// The weights that are trained, while a slot is evaluated in their place.
    trained_weights: Option<Snapshot>,
    /// What a validation puts back when it is over.
    aside: Option<Aside>,
    /// Where checkpoints under names of their own go, and those that are due.
    folder: Option<PathBuf>,
    due: Vec<String>,
    interrupt: Arc<AtomicBool>,
    /// Where changes among the callbacks come from, and those who went since the epoch began.
    changes: Option<Box<dyn Changes>>,
    gone: Vec<Author>,
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
        let device = learner.model.params().device();
        let refused = FitError::line("setting up");
        let mut bench = Bench::new(learner.model.as_ref(), learner.loss, data).map_err(&refused)?;
        let info = spec.info(learner, data);
        let handler = Handler::start_with(candidates, &info, rules, records, &mut bench)?;
        let watched = handler.records().is_watched();
        let monitored = handler.members().iter().any(|member| !member.plan.monitors.is_empty());
        let mean = || Mean::new(device).map_err(&refused);
        Ok(Callbacks {
            tracks: watched || monitored || handler.dispatch().reads_losses(),
            uses_tensors: handler.uses_tensors(),
            handler,
            spec: spec.clone(),
            bench,
            flight: Flight::default(),
            smooth: Smooth::new(device).map_err(&refused)?,
            means: [mean()?, mean()?],
            watched,
            batches: [
                data.train.batches_per_epoch(),
                data.valid.as_ref().and_then(Loader::batches_per_epoch),
            ],
            has_valid: data.valid.is_some(),
            position: Position::default(),
            begun: 0,
            epoch_began: Instant::now(),
            validated: false,
            validated_at: None,
            pending: false,
            cut: false,
            said_frozen: false,
            trained: false,
            left_out: 0,
            sampling: Sampling::default(),
            slots: Slots::default(),
            trained_weights: None,
            aside: None,
            folder: None,
            due: Vec::new(),
            interrupt: Arc::default(),
            changes: None,
            gone: Vec::new(),
        })
    }

    /// Where checkpoints that callbacks ask for are written, each into a folder of its name.
    pub fn keep_checkpoints_in(&mut self, folder: PathBuf) {
        self.folder = Some(folder);
    }

    /// So many epochs of this data were trained before: its order goes on where they stopped.
    pub fn continue_after(&mut self, epochs: u64) {
        self.spec.epochs_before = epochs;
    }

    /// Epochs that have begun.
    #[must_use]
    pub fn epochs_begun(&self) -> u32 {
        self.begun
    }

    /// Stops after a batch when another thread sets this: one flag for all stages of a run.
    pub fn listen_to(&mut self, interrupt: Arc<AtomicBool>) {
        self.interrupt = interrupt;
    }

    /// From now on every hook is shown, with the whole state, to observers that see hooks.
    pub fn record_hooks(&mut self) {
        self.handler.record_hooks();
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

    fn is_training(&self) -> bool {
        self.handler.state().phase == Phase::Train
    }

    fn mean(&mut self) -> &mut Mean {
        let phase = self.handler.state().phase;
        &mut self.means[usize::from(phase != Phase::Train)]
    }

    fn notice(&self, text: &str) {
        self.emit(&Record::Notice(text));
    }

    fn emit(&self, record: &Record<'_>) {
        if self.watched {
            self.handler.records().emit(record);
        }
    }
}
