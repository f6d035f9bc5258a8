//! One stream of records from which progress, JSON output and the journal are made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Fault, Hook, Mode, Outcome, Phase, Signal, State};

/// What happened, as it happens. Values are borrowed: an observer keeps what it needs.
#[derive(Debug)]
pub enum Record<'a> {
    /// Something the user should read before the run: a plugin left out, a device chosen.
    Notice(&'a str),
    /// A stage of the run: planned, with the callbacks that follow, or beginning.
    Stage {
        /// Its name.
        name: &'a str,
        /// Everything is put back when it is over.
        trial: bool,
        /// It begins now.
        begins: bool,
    },
    /// A callback is part of the run.
    Joined(&'a Joined),
    /// Training begins.
    Begun {
        /// Epochs planned.
        epochs: u32,
        /// Columns of the epoch table, in order.
        metrics: &'a [String],
    },
    /// A pass over a loader begins.
    PassBegun {
        /// From 0.
        epoch: u32,
        /// Which loader.
        phase: Phase,
        /// Batches in it; `None` for an endless one.
        batches: Option<u64>,
    },
    /// A hook occurs, before anybody is called: only for observers that see hooks.
    Hook {
        /// Which.
        hook: Hook,
        /// The state dict with everything filled in: `monitored` holds a value per column.
        state: &'a State<'a>,
    },
    /// A batch is done.
    Batch {
        /// Batches of this pass done.
        done: u64,
        /// Debiased average of the training loss; only now and then, for it waits for the device.
        smooth: Option<f64>,
    },
    /// A pass is over.
    PassEnded {
        /// Which loader.
        phase: Phase,
    },
    /// An epoch is done.
    Epoch {
        /// From 0.
        epoch: u32,
        /// A value per column; NaN where there is none.
        values: &'a [f64],
        /// Its training or its validation was cut short.
        partial: bool,
        /// How long it took.
        took: Duration,
    },
    /// A validation within an epoch is over.
    Validated {
        /// From 0.
        epoch: u32,
        /// Training batches completed.
        iteration: u64,
        /// A value per column; the training loss is that of the epoch so far.
        values: &'a [f64],
        /// It was cut short, or left something out.
        partial: bool,
    },
    /// A signal and what became of it.
    Signal {
        /// The callback's name in this run.
        author: &'a str,
        /// When.
        at: Place,
        /// What it asked for.
        signal: &'a Signal,
        /// What became of it.
        verdict: &'a Verdict,
    },
    /// A second version of a callback answered otherwise than the first.
    Differs {
        /// The second one's name in this run.
        author: &'a str,
        /// The first one's.
        of: &'a str,
        /// When.
        at: Place,
        /// What the first one asked for.
        first: &'a [Signal],
        /// What the second one would have asked for.
        second: &'a [Signal],
    },
    /// A callback failed.
    Fault {
        /// The callback's name in this run.
        author: &'a str,
        /// When.
        at: Place,
        /// How.
        fault: &'a Fault,
        /// What the host did about it.
        consequence: &'a str,
    },
    /// A callback was made anew.
    Restarted {
        /// The callback's name in this run.
        author: &'a str,
        /// When.
        at: Place,
    },
    /// A callback came, changed or went while the run went on.
    Swapped {
        /// Its name in this run.
        author: &'a str,
        /// When.
        at: Place,
        /// SHA-256 of the file that ran; empty: none did.
        before: &'a str,
        /// Of the one that was to run from now on; empty: none is.
        after: &'a str,
        /// Why the one before it goes on; `None`: it does not.
        kept_because: Option<&'a str>,
    },
    /// A line that a plugin logged.
    Log {
        /// The callback's name in this run.
        author: &'a str,
        /// How loud.
        level: LogLevel,
        /// Without control characters.
        line: &'a str,
    },
    /// The run is over.
    Finished {
        /// How it ended.
        outcome: &'a Outcome,
        /// The state dict at the end, with the losses.
        state: &'a State<'a>,
        /// What each callback cost and did.
        accounts: &'a [Account],
    },
}

/// Where in the run something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// `None`: in `finish`, or between hooks.
    pub hook: Option<Hook>,
    /// From 0.
    pub epoch: u32,
    /// Training batches completed.
    pub iteration: u64,
}

