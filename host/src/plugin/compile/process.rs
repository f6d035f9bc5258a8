//! The parent's side: a helper process that is started when a plugin is not in the cache, asked for one
//! plugin after the other, and ended as soon as it is late or breaks.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

use super::super::{Limits, Refusal};
use super::serve::{ARGUMENT, Answer, Hello, threads};
use super::{Compiled, Late, frame, most_code, within};
use crate::text::clean;

/// For the system to load the binary and the libraries that it is linked with, on a busy machine.
const START: Duration = Duration::from_secs(60);
/// What is kept of a helper's last words.
const WORDS: u64 = 4 << 10;

/// Compiles in a process of its own. Starting one costs more than compiling most plugins, so that one that
/// behaved is asked again.
pub(in crate::plugin) struct Helper {
    program: PathBuf,
    idle: Mutex<Option<Process>>,
}

impl Helper {
    pub(super) fn new(program: PathBuf) -> Helper {
        Helper { program, idle: Mutex::new(None) }
    }

    pub(super) fn compile(&self, bytes: Arc<[u8]>, limits: &Limits) -> Result<Compiled, Refusal> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The system ends a helper with the thread that started it, so that no other thread relies on it.
        let process = match idle.filter(Process::is_of_this_thread).and_then(Process::if_alive) {
            Some(process) => process,
            None => Process::start(&self.program)?,
        };
        let (process, answer, code) = process.ask(bytes, limits)?;
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
        match answer {
            Answer::Compiled(parsed) => Ok(Compiled { parsed, code }),
            Answer::Refused(refusal) => Err(refusal),
            Answer::NoMemory => Err(Refusal::CompileMemory { limit_mib: limits.compile_mib }),
        }
    }
}

type Pipes = (ChildStdin, ChildStdout);

/// A helper that runs. It is ended and reaped wherever it is dropped.
struct Process {
    child: Child,
    thread: ThreadId,
    pipes: Option<Pipes>,
    /// Reads what it has to say when it breaks.
    words: Option<JoinHandle<String>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

impl Process {
    fn start(program: &PathBuf) -> Result<Process, Refusal> {
        let failed = |error: io::Error| {
            Refusal::Helper(format!("{} could not be started: {error}", program.display()))
        };
        let mut process = spawn(program).map_err(failed)?;
        let Some((stdin, mut stdout)) = process.pipes.take() else {
            return Err(failed(io::ErrorKind::BrokenPipe.into()));
        };
        let hello = move || {
            let hello = frame::read::<Hello>(&mut stdout, 0);
            hello.map(|hello| (hello.map(|(hello, _)| hello), (stdin, stdout)))
        };
        match within(START, hello) {
            Ok(Ok((Some(hello), pipes))) if hello == Hello::ours() => {
                process.pipes = Some(pipes);
                Ok(process)
            }
            Ok(Ok((Some(hello), _))) => Err(Refusal::Helper(format!(
                "{} has another version of callbox by now: {}",
                program.display(),
                clean(&hello.callbox, 40)
            ))),
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                Err(Refusal::Helper(format!("{} is no callbox", program.display())))
            }
            Ok(_) => Err(process.broken()),
            Err(_) => Err(failed(io::ErrorKind::TimedOut.into())),
        }
    }

    fn is_of_this_thread(&self) -> bool {
        self.thread == thread::current().id()
    }

    /// Somebody may have ended it while nobody asked it.
    fn if_alive(mut self) -> Option<Process> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    /// Gives the process back if it may be asked again.
    fn ask(
        mut self,
        bytes: Arc<[u8]>,
        limits: &Limits,
    ) -> Result<(Process, Answer, Vec<u8>), Refusal> {
        let Some(pipes) = self.pipes.take() else { return Err(self.broken()) };
        let own = limits.clone();
        let time = Duration::from_secs(limits.compile_s.into());
        match within(time, move || converse(pipes, &bytes, &own)) {
            Ok(Ok((pipes, answer, code))) => {
                self.pipes = Some(pipes);
                Ok((self, answer, code))
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                Err(Refusal::Helper("it answered with something that is no answer".into()))
            }
            Ok(Err(_)) => Err(self.ended(limits)),
            Err(Late::Time) => Err(Refusal::CompileTime { limit_s: limits.compile_s }),
            Err(late) => Err(Refusal::Helper(format!("it could not be asked: {late:?}"))),
        }
    }

