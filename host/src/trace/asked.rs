//! What a plugin asks of its tensors, and what it is answered, as it stands in a trace.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::callback::tensors::{Dtype, Failure, Operation, Parameter, Summary, TensorId};

/// Bytes of a line without its numbers, and of a number, roughly.
const LINE: usize = 80;
const NUMBER: usize = 20;

/// A call of a desk, by the names of the contract.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Asked<'a> {
    SampleLosses,
    Shape(TensorId),
    Dtype(TensorId),
    Summaries(&'a [TensorId]),
    Item(TensorId),
    Read(TensorId, u64, u64),
    ReadIntegers(TensorId, u64, u64),
    Parameters,
    Activations,
    GradientNorm,
    #[serde(untagged)]
    Compute(Operation<'a>),
}

impl Asked<'_> {
    /// Bytes of it in a line, roughly.
    pub(super) fn size(&self) -> usize {
        let numbers = match self {
            Asked::Compute(Operation::Create(shape, values)) => shape.len() + values.len(),
            Asked::Summaries(of) => of.len(),
            _ => 4,
        };
        LINE + numbers * NUMBER
    }

    /// As it stands in a line; calls are the same if this is.
    pub(super) fn to_json(&self) -> Value {
        // Names, numbers and lists of numbers.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// The name of a call: `one-hot` of `{"one-hot":[3,10]}`.
pub(super) fn name(call: &Value) -> &str {
    let named = call.as_object().and_then(|object| object.keys().next()).map(String::as_str);
    named.or_else(|| call.as_str()).unwrap_or("?")
}

/// What a desk answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The number of a tensor.
    Tensor(TensorId),
    /// Two of them.
    Tensors(TensorId, TensorId),
    /// Sizes of dimensions.
    Shape(Vec<u64>),
    /// A type of elements.
    Dtype(Dtype),
    /// Statistics.
    Summaries(Vec<Summary>),
    /// A number.
    Number(#[serde(with = "crate::number")] f64),
    /// Elements, as many as were read.
    Numbers(#[serde(with = "crate::number::list")] Vec<f64>),
    /// Elements of integers.
    Integers(Vec<i64>),
    /// The model's parameters.
    Parameters(Vec<Parameter>),
    /// Names.
    Names(Vec<String>),
    /// It could not be done.
    Failure(Failure),
}

impl Answer {
    /// Bytes of it in a line, roughly.
    pub(super) fn size(&self) -> usize {
        let numbers = match self {
            Answer::Shape(sizes) => sizes.len(),
            Answer::Summaries(summaries) => summaries.len() * 6,
            Answer::Numbers(values) => values.len(),
            Answer::Integers(values) => values.len(),
            Answer::Parameters(all) => all.len() * 6,
            Answer::Names(all) => all.len() * 2,
            _ => 2,
        };
        numbers * NUMBER
    }
}

/// An answer of one kind, as a desk gives it.
pub(super) trait Answers: Sized {
    /// As it stands in a line.
    fn write(&self) -> Answer;
    /// Out of a line; `None`: the answer is of another kind.
    fn read(answer: Answer) -> Option<Self>;
}

macro_rules! answers {
    ($type:ty, $kind:ident) => {
        impl Answers for $type {
            fn write(&self) -> Answer {
                Answer::$kind(self.clone())
            }

            fn read(answer: Answer) -> Option<Self> {
                match answer {
                    Answer::$kind(value) => Some(value),
                    _ => None,
                }
            }
        }
    };
}

answers!(TensorId, Tensor);
answers!(Vec<u64>, Shape);
answers!(Dtype, Dtype);
answers!(Vec<Summary>, Summaries);
answers!(f64, Number);
answers!(Vec<i64>, Integers);
answers!(Vec<Parameter>, Parameters);
answers!(Vec<String>, Names);

impl Answers for (TensorId, TensorId) {
    fn write(&self) -> Answer {
        Answer::Tensors(self.0, self.1)
    }

    fn read(answer: Answer) -> Option<Self> {
        match answer {
            Answer::Tensors(a, b) => Some((a, b)),
            _ => None,
        }
    }
}

impl Answers for Vec<f32> {
    fn write(&self) -> Answer {
        Answer::Numbers(self.iter().copied().map(f64::from).collect())
    }

    #[allow(clippy::cast_possible_truncation, reason = "they were f32 before they were written")]
    fn read(answer: Answer) -> Option<Self> {
        match answer {
            Answer::Numbers(values) => Some(values.into_iter().map(|value| value as f32).collect()),
            _ => None,
        }
    }
}

impl<T: Answers> Answers for Result<T, Failure> {
    fn write(&self) -> Answer {
        match self {
            Ok(value) => value.write(),
            Err(failure) => Answer::Failure(failure.clone()),
        }
    }

    fn read(answer: Answer) -> Option<Self> {
        match answer {
            Answer::Failure(failure) => Some(Err(failure)),
            other => T::read(other).map(Ok),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back<T: Answers>(value: &T) -> T {
        let text = serde_json::to_string(&value.write()).unwrap();
        T::read(serde_json::from_str(&text).unwrap()).unwrap()
    }

    #[test]
    fn answers_come_back_as_they_were() {
        let numbers = vec![0.1_f32, f32::NAN, f32::NEG_INFINITY, -0.0, f32::MIN_POSITIVE];
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back(&numbers)), bits(&numbers));
        assert_eq!(back(&vec![i64::MIN, 0, i64::MAX]), [i64::MIN, 0, i64::MAX]);
        assert_eq!(back(&u64::MAX), u64::MAX);
        assert_eq!(back(&(1_u64, 2_u64)), (1, 2));
        assert_eq!(back(&vec![3_u64]), [3]);
        let failed: Result<f64, Failure> = Err(Failure::Mismatch("2 rows".to_owned()));
        assert_eq!(back(&failed), failed);
        assert!(back(&f64::NAN).is_nan());
    }

    #[test]
    fn calls_have_the_contracts_names() {
        let text = |asked: Asked<'_>| asked.to_json().to_string();
        assert_eq!(text(Asked::Compute(Operation::OneHot(3, 10))), r#"{"one-hot":[3,10]}"#);
        assert_eq!(text(Asked::Compute(Operation::Input)), r#""input""#);
        assert_eq!(text(Asked::Read(1, 0, 5)), r#"{"read":[1,0,5]}"#);
        assert_eq!(text(Asked::GradientNorm), r#""gradient-norm""#);
        assert_eq!(name(&Asked::Compute(Operation::OneHot(3, 10)).to_json()), "one-hot");
        assert_eq!(name(&Asked::GradientNorm.to_json()), "gradient-norm");
    }
}
