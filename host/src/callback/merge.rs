//! The accepted lists of all callbacks for one event, merged into one set of decisions. Pure: the
//! order of the lists does not matter.

use super::hypers::Author;
use super::{HyperUpdate, Report, Signal, Stop};

/// What the loop is to do, as far as callbacks ask. Requests only accumulate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decisions {
    /// Stop the training after this batch: who, and why.
    pub stop_training: Vec<Stop>,
    /// End this epoch's training after this batch.
    pub stop_epoch: bool,
    /// End this validation after this batch.
    pub stop_validation: bool,
    /// No validation in this epoch.
    pub skip_validation: bool,
    /// Straight to this batch's end.
    pub skip_batch: bool,
    /// No gradients from this batch.
    pub skip_backward: bool,
    /// No step on this batch.
    pub skip_step: bool,
}

impl Decisions {
    /// What holds for one batch ends with it.
    pub fn next_batch(&mut self) {
        self.skip_batch = false;
        self.skip_backward = false;
        self.skip_step = false;
    }

    /// What holds for one epoch ends with it.
    pub fn next_epoch(&mut self) {
        self.next_batch();
        self.stop_epoch = false;
        self.stop_validation = false;
        self.skip_validation = false;
    }
}

/// What one event changed, besides decisions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Merged {
    /// Updates of hyper-parameters, by author.
    pub updates: Vec<(Author, HyperUpdate)>,
    /// Reported values, by author.
    pub reports: Vec<(Author, Report)>,
}

/// Folds accepted lists into `decisions`; returns what else they ask for, sorted by author.
pub fn merge(
    decisions: &mut Decisions,
    accepted: &[(Author, Vec<Signal>)],
    name_of: impl Fn(Author) -> String,
) -> Merged {
    let mut merged = Merged::default();
    for (author, signals) in accepted {
        for signal in signals {
            fold(decisions, &mut merged, *author, signal, &name_of);
        }
    }
    // Stable: one author's own order is its will, the order among authors is nobody's.
    merged.updates.sort_by_key(|(author, _)| *author);
    merged.reports.sort_by_key(|(author, _)| *author);
    decisions.stop_training.sort_by(|a, b| (&a.by, &a.reason).cmp(&(&b.by, &b.reason)));
    merged
}

fn fold(
    decisions: &mut Decisions,
    merged: &mut Merged,
    author: Author,
    signal: &Signal,
    name_of: &impl Fn(Author) -> String,
) {
    match signal {
        Signal::StopTraining(reason) => {
            let by = name_of(author);
            // An author's first word stands; more of them would only be more to carry.
            if decisions.stop_training.iter().all(|stop| stop.by != by) {
                decisions.stop_training.push(Stop { by, reason: reason.clone() });
            }
        }
        Signal::StopEpoch(_) => decisions.stop_epoch = true,
        Signal::StopValidation(_) => decisions.stop_validation = true,
        Signal::SkipValidation => decisions.skip_validation = true,
        Signal::SkipBatch => decisions.skip_batch = true,
        Signal::SkipBackward => decisions.skip_backward = true,
        Signal::SkipStep => decisions.skip_step = true,
        Signal::SetHyper(update) => merged.updates.push((author, *update)),
        Signal::Report(report) => merged.reports.push((author, report.clone())),
        // Refused before: nothing unserved is ever accepted.
        Signal::NotServed(_) => {}
    }
}
