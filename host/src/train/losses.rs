//! Losses over time, kept on the device: nothing waits for it until somebody reads.

use tch::{Device, Kind, Tensor};

use super::torch::{During, TorchError, add_scaled_, fill_, mul_scalar_, no_grad};

/// Weight of the past in the smooth loss.
const BETA: f64 = 0.98;

/// The exponential average of the training loss over batches.
///
/// fastai's `SmoothenValue`: m ← β·m + (1 − β)·x from m = 0, reported as m / (1 − βⁿ) after n values.
pub struct Smooth {
    average: Tensor,
    count: i32,
}

impl Smooth {
    /// Before the first value.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn new(device: Device) -> Result<Self, TorchError> {
        Ok(Smooth { average: zero(device)?, count: 0 })
    }

    /// One more loss, a scalar on the device.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn add(&mut self, loss: &Tensor) -> Result<(), TorchError> {
        let _guard = no_grad();
        self.count = self.count.saturating_add(1);
        mul_scalar_(&self.average, BETA)?;
        add_scaled_(&self.average, loss, 1.0 - BETA)
    }

    /// The debiased average; NaN before the first value. Waits for the device.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn read(&self) -> Result<f64, TorchError> {
        if self.count == 0 {
            return Ok(f64::NAN);
        }
        Ok(read(&self.average)? / (1.0 - BETA.powi(self.count)))
    }
}

/// The mean loss of a pass, weighted by batch size.
pub struct Mean {
    sum: Tensor,
    weight: f64,
}

impl Mean {
    /// Of nothing.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn new(device: Device) -> Result<Self, TorchError> {
        Ok(Mean { sum: zero(device)?, weight: 0.0 })
    }

    /// Forgets the last pass.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn reset(&mut self) -> Result<(), TorchError> {
        self.weight = 0.0;
        fill_(&self.sum, 0.0)
    }

    /// One more batch: its mean loss and its size.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn add(&mut self, loss: &Tensor, size: u32) -> Result<(), TorchError> {
        let _guard = no_grad();
        self.weight += f64::from(size);
        add_scaled_(&self.sum, loss, f64::from(size))
    }

    /// The mean; NaN of nothing. Waits for the device.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn read(&self) -> Result<f64, TorchError> {
        if self.weight == 0.0 { Ok(f64::NAN) } else { Ok(read(&self.sum)? / self.weight) }
    }
}

fn zero(device: Device) -> Result<Tensor, TorchError> {
    Tensor::f_zeros([], (Kind::Double, device)).during("make a loss average")
}

/// A scalar's value. Waits for the device.
///
/// # Errors
/// What libtorch refuses, such as a tensor of many elements.
pub fn read(scalar: &Tensor) -> Result<f64, TorchError> {
    scalar.f_double_value(&[]).during("read a loss")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_is_debiased() {
        let mut smooth = Smooth::new(Device::Cpu).unwrap();
        assert!(smooth.read().unwrap().is_nan());
        smooth.add(&Tensor::from(2.0_f32)).unwrap();
        assert!((smooth.read().unwrap() - 2.0).abs() < 1e-12);
        smooth.add(&Tensor::from(4.0_f32)).unwrap();
        // (0.98·0.04 + 0.02·4) / (1 − 0.98²)
        assert!((smooth.read().unwrap() - 0.1192 / 0.0396).abs() < 1e-9);
    }

    #[test]
    fn a_mean_counts_samples_not_batches() {
        let mut mean = Mean::new(Device::Cpu).unwrap();
        mean.add(&Tensor::from(1.0_f32), 3).unwrap();
        mean.add(&Tensor::from(5.0_f32), 1).unwrap();
        assert_eq!(mean.read().unwrap(), 2.0);
        mean.reset().unwrap();
        assert!(mean.read().unwrap().is_nan());
    }
}
