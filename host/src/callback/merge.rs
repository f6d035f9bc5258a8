//! The accepted lists of all callbacks for one event, merged into one set of decisions and one piece
//! of work. Pure: the order of the lists does not matter.

use super::hypers::Author;
use super::tensors::TensorId;
use super::{GradientWork, HyperUpdate, Report, Signal, SlotOp, Stop};

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
    /// Validate after this batch.
    pub validate_now: bool,
    /// Straight to this batch's end.
    pub skip_batch: bool,
    /// No gradients from this batch.
    pub skip_backward: bool,
    /// No step on this batch.
    pub skip_step: bool,
    /// Gradients stay for the next batch.
    pub keep_gradients: bool,
}

impl Decisions {
    /// What holds for one batch ends with it.
    pub fn next_batch(&mut self) {
        self.validate_now = false;
        self.skip_batch = false;
        self.skip_backward = false;
        self.skip_step = false;
        self.keep_gradients = false;
    }

    /// What holds for one validation ends with it.
    pub fn next_validation(&mut self) {
        self.stop_validation = false;
    }

    /// What holds for one epoch ends with it.
    pub fn next_epoch(&mut self) {
        self.next_batch();
        self.next_validation();
        self.stop_epoch = false;
        self.skip_validation = false;
    }
}

/// What one event asks of whoever holds model, optimizer and data, beside decisions. Done in the
/// order of its fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Work {
    /// To do to the gradients.
    pub gradients: Option<GradientWork>,
    /// Layer groups to freeze (`false`) or unfreeze.
    pub trainable: Vec<(u32, bool)>,
    /// Layer groups whose normalisation stays in evaluation mode (`true`) or not.
    pub norm_frozen: Vec<(u32, bool)>,
    /// Slot operations: each author's in its own order, those of one who replaces the weights after
    /// all others', evaluation last.
    pub slots: Vec<(Author, SlotOp)>,
    /// Recompute running statistics.
    pub refresh_norms: bool,
    /// Relative probabilities of the training samples, by author.
    pub sample_weights: Vec<(Author, Vec<f64>)>,
    /// Checkpoints to write, by name.
    pub checkpoints: Vec<String>,
}

/// What one event changed, besides decisions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Merged {
    /// Updates of hyper-parameters, by author.
    pub updates: Vec<(Author, HyperUpdate)>,
    /// Reported values, by author.
    pub reports: Vec<(Author, Report)>,
    /// Sample weights still on their authors' desks.
    pub sample_weights: Vec<(Author, TensorId)>,
    /// For whoever trains; `None`: nothing.
    pub work: Option<Box<Work>>,
}

/// Folds accepted lists into `decisions`; returns what else they ask for, sorted by author.
pub fn merge(
    decisions: &mut Decisions,
    accepted: &[(Author, Vec<Signal>)],
    name_of: impl Fn(Author) -> String,
) -> Merged {
    let mut merged = Merged::default();
    // One author's own order is its will, the order among authors is nobody's.
    let mut lists: Vec<&(Author, Vec<Signal>)> = accepted.iter().collect();
    lists.sort_by_key(|(author, _)| *author);
    for (author, signals) in lists {
        for signal in signals {
            fold(decisions, &mut merged, *author, signal, &name_of);
        }
    }
    decisions.stop_training.sort_by(|a, b| (&a.by, &a.reason).cmp(&(&b.by, &b.reason)));
    if let Some(work) = &mut merged.work {
        order_slots(&mut work.slots);
    }
    merged
}

/// All see the weights as they are before the one author who replaces them does; what is evaluated
/// takes their place last of all. Otherwise each author's operations stay in its own order.
fn order_slots(slots: &mut [(Author, SlotOp)]) {
    let replaces = slots.iter().find(|(_, op)| op.replaces_weights()).map(|(author, _)| *author);
    let evaluates = |op: &SlotOp| matches!(op, SlotOp::EvaluateWith(_));
    slots.sort_by_key(|(author, op)| (evaluates(op), replaces == Some(*author)));
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
        Signal::ValidateNow => decisions.validate_now = true,
        Signal::SkipBatch => decisions.skip_batch = true,
        Signal::SkipBackward => decisions.skip_backward = true,
        Signal::SkipStep => decisions.skip_step = true,
        Signal::KeepGradients => decisions.keep_gradients = true,
        Signal::SetHyper(update) => merged.updates.push((author, *update)),
        Signal::Report(report) => merged.reports.push((author, report.clone())),
        Signal::SampleWeights(id) => merged.sample_weights.push((author, *id)),
        // Shown by those who watch; unknown experiments were refused.
        Signal::Table(_) | Signal::Histogram(_) | Signal::Other(..) => {}
        _ => fold_work(merged.work.get_or_insert_default(), author, signal),
    }
}

fn fold_work(work: &mut Work, author: Author, signal: &Signal) {
    match signal {
        Signal::SetTrainable(group, on) => work.trainable.push((*group, *on)),
        Signal::SetNormFrozen(group, on) => work.norm_frozen.push((*group, *on)),
        Signal::Slot(op) => work.slots.push((author, op.clone())),
        Signal::RefreshNormStatistics => work.refresh_norms = true,
        Signal::Checkpoint(name) if !work.checkpoints.contains(name) => {
            work.checkpoints.push(name.clone());
        }
        _ => work.gradients.get_or_insert_default().fold(signal),
    }
}
