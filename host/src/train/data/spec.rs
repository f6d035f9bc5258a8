//! What a model must know of the data.

/// Shapes and kinds of one sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSpec {
    /// Shape of one input, without the batch dimension: `[1, 8, 8]` for the digits.
    pub input_shape: Vec<i64>,
    /// Inputs are tokens, `i64`, from 0 to below this; `None`: they are numbers, `f32`.
    pub vocabulary: Option<i64>,
    /// What the loss compares with.
    pub targets: Targets,
}

/// What the loss compares an output with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// Class numbers, `i64`, from 0 to below this: one per sample, or one per token.
    Classes(i64),
    /// So many numbers per sample, `f32`.
    Numbers(i64),
}

impl DataSpec {
    /// Inputs of numbers, one class per sample.
    #[must_use]
    pub fn of_classes(input_shape: Vec<i64>, classes: i64) -> Self {
        Self { input_shape, vocabulary: None, targets: Targets::Classes(classes) }
    }

    /// What a model gives per sample, or per token: a logit per class, or the numbers themselves.
    #[must_use]
    pub fn outputs(&self) -> i64 {
        match self.targets {
            Targets::Classes(count) | Targets::Numbers(count) => count,
        }
    }

    /// The number of classes; `None` where targets are numbers.
    #[must_use]
    pub fn classes(&self) -> Option<i64> {
        match self.targets {
            Targets::Classes(classes) => Some(classes),
            Targets::Numbers(_) => None,
        }
    }
}
