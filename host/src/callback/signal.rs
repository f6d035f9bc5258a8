//! What a callback may ask the loop to do: a closed set of plain values.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::tensors::TensorId;

/// A hyper-parameter by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HyperName {
    /// Learning rate.
    Lr,
    /// Momentum of SGD and RMSprop, beta1 of Adam.
    Mom,
    /// Weight decay.
    Wd,
    /// Beta2 of Adam, alpha of RMSprop.
    Beta,
}

impl HyperName {
    /// All four.
    pub const ALL: [HyperName; 4] = [HyperName::Lr, HyperName::Mom, HyperName::Wd, HyperName::Beta];

    /// Its name in the contract; also the name of the power to change it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            HyperName::Lr => "lr",
            HyperName::Mom => "mom",
            HyperName::Wd => "wd",
            HyperName::Beta => "beta",
        }
    }
}

impl fmt::Display for HyperName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a hyper-parameter is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HyperOp {
    /// The value itself, until its owner sets the next.
    Set,
    /// This author's factor, until it gives the next; 1 takes it back.
    Scale,
}

/// One change of one hyper-parameter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HyperUpdate {
    /// Which.
    pub name: HyperName,
    /// Layer group; `None`: all groups.
    pub group: Option<u32>,
    /// How.
    pub op: HyperOp,
    /// The value, or the factor.
    #[serde(with = "crate::number")]
    pub value: f64,
}

/// A number for a metric that the plan declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// As declared.
    pub name: String,
    /// May be NaN: then there is no value.
    #[serde(with = "crate::number")]
    pub value: f64,
    /// Samples behind it.
    #[serde(with = "crate::number")]
    pub weight: f64,
}

/// An operation on a callback's copies of weights, buffers, optimizer state and model state. Each
/// names its slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotOp {
    /// Copy the current ones into the slot.
    Snapshot(String),
    /// Put it back; the data goes on.
    Restore(String),
    /// slot + weight · (current − slot), weights and float buffers.
    Blend(String, #[serde(with = "crate::number")] f64),
    /// Validate with the slot's weights.
    EvaluateWith(String),
    /// Make the slot's weights the current ones.
    Adopt(String),
    /// Free the slot.
    Forget(String),
}

impl SlotOp {
    /// The slot.
    #[must_use]
    pub fn slot(&self) -> &str {
        match self {
            SlotOp::Snapshot(slot)
            | SlotOp::Restore(slot)
            | SlotOp::Blend(slot, _)
            | SlotOp::EvaluateWith(slot)
            | SlotOp::Adopt(slot)
            | SlotOp::Forget(slot) => slot,
        }
    }

    /// Its name in the contract.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            SlotOp::Snapshot(_) => "snapshot",
            SlotOp::Restore(_) => "restore",
            SlotOp::Blend(..) => "blend",
            SlotOp::EvaluateWith(_) => "evaluate-with",
            SlotOp::Adopt(_) => "adopt",
            SlotOp::Forget(_) => "forget",
        }
    }

    /// Whether it changes the weights that are trained.
    #[must_use]
    pub fn replaces_weights(&self) -> bool {
        matches!(self, SlotOp::Restore(_) | SlotOp::Adopt(_))
    }
}

/// A small matrix to show, such as a confusion matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Table {
    /// Its title.
    pub name: String,
    /// A label per row.
    pub rows: Vec<String>,
    /// A label per column.
    pub columns: Vec<String>,
    /// rows × columns of them, row by row.
    #[serde(with = "crate::number::list")]
    pub values: Vec<f64>,
}

/// Counts between edges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Histogram {
    /// Its title.
    pub name: String,
    /// Ascending; one more than counts.
    #[serde(with = "crate::number::list")]
    pub edges: Vec<f64>,
    /// Between one edge and the next.
    #[serde(with = "crate::number::list")]
    pub counts: Vec<f64>,
}

