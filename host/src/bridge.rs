//! The one file that knows both the plugin runtime and the callbacks' own words: a sandboxed
//! plugin becomes a [`Callback`] like any other.

use std::sync::{Arc, Mutex, PoisonError};

use crate::callback::{
    BreakKind, Breakage, Callback, Descriptor, Fault, Grant, Hook, Hyper, HyperName, HyperOp,
    HyperUpdate, LogLevel, MetricSpec, Outcome, Param, Phase, Plan, Reads, Record, Records, Report,
    RunInfo, Setting, Signal, State, Subscription, Transforms, Value,
};
use crate::plugin::{self, BrokenKind, Instance, Level, Limits, ParamValue, Prepared, wit};
use crate::text::clean;

/// A plugin that runs, or that broke and waits to be made anew.
pub struct PluginCallback {
    prepared: Prepared,
    limits: Limits,
    /// As records show it: until it is admitted under a name of its own, the file's.
    author: Arc<Mutex<String>>,
    records: Records,
    instance: Option<Instance>,
}

impl PluginCallback {
    /// A prepared plugin whose log goes into the records, under `name` until its run names it.
    #[must_use]
    pub fn new(prepared: Prepared, limits: Limits, name: String, records: Records) -> Self {
        let author = Arc::new(Mutex::new(name));
        PluginCallback { prepared, limits, author, records, instance: None }
    }

    fn instance(&mut self) -> Result<&mut Instance, Fault> {
        if self.instance.is_none() {
            self.renew()?;
        }
        self.instance.as_mut().ok_or_else(|| Fault::Violation("it has no instance".to_owned()))
    }

    fn log_sink(&self) -> plugin::LogSink {
        let (records, author) = (self.records.clone(), Arc::clone(&self.author));
        Box::new(move |level, line| {
            let level = log_level(level);
            let author = author.lock().unwrap_or_else(PoisonError::into_inner);
            records.emit(&Record::Log { author: &author, level, line });
        })
    }
}

impl Callback for PluginCallback {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        self.instance()?.describe().map(descriptor).map_err(fault)
    }

    fn start(&mut self, run: &RunInfo, settings: &[Setting]) -> Result<Plan, Fault> {
        // The name that was checked: nobody logs as somebody else.
        self.author.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&run.plugin);
        let settings: Vec<wit::Setting> = settings.iter().map(setting_out).collect();
        let plan = self.instance()?.start(&run_out(run), &settings).map(plan).map_err(fault)?;
        // Otherwise its columns would silently stay empty.
        if self.prepared.has_metric() && !plan.reports.is_empty() {
            let text = "it exports `metric`, which this version of callbox does not serve yet";
            return Err(Fault::Violation(text.to_owned()));
        }
        Ok(plan)
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let signals = self.instance()?.on_event(hook_out(hook), &state_out(state));
        Ok(signals.map_err(fault)?.into_iter().map(signal).collect())
    }

    fn finish(&mut self, state: &State<'_>, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        let signals = self.instance()?.finish(&state_out(state), &outcome_out(outcome));
        Ok(signals.map_err(fault)?.into_iter().map(signal).collect())
    }

    fn save(&mut self) -> Result<Vec<u8>, Fault> {
        self.instance()?.save().map_err(fault)
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), Fault> {
        self.instance()?.load(saved).map_err(fault)
    }

    /// A trap poisons the whole store, so the instance is dropped and a fresh one made.
    fn renew(&mut self) -> Result<(), Fault> {
        self.instance = None;
        let instance = Instance::new(&self.prepared, &self.limits, self.log_sink());
        self.instance = Some(instance.map_err(fault)?);
        Ok(())
    }
}

fn fault(fault: plugin::Fault) -> Fault {
    match fault {
        plugin::Fault::Violation(text) => Fault::Violation(text),
        plugin::Fault::Broken(broken) => Fault::Broken(Breakage {
            kind: break_kind(broken.kind),
            message: broken.message,
            backtrace: broken.backtrace,
        }),
    }
}

