//! What a call takes and gives.

use callbox_sdk::model::Parameter;
use callbox_sdk::prelude::*;
use callbox_sdk::tensors::{Dtype, Summary};

use crate::language::Trouble;

/// One of everything that there is.
pub(crate) enum Value {
    /// A tensor's number.
    Tensor(Tensor),
    /// A number.
    Number(f64),
    /// Sizes of dimensions.
    Shape(Vec<u64>),
    /// Elements that were read.
    Floats(Vec<f32>),
    /// Integers that were read.
    Integers(Vec<i64>),
    /// A word, such as a type of elements.
    Word(String),
    /// The text of something else.
    Text(String),
}

impl From<Tensor> for Value {
    fn from(tensor: Tensor) -> Self {
        Self::Tensor(tensor)
    }
}

impl From<Vec<Summary>> for Value {
    fn from(summaries: Vec<Summary>) -> Self {
        let texts = summaries.iter().map(|summary| {
            let Summary { mean, std, min, max, l2_norm, non_finite } = summary;
            format!(
                "mean={mean} std={std} min={min} max={max} l2-norm={l2_norm} \
                 non-finite={non_finite}"
            )
        });
        Self::Text(texts.collect::<Vec<_>>().join("; "))
    }
}

impl From<Vec<Parameter>> for Value {
    fn from(parameters: Vec<Parameter>) -> Self {
        let texts = parameters.iter().map(|parameter| {
            let Parameter { name, group, shape, trainable } = parameter;
            format!("{name} group={group} shape={shape:?} trainable={trainable}")
        });
        Self::Text(texts.collect::<Vec<_>>().join("; "))
    }
}

impl Value {
    /// As the log shows it; of a tensor its type, its shape and its first elements.
    pub(crate) fn shown(&self, elements: u64) -> Result<String, Trouble> {
        Ok(match self {
            Self::Tensor(tensor) => {
                let shape = tensor.shape()?;
                let len = shape.iter().product::<u64>().min(elements);
                let (kind, first) = (name(tensor.kind()?), tensor.read_part(0, len)?);
                format!("{kind} {shape:?} {}", list(&first))
            }
            Self::Number(number) => number.to_string(),
            Self::Shape(shape) => format!("{shape:?}"),
            Self::Floats(values) => list(values),
            Self::Integers(values) => format!("{values:?}"),
            Self::Word(text) | Self::Text(text) => text.clone(),
        })
    }
}

/// Not by `Debug`, which writes 1.0 for 1.
fn list(values: &[f32]) -> String {
    let texts: Vec<String> = values.iter().map(f32::to_string).collect();
    format!("[{}]", texts.join(", "))
}

/// The contract's names of types.
pub(crate) const DTYPES: [(&str, Dtype); 8] = [
    ("float32", Dtype::Float32),
    ("float64", Dtype::Float64),
    ("float16", Dtype::Float16),
    ("bfloat16", Dtype::Bfloat16),
    ("int64", Dtype::Int64),
    ("int32", Dtype::Int32),
    ("uint8", Dtype::Uint8),
    ("boolean", Dtype::Boolean),
];

/// The contract's name of a type.
pub(crate) fn name(dtype: Dtype) -> &'static str {
    DTYPES.iter().find(|(_, known)| *known == dtype).map_or("unknown", |(name, _)| name)
}
