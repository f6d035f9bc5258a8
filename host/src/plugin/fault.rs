//! What can go wrong in a running plugin.

use std::fmt;

use wasmtime::{FrameInfo, Trap, WasmBacktrace};

use super::limits::{Budget, Refused};
use crate::text::clean;

/// A call into a plugin that gave no usable answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The plugin answered with an error: its own words, cleaned and cut. It lives on.
    #[error("{0}")]
    Violation(String),
    /// The plugin is unusable; only a new instance helps.
    #[error("{0}")]
    Broken(Box<Broken>),
}

/// Why an instance cannot be called any more.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Broken {
    /// What kind of thing happened.
    pub kind: BrokenKind,
    /// One sentence; with the limit's name where a limit was reached.
    pub message: String,
    /// The wasm functions on the stack, innermost first, one per line.
    pub backtrace: Option<String>,
}

/// The kinds of things that end an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BrokenKind {
    /// An instruction trapped: a panic, an access out of bounds, a division by zero.
    Trap,
    /// The call's guest time was used up.
    Deadline,
    /// It trapped after more memory was refused.
    Memory,
    /// Its stack was exhausted.
    Stack,
    /// Its answer is larger than allowed, or no value of the contract's types.
    Output,
    /// Its imports or exports are not of the contract's types.
    Contract,
    /// The host could not do its part, such as reserving memory.
    Host,
}

impl BrokenKind {
    /// Its name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BrokenKind::Trap => "trap",
            BrokenKind::Deadline => "deadline",
            BrokenKind::Memory => "memory",
            BrokenKind::Stack => "stack",
            BrokenKind::Output => "bad-output",
            BrokenKind::Contract => "contract",
            BrokenKind::Host => "host",
        }
    }
}

impl fmt::Display for BrokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Broken {
    pub(super) fn new(kind: BrokenKind, message: impl Into<String>) -> Broken {
        Broken { kind, message: message.into(), backtrace: None }
    }

    /// Reads a failed call: trap codes alone don't tell, so what the limiter refused is asked as well.
    pub(super) fn from_call(
        error: &wasmtime::Error,
        budget: Budget,
        refused: Option<Refused>,
    ) -> Broken {
        let trap = error.downcast_ref::<Trap>().copied();
        let stack = error.downcast_ref::<WasmBacktrace>();
        let (kind, message) = match (trap, refused) {
            (Some(Trap::Interrupt), _) => (BrokenKind::Deadline, over_time(budget)),
            (Some(Trap::StackOverflow), _) => (BrokenKind::Stack, exhausted("its stack of 1 MiB")),
            (_, Some(refused)) => (BrokenKind::Memory, refused.to_string()),
            (Some(trap), None) if is_about_output(trap) => (BrokenKind::Output, bad_output(&trap)),
            (Some(trap), None) if is_recursion(trap, stack) => {
                (BrokenKind::Stack, exhausted("the stack that its language keeps in memory"))
            }
            (Some(trap), None) => (BrokenKind::Trap, trapped(trap)),
            (None, None) => (BrokenKind::Output, of_engine(error, "bad output")),
        };
        Broken { kind, message, backtrace: stack.and_then(render) }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |bytes: usize| bytes.div_ceil(1 << 20);
        match *self {
            Refused::Memory { wanted, limit } => write!(
                f,
                "wanted {} MiB of memory and did not cope with its limit of {} MiB (`memory-mib`)",
                whole(wanted),
                whole(limit)
            ),
            Refused::Table { wanted, limit } => write!(
                f,
                "wanted a table of {wanted} elements and did not cope with its limit of {limit} \
                 (`table-elements`)"
            ),
        }
    }
}

fn over_time(budget: Budget) -> String {
    format!("used up its {} ms of guest time (`{}`)", budget.time.as_millis(), budget.key)
}

fn exhausted(stack: &str) -> String {
    format!("exhausted {stack}: its recursion is too deep")
}

fn trapped(trap: Trap) -> String {
    match trap {
        Trap::UnreachableCodeReached => {
            "trapped: `unreachable`, which is how a panic or an abort ends".into()
        }
        trap => trap.to_string().replacen("wasm trap: ", "trapped: ", 1),
    }
}

fn bad_output(why: &dyn fmt::Display) -> String {
    format!("bad output: {}", why.to_string().replacen("wasm trap: ", "", 1))
}

/// Limits that the engine keeps by itself, by words of its errors: the user reads the key instead.
const LIMITS: [(&str, &str); 5] = [
    (
        "fuel allocated for hostcalls",
        "brought more across in one call than it may (`transfer-mib`)",
    ),
    ("store handle limit", "has more handles than it may (`handles`)"),
    ("instance count", "has more core instances than it may (`instances`)"),
    ("table count", "has more tables than it may (`tables`)"),
    ("memory count", "has more memories than it may (`memories`)"),
];

/// An error that is no trap, without the backtrace around it.
pub(super) fn of_engine(error: &wasmtime::Error, what: &str) -> String {
    let text = error.root_cause().to_string();
    match LIMITS.iter().find(|(words, _)| text.contains(words)) {
        Some((_, limit)) => (*limit).to_owned(),
        None => format!("{what}: {}", clean(&text, 400)),
    }
}

/// Traps of the conversion between guest and host, not of an instruction.
fn is_about_output(trap: Trap) -> bool {
    matches!(
        trap,
        Trap::StringOutOfBounds
            | Trap::ListOutOfBounds
            | Trap::InvalidDiscriminant
            | Trap::UnalignedPointer
            | Trap::InvalidChar
    )
}

/// Guests that keep part of their stack in linear memory run out of that first, which reads as an access
/// out of bounds: a full backtrace of a few functions that call one another tells it from a stray pointer.
fn is_recursion(trap: Trap, stack: Option<&WasmBacktrace>) -> bool {
    let Some(stack) = stack.filter(|_| trap == Trap::MemoryOutOfBounds) else { return false };
    let mut functions: Vec<u32> = stack.frames().iter().map(|frame| frame.func_index()).collect();
    let deep = functions.len() >= 16;
    functions.sort_unstable();
    functions.dedup();
    deep && functions.len() <= 6
}

/// Longest line of a backtrace, and the longest name that is looked at.
const LINE: usize = 240;

/// Innermost first. Names are the guest's: those of Rust are made readable, others stay as they are. A
/// C++ name can double with every eleven letters, so it is never written out.
fn render(stack: &WasmBacktrace) -> Option<String> {
    let line = |(number, frame): (usize, &FrameInfo)| {
        let offset = frame.module_offset().unwrap_or_default();
        let module = clean(frame.module().name().unwrap_or("<unknown>"), LINE);
        let text = format!("{number}: {offset:#x} - {module}!{}", function(frame));
        clean(&text, LINE).into_owned()
    };
    let lines: Vec<String> = stack.frames().iter().enumerate().map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn function(frame: &FrameInfo) -> String {
    let Some(name) = frame.func_name() else {
        return format!("<wasm function {}>", frame.func_index());
    };
    let name = &name[..name.floor_char_boundary(LINE)];
    rustc_demangle::demangle(name).to_string()
}
