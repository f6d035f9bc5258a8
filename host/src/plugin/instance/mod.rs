//! A running plugin: every call has a deadline, every answer a size limit.

mod optional;

use wasmtime::Store;

use super::bindings::exports::callbox::plugin::{callback, metric, transform};
use super::fault::of_engine;
use super::limits::{Budget, mib};
use super::output::Caps;
use super::prepare::Linked;
use super::store::{self, HostState, Services};
use super::wit::{Descriptor, Hook, Outcome, Plan, Run, Setting, Signal, State};
use super::{Broken, BrokenKind, Engine, Fault, Limits, LogSink, Prepared};

/// A running plugin. It owns its store: a trap poisons the whole store, so nothing is shared with others.
///
/// After [`Fault::Broken`] every further call returns the same fault; make a new instance.
pub struct Instance {
    store: Store<HostState>,
    guests: Guests,
    caps: Caps,
    limits: Limits,
    broken: Option<Box<Broken>>,
    /// Keeps the ticker: without it no deadline is ever noticed.
    _engine: Engine,
}

/// What a running plugin has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Bytes of linear memory.
    pub memory_bytes: usize,
    /// Calls of its imports.
    pub host_calls: u64,
    /// Instructions, roughly; `None`: its engine does not meter.
    pub fuel: Option<u64>,
}

/// What it exports, ready to be called.
struct Guests {
    callback: callback::Guest,
    transform: Option<transform::Guest>,
    metric: Option<metric::Guest>,
}

impl Instance {
    /// Instantiates a prepared plugin, which may already run code of it. About 20 µs and more for a guest
    /// that has much to set up.
    ///
    /// # Errors
    /// [`Fault::Broken`] if that code breaks, if the plugin wants more memory than it may have, or if its
    /// exports are not of the contract's types.
    pub fn new(
        prepared: &Prepared,
        limits: &Limits,
        log: LogSink,
        services: Box<dyn Services>,
    ) -> Result<Instance, Fault> {
        let budget = Budget::new(limits.start_ms, "start-ms");
        let engine = prepared.engine().wasmtime();
        let mut store =
            store::new(engine, limits, log, services, prepared.live()).map_err(no_store)?;
        begin(&mut store, budget);
        let instance = prepared
            .linked()
            .pre
            .instantiate(&mut store)
            .map_err(|error| not_instantiated(&error, budget, &store))?;
        let guests = guests(prepared.linked(), &mut store, &instance).map_err(other_types)?;
        Ok(Instance {
            store,
            guests,
            caps: Caps::new(limits),
            limits: limits.clone(),
            broken: None,
            _engine: prepared.engine().clone(),
        })
    }

    /// What the plugin is and the most that it may ask for.
    ///
    /// # Errors
    /// [`Fault::Broken`] if the call breaks.
    pub fn describe(&mut self) -> Result<Descriptor, Fault> {
        let budget = Budget::new(self.limits.describe_ms, "describe-ms");
        let mut descriptor =
            self.call(budget, |guests, store| guests.callback.call_describe(store))?;
        let checked = self.caps.descriptor(&mut descriptor);
        self.sized(checked)?;
        Ok(descriptor)
    }

    /// Begins a run, or goes on with one.
    ///
    /// # Errors
    /// [`Fault::Violation`] if the plugin refuses, [`Fault::Broken`] if the call breaks.
    pub fn start(&mut self, run: &Run, settings: &[Setting]) -> Result<Plan, Fault> {
        let budget = Budget::new(self.limits.start_ms, "start-ms");
        let answer =
            self.call(budget, |guests, store| guests.callback.call_start(store, run, settings))?;
        let mut plan = self.accepted(answer)?;
        let checked = self.caps.plan(&mut plan);
        self.sized(checked)?;
        Ok(plan)
    }

    /// Delivers an event.
    ///
    /// # Errors
    /// [`Fault::Violation`] if the plugin answers with an error, [`Fault::Broken`] if the call breaks.
    pub fn on_event(&mut self, hook: Hook, state: &State) -> Result<Vec<Signal>, Fault> {
        let budget = Budget::new(self.limits.event_ms, "event-ms");
        let answer =
            self.call(budget, |guests, store| guests.callback.call_on_event(store, hook, state))?;
        self.signals(answer)
    }

    /// Tells the plugin that training is over.
    ///
    /// # Errors
    /// As [`Instance::on_event`].
    pub fn finish(&mut self, state: &State, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        let budget = Budget::new(self.limits.finish_ms, "finish-ms");
        let answer =
            self.call(budget, |guests, store| guests.callback.call_finish(store, state, outcome))?;
        self.signals(answer)
    }

