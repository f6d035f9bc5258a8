//! The words of the tensor package, as plain values.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dtype {
    /// IEEE 754 single.
    Float32,
    /// IEEE 754 double.
    Float64,
    /// IEEE 754 half.
    Float16,
    /// Brain float: float32's exponent, 7 bits of fraction.
    Bfloat16,
    /// Signed, 64 bits.
    Int64,
    /// Signed, 32 bits.
    Int32,
    /// Unsigned, 8 bits.
    Uint8,
    /// true or false.
    Boolean,
}

impl Dtype {
    /// Its name in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dtype::Float32 => "float32",
            Dtype::Float64 => "float64",
            Dtype::Float16 => "float16",
            Dtype::Bfloat16 => "bfloat16",
            Dtype::Int64 => "int64",
            Dtype::Int32 => "int32",
            Dtype::Uint8 => "uint8",
            Dtype::Boolean => "boolean",
        }
    }
}

/// Why something could not be done. An error value for the callback, no fault of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The tensor's batch is over, or the number is not this callback's.
    #[error("the tensor's batch is over, or the number is not this plugin's")]
    Stale,
    /// No such thing now, or under that name.
    #[error("{0}")]
    Missing(String),
    /// Shapes, dtypes or ranges that don't fit.
    #[error("{0}")]
    Mismatch(String),
    /// A budget of this event, or of its batch, is spent.
    #[error("{0}")]
    OverBudget(String),
}

/// Statistics of one tensor's elements, taken as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Arithmetic mean.
    #[serde(with = "crate::number")]
    pub mean: f64,
    /// Standard deviation, unbiased; NaN for one element.
    #[serde(with = "crate::number")]
    pub std: f64,
    /// Least element.
    #[serde(with = "crate::number")]
    pub min: f64,
    /// Greatest element.
    #[serde(with = "crate::number")]
    pub max: f64,
    /// Square root of the sum of squares.
    #[serde(with = "crate::number")]
    pub l2_norm: f64,
    /// How many elements are NaN or infinite.
    pub non_finite: u64,
}

/// A parameter of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Parameter {
    /// PyTorch's dotted name.
    pub name: String,
    /// Index of its layer group.
    pub group: u32,
    /// Sizes of its dimensions.
    pub shape: Vec<u64>,
    /// False while its group is frozen.
    pub trainable: bool,
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
