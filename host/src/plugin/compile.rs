//! From an understood file to a compiled component, on a thread of its own.
//!
//! The compiler is outside wasmtime's promise that a hostile file cannot use up the host, so it gets a
//! limit of time here and of size before. A thread cannot be ended from outside: one that is too slow is
//! left behind and its result dropped. A helper process with limits of memory is to replace it.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use wasmtime::component::Component;
use wit_component::ComponentEncoder;

use super::{Engine, Limits, Refusal};

/// Compiles a component, or a core module after it was wrapped.
pub(super) fn compile(
    engine: &Engine,
    bytes: Arc<[u8]>,
    is_core: bool,
    limits: &Limits,
) -> Result<Component, Refusal> {
    let (send, receive) = mpsc::sync_channel(1);
    let engine = engine.clone();
    let work = move || {
        // Nobody waits for the result after the time limit.
        let _late = send.send(build(&engine, &bytes, is_core));
    };
    let spawned = thread::Builder::new().name("callbox-compile".into()).spawn(work);
    spawned.map_err(|error| Refusal::Compile(error.to_string()))?;
    match receive.recv_timeout(Duration::from_secs(limits.compile_s.into())) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            Err(Refusal::CompileTime { limit_s: limits.compile_s })
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            Err(Refusal::Compile("the compiler panicked".into()))
        }
    }
}

fn build(engine: &Engine, bytes: &[u8], is_core: bool) -> Result<Component, Refusal> {
    let wrapped;
    let component = match is_core {
        true => {
            wrapped = wrap(bytes)?;
            &wrapped
        }
        false => bytes,
    };
    Component::from_binary(engine.wasmtime(), component)
        .map_err(|error| Refusal::Compile(format!("{error:#}")))
}

/// Makes a component of a core module that carries wit-bindgen's description of its interfaces.
pub(super) fn wrap(module: &[u8]) -> Result<Vec<u8>, Refusal> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| Refusal::Wrap(format!("{error:#}")))
}
