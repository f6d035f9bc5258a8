//! What takes class numbers or indices. They are compared with their range first, which waits for
//! the device: on CUDA one that is out of range stops the kernel, and with it the whole process's
//! use of the device.

use tch::{Device, Kind, Tensor};

use super::call::{Call, Made};
use super::facts::Facts;
use super::kinds;
use crate::callback::tensors::Failure;
use crate::train::loss::Loss;
use crate::train::torch::{During, TorchError};

/// Classes of a one-hot tensor, at most.
const MOST_CLASSES: u64 = 65_536;

/// Least and greatest of whole numbers; `None` of nothing. Waits for the device.
pub(super) fn extremes(numbers: &Tensor) -> Result<Option<(i64, i64)>, TorchError> {
    let what = "comparing numbers with their range";
    if numbers.numel() == 0 {
        return Ok(None);
    }
    let (least, greatest) = numbers.f_aminmax(None, false).during(what)?;
    let both = Tensor::f_stack(&[least, greatest], 0).during(what)?;
    let both = both.f_to_kind(Kind::Int64).during(what)?;
    let mut values = [0; 2];
    both.f_copy_data(&mut values, 2).during(what)?;
    Ok(Some((values[0], values[1])))
}

impl Call<'_> {
    /// Refuses numbers outside 0 to `count` − 1.
    fn in_range(&self, numbers: &Tensor, count: i64) -> Result<(), Failure> {
        match self.torch(extremes(numbers))? {
            Some((least, _)) if least < 0 => {
                Err(self.mismatch(format!("{least} is not among 0 to {}", count - 1)))
            }
            Some((_, greatest)) if greatest >= count => {
                Err(self.mismatch(format!("{greatest} is not among 0 to {}", count - 1)))
            }
            _ => Ok(()),
        }
    }

    fn whole(&self, numbers: &Tensor) -> Result<(), Failure> {
        if kinds::is_whole(numbers.kind()) {
            return Ok(());
        }
        Err(self.mismatch("expected whole numbers"))
    }

    /// A last dimension of `count` is added, 1 at the class and 0 elsewhere; float32.
    pub(super) fn one_hot(&self, classes: &Tensor, count: u64) -> Made {
        self.whole(classes)?;
        if !(1..=MOST_CLASSES).contains(&count) {
            let reason = format!("expected 1 to 65,536 classes, found {count}");
            return Err(self.mismatch(reason));
        }
        let count = count.cast_signed();
        let mut shape = classes.size();
        shape.push(count);
        self.copies(classes.numel(), Kind::Int64);
        // The comparison; a product beyond all sizes is refused with the result's shape.
        self.copies(
            classes.numel().saturating_mul(usize::try_from(count).unwrap_or(0)),
            Kind::Bool,
        );
        self.room(&shape, Kind::Float)?;
        self.in_range(classes, count)?;
        let all: Vec<i64> = (0..count).collect();
        let all = self.run(Tensor::f_from_slice(&all))?;
        let all = self.run(all.f_to(classes.device()))?;
        let hot = self.run(self.run(classes.f_unsqueeze(-1))?.f_eq_tensor(&all))?;
        self.run(hot.f_to_kind(Kind::Float))
    }

    /// Rows by index along a dimension.
    pub(super) fn pick(&self, a: &Tensor, dim: i64, index: &Tensor) -> Made {
        let axis = self.dimension(a, dim)?;
        if index.dim() != 1 || !matches!(index.kind(), Kind::Int64 | Kind::Int) {
            return Err(self.mismatch("expected a list of int64 or int32 as the index"));
        }
        let mut shape = a.size();
        let Some(size) = shape.get_mut(axis) else {
            return Err(self.mismatch("a single number has no rows"));
        };
        let rows = std::mem::replace(size, index.size()[0]);
        self.in_order(index);
        self.room(&shape, a.kind())?;
        self.in_range(index, rows)?;
        self.run(a.f_index_select(dim, index))
    }

    /// The run's own loss of an output against another target, mean over the batch.
    pub(super) fn loss_of(&self, facts: &Facts, output: &Tensor, target: &Tensor) -> Made {
        let (shape, batch) = (output.size(), target.size());
        let dimensions = if matches!(facts.loss, Loss::CrossEntropy { .. }) { 2 } else { 1 };
        if shape.len() < dimensions || shape.first() != batch.first() || output.numel() == 0 {
            let reason = "expected an output [batch, classes] and a target [batch, …]";
            return Err(self.mismatch(reason));
        }
        self.fractions(output)?;
        self.loss_copies(facts.loss, output, target);
        self.room(&[], Kind::Double)?;
        if !kinds::is_floating(target.kind()) {
            self.class_numbers(&shape, target)?;
        } else if shape != batch {
            return Err(self.mismatch("expected a target in the output's shape, or class numbers"));
        }
        let output = self.torch(full_precision(output))?;
        self.torch(facts.loss.of(&output.into(), target))
    }

    /// What a loss takes on its way, in float32 at least.
    pub(super) fn loss_copies(&self, loss: Loss, output: &Tensor, target: &Tensor) {
        let (elements, half) = (output.numel(), kinds::is_half(output.kind()));
        let kind = if half { Kind::Float } else { output.kind() };
        let more = match loss {
            // The target, converted; 1 − target, the logarithm of σ, and two products.
            Loss::BceWithLogits => 5,
            // The target, converted or smoothed, and the product with it.
            _ if kinds::is_floating(target.kind()) => 2,
            // Sums over the classes, of each sample.
            Loss::CrossEntropy { label_smoothing } => usize::from(label_smoothing > 0.0),
            Loss::Mse | Loss::Mae | Loss::SmoothL1 { .. } => {
                self.copies(elements, Kind::Int64);
                1
            }
        };
        // The output, converted; its log-softmax, or the difference to the target.
        for _ in 0..usize::from(half) + 1 + more {
            self.copies(elements, kind);
        }
    }

    fn class_numbers(&self, output: &[i64], target: &Tensor) -> Result<(), Failure> {
        match output {
            [leading @ .., classes]
                if target.kind() == Kind::Int64
                    && !leading.is_empty()
                    && target.size() == leading =>
            {
                self.in_range(target, *classes)
            }
            _ => {
                let reason = "expected class numbers int64 [batch] for an output [batch, classes]";
                Err(self.mismatch(reason))
            }
        }
    }
}

/// Losses are taken in float32 at least, as PyTorch's autocast takes them.
pub(super) fn full_precision(output: &Tensor) -> Result<Tensor, TorchError> {
    if kinds::is_half(output.kind()) {
        return output.f_to_kind(Kind::Float).during("convert");
    }
    Ok(output.shallow_clone())
}

/// Samples' numbers as a tensor on the device.
pub(super) fn numbers(list: &[i64], device: Device) -> Result<Tensor, TorchError> {
    Tensor::f_from_slice(list).during("create")?.f_to(device).during("create")
}
