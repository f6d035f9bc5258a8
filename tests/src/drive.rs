//! A run through the handler alone: hooks in the loop's order, made-up losses, no libtorch.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use callbox::bridge::PluginCallback;
use callbox::callback::tensors::NoTensors;
use callbox::callback::{
    Callback, Candidate, Change, FaultPolicy, Gone, Grants, Handler, Hook, Losses, Mode, Observer,
    Outcome, Phase, Record, Records, Rules, Standing, StartError, Value,
};
use callbox::observe::to_json;
use callbox::plugin::{Engine, Limits, Prepared};
use serde_json::Value as Json;

use crate::run_info::run_info;

/// Where the wasm file of a guest or first-party plugin lies.
#[must_use]
pub fn guest(name: &str) -> PathBuf {
    Path::new(env!("CALLBOX_GUESTS")).join(format!("{}.wasm", name.replace('-', "_")))
}

/// Everything that a run recorded, as JSON.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<Json>>>);

impl Observer for Seen {
    fn observe(&mut self, record: &Record<'_>) {
        self.0.lock().unwrap().push(to_json(record));
    }
}

impl Seen {
    /// All records of one kind, in order.
    #[must_use]
    pub fn of(&self, event: &str) -> Vec<Json> {
        self.0.lock().unwrap().iter().filter(|record| record["event"] == event).cloned().collect()
    }

    /// One text field of all records of one kind.
    #[must_use]
    pub fn texts(&self, event: &str, field: &str) -> Vec<String> {
        let text = |record: &Json| record[field].as_str().unwrap_or_default().to_owned();
        self.of(event).iter().map(text).collect()
    }
}

/// A plugin's file as a candidate for a run.
pub struct MemberSpec {
    file: PathBuf,
    prepared: Option<Prepared>,
    params: Vec<(String, Value)>,
    standing: Standing,
    policy: FaultPolicy,
    limits: Limits,
    alias: Option<String>,
    grants: Grants,
    mode: Mode,
}

/// A dropped guest or plugin of this name.
#[must_use]
pub fn member(name: &str) -> MemberSpec {
    of_file(guest(name))
}

/// A dropped plugin that is prepared already, as if it lay in a file of this name.
#[must_use]
pub fn prepared(prepared: Prepared, name: &str) -> MemberSpec {
    let spec = of_file(PathBuf::from(format!("{name}.wasm")));
    MemberSpec { prepared: Some(prepared), ..spec }
}

fn of_file(file: PathBuf) -> MemberSpec {
    MemberSpec {
        file,
        prepared: None,
        params: Vec::new(),
        standing: Standing::Dropped,
        policy: FaultPolicy::Restart,
        limits: Limits::default(),
        alias: None,
        grants: Grants::Standing,
        mode: Mode::Enforce,
    }
}

impl MemberSpec {
    /// With a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.params.push((name.to_owned(), value));
        self
    }

    /// With a parameter that is a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.with(name, Value::Text(value.to_owned()))
    }

    /// As if the run file named it.
    #[must_use]
    pub fn named(mut self) -> Self {
        self.standing = Standing::Named;
        self
    }

    /// Under another name.
    #[must_use]
    pub fn alias(mut self, name: &str) -> Self {
        self.alias = Some(name.to_owned());
        self
    }

    /// With other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With grants of the user's own.
    #[must_use]
    pub fn grants(mut self, grants: Grants) -> Self {
        self.grants = grants;
        self
    }

    /// Observed, or another's shadow.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// With another fault policy.
    #[must_use]
    pub fn policy(mut self, policy: FaultPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The plugin alone, without a handler.
    #[must_use]
    pub fn callback(self) -> Box<dyn Callback> {
        self.candidate(&Records::default()).callback
    }

    /// As a candidate for a run; what it logs goes into the records.
    #[must_use]
    pub fn candidate(self, records: &Records) -> Candidate {
        let prepared = self.prepared.unwrap_or_else(|| compiled(&self.file));
        let stem = self.file.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
        let name = self.alias.clone().unwrap_or(stem);
        let callback = PluginCallback::new(prepared, self.limits, name, records.clone());
        Candidate {
            alias: self.alias,
            source: self.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            standing: self.standing,
            params: self.params,
            grants: self.grants,
            mode: self.mode,
            policy: self.policy,
            ..Candidate::native(Box::new(callback))
        }
    }
}

/// A guest, compiled once in a process: it takes longer than most of what it is then asked to do.
fn compiled(file: &Path) -> Prepared {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    static DONE: Mutex<BTreeMap<PathBuf, Prepared>> = Mutex::new(BTreeMap::new());
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    let compile = || {
        let engine = ENGINE.get_or_init(|| Engine::new().unwrap());
        Prepared::load(engine, None, file, &Limits::default()).unwrap()
    };
    done.entry(file.to_owned()).or_insert_with(compile).clone()
}

/// A run to be driven: 2 epochs of 5 training and 2 validation batches of 4 samples.
#[derive(Default)]
pub struct Drive {
    members: Vec<MemberSpec>,
    rules: Rules,
    natives: Vec<Candidate>,
    changes: Vec<(u64, Change)>,
    epochs: Option<u32>,
}

/// What a driven run left behind.
pub struct Driven {
    /// Its records.
    pub seen: Seen,
    /// The handler, after `finish`.
    pub handler: Handler,
    /// The learning rate of every training batch, as its step would use it.
    pub lrs: Vec<f64>,
    /// Training batches done.
    pub batches: u64,
    /// Validation batches done.
    pub valid_batches: u64,
    /// Changes that are still to come.
    changes: Vec<(u64, Change)>,
    /// Who was removed.
    pub gone: Vec<Gone>,
}

