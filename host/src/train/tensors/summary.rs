//! Statistics of many tensors with one wait for the device.

use std::time::Instant;

use tch::{Kind, Tensor};

use super::call::{Call, Made};
use super::desk::TensorDesk;
use super::kinds;
use crate::callback::tensors::{Failure, Summary, TensorId};
use crate::train::torch::{During, mul_scalar};

/// Numbers per tensor: mean, standard deviation, least, greatest, L2 norm, how many are not finite.
const NUMBERS: usize = 6;

impl TensorDesk {
    /// Statistics are computed and collected on the device, then copied at once.
    pub(super) fn summaries_now(&mut self, of: &[TensorId]) -> Result<Vec<Summary>, Failure> {
        let began = Instant::now();
        if of.is_empty() {
            return Ok(Vec::new());
        }
        self.meter.elements((of.len() * NUMBERS) as u64)?;
        let mut rows = Vec::with_capacity(of.len());
        let mut sizes = Vec::with_capacity(of.len());
        for &id in of {
            self.meter.check_time(began.elapsed())?;
            let tensor = self.slots.get(id)?;
            rows.push(Call::new("summaries", &[tensor], &self.meter).statistics(tensor)?);
            sizes.push(tensor.numel());
        }
        let call = Call::new("summaries", &[], &self.meter);
        let all = call.run(Tensor::f_cat(&rows, 0))?;
        let mut numbers = vec![0.0; of.len() * NUMBERS];
        call.torch(all.f_copy_data(&mut numbers, of.len() * NUMBERS).during("read"))?;
        Ok(numbers.chunks_exact(NUMBERS).zip(sizes).map(|(row, size)| summary(row, size)).collect())
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of elements, exact in an f64"
)]
fn summary(row: &[f64], size: usize) -> Summary {
    Summary {
        mean: row[0],
        std: if size == 1 { f64::NAN } else { row[1] },
        min: row[2],
        max: row[3],
        l2_norm: row[4],
        non_finite: row[5] as u64,
    }
}

impl Call<'_> {
    /// Float64 `[6]` on the device, in the order of [`NUMBERS`].
    ///
    /// In the tensor's own precision, but float32 at least; whole numbers in float64.
    fn statistics(&self, tensor: &Tensor) -> Made {
        if tensor.numel() == 0 {
            return Err(self.mismatch("a tensor without elements has no statistics"));
        }
        let kind = match tensor.kind() {
            kind @ (Kind::Float | Kind::Double) => kind,
            kind if kinds::is_half(kind) => Kind::Float,
            _ => Kind::Double,
        };
        if tensor.kind() != kind {
            self.copies(tensor.numel(), kind);
        }
        if kinds::is_floating(tensor.kind()) || !tensor.is_contiguous() {
            // What `broken` makes, or row-major order for the least and the greatest.
            self.copies(tensor.numel(), kind);
            self.copies(tensor.numel(), Kind::Bool);
        }
        self.room(&[], Kind::Double)?;
        let wide = self.run(tensor.f_to_kind(kind))?;
        // libtorch warns about the deviation of one element, so it is not asked to correct for it.
        let unbiased = tensor.numel() > 1;
        let (variance, mean) = self.torch(wide.f_var_mean(unbiased).during("summaries"))?;
        let std = self.run(variance.f_sqrt())?;
        let (least, greatest) = self.torch(wide.f_aminmax(None, false).during("summaries"))?;
        let norm = self.run(wide.f_norm())?;
        let five = self.run(Tensor::f_stack(&[mean, std, least, greatest, norm], 0))?;
        let five = self.run(five.f_to_kind(Kind::Double))?;
        let broken = if kinds::is_floating(tensor.kind()) {
            self.broken(&wide)?
        } else {
            self.run(five.f_new_zeros([1], (Kind::Double, five.device())))?
        };
        self.run(Tensor::f_cat(&[five, broken], 0))
    }

    /// How many are not finite, float64 `[1]`: only of those, the product with 0 is not 0.
    fn broken(&self, numbers: &Tensor) -> Made {
        let products = self.torch(mul_scalar(numbers, 0.0))?;
        let count = self.run(products.f_count_nonzero(None))?;
        self.run(self.run(count.f_to_kind(Kind::Double))?.f_unsqueeze(0))
    }
}
