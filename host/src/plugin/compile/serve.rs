//! The helper's side: this binary as a compiler for its parent, with limits that it sets itself.

use std::io::{self, Read, Write};
use std::num::NonZero;
use std::process::ExitCode;

use rustix::process::{
    Pid, Resource, Rlimit, Signal, getppid, getrlimit, set_parent_process_death_signal, setrlimit,
};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::super::engine::bare;
use super::super::limits::mib;
use super::super::parse::Parsed;
use super::super::{Limits, Refusal};
use super::frame::{LONGEST_HEAD, read, write};
use super::{Compiled, Failed, build, most_code, pack};

/// The first argument of a callbox binary that is to compile for the process that started it.
pub const ARGUMENT: &str = "__compile";

/// Every thread of the compiler takes address space for its stack and its heap, so that with as many as a
/// large machine has little would be left of the limit.
const MOST_THREADS: usize = 4;
/// A file for the memory in use, and some to spare.
const FILES: u64 = 16;

/// The helper's first word, so that no other program is taken for it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) callbox: String,
}

impl Hello {
    pub(super) fn ours() -> Hello {
        Hello { callbox: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// What became of a file; the code of a compiled one is the frame's body.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Answer {
    Compiled(Parsed),
    Refused(Refusal),
    NoMemory,
}

/// Compiles what comes on standard input until there is no more, for the binary's own use: see
/// [`Engine::with_helper`](crate::plugin::Engine::with_helper). The exit code tells the parent nothing.
#[must_use]
pub fn serve() -> ExitCode {
    match serve_on(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The parent reads the beginning of it.
            drop(writeln!(io::stderr(), "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn serve_on(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    end_with_parent()?;
    let bounds = Bounds::set()?;
    let engine = bare().map_err(|error| io::Error::other(format!("{error:#}")))?;
    // Starts the compiler's threads, which could fail for want of memory later.
    engine.precompile_module(NOTHING).map_err(|error| io::Error::other(format!("{error:#}")))?;
    write(to, &Hello::ours(), &[])?;
    while let Some((limits, bytes)) = read::<Limits>(from, u64::MAX)? {
        bounds.narrow(&limits)?;
        let (answer, code) = answer(build(&engine, &bytes, &limits), most_code(&limits));
        write(to, &answer, &code)?;
    }
    Ok(())
}

/// The system ends this process when the thread ends that started it, however that ends: a file that takes
/// minutes must not go on when nobody waits for it.
fn end_with_parent() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // It may have gone before that. In a container it may have the number that elsewhere means it is gone.
    let parent = getppid().map(Pid::as_raw_pid).map(|pid| pid.to_string());
    match std::env::args().nth(2).is_some_and(|told| Some(told) != parent) {
        true => Err(io::Error::other("its parent is gone")),
        false => Ok(()),
    }
}

/// `(module (func))`
const NOTHING: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";

fn answer(built: Result<Compiled, Failed>, most_code: u64) -> (Answer, Vec<u8>) {
    let (answer, code) = match built {
        Ok(Compiled { code, .. }) if code.len() as u64 > most_code => {
            (Answer::NoMemory, Vec::new())
        }
        Ok(Compiled { parsed, code }) => (Answer::Compiled(parsed), code),
        Err(Failed::Refused(refusal)) => (Answer::Refused(refusal), Vec::new()),
        Err(Failed::NoMemory) => (Answer::NoMemory, Vec::new()),
    };
    match pack(&answer) {
        Ok(_) => (answer, code),
        Err(_) => {
            let why = format!("its names are longer than {} MiB together", LONGEST_HEAD >> 20);
            (Answer::Refused(Refusal::Invalid(why)), Vec::new())
        }
    }
}

/// Threads that compile one plugin.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS)
}

/// The bounds that this process was started with; its own lie within them.
struct Bounds {
    memory: Rlimit,
    cpu: Rlimit,
}

impl Bounds {
    /// Sets what holds for all files: nothing is written, and next to nothing opened.
    fn set() -> io::Result<Bounds> {
        for (resource, most) in
            [(Resource::Core, 0), (Resource::Fsize, 0), (Resource::Nofile, FILES)]
        {
            limit(resource, most, getrlimit(resource))?;
        }
        Ok(Bounds { memory: getrlimit(Resource::As), cpu: getrlimit(Resource::Cpu) })
    }

    /// Sets what holds for the next file: so much more than was used until now.
    fn narrow(&self, limits: &Limits) -> io::Result<()> {
        let memory = mapped()?.saturating_add(mib(limits.compile_mib) as u64);
        limit(Resource::As, memory, self.memory)?;
        // All threads count together. The parent's clock ends it sooner, unless the parent is gone.
        let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
        let most = u64::from(limits.compile_s).saturating_mul(threads() as u64);
        limit(Resource::Cpu, used.saturating_add(most).saturating_add(1), self.cpu)
    }
}

/// Only the soft limit: the next file may have more.
fn limit(resource: Resource, most: u64, given: Rlimit) -> io::Result<()> {
    let current = Some(given.current.map_or(most, |given| given.min(most)));
    Ok(setrlimit(resource, Rlimit { current, ..given })?)
}

/// Bytes of address space in use, as the limit counts them.
fn mapped() -> io::Result<u64> {
    let numbers = std::fs::read_to_string("/proc/self/statm")?;
    let pages: Option<u64> = numbers.split(' ').next().and_then(|pages| pages.parse().ok());
    let pages = pages.ok_or_else(|| io::Error::other("/proc/self/statm has no number"))?;
    Ok(pages.saturating_mul(rustix::param::page_size() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_do_not_fit_are_a_refusal() {
        let exports = vec!["x".repeat(LONGEST_HEAD as usize)];
        let parsed = Parsed { is_core: false, imports: Vec::new(), exports };
        let (answer, code) = answer(Ok(Compiled { parsed, code: vec![1] }), 1);
        assert!(matches!(answer, Answer::Refused(Refusal::Invalid(_))));
        assert!(code.is_empty());
    }

    #[test]
    fn more_code_than_the_parent_takes_is_too_much_memory() {
        let parsed = || Parsed { is_core: true, imports: Vec::new(), exports: Vec::new() };
        let answer = |most| answer(Ok(Compiled { parsed: parsed(), code: vec![1, 2] }), most);
        assert_eq!(answer(2), (Answer::Compiled(parsed()), vec![1, 2]));
        assert_eq!(answer(1), (Answer::NoMemory, Vec::new()));
    }

    #[test]
    fn what_is_mapped_is_more_than_the_binary() {
        let binary = std::fs::metadata(std::env::current_exe().unwrap()).unwrap().len();
        assert!(mapped().unwrap() > binary / 2);
    }
}
