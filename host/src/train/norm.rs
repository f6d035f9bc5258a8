//! What the registry knows of a normalisation layer: its running statistics, whether they are frozen,
//! and how they are recomputed over many batches.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tch::{Kind, Tensor};

use super::torch::{During, TorchError, add_scaled_, fill_, foreach_copy_, mul_scalar, no_grad};

/// The buffers of a normalisation layer; handles.
#[derive(Debug)]
pub struct Statistics {
    /// Running mean `[channels]`.
    pub mean: Tensor,
    /// Running variance `[channels]`, unbiased.
    pub variance: Tensor,
    /// Batches behind them: a single `i64`.
    pub batches: Tensor,
}

/// A normalisation layer, as its layer and the registry share it.
#[derive(Debug)]
pub struct Norm {
    statistics: Statistics,
    frozen: Rc<Cell<bool>>,
    pooled: RefCell<Option<Pooled>>,
}

/// Mean and squared deviations over all batches so far, `f64`.
#[derive(Debug)]
struct Pooled {
    count: f64,
    mean: Tensor,
    squares: Tensor,
}

/// What [`Norm::pooled`] gives.
#[derive(Debug)]
pub struct Moments {
    mean: Tensor,
    variance: Tensor,
}

impl Norm {
    pub(super) fn new(statistics: Statistics, frozen: Rc<Cell<bool>>) -> Self {
        Self { statistics, frozen, pooled: RefCell::default() }
    }

    /// The running statistics.
    #[must_use]
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Whether the layer keeps to evaluation mode.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.frozen.get()
    }

    /// From here on training batches are pooled, and the running statistics stand.
    ///
    /// # Errors
    /// No memory.
    pub fn begin_pooling(&self) -> Result<(), TorchError> {
        let zeros = || {
            let zeros = self.statistics.mean.f_zeros_like().during("pooling")?;
            zeros.f_to_kind(Kind::Double).during("pooling")
        };
        let pooled = Pooled { count: 0.0, mean: zeros()?, squares: zeros()? };
        self.pooled.replace(Some(pooled));
        Ok(())
    }

    /// Whether training batches are pooled.
    #[must_use]
    pub fn is_pooling(&self) -> bool {
        self.pooled.borrow().is_some()
    }

    /// Takes in a batch of `count` values per channel with their mean and unbiased variance.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn pool(&self, count: usize, mean: &Tensor, variance: &Tensor) -> Result<(), TorchError> {
        match self.pooled.borrow_mut().as_mut() {
            Some(pooled) => pooled.add(count, mean, variance),
            None => Ok(()),
        }
    }

    /// Mean and unbiased variance of all values since [`begin_pooling`](Self::begin_pooling); `None`
    /// if there were none.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn pooled(&self) -> Result<Option<Moments>, TorchError> {
        match self.pooled.borrow().as_ref() {
            Some(Pooled { count, mean, squares }) if *count > 1.0 => {
                let variance = mul_scalar(squares, 1.0 / (count - 1.0))?;
                Ok(Some(Moments { mean: mean.shallow_clone(), variance }))
            }
            _ => Ok(None),
        }
    }

    /// Batches move the running statistics again.
    pub fn end_pooling(&self) {
        self.pooled.replace(None);
    }

    /// Makes these the running statistics, as of so many batches.
    ///
    /// # Errors
    /// What libtorch refuses.
    #[allow(clippy::cast_precision_loss, reason = "no pass has 2^53 batches")]
    pub fn put(&self, moments: &Moments, batches: usize) -> Result<(), TorchError> {
        let _guard = no_grad();
        let Statistics { mean, variance, batches: tracked } = &self.statistics;
        foreach_copy_(&[mean, variance], &[&moments.mean, &moments.variance])?;
        fill_(tracked, batches as f64)
    }
}

impl Pooled {
    /// Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample
    /// variances, 1979: exact whatever the batches' sizes, and without the cancellation of Σx².
    #[allow(clippy::cast_precision_loss, reason = "no batch has 2^53 values")]
    fn add(&mut self, count: usize, mean: &Tensor, variance: &Tensor) -> Result<(), TorchError> {
        let double = |tensor: &Tensor| tensor.f_to_kind(Kind::Double).during("pooling");
        let count = count as f64;
        let total = self.count + count;
        let delta = double(mean)?.f_sub(&self.mean).during("pooling")?;
        add_scaled_(&self.mean, &delta, count / total)?;
        add_scaled_(&self.squares, &double(variance)?, count - 1.0)?;
        let apart = delta.f_square().during("pooling")?;
        add_scaled_(&self.squares, &apart, self.count * count / total)?;
        self.count = total;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    fn norm() -> Norm {
        let one = |value: f32| Tensor::from_slice(&[value]);
        let (mean, variance) = (one(7.0), one(8.0));
        let batches = Tensor::zeros([0; 0], (Kind::Int64, Device::Cpu));
        Norm::new(Statistics { mean, variance, batches }, Rc::default())
    }

    fn pool(norm: &Norm, values: &[f64]) {
        let values = Tensor::from_slice(values);
        let count = values.numel();
        norm.pool(count, &values.mean(None).view([1]), &values.var(true).view([1])).unwrap();
    }

    #[test]
    fn batches_of_any_size_pool_to_the_whole() {
        let norm = norm();
        norm.begin_pooling().unwrap();
        // A mean that is great beside the deviation, where Σx² would cancel.
        let all: Vec<f64> = (0..11).map(|i| 1e6 + f64::from(i * i)).collect();
        for batch in [&all[..2], &all[2..9], &all[9..]] {
            pool(&norm, batch);
        }
        let moments = norm.pooled().unwrap().unwrap();
        let whole = Tensor::from_slice(&all);
        let off = |found: &Tensor, whole: Tensor| {
            found.double_value(&[0]) / whole.double_value(&[]) - 1.0
        };
        assert!(off(&moments.mean, whole.mean(None)).abs() < 1e-14);
        assert!(off(&moments.variance, whole.var(true)).abs() < 1e-9);
    }

    #[test]
    fn statistics_stand_until_the_moments_are_put() {
        let norm = norm();
        pool(&norm, &[1.0, 3.0]);
        assert!(norm.pooled().unwrap().is_none() && !norm.is_pooling());
        norm.begin_pooling().unwrap();
        assert!(norm.pooled().unwrap().is_none() && norm.is_pooling());
        pool(&norm, &[1.0, 3.0]);
        let moments = norm.pooled().unwrap().unwrap();
        let shown = || {
            let Statistics { mean, variance, batches } = norm.statistics();
            let [mean, variance] = [mean, variance].map(|tensor| tensor.double_value(&[0]));
            (mean, variance, batches.int64_value(&[]))
        };
        assert_eq!(shown(), (7.0, 8.0, 0));
        norm.put(&moments, 3).unwrap();
        norm.end_pooling();
        assert_eq!((shown(), norm.is_pooling()), ((2.0, 2.0, 3), false));
    }
}
