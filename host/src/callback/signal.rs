//! What a callback may ask the loop to do: a closed set of plain values.

use std::fmt;

/// A hyper-parameter by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    pub const ALL: [HyperName; 4] =
        [HyperName::Lr, HyperName::Mom, HyperName::Wd, HyperName::Beta];

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HyperOp {
    /// The value itself, until its owner sets the next.
    Set,
    /// This author's factor, until it gives the next; 1 takes it back.
    Scale,
}

/// One change of one hyper-parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HyperUpdate {
    /// Which.
    pub name: HyperName,
    /// Layer group; `None`: all groups.
    pub group: Option<u32>,
    /// How.
    pub op: HyperOp,
    /// The value, or the factor.
    pub value: f64,
}

/// A number for a metric that the plan declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// As declared.
    pub name: String,
    /// May be NaN: then there is no value.
    pub value: f64,
    /// Samples behind it.
    pub weight: f64,
}

/// What a callback asks the loop to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// Stop after the current batch, with a reason.
    StopTraining(String),
    /// End this epoch's training after the current batch, with a reason.
    StopEpoch(String),
    /// End this validation after the current batch, with a reason.
    StopValidation(String),
    /// No validation in this epoch.
    SkipValidation,
    /// Straight to this batch's end.
    SkipBatch,
    /// No gradients from this batch, and no step.
    SkipBackward,
    /// The optimizer does not step on this batch.
    SkipStep,
    /// Change a hyper-parameter.
    SetHyper(HyperUpdate),
    /// A metric's value.
    Report(Report),
    /// In the contract, but not served by this version: its name there.
    NotServed(&'static str),
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
            Signal::SkipBatch => "skip-batch",
            Signal::SkipBackward => "skip-backward",
            Signal::SkipStep => "skip-step",
            Signal::SetHyper(_) => "set-hyper",
            Signal::Report(_) => "report",
            Signal::NotServed(name) => name,
        }
    }
}

/// As a person reads it in the journal: `set lr 0.01`, `stop-training: loss is NaN`.
impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Signal::StopTraining(why) | Signal::StopEpoch(why) | Signal::StopValidation(why) => {
                write!(f, "{}: {why}", self.name())
            }
            Signal::SetHyper(update) => write!(f, "{update}"),
            Signal::Report(report) => write!(f, "report {} {}", report.name, report.value),
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
