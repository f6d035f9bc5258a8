//! The one place that knows both the plugin runtime and the callbacks' own words: a sandboxed
//! plugin becomes a [`Callback`] like any other.

mod from_guest;
mod log;
mod services;
mod signals;
mod to_guest;

use std::rc::Rc;
use std::time::Duration;

use self::from_guest::{descriptor, plan};
use self::log::Log;
use self::services::Services;
use self::signals::{report, signal};
use self::to_guest::{hook_out, outcome_out, run_out, setting_out, state_out};
use crate::callback::tensors::{Budgets, Desk, NoTensors, TensorId, Workbench};
use crate::callback::{
    BreakKind, Breakage, Callback, Descriptor, Fault, Hook, Outcome, Plan, Records, Report,
    RunInfo, Setting, Signal, State, Usage, Value,
};
use crate::plugin::{self, BrokenKind, Instance, Limits, ParamValue, Prepared, wit};

/// A plugin that runs, or that broke and waits to be made anew.
pub struct PluginCallback {
    prepared: Prepared,
    limits: Limits,
    log: Log,
    desk: Desk,
    sandbox: Sandbox,
}

/// Where a plugin's code runs.
enum Sandbox {
    /// It is made when it is first called.
    Unmade,
    /// It runs.
    Runs(Box<Instance>),
    /// It broke: its memory is free again, and every call gives this until it is made anew.
    Broke(Fault),
}

impl PluginCallback {
    /// A prepared plugin whose log goes into the records, under `name` until its run names it.
    #[must_use]
    pub fn new(prepared: Prepared, limits: Limits, name: String, records: Records) -> Self {
        let log = Log::new(name, records, limits.log_run_mib);
        let (_, desk) = NoTensors::default().open();
        PluginCallback { prepared, limits, log, desk, sandbox: Sandbox::Unmade }
    }

    /// Calls it. One that breaks is dropped at once, for it may wait long to be made anew, or for ever.
    fn ask<R>(
        &mut self,
        call: impl FnOnce(&mut Instance) -> Result<R, plugin::Fault>,
    ) -> Result<R, Fault> {
        if matches!(self.sandbox, Sandbox::Unmade) {
            self.renew()?;
        }
        let answer = match &mut self.sandbox {
            Sandbox::Runs(instance) => call(instance).map_err(fault),
            Sandbox::Broke(fault) => Err(fault.clone()),
            Sandbox::Unmade => Err(Fault::Violation("it has no instance".to_owned())),
        };
        if let Err(fault @ Fault::Broken(_)) = &answer {
            self.sandbox = Sandbox::Broke(fault.clone());
        }
        answer
    }
}

impl Callback for PluginCallback {
    fn attach(&mut self, desk: Desk) {
        desk.borrow_mut().limit(budgets(&self.limits));
        self.desk = desk;
    }

    fn name(&mut self, name: &str) {
        self.log.rename(name);
    }

    fn describe(&mut self) -> Result<Descriptor, Fault> {
        self.ask(Instance::describe).map(descriptor)
    }

    fn start(&mut self, run: &RunInfo, settings: &[Setting]) -> Result<Plan, Fault> {
        let settings: Vec<wit::Setting> = settings.iter().map(setting_out).collect();
        let plan = self.ask(|instance| instance.start(&run_out(run), &settings)).map(plan)?;
        // What the plan promises must be there: its chain would silently do nothing.
        if plan.transforms.any() && !self.prepared.has_transform() {
            let text = "its plan transforms data, but it does not export `transform`";
            return Err(Fault::Violation(text.to_owned()));
        }
        Ok(plan)
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let signals = self.ask(|instance| instance.on_event(hook_out(hook), &state_out(state)))?;
        Ok(signals.into_iter().map(signal).collect())
    }

    fn finish(&mut self, state: &State<'_>, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        let signals =
            self.ask(|instance| instance.finish(&state_out(state), &outcome_out(outcome)))?;
        Ok(signals.into_iter().map(signal).collect())
    }

    fn transform_batch(
        &mut self,
        state: &State<'_>,
        [input, target]: [TensorId; 2],
    ) -> Result<Option<[TensorId; 2]>, Fault> {
        let pair = plugin::Pair { input, target };
        let changed = self.ask(|instance| instance.transform_batch(&state_out(state), pair))?;
        Ok(changed.map(|pair| [pair.input, pair.target]))
    }

    fn transform_output(
        &mut self,
        state: &State<'_>,
        output: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        self.ask(|instance| instance.transform_output(&state_out(state), output))
    }

    fn transform_loss(
        &mut self,
        state: &State<'_>,
        loss: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        self.ask(|instance| instance.transform_loss(&state_out(state), loss))
    }

    fn is_metric(&self) -> bool {
        self.prepared.has_metric()
    }

    fn metric_begin(&mut self) -> Result<(), Fault> {
        self.ask(Instance::metric_begin)
    }

    fn metric_update(
        &mut self,
        output: TensorId,
        target: TensorId,
        size: u32,
    ) -> Result<(), Fault> {
        self.ask(|instance| instance.metric_update(output, target, size))
    }

    fn metric_finish(&mut self) -> Result<Vec<Report>, Fault> {
        let reports = self.ask(Instance::metric_finish)?;
        Ok(reports.into_iter().map(report).collect())
    }

    fn uses_tensors(&self) -> bool {
        self.prepared.imports_tensors()
    }

    fn usage(&self) -> Usage {
        let Sandbox::Runs(instance) = &self.sandbox else { return Usage::default() };
        let plugin::Usage { memory_bytes, host_calls, fuel } = instance.usage();
        Usage { memory_bytes, host_calls, fuel: fuel.unwrap_or(0) }
    }

    fn save(&mut self) -> Result<Vec<u8>, Fault> {
        self.ask(Instance::save)
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), Fault> {
        self.ask(|instance| instance.load(saved))
    }

    /// A trap poisons the whole store, so the instance is dropped and a fresh one made.
    fn renew(&mut self) -> Result<(), Fault> {
        self.sandbox = Sandbox::Unmade;
        let services = services(Rc::clone(&self.desk));
        let instance = Instance::new(&self.prepared, &self.limits, self.log.sink(), services);
        self.sandbox = Sandbox::Runs(Box::new(instance.map_err(fault)?));
        Ok(())
    }
}

/// What a sandbox's imports of tensors do at a desk.
#[must_use]
pub fn services(desk: Desk) -> Box<dyn plugin::Services> {
    Box::new(Services(desk))
}

fn budgets(limits: &Limits) -> Budgets {
    Budgets {
        operations: limits.host_operations.into(),
        host_time: Duration::from_millis(limits.host_ms.into()),
        elements: limits.read_elements.into(),
        device_bytes: u64::from(limits.device_mib) << 20,
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