/// What became of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It took effect.
    Applied,
    /// Another callback owns what it set: that one's name.
    Overruled(String),
    /// It cannot mean anything here: why. The rest of its list stands.
    Inapplicable(String),
    /// A violation, its own or one beside it, refused the list: why.
    Refused(String),
    /// Its author is only observed: what would have become of it.
    Observed(Box<Verdict>),
}

impl Verdict {
    /// Bytes of its reason.
    #[must_use]
    pub fn text_len(&self) -> usize {
        match self {
            Verdict::Applied => 0,
            Verdict::Overruled(text) | Verdict::Inapplicable(text) | Verdict::Refused(text) => {
                text.len()
            }
            Verdict::Observed(would) => would.text_len(),
        }
    }
}

/// How loud a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Shown when the user asks for it.
    Debug,
    /// Worth a line.
    Info,
    /// The user should look at it.
    Warn,
    /// The plugin could not do its work.
    Error,
}

impl LogLevel {
    /// Its name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        }
    }
}

/// A callback that takes part, for the table shown at the start.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// Its name in this run.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it came from.
    pub source: String,
    /// SHA-256 of its file in hexadecimal digits; empty if it has none.
    pub digest: String,
    /// Powers in effect, with their bounds.
    pub powers: Vec<String>,
    /// It was dropped into the folder, not named in the run file.
    pub dropped: bool,
    /// What becomes of its answers.
    pub mode: Mode,
    /// Powers that it wants and does not have, and how to grant them.
    pub denied: Option<String>,
    /// How it differs from an earlier version that was granted something.
    pub changed: Option<String>,
}

/// What a callback cost and did, for the table shown at the end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Account {
    /// Its name in this run.
    pub name: String,
    /// Events delivered.
    pub calls: u64,
    /// Time inside them.
    pub spent: Duration,
    /// Part of the time between train-begin and the end, 0 to 1.
    pub share: f64,
    /// Signals that took effect.
    pub applied: u64,
    /// Signals that did not.
    pub refused: u64,
    /// Signals that were only observed.
    pub observed: u64,
    /// Violations and breakages.
    pub faults: u64,
    /// The same by kind.
    pub faults_by_kind: BTreeMap<&'static str, u64>,
    /// Where and how it last failed.
    pub last_fault: Option<(Place, String)>,
    /// How often it was made anew.
    pub restarts: u64,
    /// Events to which a second version answered otherwise than the first.
    pub differences: u64,
    /// What became of its answers.
    pub mode: Mode,
    /// It was disabled before the end.
    pub disabled: bool,
    /// Its file was removed before the end.
    pub went: bool,
}

impl Account {
    /// One more fault.
    pub(super) fn fault(&mut self, at: Place, fault: &Fault) {
        self.faults += 1;
        *self.faults_by_kind.entry(fault.kind()).or_default() += 1;
        self.last_fault = Some((at, fault.to_string()));
    }
}

/// Sees every record of a run, in order.
pub trait Observer: Send {
    /// One record. It must not fail: a logger never kills a run.
    fn observe(&mut self, record: &Record<'_>);

    /// Whether it sees every hook of the loop, which costs a look at the losses each time.
    fn sees_hooks(&self) -> bool {
        false
    }
}

/// A handle to all observers of a run; clones share them.
#[derive(Clone, Default)]
pub struct Records {
    observers: Arc<Mutex<Vec<Box<dyn Observer>>>>,
}

impl Records {
    /// Adds one that sees everything from now on.
    pub fn add(&self, observer: Box<dyn Observer>) {
        self.lock().push(observer);
    }

    /// Whether anybody looks: what nobody sees need not be computed.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        !self.lock().is_empty()
    }

    /// Shows one record to all; a hook to those who see hooks.
    pub fn emit(&self, record: &Record<'_>) {
        let is_hook = matches!(record, Record::Hook { .. });
        for observer in self.lock().iter_mut().filter(|observer| !is_hook || observer.sees_hooks())
        {
            observer.observe(record);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Observer>>> {
        // An observer that panicked left its list intact.
        self.observers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
