//! What a callback is, what it may do, and what it will do in this run.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Hook, Hyper, HyperName, Phase};

/// A parameter's value, or a setting of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// true or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
    /// Finite numbers, in order.
    Numbers(Vec<f64>),
    /// Texts, in order.
    Texts(Vec<String>),
}

impl Value {
    /// What a user would call its type.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Flag(_) => "true or false",
            Value::Integer(_) => "a whole number",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::Numbers(_) => "a list of numbers",
            Value::Texts(_) => "a list of texts",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Flag(value) => write!(f, "{value}"),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Number(value) => write!(f, "{value}"),
            Value::Text(value) => write!(f, "{value:?}"),
            Value::Numbers(values) => write!(f, "{values:?}"),
            Value::Texts(values) => write!(f, "{values:?}"),
        }
    }
}

/// A configurable parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Kebab-case.
    pub name: String,
    /// One line.
    pub doc: String,
    /// Used where the user sets nothing; its type is the parameter's type.
    pub default: Value,
    /// Least allowed value, inclusive.
    pub min: Option<f64>,
    /// Greatest allowed value, inclusive.
    pub max: Option<f64>,
    /// Allowed texts; empty: any.
    pub choices: Vec<String>,
}

/// A parameter's value, as the user set it or by default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Setting {
    /// The parameter's name.
    pub name: String,
    /// Checked against the parameter.
    pub value: Value,
}

/// What a callback is and the most that it may ask for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Descriptor {
    /// Kebab-case.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// One line.
    pub summary: String,
    /// What the user may set.
    pub params: Vec<Param>,
    /// Powers without which it refuses to work.
    pub needs: Vec<String>,
    /// Powers that it can do without.
    pub wants: Vec<String>,
    /// Version of what `save` writes.
    pub state_version: u32,
}

/// A power that was given, for hyper-parameters with inclusive bounds of the value in effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Grant {
    /// One of [`POWERS`].
    pub power: String,
    /// Least value in effect.
    #[serde(with = "crate::number::optional")]
    pub min: Option<f64>,
    /// Greatest value in effect.
    #[serde(with = "crate::number::optional")]
    pub max: Option<f64>,
}

/// Every power of the contract.
pub const POWERS: [&str; 10] = [
    "control",
    "lr",
    "mom",
    "wd",
    "beta",
    "gradients",
    "weights",
    "sampler",
    "checkpoint",
    "transform",
];

/// Parts of the state that cost something to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reads {
    /// `State::losses`; on a GPU this waits for the device.
    pub losses: bool,
    /// `State::hypers`.
    pub hypers: bool,
    /// `State::monitored`.
    pub monitored: bool,
    /// Losses may be those of the batch before.
    pub late: bool,
}

/// When a hook reaches a callback. The handler evaluates it: a filtered event costs no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// The point of the loop.
    pub hook: Hook,
    /// `None`: every phase.
    pub phase: Option<Phase>,
    /// Occurrences 1, n+1, 2n+1, … after the phase filter are delivered; at least 1.
    pub every: u32,
    /// What to fill in.
    pub reads: Reads,
}

impl Subscription {
    /// Every occurrence in every phase, reading nothing that costs.
    #[must_use]
    pub fn to(hook: Hook) -> Self {
        Subscription { hook, phase: None, every: 1, reads: Reads::default() }
    }

    /// Only in this phase.
    #[must_use]
    pub fn in_phase(self, phase: Phase) -> Self {
        Subscription { phase: Some(phase), ..self }
    }

    /// With these parts of the state.
    #[must_use]
    pub fn reading(self, reads: Reads) -> Self {
        Subscription { reads, ..self }
    }
}

/// A metric: a column of the epoch table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MetricSpec {
    /// Kebab-case, unique in the run.
    pub name: String,
    /// `None`: neither direction is better.
    pub higher_is_better: Option<bool>,
}

/// Where a callback's transform is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transforms {
    /// The batch before the model sees it.
    pub input: bool,
    /// The model's output before the loss.
    pub output: bool,
    /// The loss before the gradients.
    pub loss: bool,
    /// In batches of validation as well.
    pub in_validation: bool,
}

impl Transforms {
    /// Whether there is any.
    #[must_use]
    pub fn any(self) -> bool {
        self.input || self.output || self.loss
    }
}

/// What a callback will do in this run, with these settings: a subset of its descriptor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// When to be called.
    pub subscriptions: Vec<Subscription>,
    /// Where its transform is called.
    pub transforms: Transforms,
    /// Metrics that it wants in `State::monitored`.
    pub monitors: Vec<String>,
    /// Metrics that it will report.
    pub reports: Vec<MetricSpec>,
    /// Powers that it will use.
    pub powers: Vec<String>,
    /// Hyper-parameters that it will set: it becomes their one owner.
    pub owns: Vec<HyperName>,
    /// Names of callbacks whose transforms come later.
    pub run_before: Vec<String>,
    /// Names of callbacks whose transforms come earlier.
    pub run_after: Vec<String>,
}

/// What is fixed for a whole run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunInfo {
    /// The run's name.
    pub id: String,
    /// The name under which the user knows this callback in this run.
    pub plugin: String,
    /// Seed of this callback's own random stream.
    pub seed: u64,
    /// What it may do in this run.
    pub granted: Vec<Grant>,
    /// Epochs planned.
    pub n_epochs: u32,
    /// Training batches planned in all, where that is known.
    pub planned_iterations: Option<u64>,
    /// Training batches per epoch; `None` for an endless loader.
    pub train_batches: Option<u64>,
    /// Validation batches per pass; `None` without validation.
    pub valid_batches: Option<u64>,
    /// Training samples per epoch; `None` for an endless loader.
    pub n_samples: Option<u64>,
    /// Validation samples per pass; `None` without validation.
    pub valid_samples: Option<u64>,
    /// What may be monitored.
    pub metrics: Vec<MetricSpec>,
    /// Training samples per class; empty if there are no classes.
    pub class_counts: Vec<u64>,
    /// Names of the optimizer's layer groups, in order.
    pub groups: Vec<String>,
    /// Their hyper-parameters at the start.
    pub hypers: Vec<Hyper>,
    /// sgd, adam, adamw, rmsprop.
    pub optimizer: String,
    /// Weight decay is decoupled (true) or L2 (false).
    pub true_wd: bool,
}
