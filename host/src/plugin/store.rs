//! What the host keeps beside a running plugin, and the only place where a wasmtime store is made.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{HasData, HasSelf, Linker};
use wasmtime::{Store, UpdateDeadline};

use super::bindings::callbox::plugin::{batch, log, model, types};
use super::bindings::callbox::tensors::tensors;
use super::clock::Clock;
use super::limits::{Limiter, Limits, mib};
use crate::text::clean;

/// Takes a plugin's log lines, cleaned and cut to size. Called on the thread that calls the plugin.
pub type LogSink = Box<dyn FnMut(log::Level, &str) + Send>;

/// Longest line that reaches the log, in bytes.
const LINE: usize = 4096;
/// What an accepted line counts beside its bytes, so that empty lines come to an end as well.
const PER_LINE: usize = 32;

/// What a metered plugin begins with: more than it can burn.
pub(super) const FUEL: u64 = u64::MAX;

/// What a plugin's imports `tensors`, `batch` and `model` do: given from outside, for nothing here
/// knows a tensor.
pub trait Services: tensors::Host + batch::Host + model::Host {
    /// Wall time inside them since the current call into the plugin began.
    fn host_time(&self) -> Duration;
}

/// Everything that a plugin's imports may touch.
pub(super) struct HostState {
    pub(super) services: Box<dyn Services>,
    pub(super) limiter: Limiter,
    pub(super) clock: Clock,
    pub(super) log: Log,
    /// Calls of its imports.
    pub(super) host_calls: u64,
    /// Counts this store among those of its plugin.
    _live: Arc<()>,
}

/// A plugin's log, with an allowance per call.
pub(super) struct Log {
    sink: LogSink,
    allowance: usize,
    left: Option<usize>,
}

impl Log {
    fn new(sink: LogSink, limits: &Limits) -> Log {
        let allowance = limits.log_kib as usize * 1024;
        Log { sink, allowance, left: Some(allowance) }
    }

    pub(super) fn begin(&mut self) {
        self.left = Some(self.allowance);
    }

    /// Takes a line off the allowance; false if it is spent. Says so once.
    fn admits(&mut self, line: usize) -> bool {
        let Some(left) = self.left else { return false };
        self.left = left.checked_sub(line.min(LINE) + PER_LINE);
        if self.left.is_none() {
            let allowed = self.allowance / 1024;
            let text = format!(
                "more than {allowed} KiB of log in one call (`log-kib`): the rest is dropped"
            );
            (self.sink)(log::Level::Warn, &text);
        }
        self.left.is_some()
    }
}

impl log::Host for HostState {
    fn write(&mut self, level: log::Level, message: String) {
        self.host_calls += 1;
        // A flood beyond the allowance counts as the guest's own time, so that it ends.
        if self.log.admits(message.len()) {
            let entered = self.clock.enter_host();
            (self.log.sink)(level, &clean(&message, LINE));
            self.clock.leave_host(entered);
        }
    }
}

impl types::Host for HostState {}

/// The part of the state that serves tensors.
struct HasServices;

impl HasData for HasServices {
    type Data<'a> = &'a mut dyn Services;
}

/// What this version of callbox offers to plugins.
pub(super) fn link(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<HostState>> {
    let mut linker = Linker::new(engine);
    log::add_to_linker::<_, HasSelf<HostState>>(&mut linker, |state| state)?;
    types::add_to_linker::<_, HasSelf<HostState>>(&mut linker, |state| state)?;
    tensors::add_to_linker::<_, HasServices>(&mut linker, services)?;
    batch::add_to_linker::<_, HasServices>(&mut linker, services)?;
    model::add_to_linker::<_, HasServices>(&mut linker, services)?;
    Ok(linker)
}

fn services(state: &mut HostState) -> &mut dyn Services {
    state.host_calls += 1;
    state.services.as_mut()
}

/// A store that holds its guest to the limits. The caller sets a deadline before each call.
pub(super) fn new(
    engine: &wasmtime::Engine,
    limits: &Limits,
    sink: LogSink,
    services: Box<dyn Services>,
    live: Arc<()>,
) -> wasmtime::Result<Store<HostState>> {
    let state = HostState {
        services,
        limiter: Limiter::new(limits),
        clock: Clock::default(),
        log: Log::new(sink, limits),
        host_calls: 0,
        _live: live,
    };
    let mut store = Store::try_new(engine, state)?;
    store.limiter(|state| &mut state.limiter);
    // An engine that does not meter refuses; time is what ends a guest either way.
    let _ = store.set_fuel(FUEL);
    store.set_hostcall_fuel(mib(limits.transfer_mib));
    store.set_max_component_handles(limits.handles as usize);
    store.epoch_deadline_callback(|mut store| {
        let HostState { clock, services, .. } = store.data_mut();
        match clock.is_over(services.host_time()) {
            true => Ok(UpdateDeadline::Interrupt),
            false => Ok(UpdateDeadline::Continue(1)),
        }
    });
    Ok(store)
}