    /// Everything that the plugin needs to go on later.
    ///
    /// # Errors
    /// As [`Instance::on_event`].
    pub fn save(&mut self) -> Result<Vec<u8>, Fault> {
        let budget = Budget::new(self.limits.save_ms, "save-ms");
        let transfer = mib(self.limits.transfer_mib);
        // One state of the largest size must fit, whatever other calls may bring across.
        self.store.set_hostcall_fuel(transfer.max(mib(self.limits.state_mib) + 1));
        let answer = self.call(budget, |guests, store| guests.callback.call_save(store));
        self.store.set_hostcall_fuel(transfer);
        let saved = self.accepted(answer?)?;
        let checked = self.caps.state(&saved);
        self.sized(checked)?;
        Ok(saved)
    }

    /// Goes on from what [`Instance::save`] gave, after `start`.
    ///
    /// # Errors
    /// As [`Instance::on_event`].
    pub fn load(&mut self, saved: &[u8]) -> Result<(), Fault> {
        let budget = Budget::new(self.limits.load_ms, "load-ms");
        let answer = self.call(budget, |guests, store| guests.callback.call_load(store, saved))?;
        self.accepted(answer)
    }

    /// Why it cannot be called any more, if so.
    #[must_use]
    pub fn broken(&self) -> Option<&Broken> {
        self.broken.as_deref()
    }

    /// Bytes of linear memory that it has now.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.store.data().limiter.used()
    }

    /// What it has used since it was made.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage {
            memory_bytes: self.memory_bytes(),
            host_calls: self.store.data().host_calls,
            fuel: self.store.get_fuel().ok().map(|left| store::FUEL - left),
        }
    }

    fn call<R>(
        &mut self,
        budget: Budget,
        call: impl FnOnce(&Guests, &mut Store<HostState>) -> wasmtime::Result<R>,
    ) -> Result<R, Fault> {
        if let Some(broken) = &self.broken {
            return Err(Fault::Broken(broken.clone()));
        }
        begin(&mut self.store, budget);
        match call(&self.guests, &mut self.store) {
            Ok(answer) => Ok(answer),
            Err(error) => {
                let refused = self.store.data().limiter.refused();
                Err(self.break_with(Broken::from_call(&error, budget, refused)))
            }
        }
    }

    fn signals(&mut self, answer: Result<Vec<Signal>, String>) -> Result<Vec<Signal>, Fault> {
        let mut signals = self.accepted(answer)?;
        let checked = self.caps.signals(&mut signals);
        self.sized(checked)?;
        Ok(signals)
    }

    fn accepted<R>(&self, answer: Result<R, String>) -> Result<R, Fault> {
        answer.map_err(|text| Fault::Violation(self.caps.complaint(&text)))
    }

    fn sized(&mut self, checked: Result<(), String>) -> Result<(), Fault> {
        checked.map_err(|message| self.break_with(Broken::new(BrokenKind::Output, message)))
    }

    #[cold]
    fn break_with(&mut self, broken: Broken) -> Fault {
        let broken = Box::new(broken);
        self.broken = Some(broken.clone());
        Fault::Broken(broken)
    }
}

fn guests(
    linked: &Linked,
    store: &mut Store<HostState>,
    instance: &wasmtime::component::Instance,
) -> wasmtime::Result<Guests> {
    let Linked { callback, transform, metric, .. } = linked;
    Ok(Guests {
        callback: callback.load(&mut *store, instance)?,
        transform: transform.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?,
        metric: metric.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?,
    })
}

/// Without a deadline wasmtime would stop the guest at once; at each tick the clock decides.
fn begin(store: &mut Store<HostState>, budget: Budget) {
    let state = store.data_mut();
    state.clock.begin(budget.time);
    state.limiter.begin();
    state.log.begin();
    store.set_epoch_deadline(1);
}

fn no_store(error: wasmtime::Error) -> Fault {
    let message = format!("the host cannot make a sandbox for it: {error:#}");
    Fault::Broken(Box::new(Broken::new(BrokenKind::Host, message)))
}

/// Errors before any code of the guest runs are not traps, and not about its output either.
fn not_instantiated(error: &wasmtime::Error, budget: Budget, store: &Store<HostState>) -> Fault {
    let refused = store.data().limiter.refused();
    let broken = match error.is::<wasmtime::Trap>() || refused.is_some() {
        true => Broken::from_call(error, budget, refused),
        false => Broken::new(BrokenKind::Host, of_engine(error, "cannot be instantiated")),
    };
    Fault::Broken(Box::new(broken))
}

fn other_types(error: wasmtime::Error) -> Fault {
    let message = format!(
        "its exports differ from version {} of the contract: {error:#}; rebuild it with the `wit` \
         folder of this callbox",
        super::parse::VERSION
    );
    Fault::Broken(Box::new(Broken::new(BrokenKind::Contract, message)))
}

#[cfg(test)]
mod tests;
