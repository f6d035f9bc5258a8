//! Where torch's generators stand: those of every device that a run draws from.

use tch::{Device, Tensor};

use super::torch::{TorchError, rng_state, set_rng_state};

/// The states of the CPU's generator and of the run's device.
#[derive(Debug)]
pub struct RandomStates(Vec<(Device, Tensor)>);

impl RandomStates {
    /// As they are now; `device` is the run's.
    ///
    /// # Errors
    /// A device whose backend is not loaded.
    pub fn of(device: Device) -> Result<Self, TorchError> {
        let mut devices = vec![Device::Cpu];
        devices.extend(device.is_cuda().then_some(device));
        let states = devices.into_iter().map(|device| Ok((device, rng_state(device)?)));
        states.collect::<Result<_, _>>().map(Self)
    }

    /// The generators go on from here.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn put_back(&self) -> Result<(), TorchError> {
        self.0.iter().try_for_each(|(device, state)| set_rng_state(*device, state))
    }

    /// Each with its device, `cpu` or `cuda:0`, as checkpoints name them.
    #[must_use]
    pub fn named(&self) -> Vec<(String, Tensor)> {
        let name = |device: &Device| match device {
            Device::Cuda(index) => format!("cuda:{index}"),
            _ => "cpu".to_owned(),
        };
        self.0.iter().map(|(device, state)| (name(device), state.shallow_clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::torch::{manual_seed, seeding};
    use tch::Kind;

    #[test]
    fn draws_repeat_after_putting_back() {
        let _lock = seeding();
        manual_seed(5).unwrap();
        let draw = || Tensor::rand([3], (Kind::Float, Device::Cpu));
        let states = RandomStates::of(Device::Cpu).unwrap();
        let first = draw();
        for _ in 0..2 {
            states.put_back().unwrap();
            assert_eq!(draw(), first);
        }
        let names: Vec<_> = states.named().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["cpu"]);
    }

    #[test]
    fn a_missing_backend_is_an_error() {
        assert!(RandomStates::of(Device::Cuda(0)).is_err());
    }
}