fn break_kind(kind: BrokenKind) -> BreakKind {
    match kind {
        BrokenKind::Trap => BreakKind::Trap,
        BrokenKind::Contract => BreakKind::Contract,
        BrokenKind::Host => BreakKind::Host,
        BrokenKind::Deadline => BreakKind::Deadline,
        BrokenKind::Memory => BreakKind::Memory,
        BrokenKind::Stack => BreakKind::Stack,
        BrokenKind::Output => BreakKind::Output,
    }
}

fn log_level(level: Level) -> LogLevel {
    match level {
        Level::Debug => LogLevel::Debug,
        Level::Info => LogLevel::Info,
        Level::Warn => LogLevel::Warn,
        Level::Error => LogLevel::Error,
    }
}

/// A value as a user writes it in TOML.
#[must_use]
pub fn value_of(from: ParamValue) -> Value {
    match from {
        ParamValue::Bool(flag) => Value::Flag(flag),
        ParamValue::Integer(n) => Value::Integer(n),
        ParamValue::Number(x) => Value::Number(x),
        ParamValue::Text(text) => Value::Text(text),
        ParamValue::Numbers(numbers) => Value::Numbers(numbers),
        ParamValue::Texts(texts) => Value::Texts(texts),
    }
}

// To the guest.

fn hook_out(hook: Hook) -> wit::Hook {
    match hook {
        Hook::TrainBegin => wit::Hook::TrainBegin,
        Hook::EpochBegin => wit::Hook::EpochBegin,
        Hook::BatchBegin => wit::Hook::BatchBegin,
        Hook::LossBegin => wit::Hook::LossBegin,
        Hook::BackwardBegin => wit::Hook::BackwardBegin,
        Hook::BackwardEnd => wit::Hook::BackwardEnd,
        Hook::StepEnd => wit::Hook::StepEnd,
        Hook::BatchEnd => wit::Hook::BatchEnd,
        Hook::ValidBegin => wit::Hook::ValidBegin,
        Hook::ValidEnd => wit::Hook::ValidEnd,
        Hook::EpochEnd => wit::Hook::EpochEnd,
    }
}

fn phase_out(phase: Phase) -> wit::Phase {
    match phase {
        Phase::Train => wit::Phase::Train,
        Phase::Valid => wit::Phase::Valid,
        Phase::Test => wit::Phase::Test,
    }
}

fn hyper_out(hyper: &Hyper) -> wit::Hyper {
    wit::Hyper { lr: hyper.lr, mom: hyper.mom, wd: hyper.wd, beta: hyper.beta }
}

fn state_out(state: &State<'_>) -> wit::State {
    wit::State {
        epoch: state.epoch,
        num_batch: state.num_batch,
        iteration: state.iteration,
        samples: state.samples,
        phase: phase_out(state.phase),
        batch_size: state.batch_size,
        losses: state.losses.map(|all| wit::Losses {
            raw: all.raw,
            last: all.last,
            smooth: all.smooth,
        }),
        partial: state.partial,
        hypers: state.hypers.iter().map(hyper_out).collect(),
        monitored: state.monitored.to_vec(),
    }
}

fn outcome_out(outcome: &Outcome) -> wit::Outcome {
    match outcome {
        Outcome::Completed => wit::Outcome::Completed,
        Outcome::Failed(message) => wit::Outcome::Failed(message.clone()),
        Outcome::Stopped(stops) => {
            let stop = |s: &crate::callback::Stop| wit::Stop {
                by: s.by.clone(),
                reason: s.reason.clone(),
            };
            wit::Outcome::Stopped(stops.iter().map(stop).collect())
        }
    }
}

