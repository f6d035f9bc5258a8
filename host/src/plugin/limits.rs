//! What one plugin may use, and the limiter that holds it to that.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wasmtime::ResourceLimiter;

use super::Runtime;

/// What one plugin may use. Every field has a default and can be set per plugin; names carry the unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Linear memory of the plugin, all its memories together, in MiB. 64.
    pub memory_mib: u32,
    /// Guest time of one event, in ms of CPU time outside host calls. 50.
    pub event_ms: u32,
    /// Guest time of instantiation, and again of `start`, in ms. 2,000.
    pub start_ms: u32,
    /// Guest time of `describe`, in ms. 1,000.
    pub describe_ms: u32,
    /// Guest time of `finish`, in ms. 1,000.
    pub finish_ms: u32,
    /// Guest time of `save`, in ms. 1,000.
    pub save_ms: u32,
    /// Guest time of `load`, in ms. 1,000.
    pub load_ms: u32,
    /// Signals that one event may return. 256.
    pub signals: u32,
    /// Log of one event, in KiB; what is beyond is dropped with one warning. 64.
    pub log_kib: u32,
    /// Log of a whole run, in MiB; what is beyond is dropped with one warning. 64.
    pub log_run_mib: u32,
    /// One text in a result, such as a reason or a name, in KiB. 4.
    pub text_kib: u32,
    /// Elements of one list of numbers in a result. 65,536.
    pub numbers: u32,
    /// Elements of any other list in a result, such as parameters or subscriptions. 256.
    pub items: u32,
    /// What `save` may return, in MiB. 4.
    pub state_mib: u32,
    /// All that one call may bring across from the guest, as the host counts it, in MiB. 8.
    pub transfer_mib: u32,
    /// Calls for tensors in one event. 4,096.
    pub host_operations: u32,
    /// Wall time inside them in one event, waiting for the device included, in ms. 500.
    pub host_ms: u32,
    /// Elements of tensors that one event may read. 16,777,216.
    pub read_elements: u32,
    /// New tensors of one batch on the device, with what backward makes for them, in MiB. 256.
    pub device_mib: u32,
    /// Core instances inside the component. 64.
    pub instances: u32,
    /// Linear memories. 8.
    pub memories: u32,
    /// Tables. 32.
    pub tables: u32,
    /// Elements of one table. 100,000.
    pub table_elements: u32,
    /// Handles of the component model. 1,024.
    pub handles: u32,
    /// The plugin's file, in MiB. 64.
    pub file_mib: u32,
    /// Checking and compiling it, in seconds of wall time. 60.
    pub compile_s: u32,
    /// Its part of the time of a hundred training steps, in percent, from which on it is warned of. 20.
    pub share_percent: u32,
    /// Memory that checking and compiling it may take, in MiB of address space; an eighth of it for
    /// its machine code. Held by the helper process: an embedding program without one has no such
    /// limit. 2,048.
    pub compile_mib: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            memory_mib: 64,
            event_ms: 50,
            start_ms: 2_000,
            describe_ms: 1_000,
            finish_ms: 1_000,
            save_ms: 1_000,
            load_ms: 1_000,
            signals: 256,
            log_kib: 64,
            log_run_mib: 64,
            text_kib: 4,
            numbers: 65_536,
            items: 256,
            state_mib: 4,
            transfer_mib: 8,
            host_operations: 4_096,
            host_ms: 500,
            read_elements: 1 << 24,
            device_mib: 256,
            instances: 64,
            memories: 8,
            tables: 32,
            table_elements: 100_000,
            handles: 1_024,
            file_mib: 64,
            compile_s: 60,
            share_percent: 20,
            compile_mib: 2_048,
        }
    }
}

impl Limits {
    /// What a plugin of this runtime may use, unless its user says otherwise.
    #[must_use]
    pub fn of(runtime: Runtime) -> Limits {
        let limits = Limits::default();
        match runtime {
            Runtime::None | Runtime::QuickJs => limits,
            Runtime::Go => Limits { memory_mib: 128, ..limits },
            Runtime::Python => {
                Limits { memory_mib: 128, event_ms: 200, start_ms: 4_000, compile_s: 300, ..limits }
            }
            Runtime::SpiderMonkey => {
                Limits { memory_mib: 256, event_ms: 200, start_ms: 4_000, compile_s: 300, ..limits }
            }
        }
    }
}

/// A call's guest time and the name under which a user can change it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    pub(super) time: Duration,
    pub(super) key: &'static str,
}

impl Budget {
    pub(super) fn new(ms: u32, key: &'static str) -> Budget {
        Budget { time: Duration::from_millis(ms.into()), key }
    }
}

/// Mebibytes as bytes.
pub(super) fn mib(n: u32) -> usize {
    (n as usize).saturating_mul(1 << 20)
}

/// Answers growth beyond the limits with "no", not with a trap, so that a guest may cope.
///
/// It remembers what it refused: a guest that does not cope traps with a code that says nothing of memory.
#[derive(Debug)]
pub(super) struct Limiter {
    memory: usize,
    table_elements: usize,
    counts: [usize; 3],
    used: usize,
    last_growth: usize,
    refused: Option<Refused>,
}

/// What the limiter said no to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Bytes of linear memory wanted in all.
    Memory { wanted: usize, limit: usize },
    /// Elements wanted in one table.
    Table { wanted: usize, limit: usize },
}

impl Limiter {
    pub(super) fn new(limits: &Limits) -> Limiter {
        Limiter {
            memory: mib(limits.memory_mib),
            table_elements: limits.table_elements as usize,
            counts: [limits.instances, limits.tables, limits.memories].map(|n| n as usize),
            used: 0,
            last_growth: 0,
            refused: None,
        }
    }

    /// Forgets refusals of earlier calls: the guest coped with those.
    pub(super) fn begin(&mut self) {
        self.refused = None;
    }

    pub(super) fn refused(&self) -> Option<Refused> {
        self.refused
    }

    /// Bytes of linear memory in use.
    pub(super) fn used(&self) -> usize {
        self.used
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        let wanted = self.used.saturating_add(growth);
        if wanted > self.memory {
            self.refused = Some(Refused::Memory { wanted, limit: self.memory });
            return Ok(false);
        }
        self.used = wanted;
        self.last_growth = growth;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        // Called for refusals too, which added nothing; either way the next growth starts from zero.
        if self.refused.is_none() {
            self.used -= std::mem::take(&mut self.last_growth);
        }
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let limit = self.table_elements;
        if desired > limit {
            self.refused = Some(Refused::Table { wanted: desired, limit });
        }
        Ok(desired <= limit)
    }

    fn instances(&self) -> usize {
        self.counts[0]
    }

    fn tables(&self) -> usize {
        self.counts[1]
    }

    fn memories(&self) -> usize {
        self.counts[2]
    }
}
