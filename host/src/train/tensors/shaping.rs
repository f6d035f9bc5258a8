//! Operations that move elements about.

use tch::{Kind, Tensor};

use super::call::{Call, Made};
use super::sizes::MOST_DIMENSIONS;
use crate::callback::tensors::Failure;

impl Call<'_> {
    /// A dimension of size 1 is inserted; a view.
    pub(super) fn unsqueeze(&self, a: &Tensor, dim: i64) -> Made {
        let after = a.dim() + 1;
        if after > MOST_DIMENSIONS {
            return Err(self.mismatch("a tensor has at most 16 dimensions"));
        }
        let range = -i64::try_from(after).unwrap_or(0)..i64::try_from(after).unwrap_or(0);
        if !range.contains(&dim) {
            return Err(self.mismatch(format!("dimension {dim} cannot be inserted")));
        }
        self.room(&[0], a.kind())?;
        self.run(a.f_unsqueeze(dim))
    }

    /// Elements start to end of a dimension; a view.
    pub(super) fn narrow(&self, a: &Tensor, dim: i64, start: u64, end: u64) -> Made {
        let size = self.extent(a, dim)?;
        let (Ok(first), Ok(last)) = (i64::try_from(start), i64::try_from(end)) else {
            return Err(self.beyond(dim, size, start, end));
        };
        if first > last || last > size {
            return Err(self.beyond(dim, size, start, end));
        }
        self.room(&[0], a.kind())?;
        self.run(a.f_narrow(dim, first, last - first))
    }

    /// A copy of `a` with `part` put at `start` of a dimension.
    pub(super) fn put(&self, a: &Tensor, dim: i64, start: u64, part: &Tensor) -> Made {
        let (index, size) = (self.dimension(a, dim)?, self.extent(a, dim)?);
        if a.kind() != part.kind() {
            return Err(self.mismatch("expected one type of elements for both"));
        }
        let (whole, piece) = (a.size(), part.size());
        let alike = whole.len() == piece.len()
            && whole.iter().zip(&piece).enumerate().all(|(i, (a, b))| i == index || a == b);
        if !alike {
            let reason = format!("the shapes may differ in dimension {dim} only");
            return Err(self.mismatch(reason));
        }
        let length = piece[index];
        let first = i64::try_from(start).ok().filter(|first| *first <= size - length);
        let end = start.saturating_add(length.unsigned_abs());
        let first = first.ok_or_else(|| self.beyond(dim, size, start, end))?;
        self.room(&whole, a.kind())?;
        self.run(a.f_slice_scatter(part, dim, first, first + length, 1))
    }

    /// Bilinear, of the last two dimensions: PyTorch's `interpolate` without `align_corners`.
    pub(super) fn resize(&self, a: &Tensor, height: u64, width: u64) -> Made {
        self.fractions(a)?;
        let shape = a.size();
        let [leading @ .., rows, columns] = shape.as_slice() else {
            return Err(self.mismatch("expected at least two dimensions"));
        };
        let sides = [height, width].map(|side| i64::try_from(side).unwrap_or(i64::MAX));
        if a.numel() == 0 || sides.contains(&0) {
            return Err(self.mismatch("expected at least one element on every side"));
        }
        let result = [leading, &sides].concat();
        self.in_order(a);
        self.room(&result, a.kind())?;
        if leading.len() == 2 {
            return self.run(a.f_upsample_bilinear2d(sides, false, None, None));
        }
        let images = self.run(a.f_reshape([1, -1, *rows, *columns]))?;
        let images = self.run(images.f_upsample_bilinear2d(sides, false, None, None))?;
        self.run(images.f_reshape(result))
    }

    /// From values in row-major order.
    pub(super) fn create(&self, shape: &[i64], values: &[f32], device: tch::Device) -> Made {
        if u64::try_from(values.len()).ok() != super::sizes::elements(shape) {
            let reason = format!("shape {shape:?} does not hold {} values", values.len());
            return Err(self.mismatch(reason));
        }
        self.room(shape, Kind::Float)?;
        let list = self.run(Tensor::f_from_slice(values))?;
        let tensor = self.run(list.f_reshape(shape))?;
        self.run(tensor.f_to(device))
    }

    /// Size of a dimension; a single number has one of size 1, that cannot be cut.
    fn extent(&self, a: &Tensor, dim: i64) -> Result<i64, Failure> {
        let index = self.dimension(a, dim)?;
        a.size().get(index).copied().ok_or_else(|| self.mismatch("a single number has no part"))
    }

    fn beyond(&self, dim: i64, size: i64, start: u64, end: u64) -> Failure {
        self.mismatch(format!("{start} to {end} is no part of dimension {dim} with size {size}"))
    }
}