fn value_out(value: &Value) -> wit::Value {
    match value.clone() {
        Value::Flag(flag) => wit::Value::Flag(flag),
        Value::Integer(n) => wit::Value::Integer(n),
        Value::Number(x) => wit::Value::Number(x),
        Value::Text(text) => wit::Value::Text(text),
        Value::Numbers(numbers) => wit::Value::Numbers(numbers),
        Value::Texts(texts) => wit::Value::Texts(texts),
    }
}

fn setting_out(setting: &Setting) -> wit::Setting {
    wit::Setting { name: setting.name.clone(), value: value_out(&setting.value) }
}

fn spec_out(spec: &MetricSpec) -> wit::MetricSpec {
    wit::MetricSpec { name: spec.name.clone(), higher_is_better: spec.higher_is_better }
}

fn grant_out(grant: &Grant) -> wit::Grant {
    wit::Grant { power: grant.power.clone(), min: grant.min, max: grant.max }
}

fn run_out(run: &RunInfo) -> wit::Run {
    wit::Run {
        id: run.id.clone(),
        plugin: run.plugin.clone(),
        seed: run.seed,
        granted: run.granted.iter().map(grant_out).collect(),
        n_epochs: run.n_epochs,
        planned_iterations: run.planned_iterations,
        train_batches: run.train_batches,
        valid_batches: run.valid_batches,
        n_samples: run.n_samples,
        valid_samples: run.valid_samples,
        metrics: run.metrics.iter().map(spec_out).collect(),
        class_counts: run.class_counts.clone(),
        groups: run.groups.clone(),
        hypers: run.hypers.iter().map(hyper_out).collect(),
        optimizer: run.optimizer.clone(),
        true_wd: run.true_wd,
        rank: 0,
        world_size: 1,
    }
}

// From the guest.

fn descriptor(from: wit::Descriptor) -> Descriptor {
    Descriptor {
        name: from.name,
        version: from.version,
        summary: from.summary,
        params: from.params.into_iter().map(param).collect(),
        needs: from.needs,
        wants: from.wants,
        state_version: from.state_version,
    }
}

fn param(from: wit::Param) -> Param {
    Param {
        name: from.name,
        doc: from.doc,
        default: value(from.default),
        min: from.min,
        max: from.max,
        choices: from.choices,
    }
}

fn value(from: wit::Value) -> Value {
    match from {
        wit::Value::Flag(flag) => Value::Flag(flag),
        wit::Value::Integer(n) => Value::Integer(n),
        wit::Value::Number(x) => Value::Number(x),
        wit::Value::Text(text) => Value::Text(text),
        wit::Value::Numbers(numbers) => Value::Numbers(numbers),
        wit::Value::Texts(texts) => Value::Texts(texts),
    }
}

fn plan(from: wit::Plan) -> Plan {
    Plan {
        subscriptions: from.subscriptions.into_iter().map(|s| subscription(&s)).collect(),
        transforms: Transforms {
            input: from.transforms.input,
            output: from.transforms.output,
            loss: from.transforms.loss,
            in_validation: from.transforms.in_validation,
        },
        monitors: from.monitors,
        reports: from.reports.into_iter().map(spec).collect(),
        powers: from.powers,
        owns: from.owns.into_iter().map(hyper_name).collect(),
        run_before: from.run_before,
        run_after: from.run_after,
    }
}

fn spec(from: wit::MetricSpec) -> MetricSpec {
    MetricSpec { name: from.name, higher_is_better: from.higher_is_better }
}

fn subscription(from: &wit::Subscription) -> Subscription {
    let reads = Reads {
        losses: from.reads.contains(wit::Reads::LOSSES),
        hypers: from.reads.contains(wit::Reads::HYPERS),
        monitored: from.reads.contains(wit::Reads::MONITORED),
        late: from.reads.contains(wit::Reads::LATE),
    };
    Subscription { hook: hook(from.hook), phase: from.phase.map(phase), every: from.every, reads }
}