    /// Why it ended while it worked on a plugin, as far as that can be told.
    fn ended(mut self, limits: &Limits) -> Refusal {
        let status = self.end();
        let words = self.words();
        match status.map(signal) {
            _ if NO_MEMORY.iter().any(|said| words.contains(said)) => {
                Refusal::CompileMemory { limit_mib: limits.compile_mib }
            }
            Some(Some(SIGXCPU)) => Refusal::CompileTime { limit_s: limits.compile_s },
            // The system when memory is short, or somebody who wants everything to end.
            Some(Some(signal @ (SIGKILL | SIGTERM | SIGINT))) => {
                Refusal::Helper(format!("it was ended from outside, by signal {signal}"))
            }
            Some(Some(signal)) => {
                Refusal::Compile(format!("the compiler crashed with signal {signal}: {words}"))
            }
            Some(None) if words.contains("panicked at") => {
                Refusal::Compile(format!("the compiler panicked: {words}"))
            }
            _ => Refusal::Helper(format!("it ended: {words}")),
        }
    }

    /// Why it ended before it worked on any plugin.
    fn broken(mut self) -> Refusal {
        let status = self.end().map_or_else(String::new, |status| status.to_string());
        let words = self.words();
        Refusal::Helper(format!("it ended at its start ({status}): {words}"))
    }

    /// Ends it whatever it does, and waits until it is gone. One that had ended by itself keeps its status.
    fn end(&mut self) -> Option<ExitStatus> {
        let _gone = self.child.kill();
        self.child.wait().ok()
    }

    /// What it said on standard error. Call it when the process is gone.
    fn words(&mut self) -> String {
        let words = self.words.take().and_then(|words| words.join().ok()).unwrap_or_default();
        let told = words.trim().lines().filter(|line| !line.starts_with("note: "));
        let told = told.collect::<Vec<_>>().join("\n");
        let told = if told.is_empty() { "it said nothing" } else { &told };
        clean(told, 400).into_owned()
    }
}

/// What Rust's allocator says before it aborts, and wasmtime when it panics. A signal or an exit code alone
/// does not tell this from other failures.
const NO_MEMORY: [&str; 2] = ["memory allocation of", "out of memory"];

const SIGINT: i32 = 2;
const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;
const SIGXCPU: i32 = 24;

fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

/// Nothing of the environment but what the dynamic loader needs, no shell, no file.
fn spawn(program: &PathBuf) -> io::Result<Process> {
    let kept = std::env::var_os("LD_LIBRARY_PATH").map(|folders| ("LD_LIBRARY_PATH", folders));
    let mut child = Command::new(program)
        .arg(ARGUMENT)
        .arg(std::process::id().to_string())
        .env_clear()
        .envs(kept)
        .env("RAYON_NUM_THREADS", threads().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (pipes, stderr) = (child.stdin.take().zip(child.stdout.take()), child.stderr.take());
    let thread = thread::current().id();
    let mut process = Process { child, thread, pipes, words: None };
    if let Some(stderr) = stderr {
        let words = move || {
            let mut words = Vec::new();
            let _cut = stderr.take(WORDS).read_to_end(&mut words);
            String::from_utf8_lossy(&words).into_owned()
        };
        let thread = thread::Builder::new().name("callbox-compile".into());
        process.words = Some(thread.spawn(words)?);
    }
    Ok(process)
}

/// One question, one answer. The helper reads the whole question before it answers, so that neither waits
/// for the other with both pipes full.
fn converse(
    (mut stdin, mut stdout): Pipes,
    bytes: &[u8],
    limits: &Limits,
) -> io::Result<(Pipes, Answer, Vec<u8>)> {
    frame::write(&mut stdin, limits, bytes)?;
    let answer = frame::read(&mut stdout, most_code(limits))?;
    let (answer, code) = answer.ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(((stdin, stdout), answer, code))
}