/// Epochs of a driven run.
pub(crate) const EPOCHS: u32 = 2;
/// Training batches per epoch.
pub(crate) const TRAIN: u32 = 5;
/// Validation batches per epoch.
pub(crate) const VALID: u32 = 2;
/// Samples per batch.
pub(crate) const SIZE: u32 = 4;

impl Drive {
    /// With one plugin.
    #[must_use]
    pub fn one(member: MemberSpec) -> Self {
        Drive::default().and(member)
    }

    /// And another.
    #[must_use]
    pub fn and(mut self, member: MemberSpec) -> Self {
        self.members.push(member);
        self
    }

    /// And a native callback.
    #[must_use]
    pub fn native(mut self, candidate: Candidate) -> Self {
        self.natives.push(candidate);
        self
    }

    /// And a change among them before a training batch, counted from 0.
    #[must_use]
    pub fn change(mut self, batch: u64, change: Change) -> Self {
        self.changes.push((batch, change));
        self
    }

    /// For so many epochs.
    #[must_use]
    pub fn epochs(mut self, epochs: u32) -> Self {
        self.epochs = Some(epochs);
        self
    }

    /// Under other rules.
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// Starts all; gives the error of one that the run file names.
    ///
    /// # Errors
    /// What the handler refuses.
    pub fn start(self) -> Result<(Handler, Seen), StartError> {
        let (records, seen) = (Records::default(), Seen::default());
        records.add(Box::new(seen.clone()));
        let plugins = self.members.into_iter().map(|member| member.candidate(&records));
        let candidates = plugins.chain(self.natives).collect();
        let handler = Handler::start(candidates, &run_info(), &self.rules, records)?;
        Ok((handler, seen))
    }

    /// Starts and runs it.
    #[must_use]
    pub fn run(mut self) -> Driven {
        let changes = std::mem::take(&mut self.changes);
        let epochs = self.epochs.unwrap_or(EPOCHS);
        let (handler, seen) = self.start().unwrap();
        let (lrs, gone) = (Vec::new(), Vec::new());
        let mut driven = Driven { seen, handler, lrs, batches: 0, valid_batches: 0, changes, gone };
        driven.event(Hook::TrainBegin);
        for epoch in 0..epochs {
            if driven.handler.is_stopping() {
                break;
            }
            driven.epoch(epoch);
        }
        let stops = driven.handler.decisions().stop_training.clone();
        let outcome = match driven.handler.fatal() {
            Some(fault) => Outcome::Failed(fault.message.clone()),
            None if stops.is_empty() => Outcome::Completed,
            None => Outcome::Stopped(stops),
        };
        driven.handler.finish(&outcome, Losses::NONE);
        driven
    }
}

impl Driven {
    /// Signals that took effect.
    #[must_use]
    pub fn applied(&self) -> usize {
        self.seen.texts("signal", "verdict").iter().filter(|verdict| *verdict == "applied").count()
    }

    fn event(&mut self, hook: Hook) {
        // A loss that falls, so that schedules and stops have something to look at.
        let iteration = u32::try_from(self.handler.state().iteration).unwrap_or(u32::MAX);
        let loss = 1.0 / f64::from(1 + iteration);
        let losses = || Ok::<_, Infallible>(Losses { raw: loss, last: loss, smooth: loss });
        let Ok(()) = self.handler.event(hook, losses);
        if let Some(hypers) = self.handler.take_moved_hypers() {
            assert!(hypers.iter().all(|hyper| hyper.lr.is_finite() && hyper.lr >= 0.0));
        }
    }

    fn epoch(&mut self, epoch: u32) {
        self.handler.decisions_mut().next_epoch();
        self.handler.state_mut().epoch = epoch;
        self.pass(Phase::Train, Hook::EpochBegin, TRAIN);
        if !self.handler.is_stopping() && !self.handler.decisions().skip_validation {
            self.pass(Phase::Valid, Hook::ValidBegin, VALID);
            self.event(Hook::ValidEnd);
        }
        self.handler.state_mut().phase = Phase::Train;
        self.event(Hook::EpochEnd);
        self.handler.save();
    }

    fn pass(&mut self, phase: Phase, begin: Hook, batches: u32) {
        let state = self.handler.state_mut();
        (state.phase, state.num_batch) = (phase, 0);
        self.event(begin);
        for _ in 0..batches {
            let decisions = self.handler.decisions();
            let left = if phase == Phase::Train {
                decisions.stop_epoch
            } else {
                decisions.stop_validation
            };
            if left || self.handler.is_stopping() {
                break;
            }
            self.batch(phase);
        }
    }

    fn take_changes(&mut self) {
        while let Some(due) = self.changes.iter().position(|(batch, _)| *batch == self.batches) {
            let (_, change) = self.changes.remove(due);
            self.gone.extend(self.handler.change(change, &mut NoTensors::default()));
        }
    }

    fn batch(&mut self, phase: Phase) {
        self.handler.decisions_mut().next_batch();
        if phase == Phase::Train {
            self.take_changes();
        }
        self.handler.between_batches();
        self.handler.state_mut().batch_size = SIZE;
        self.event(Hook::BatchBegin);
        if !self.handler.decisions().skip_batch {
            self.event(Hook::LossBegin);
            if phase == Phase::Train && !self.handler.decisions().skip_batch {
                self.event(Hook::BackwardBegin);
                self.event(Hook::BackwardEnd);
                self.lrs.push(self.handler.hypers()[0].lr);
                self.event(Hook::StepEnd);
            }
        }
        self.event(Hook::BatchEnd);
        let state = self.handler.state_mut();
        (state.num_batch, state.batch_size) = (state.num_batch + 1, 0);
        if phase == Phase::Train {
            state.iteration += 1;
            state.samples += u64::from(SIZE);
            self.batches += 1;
        } else {
            self.valid_batches += 1;
        }
    }
}
