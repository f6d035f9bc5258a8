//! Every operation whose result is a tensor.

use serde::Serialize;

use super::{Dtype, TensorId};

/// What gives a tensor. Beside each: the shape of the result; `…` is broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation<'a> {
    /// The model's input, after transforms.
    Input,
    /// The loss's target, after transforms.
    Target,
    /// The model's output, after transforms.
    Output,
    /// The loss, after transforms: a scalar.
    Loss,
    /// The run's own loss of an output against another target: a scalar.
    LossOf(TensorId, TensorId),
    /// Class of every training sample, in dataset order.
    Labels,
    /// A named intermediate result of the model.
    Activation(&'a str),
    /// A parameter's value.
    Weight(&'a str),
    /// A parameter's gradient.
    Gradient(&'a str),

    /// From values in row-major order.
    Create(&'a [u64], &'a [f32]),
    /// a + b
    Add(TensorId, TensorId),
    /// a - b
    Sub(TensorId, TensorId),
    /// a * b
    Mul(TensorId, TensorId),
    /// a * factor + offset
    Affine(TensorId, f64, f64),
    /// a + weight * (b - a)
    Lerp(TensorId, TensorId, TensorId),
    /// a where the condition holds, else b
    Choose(TensorId, TensorId, TensorId),
    /// Each element limited to [min, max].
    Clamp(TensorId, f64, f64),
    /// a * a
    Square(TensorId),
    /// Logarithm of the softmax along a dimension.
    LogSoftmax(TensorId, i64),
    /// Over one dimension, or all.
    Sum(TensorId, Option<i64>),
    /// Over one dimension, or all.
    Mean(TensorId, Option<i64>),
    /// Index of the greatest element along a dimension.
    Argmax(TensorId, i64),
    /// Comparison by element.
    Equal(TensorId, TensorId),
    /// A last dimension with 1 at the class.
    OneHot(TensorId, u64),
    /// A dimension of size 1 is inserted.
    Unsqueeze(TensorId, i64),
    /// Elements start to end of a dimension.
    Narrow(TensorId, i64, u64, u64),
    /// A copy of the first with the last put at `start` of a dimension.
    Put(TensorId, i64, u64, TensorId),
    /// Rows by index along a dimension.
    Pick(TensorId, i64, TensorId),
    /// Bilinear, of the last two dimensions, to height and width.
    Resize(TensorId, u64, u64),
    /// Another type of elements.
    Convert(TensorId, Dtype),
    /// 0 to n-1 in random order.
    RandomPermutation(u64),
    /// In [0, 1).
    RandomUniform(&'a [u64]),
    /// Beta(a, b).
    RandomBeta(&'a [u64], f64, f64),
}