fn hook(from: wit::Hook) -> Hook {
    match from {
        wit::Hook::TrainBegin => Hook::TrainBegin,
        wit::Hook::EpochBegin => Hook::EpochBegin,
        wit::Hook::BatchBegin => Hook::BatchBegin,
        wit::Hook::LossBegin => Hook::LossBegin,
        wit::Hook::BackwardBegin => Hook::BackwardBegin,
        wit::Hook::BackwardEnd => Hook::BackwardEnd,
        wit::Hook::StepEnd => Hook::StepEnd,
        wit::Hook::BatchEnd => Hook::BatchEnd,
        wit::Hook::ValidBegin => Hook::ValidBegin,
        wit::Hook::ValidEnd => Hook::ValidEnd,
        wit::Hook::EpochEnd => Hook::EpochEnd,
    }
}

fn phase(from: wit::Phase) -> Phase {
    match from {
        wit::Phase::Train => Phase::Train,
        wit::Phase::Valid => Phase::Valid,
        wit::Phase::Test => Phase::Test,
    }
}

fn hyper_name(from: wit::HyperName) -> HyperName {
    match from {
        wit::HyperName::Lr => HyperName::Lr,
        wit::HyperName::Mom => HyperName::Mom,
        wit::HyperName::Wd => HyperName::Wd,
        wit::HyperName::Beta => HyperName::Beta,
    }
}

fn hyper_update(from: &wit::HyperUpdate) -> HyperUpdate {
    let op = match from.op {
        wit::HyperOp::Set => HyperOp::Set,
        wit::HyperOp::Scale => HyperOp::Scale,
    };
    HyperUpdate { name: hyper_name(from.name), group: from.group, op, value: from.value }
}

fn signal(from: wit::Signal) -> Signal {
    match from {
        wit::Signal::StopTraining(reason) => Signal::StopTraining(short(&reason)),
        wit::Signal::StopEpoch(reason) => Signal::StopEpoch(short(&reason)),
        wit::Signal::StopValidation(reason) => Signal::StopValidation(short(&reason)),
        wit::Signal::SkipValidation => Signal::SkipValidation,
        wit::Signal::SkipBatch => Signal::SkipBatch,
        wit::Signal::SkipBackward => Signal::SkipBackward,
        wit::Signal::SkipStep => Signal::SkipStep,
        wit::Signal::SetHyper(update) => Signal::SetHyper(hyper_update(&update)),
        wit::Signal::Report(wit::Report { name, value, weight }) => {
            Signal::Report(Report { name, value, weight })
        }
        other => Signal::NotServed(not_served(&other)),
    }
}

/// A reason is a line, not a letter: every callback is told of it in `finish`.
fn short(reason: &str) -> String {
    clean(reason, 256).into_owned()
}

/// The contract's name of a signal that this version refuses.
fn not_served(signal: &wit::Signal) -> &'static str {
    match signal {
        wit::Signal::ValidateNow => "validate-now",
        wit::Signal::KeepGradients => "keep-gradients",
        wit::Signal::ScaleGrad(_) => "scale-grad",
        wit::Signal::ClipGradValue(_) => "clip-grad-value",
        wit::Signal::ClipGradNorm(_) => "clip-grad-norm",
        wit::Signal::ClipGradAdaptive(_) => "clip-grad-adaptive",
        wit::Signal::NoiseGrad(_) => "noise-grad",
        wit::Signal::SetTrainable(_) => "set-trainable",
        wit::Signal::SetNormFrozen(_) => "set-norm-frozen",
        wit::Signal::RefreshNormStatistics => "refresh-norm-statistics",
        wit::Signal::Slot(_) => "slot",
        wit::Signal::SampleWeights(_) => "sample-weights",
        wit::Signal::Table(_) => "table",
        wit::Signal::Histogram(_) => "histogram",
        wit::Signal::Checkpoint(_) => "checkpoint",
        _ => "other",
    }
}
