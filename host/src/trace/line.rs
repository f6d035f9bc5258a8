//! What a trace is made of: a head, then lines.

use serde::{Deserialize, Serialize};

use super::asked::Answer;
use super::moment::Change;
use crate::callback::tensors::{Occasion, TensorId};
use crate::callback::{
    Grant, HyperName, LogLevel, Losses, MetricSpec, Outcome, Place, Record, RunInfo, Setting,
    Signal, Verdict,
};

/// The first line: what is the same for the whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Head {
    /// Version of the format.
    pub trace: u32,
    /// What every plugin was told at its start, but for what is its own.
    pub run: RunInfo,
    /// Columns of the epoch table, in the order of a moment's metrics.
    pub metrics: Vec<MetricSpec>,
    /// Whom the run file preferred as the owner of a hyper-parameter.
    pub owners: Vec<(HyperName, String)>,
    /// Who took part, in the order in which they are called.
    pub plugins: Vec<Part>,
}

/// A plugin that took part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// Its name in the run.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file in hexadecimal digits.
    pub sha256: String,
    /// It was dropped into the folder, not named in the run file.
    pub dropped: bool,
    /// Its parameters' values.
    pub settings: Vec<Setting>,
    /// What it might do.
    pub granted: Vec<Grant>,
    /// What became of its answers: enforce, observe or shadow.
    pub mode: String,
    /// The metrics that it reported.
    pub reports: Vec<MetricSpec>,
}

/// What happened, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Line {
    /// A hook occurred: what of the state has changed since the one before.
    Hook(Change),
    /// A plugin gave a signal.
    Signal {
        /// Its name in the run.
        plugin: String,
        /// When.
        at: Place,
        /// What it asked for.
        signal: Signal,
        /// What became of it: applied, overruled, inapplicable, refused or observed.
        verdict: String,
        /// Why, where it was not applied.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A plugin failed.
    Fault {
        /// Its name in the run.
        plugin: String,
        /// When.
        at: Place,
        /// How: violation, trap, deadline, memory, ….
        kind: String,
        /// In a sentence.
        message: String,
    },
    /// A plugin was made anew.
    Restarted {
        /// Its name in the run.
        plugin: String,
        /// When.
        at: Place,
    },
    /// A plugin logged a line.
    Log {
        /// Its name in the run.
        plugin: String,
        /// How loud.
        level: LogLevel,
        /// What.
        line: String,
    },
    /// A call into a plugin in which it asked for tensors, or was given some.
    Turn {
        /// Its name in the run.
        plugin: String,
        /// Which call.
        occasion: Occasion,
        /// What a transform or a metric was given.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        given: Vec<TensorId>,
    },
    /// In that call the plugin asked for something.
    Asked {
        /// Its name in the run.
        plugin: String,
        /// What, by the names of the contract.
        call: serde_json::Value,
        /// What it was answered.
        answer: Answer,
    },
    /// The end of the run.
    Finished(Ending),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ending {
    /// How.
    pub outcome: Outcome,
    /// Epochs completed.
    pub epochs: u32,
    /// Training batches completed.
    pub iteration: u64,
    /// Those of the last training batch.
    pub losses: Losses,
}

impl Line {
    /// What a plugin did, as far as a record says that; `None` for everything else.
    #[must_use]
    pub fn of(record: &Record<'_>) -> Option<Line> {
        Some(match record {
            Record::Signal { author, at, signal, verdict } => {
                let (verdict, why) = words(verdict);
                let (plugin, signal) = ((*author).to_owned(), (*signal).clone());
                Line::Signal { plugin, at: *at, signal, verdict: verdict.to_owned(), why }
            }
            Record::Fault { author, at, fault, .. } => Line::Fault {
                plugin: (*author).to_owned(),
                at: *at,
                kind: fault.kind().to_owned(),
                message: fault.to_string(),
            },
            Record::Restarted { author, at } => {
                Line::Restarted { plugin: (*author).to_owned(), at: *at }
            }
            Record::Log { author, level, line } => {
                Line::Log { plugin: (*author).to_owned(), level: *level, line: (*line).to_owned() }
            }
            _ => return None,
        })
    }

    /// Whose it is; `None`: the loop's.
    #[must_use]
    pub fn plugin(&self) -> Option<&str> {
        match self {
            Line::Hook(_) | Line::Finished(_) => None,
            Line::Signal { plugin, .. }
            | Line::Fault { plugin, .. }
            | Line::Restarted { plugin, .. }
            | Line::Turn { plugin, .. }
            | Line::Asked { plugin, .. }
            | Line::Log { plugin, .. } => Some(plugin),
        }
    }

    /// As it stands in a file, without the end of the line.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Every part of it is a text, a number or a list of such.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn words(verdict: &Verdict) -> (&'static str, Option<String>) {
    match verdict {
        Verdict::Applied => ("applied", None),
        Verdict::Overruled(by) => ("overruled", Some(format!("`{by}` owns it"))),
        Verdict::Inapplicable(why) => ("inapplicable", Some(why.clone())),
        Verdict::Refused(why) => ("refused", Some(why.clone())),
        Verdict::Observed(would) => {
            let (word, why) = words(would);
            let why = why.map_or(String::new(), |why| format!(": {why}"));
            ("observed", Some(format!("would be {word}{why}")))
        }
    }
}
