//! Autocast: operations choose their own kind of numbers while a guard lives.

use std::marker::PhantomData;

use tch::{Device, Kind};

use super::TorchError;
use super::ffi::{self, AutocastBefore};

/// Holds this thread's autocast; dropping it, also while unwinding, restores what was before.
///
/// Guards end in the reverse order of their beginning.
#[must_use = "autocast ends as soon as the guard is dropped"]
#[derive(Debug)]
pub struct Autocast {
    before: AutocastBefore,
    // The setting belongs to a thread, so the guard must not leave it.
    thread: PhantomData<*const ()>,
}

/// Lets operations on `device`'s kind of device compute in `kind` where that is safe, such as
/// products of matrices, and in `f32` where it is not, until the guard is dropped. `kind` is
/// `BFloat16` or `Half`. What PyTorch's `torch.autocast` does; `tch::autocast` knows CUDA alone.
///
/// The cast of a weight is made once and kept while the guard lives: change no weight before it ends.
///
/// # Errors
/// A device that is neither a CPU nor CUDA; a kind that halves nothing.
pub fn autocast(device: Device, kind: Kind) -> Result<Autocast, TorchError> {
    let cuda = is_cuda(device)?;
    // Numbers of `c10::ScalarType`, which every saved model holds, so that they do not change.
    let dtype = match kind {
        Kind::Half => 5,
        Kind::BFloat16 => 15,
        _ => return Err(TorchError::new("autocast", "expected Half or BFloat16")),
    };
    let mut before = AutocastBefore::default();
    // SAFETY: `before` is a struct of ours with the shim's layout, written before anything changes.
    unsafe { ffi::callbox_autocast_enter(&mut before, cuda, dtype) }.check("autocast")?;
    Ok(Autocast { before, thread: PhantomData })
}

/// Lets operations compute in the kind of numbers that they are given, also inside of an
/// [`autocast`], until the guard is dropped: where libtorch has no kernels for lower ones.
///
/// # Errors
/// A device that is neither a CPU nor CUDA.
pub fn without_autocast(device: Device) -> Result<Autocast, TorchError> {
    let cuda = is_cuda(device)?;
    let mut before = AutocastBefore::default();
    // SAFETY: as in `autocast`.
    unsafe { ffi::callbox_autocast_pause(&mut before, cuda) }.check("autocast")?;
    Ok(Autocast { before, thread: PhantomData })
}

fn is_cuda(device: Device) -> Result<bool, TorchError> {
    match device {
        Device::Cpu => Ok(false),
        Device::Cuda(_) => Ok(true),
        _ => Err(TorchError::new("autocast", "expected the CPU or a CUDA device")),
    }
}

impl Drop for Autocast {
    fn drop(&mut self) {
        // SAFETY: `before` is what the shim has written on this thread when the guard began. Nobody can
        // be told of a failure here, but its text is freed.
        let _ = unsafe { ffi::callbox_autocast_leave(&self.before) }.check("autocast");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::torch::{add_scalar_, no_grad};
    use tch::Tensor;

    fn ones(size: &[i64]) -> Tensor {
        Tensor::ones(size, (Kind::Float, Device::Cpu))
    }

    /// What a linear layer computes in, here and now.
    fn computes_in() -> Kind {
        ones(&[2, 3]).linear(&ones(&[4, 3]), Some(&ones(&[4]))).kind()
    }

    #[test]
    fn it_pauses_and_goes_on() {
        let guard = autocast(Device::Cpu, Kind::BFloat16).unwrap();
        let pause = without_autocast(Device::Cpu).unwrap();
        assert_eq!(computes_in(), Kind::Float);
        drop(pause);
        assert_eq!(computes_in(), Kind::BFloat16);
        drop(guard);
        drop(without_autocast(Device::Cpu).unwrap());
        assert_eq!(computes_in(), Kind::Float);
        assert!(without_autocast(Device::Mps).is_err());
    }

    #[test]
    fn it_chooses_the_kind_and_ends_with_the_guard() {
        for kind in [Kind::BFloat16, Kind::Half] {
            let guard = autocast(Device::Cpu, kind).unwrap();
            assert_eq!(computes_in(), kind);
            assert_eq!(ones(&[2]).softmax(0, None).kind(), Kind::Float);
            drop(guard);
            assert_eq!(computes_in(), Kind::Float);
        }
    }

    #[test]
    fn guards_nest_and_survive_a_panic() {
        let _outer = autocast(Device::Cpu, Kind::BFloat16).unwrap();
        let panicked = std::panic::catch_unwind(|| {
            let _inner = autocast(Device::Cpu, Kind::Half).unwrap();
            assert_eq!(computes_in(), Kind::Half);
            std::panic::resume_unwind(Box::new("as a callback would"));
        });
        assert!(panicked.is_err());
        assert_eq!(computes_in(), Kind::BFloat16);
    }

    #[test]
    fn another_device_is_left_alone() {
        let _guard = autocast(Device::Cuda(0), Kind::Half).unwrap();
        assert_eq!(computes_in(), Kind::Float);
    }

    #[test]
    fn casts_of_weights_are_forgotten_at_the_end() {
        let weight = ones(&[1, 1]).set_requires_grad(true);
        let forward = || {
            let _guard = autocast(Device::Cpu, Kind::BFloat16).unwrap();
            ones(&[1, 1]).linear(&weight, None::<&Tensor>).double_value(&[0, 0])
        };
        assert_eq!(forward(), 1.0);
        let guard = no_grad();
        add_scalar_(&weight, 1.0).unwrap();
        drop(guard);
        assert_eq!(forward(), 2.0);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let error = autocast(Device::Mps, Kind::Half).unwrap_err().to_string();
        assert_eq!(error, "autocast: expected the CPU or a CUDA device");
        let error = autocast(Device::Cpu, Kind::Double).unwrap_err().to_string();
        assert_eq!(error, "autocast: expected Half or BFloat16");
        assert_eq!(computes_in(), Kind::Float);
    }
}
