//! One compiler and one clock tick for all plugins of the process.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use wasmparser::WasmFeatures;
use wasmtime::{Config, OptLevel, WasmBacktraceDetails};

use super::LoadError;

/// How often a running guest is looked at. Deadlines are exact to two of these.
pub(super) const TICK: Duration = Duration::from_millis(4);

/// What wasm may use: everything else is refused with its name before it is compiled.
///
/// Left out: garbage collection, exceptions, threads, 64-bit memories, relaxed SIMD (its results differ
/// between machines) and the component model's async, maps and fixed-length lists.
pub(super) const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::GC_TYPES);

/// Stack of the guest, in bytes. The thread that calls plugins needs several times as much.
const WASM_STACK: usize = 1 << 20;

/// The configured wasmtime engine and the thread that ticks it. Cheap to clone; make one per process.
#[derive(Clone)]
pub struct Engine {
    inner: wasmtime::Engine,
    /// Dropped with the last clone, which ends the ticker at once.
    _ticker: Arc<mpsc::Sender<()>>,
}

impl Engine {
    /// Configures wasmtime and starts the ticker.
    ///
    /// # Errors
    /// If this machine cannot run compiled wasm, or no thread can be started.
    pub fn new() -> Result<Engine, LoadError> {
        let inner = wasmtime::Engine::new(&config()).map_err(LoadError::engine)?;
        let ticker = tick(&inner).map_err(LoadError::engine)?;
        Ok(Engine { inner, _ticker: Arc::new(ticker) })
    }

    pub(super) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(FEATURES, true)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        // Same seed, same bytes: a NaN's payload must not depend on the machine.
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(OptLevel::Speed)
        // Function names are enough to tell an author where it broke; lines need debug information.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config
}

/// The thread holds the engine weakly and a receiver whose sender dies with the last clone: it ends by
/// itself, and no sooner.
fn tick(engine: &wasmtime::Engine) -> std::io::Result<mpsc::Sender<()>> {
    let (alive, dead) = mpsc::channel();
    let engine = engine.weak();
    thread::Builder::new().name("callbox-tick".into()).spawn(move || {
        while let Err(mpsc::RecvTimeoutError::Timeout) = dead.recv_timeout(TICK) {
            let Some(engine) = engine.upgrade() else { break };
            engine.increment_epoch();
        }
    })?;
    Ok(alive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ticker_does_not_keep_the_engine_alive() {
        let engine = Engine::new().unwrap();
        let weak = engine.wasmtime().weak();
        drop(engine.clone());
        assert!(weak.upgrade().is_some());
        drop(engine);
        // The ticker may hold it for the length of one increment.
        while weak.upgrade().is_some() {
            thread::yield_now();
        }
    }
}
