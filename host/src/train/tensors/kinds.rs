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

/// The type in which libtorch computes with both, its `result_type`: that of the higher rank, then
/// the larger. One without dimensions counts if its rank is the higher only.
pub(super) fn promoted(a: &Tensor, b: &Tensor) -> Kind {
    let (x, y) = (a.kind(), b.kind());
    match (a.dim(), b.dim()) {
        (0, 1..) if rank(x) <= rank(y) => y,
        (1.., 0) if rank(y) <= rank(x) => x,
        _ if rank(x) != rank(y) => std::cmp::max_by_key(x, y, |kind| rank(*kind)),
        // Neither holds the other's numbers.
        _ if x != y && is_half(x) && is_half(y) => Kind::Float,
        _ => std::cmp::max_by_key(x, y, |kind| kind.elt_size_in_bytes()),
    }
}

/// Booleans, whole numbers, numbers with fractions.
fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Bool => 0,
        kind if is_floating(kind) => 2,
        _ => 1,
    }
}

/// Bytes of its elements.
pub(super) fn bytes(tensor: &Tensor) -> u64 {
    (tensor.numel() as u64).saturating_mul(tensor.kind().elt_size_in_bytes() as u64)
}

/// Type and shape, for texts: `float32 [128, 10]`.
pub(super) fn shown(tensor: &Tensor) -> String {
    format!("{} {:?}", name(tensor.kind()), tensor.size())
}

/// A type's name, for texts.
pub(super) fn name(kind: Kind) -> String {
    dtype(kind).map_or_else(|| format!("{kind:?}"), |dtype| dtype.name().to_owned())
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    /// libtorch itself is the oracle: every type with every other, with dimensions and without.
    #[test]
    fn promotion_is_libtorchs() {
        let kinds = [
            Kind::Float,
            Kind::Double,
            Kind::Half,
            Kind::BFloat16,
            Kind::Int64,
            Kind::Int,
            Kind::Uint8,
            Kind::Bool,
        ];
        let shapes: [&[i64]; 2] = [&[], &[1]];
        let all = || kinds.into_iter().flat_map(|kind| shapes.map(|shape| (kind, shape)));
        for (x, y) in all().flat_map(|x| all().map(move |y| (x, y))) {
            let [a, b] = [x, y].map(|(kind, shape)| Tensor::ones(shape, (kind, Device::Cpu)));
            assert_eq!(promoted(&a, &b), (&a + &b).kind(), "{x:?} and {y:?}");
        }
    }
}
