//! From bytes that nobody vouches for to names and machine code.
//!
//! The compiler is outside wasmtime's promise that a hostile file cannot use up the host, and so are the
//! validator and the encoder of components. All three work in a helper process: the callbox binary, started
//! with [`ARGUMENT`]. It limits its own memory and CPU time (`serve.rs`), and the parent ends it when its
//! wall time is over (`process.rs`). A program that embeds the library and has no such binary compiles on a
//! thread instead: one that is too slow is left behind, and its memory is not limited.

mod frame;
mod process;
mod serve;

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use std::{io, thread};

use wasmtime::OutOfMemory;
use wit_component::ComponentEncoder;

use super::limits::mib;
use super::parse::{Parsed, parse};
use super::{Limits, Refusal};

pub(super) use frame::{pack, unpack};
pub use serve::{ARGUMENT, serve};

/// The most machine code of one plugin, in bytes. The parent keeps it, and its cache; the helper has it
/// several times in its memory before it is done.
fn most_code(limits: &Limits) -> u64 {
    mib(limits.compile_mib) as u64 / 8
}

/// What is known of a file, and its code for this machine.
pub(super) struct Compiled {
    pub(super) parsed: Parsed,
    /// What `Component::serialize` gives.
    pub(super) code: Vec<u8>,
}

/// Where the work is done. Cheap to clone.
#[derive(Clone)]
pub(super) enum Compiler {
    InProcess,
    Helper(Arc<process::Helper>),
}

impl Compiler {
    /// In a process of this binary, which is started when it is first needed.
    pub(super) fn helper(program: PathBuf) -> Compiler {
        Compiler::Helper(Arc::new(process::Helper::new(program)))
    }

    /// Understands and compiles a file, within its limits.
    pub(super) fn compile(
        &self,
        engine: &wasmtime::Engine,
        bytes: Arc<[u8]>,
        limits: &Limits,
    ) -> Result<Compiled, Refusal> {
        match self {
            Compiler::InProcess => in_process(engine, bytes, limits),
            Compiler::Helper(helper) => helper.compile(bytes, limits),
        }
    }
}

/// A thread cannot be ended from outside: one that is too slow is left behind and its result dropped.
fn in_process(
    engine: &wasmtime::Engine,
    bytes: Arc<[u8]>,
    limits: &Limits,
) -> Result<Compiled, Refusal> {
    let (engine, own) = (engine.clone(), limits.clone());
    let work = move || build(&engine, &bytes, &own);
    match within(Duration::from_secs(limits.compile_s.into()), work) {
        Ok(Ok(compiled)) => Ok(compiled),
        Ok(Err(Failed::Refused(refusal))) => Err(refusal),
        Ok(Err(Failed::NoMemory)) => Err(Refusal::Compile("there is no memory left".into())),
        Err(Late::Time) => Err(Refusal::CompileTime { limit_s: limits.compile_s }),
        Err(Late::Panic) => Err(Refusal::Compile("the compiler panicked".into())),
        Err(Late::Spawn(error)) => Err(Refusal::Compile(error.to_string())),
    }
}

/// Why there is no compiled plugin.
enum Failed {
    Refused(Refusal),
    NoMemory,
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Failed {
        Failed::Refused(refusal)
    }
}

/// All that a hostile file could make dear: validating, wrapping, compiling.
fn build(engine: &wasmtime::Engine, bytes: &[u8], limits: &Limits) -> Result<Compiled, Failed> {
    let parsed = parse(bytes, limits)?;
    let wrapped;
    let component = match parsed.is_core {
        true => {
            wrapped = wrap(bytes)?;
            &wrapped
        }
        false => bytes,
    };
    let code = engine.precompile_component(component).map_err(|error| failed(&error))?;
    Ok(Compiled { parsed, code })
}

fn failed(error: &wasmtime::Error) -> Failed {
    let short = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<io::Error>();
        cause.is::<OutOfMemory>() || io.is_some_and(|io| io.kind() == io::ErrorKind::OutOfMemory)
    };
    match error.chain().any(short) {
        true => Failed::NoMemory,
        false => Failed::Refused(Refusal::Compile(format!("{error:#}"))),
    }
}

/// Makes a component of a core module that carries wit-bindgen's description of its interfaces.
pub(super) fn wrap(module: &[u8]) -> Result<Vec<u8>, Refusal> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| Refusal::Wrap(format!("{error:#}")))
}

/// Why work on another thread gave no result.
#[derive(Debug)]
enum Late {
    Time,
    Panic,
    Spawn(io::Error),
}

/// Types within types are read by recursion; `nesting.rs` says how deep they may be.
pub(super) const STACK: usize = 16 << 20;

/// Does work on a thread of its own and waits for it no longer than this.
fn within<T: Send + 'static>(
    time: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Late> {
    let (send, receive) = mpsc::sync_channel(1);
    let work = move || {
        // Nobody waits for the result after its time.
        let _late = send.send(work());
    };
    let thread = thread::Builder::new().name("callbox-compile".into()).stack_size(STACK);
    thread.spawn(work).map_err(Late::Spawn)?;
    receive.recv_timeout(time).map_err(|error| match error {
        mpsc::RecvTimeoutError::Timeout => Late::Time,
        mpsc::RecvTimeoutError::Disconnected => Late::Panic,
    })
}