/// What a callback asks the loop to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// Stop after the current batch, with a reason.
    StopTraining(String),
    /// End this epoch's training after the current batch, with a reason.
    StopEpoch(String),
    /// End this validation after the current batch, with a reason.
    StopValidation(String),
    /// No validation in this epoch.
    SkipValidation,
    /// Validate after this batch.
    ValidateNow,
    /// Straight to this batch's end.
    SkipBatch,
    /// No gradients from this batch, and no step.
    SkipBackward,
    /// The optimizer does not step on this batch.
    SkipStep,
    /// Keep gradients for the next batch.
    KeepGradients,
    /// Change a hyper-parameter.
    SetHyper(HyperUpdate),
    /// Multiply all gradients.
    ScaleGrad(#[serde(with = "crate::number")] f64),
    /// Clamp each element of each gradient to [-x, x].
    ClipGradValue(#[serde(with = "crate::number")] f64),
    /// Scale all gradients so that their global L2 norm is at most this.
    ClipGradNorm(#[serde(with = "crate::number")] f64),
    /// Per output unit: norm(grad) at most factor · max(norm(weight), floor).
    ClipGradAdaptive(#[serde(with = "crate::number")] f64, #[serde(with = "crate::number")] f64),
    /// Add Gaussian noise of this standard deviation to all gradients.
    NoiseGrad(#[serde(with = "crate::number")] f64),
    /// Freeze (`false`) or unfreeze a layer group.
    SetTrainable(u32, bool),
    /// Keep a group's normalisation layers in evaluation mode.
    SetNormFrozen(u32, bool),
    /// Recompute running statistics over the training data.
    RefreshNormStatistics,
    /// Copies of the weights.
    Slot(SlotOp),
    /// Relative probability of drawing each training sample.
    SampleWeights(TensorId),
    /// A metric's value.
    Report(Report),
    /// A matrix to show.
    Table(Table),
    /// A distribution to show.
    Histogram(Histogram),
    /// Write a checkpoint under this name.
    Checkpoint(String),
    /// An experiment: a name that the host may know, and numbers.
    Other(String, #[serde(with = "crate::number::list")] Vec<f64>),
}

impl Signal {
    /// Its name in the contract.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Signal::StopTraining(_) => "stop-training",
            Signal::StopEpoch(_) => "stop-epoch",
            Signal::StopValidation(_) => "stop-validation",
            Signal::SkipValidation => "skip-validation",
            Signal::ValidateNow => "validate-now",
            Signal::SkipBatch => "skip-batch",
            Signal::SkipBackward => "skip-backward",
            Signal::SkipStep => "skip-step",
            Signal::KeepGradients => "keep-gradients",
            Signal::SetHyper(_) => "set-hyper",
            Signal::ScaleGrad(_) => "scale-grad",
            Signal::ClipGradValue(_) => "clip-grad-value",
            Signal::ClipGradNorm(_) => "clip-grad-norm",
            Signal::ClipGradAdaptive(..) => "clip-grad-adaptive",
            Signal::NoiseGrad(_) => "noise-grad",
            Signal::SetTrainable(..) => "set-trainable",
            Signal::SetNormFrozen(..) => "set-norm-frozen",
            Signal::RefreshNormStatistics => "refresh-norm-statistics",
            Signal::Slot(_) => "slot",
            Signal::SampleWeights(_) => "sample-weights",
            Signal::Report(_) => "report",
            Signal::Table(_) => "table",
            Signal::Histogram(_) => "histogram",
            Signal::Checkpoint(_) => "checkpoint",
            Signal::Other(..) => "other",
        }
    }

    /// The power without which it is a violation; `None`: everybody may.
    #[must_use]
    pub fn power(&self) -> Option<&'static str> {
        match self {
            Signal::StopTraining(_)
            | Signal::StopEpoch(_)
            | Signal::StopValidation(_)
            | Signal::SkipValidation
            | Signal::ValidateNow
            | Signal::SkipBatch
            | Signal::SkipBackward
            | Signal::SkipStep
            | Signal::KeepGradients => Some("control"),
            Signal::SetHyper(update) => Some(update.name.name()),
            Signal::ScaleGrad(_)
            | Signal::ClipGradValue(_)
            | Signal::ClipGradNorm(_)
            | Signal::ClipGradAdaptive(..)
            | Signal::NoiseGrad(_) => Some("gradients"),
            Signal::SetTrainable(..)
            | Signal::SetNormFrozen(..)
            | Signal::RefreshNormStatistics
            | Signal::Slot(_) => Some("weights"),
            Signal::SampleWeights(_) => Some("sampler"),
            Signal::Checkpoint(_) => Some("checkpoint"),
            Signal::Report(_) | Signal::Table(_) | Signal::Histogram(_) | Signal::Other(..) => None,
        }
    }
}

/// As a person reads it in the journal: `set lr 0.01`, `stop-training: loss is NaN`.
impl Signal {
    /// Bytes of what its author worded, and of the numbers that are written out with it.
    #[must_use]
    pub fn text_len(&self) -> usize {
        /// A number as text.
        const NUMBER: usize = 20;
        let all = |texts: &[String]| texts.iter().map(|text| text.len() + 3).sum::<usize>();
        match self {
            Signal::StopTraining(text)
            | Signal::StopEpoch(text)
            | Signal::StopValidation(text)
            | Signal::Checkpoint(text)
            | Signal::Other(text, _) => text.len(),
            Signal::Slot(op) => op.slot().len(),
            Signal::Report(report) => report.name.len() + number_len(report.value),
            Signal::Table(Table { name, rows, columns, values }) => {
                name.len() + all(rows) + all(columns) + NUMBER * values.len()
            }
            Signal::Histogram(Histogram { name, edges, counts }) => {
                name.len() + NUMBER * (edges.len() + counts.len())
            }
            Signal::SetHyper(update) => number_len(update.value),
            Signal::ScaleGrad(x)
            | Signal::ClipGradValue(x)
            | Signal::ClipGradNorm(x)
            | Signal::NoiseGrad(x) => number_len(*x),
            Signal::ClipGradAdaptive(factor, floor) => number_len(*factor) + number_len(*floor),
            _ => 0,
        }
    }
}

/// Digits of a number beyond those that fit a line: it is written without an exponent.
fn number_len(x: f64) -> usize {
    let usual = x == 0.0 || !x.is_finite() || (1e-9..1e17).contains(&x.abs());
    if usual { 0 } else { 330 }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Signal::StopTraining(why) | Signal::StopEpoch(why) | Signal::StopValidation(why) => {
                write!(f, "{}: {why}", self.name())
            }
            Signal::SetHyper(update) => write!(f, "{update}"),
            Signal::ScaleGrad(x)
            | Signal::ClipGradValue(x)
            | Signal::ClipGradNorm(x)
            | Signal::NoiseGrad(x) => write!(f, "{} {x}", self.name()),
            Signal::ClipGradAdaptive(factor, floor) => {
                write!(f, "{} {factor} {floor}", self.name())
            }
            Signal::SetTrainable(group, on) | Signal::SetNormFrozen(group, on) => {
                write!(f, "{}[{group}] {on}", self.name())
            }
            Signal::Slot(SlotOp::Blend(slot, weight)) => write!(f, "slot blend {slot} {weight}"),
            Signal::Slot(op) => write!(f, "slot {} {}", op.name(), op.slot()),
            Signal::Report(report) => write!(f, "report {} {}", report.name, report.value),
            Signal::Table(Table { name, .. }) | Signal::Histogram(Histogram { name, .. }) => {
                write!(f, "{} {name}", self.name())
            }
            Signal::Checkpoint(name) | Signal::Other(name, _) => {
                write!(f, "{} {name}", self.name())
            }
            _ => f.write_str(self.name()),
        }
    }
}

impl fmt::Display for HyperUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.op {
            HyperOp::Set => "set",
            HyperOp::Scale => "scale",
        };
        write!(f, "{verb} {}", self.name)?;
        if let Some(group) = self.group {
            write!(f, "[{group}]")?;
        }
        write!(f, " {}", self.value)
    }
}
