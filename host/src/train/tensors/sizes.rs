//! Arithmetic with shapes, checked for overflow: numbers come from a guest.

/// Elements of the largest tensor that a callback may make: 4 GiB of float32. It holds whatever
/// the budgets say, for the machine's memory is everybody's.
pub(super) const LARGEST: u64 = 1 << 30;

/// Dimensions of a tensor that a callback may make.
pub(super) const MOST_DIMENSIONS: usize = 16;

/// A shape from the contract, if a tensor can have it.
pub(super) fn shape(words: &[u64]) -> Result<Vec<i64>, String> {
    if words.len() > MOST_DIMENSIONS {
        return Err(format!("{} dimensions; a tensor has at most 16", words.len()));
    }
    let sizes: Result<Vec<i64>, _> = words.iter().map(|&size| i64::try_from(size)).collect();
    let sizes = sizes.map_err(|_| too_large(words))?;
    elements(&sizes).map(|_| sizes).ok_or_else(|| too_large(words))
}

fn too_large(shape: &[u64]) -> String {
    format!("shape {shape:?} is too large; a tensor has at most 1,073,741,824 elements")
}

/// How many elements a shape holds; `None` beyond [`LARGEST`]. Empty dimensions count as one for the
/// limit, as they do in libtorch's strides.
pub(super) fn elements(shape: &[i64]) -> Option<u64> {
    let mut strides = 1_u64;
    for &size in shape {
        strides = strides.checked_mul(u64::try_from(size).ok()?.max(1))?;
    }
    let empty = shape.contains(&0);
    (strides <= LARGEST).then_some(if empty { 0 } else { strides })
}

/// The shape that these broadcast to: compared from the last dimension, equal or 1.
pub(super) fn broadcast(shapes: &[Vec<i64>]) -> Option<Vec<i64>> {
    let dimensions = shapes.iter().map(Vec::len).max().unwrap_or(0);
    let mut result = vec![1; dimensions];
    for shape in shapes {
        let start = dimensions - shape.len();
        for (size, &own) in result[start..].iter_mut().zip(shape) {
            match (*size, own) {
                (1, own) => *size = own,
                (size, own) if own == 1 || own == size => {}
                _ => return None,
            }
        }
    }
    Some(result)
}

/// A dimension from the contract as an index; negative ones count from the end. A single number
/// has the dimensions 0 and -1, as in PyTorch.
pub(super) fn dimension(dim: i64, dimensions: usize) -> Option<usize> {
    let count = i64::try_from(dimensions.max(1)).ok()?;
    let index = if dim < 0 { dim.checked_add(count)? } else { dim };
    (0..count).contains(&index).then(|| usize::try_from(index).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_limited_without_overflow() {
        assert_eq!(shape(&[2, 3]), Ok(vec![2, 3]));
        assert_eq!(shape(&[]), Ok(vec![]));
        for huge in [&[1 << 31][..], &[u64::MAX], &[1 << 40, 1 << 40], &[0, 1 << 62, 4]] {
            assert!(shape(huge).unwrap_err().contains("is too large"), "{huge:?}");
        }
        assert_eq!(shape(&[1; 17]).unwrap_err(), "17 dimensions; a tensor has at most 16");
        assert_eq!(
            (elements(&[2, 0, 3]), elements(&[]), elements(&[4, 5])),
            (Some(0), Some(1), Some(20))
        );
        assert_eq!(elements(&[-1]), None);
    }

    #[test]
    fn broadcasting_is_pytorchs() {
        let to = |shapes: &[&[i64]]| {
            broadcast(&shapes.iter().map(|shape| shape.to_vec()).collect::<Vec<_>>())
        };
        assert_eq!(to(&[&[2, 3], &[3]]), Some(vec![2, 3]));
        assert_eq!(to(&[&[2, 1], &[1, 3], &[]]), Some(vec![2, 3]));
        assert_eq!(to(&[&[0], &[1]]), Some(vec![0]));
        assert_eq!(to(&[&[2], &[3]]), None);
        assert_eq!(to(&[&[2], &[0]]), None);
    }

    #[test]
    fn dimensions_count_from_both_ends() {
        assert_eq!(
            (dimension(-1, 3), dimension(0, 3), dimension(2, 3)),
            (Some(2), Some(0), Some(2))
        );
        assert_eq!((dimension(3, 3), dimension(-4, 3), dimension(i64::MIN, 3)), (None, None, None));
        assert_eq!((dimension(0, 0), dimension(-1, 0), dimension(1, 0)), (Some(0), Some(0), None));
    }
}
