//! libtorch's types of elements, and the contract's.

use tch::{Kind, Tensor};

use crate::callback::tensors::Dtype;

/// The contract's word; `None` for what it has none for, such as complex numbers.
pub(super) fn dtype(kind: Kind) -> Option<Dtype> {
    Some(match kind {
        Kind::Float => Dtype::Float32,
        Kind::Double => Dtype::Float64,
        Kind::Half => Dtype::Float16,
        Kind::BFloat16 => Dtype::Bfloat16,
        Kind::Int64 => Dtype::Int64,
        Kind::Int => Dtype::Int32,
        Kind::Uint8 => Dtype::Uint8,
        Kind::Bool => Dtype::Boolean,
        _ => return None,
    })
}

/// libtorch's word.
pub(super) fn kind(dtype: Dtype) -> Kind {
    match dtype {
        Dtype::Float32 => Kind::Float,
        Dtype::Float64 => Kind::Double,
        Dtype::Float16 => Kind::Half,
        Dtype::Bfloat16 => Kind::BFloat16,
        Dtype::Int64 => Kind::Int64,
        Dtype::Int32 => Kind::Int,
        Dtype::Uint8 => Kind::Uint8,
        Dtype::Boolean => Kind::Bool,
    }
}

/// Whether elements have fractions.
pub(super) fn is_floating(kind: Kind) -> bool {
    matches!(kind, Kind::Float | Kind::Double | Kind::Half | Kind::BFloat16)
}

/// Whether elements have half the precision of float32, or less.
pub(super) fn is_half(kind: Kind) -> bool {
    matches!(kind, Kind::Half | Kind::BFloat16)
}

/// Whether elements are whole numbers that may count or index.
pub(super) fn is_whole(kind: Kind) -> bool {
    matches!(kind, Kind::Int64 | Kind::Int | Kind::Uint8)
}

/// Type and shape, for texts: `float32 [128, 10]`.
pub(super) fn shown(tensor: &Tensor) -> String {
    format!("{} {:?}", name(tensor.kind()), tensor.size())
}

/// A type's name, for texts.
pub(super) fn name(kind: Kind) -> String {
    dtype(kind).map_or_else(|| format!("{kind:?}"), |dtype| dtype.name().to_owned())
}
