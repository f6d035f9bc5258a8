//! Why the host could not do what a plugin asked: a value, never a trap.

use std::error::Error;
use std::fmt;

/// What the host answers instead. Written by hand, since the generated one would show itself as
/// Rust code; the contract's two packages share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The tensor's batch is over, or the number is not this plugin's.
    Stale,
    /// No such thing now, or under that name: which.
    Missing(String),
    /// Shapes, types or ranges don't fit: what was expected and what was given.
    Mismatch(String),
    /// A budget of this event, or of its batch, is spent: which.
    OverBudget(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, what) = self.parts();
        f.write_str(kind)?;
        f.write_str(what)
    }
}

impl Failure {
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Stale => ("stale tensor: its batch is over, or it is not this plugin's", ""),
            Self::Missing(what) => ("missing: ", what),
            Self::Mismatch(what) => ("mismatch: ", what),
            Self::OverBudget(what) => ("over budget: ", what),
        }
    }
}

impl Error for Failure {}

/// So that `?` works in hooks. Formatting would make a plugin larger.
impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        let (kind, what) = failure.parts();
        let mut text = kind.to_owned();
        text.push_str(what);
        text
    }
}

/// Asks the host. Natively, in tests, there is none, and that is the answer.
pub(crate) fn ask<T>(question: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    if cfg!(target_arch = "wasm32") {
        return question();
    }
    Err(Failure::Missing("a host: tensors live in a run only".to_owned()))
}
