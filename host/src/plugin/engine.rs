//! One compiler and one clock tick for all plugins of the process.

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use wasmparser::WasmFeatures;
use wasmtime::{Config, OptLevel, WasmBacktraceDetails};

use super::LoadError;
use super::compile::Compiler;

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
    compiler: Compiler,
    /// Dropped with the last clone, which ends the ticker at once.
    _ticker: Arc<mpsc::Sender<()>>,
}

impl Engine {
    /// Configures wasmtime and starts the ticker. Plugins are checked and compiled on a thread of this
    /// process, so that a hostile file can cost as much memory as there is, and a thread after its time is
    /// over: fit for plugins that somebody vouches for. For others see [`Engine::with_helper`].
    ///
    /// # Errors
    /// If this machine cannot run compiled wasm, or no thread can be started.
    pub fn new() -> Result<Engine, LoadError> {
        Engine::of(Compiler::InProcess)
    }

    /// The same, but plugins that are not in the cache are checked and compiled in a process of this
    /// program, which holds itself to `compile-s` and `compile-mib`. It must be a callbox binary of this
    /// version, or one whose `main` calls [`compile_for_parent`](super::compile_for_parent) if its first
    /// argument is [`COMPILE_ARGUMENT`](super::COMPILE_ARGUMENT). The process ends with the last clone of
    /// this engine.
    ///
    /// # Errors
    /// As [`Engine::new`]. Whether the program can be started is seen when it is first needed.
    pub fn with_helper(program: impl Into<PathBuf>) -> Result<Engine, LoadError> {
        Engine::of(Compiler::helper(program.into()))
    }

    /// As [`Engine::new`], and what plugins execute is counted ([`Instance::usage`](super::Instance::usage)),
    /// which makes them slower. Its machine code is of no use to other engines: give it no cache.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn metered() -> Result<Engine, LoadError> {
        let mut config = config();
        config.consume_fuel(true);
        Engine::with(wasmtime::Engine::new(&config), Compiler::InProcess)
    }

    fn of(compiler: Compiler) -> Result<Engine, LoadError> {
        Engine::with(bare(), compiler)
    }

    fn with(
        inner: wasmtime::Result<wasmtime::Engine>,
        compiler: Compiler,
    ) -> Result<Engine, LoadError> {
        let inner = inner.map_err(LoadError::engine)?;
        let ticker = tick(&inner).map_err(LoadError::engine)?;
        Ok(Engine { inner, compiler, _ticker: Arc::new(ticker) })
    }

    /// For a plugin that is compiled and only runs: it keeps no helper waiting.
    pub(super) fn without_helper(&self) -> Engine {
        Engine { compiler: Compiler::InProcess, ..self.clone() }
    }

    pub(super) fn compiler(&self) -> &Compiler {
        &self.compiler
    }

    pub(super) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner
    }
}

/// wasmtime without the ticker: enough to compile.
pub(super) fn bare() -> wasmtime::Result<wasmtime::Engine> {
    wasmtime::Engine::new(&config())
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
