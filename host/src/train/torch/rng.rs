//! torch's random generators and its thread count. Only the training thread draws from them.

use std::ffi::c_int;
use std::ptr::null_mut;

use tch::{Device, Tensor};

use super::TorchError;
use super::ffi::{self, adopt};

/// Seeds the generators of all devices.
///
/// CUDA must have been opened before: libtorch asks here whether it is there, and remembers a no.
///
/// # Errors
/// A CUDA generator that cannot be seeded.
pub fn manual_seed(seed: u64) -> Result<(), TorchError> {
    // SAFETY: takes a number.
    unsafe { ffi::callbox_manual_seed(seed) }.check("manual_seed")
}

/// The state of a device's default generator: bytes (`u8`) on the CPU.
///
/// # Errors
/// A device whose backend is not loaded.
pub fn rng_state(device: Device) -> Result<Tensor, TorchError> {
    let mut out = null_mut();
    // SAFETY: `out` is written on success only.
    unsafe { ffi::callbox_rng_state(&mut out, index(device)) }.check("rng_state")?;
    Ok(adopt(out))
}

/// Puts a state from [`rng_state`] back; the next draws repeat what followed it.
///
/// # Errors
/// Bytes that are no state of such a generator; a device whose backend is not loaded.
pub fn set_rng_state(device: Device, state: &Tensor) -> Result<(), TorchError> {
    // SAFETY: the pointer is that of a borrowed tensor.
    unsafe { ffi::callbox_set_rng_state(state.as_ptr(), index(device)) }.check("set_rng_state")
}

/// Threads that one operation on the CPU may use. Different counts give different last bits.
///
/// # Errors
/// Zero, or more than libtorch can count.
pub fn set_num_threads(threads: usize) -> Result<(), TorchError> {
    let count = c_int::try_from(threads)
        .map_err(|_| TorchError::new("set_num_threads", "more threads than libtorch can count"))?;
    // SAFETY: takes a number.
    unsafe { ffi::callbox_set_num_threads(count) }.check("set_num_threads")
}

/// Threads that one operation on the CPU may use.
#[must_use]
pub fn num_threads() -> usize {
    // SAFETY: reads a number.
    usize::try_from(unsafe { ffi::callbox_num_threads() }).unwrap_or(1)
}

/// Lets operations on the CPU use one thread where the calling thread starts them; what other threads
/// use stays.
///
/// # Errors
/// None that is known.
pub fn use_one_thread() -> Result<(), TorchError> {
    // SAFETY: sets a number that belongs to the calling thread.
    unsafe { ffi::callbox_use_one_thread() }.check("use_one_thread")
}

/// The shim's name of a device: -1 is the CPU.
fn index(device: Device) -> i64 {
    match device {
        Device::Cuda(index) => i64::try_from(index).unwrap_or(i64::MAX),
        _ => -1,
    }
}

/// The generator belongs to the process and tests run side by side: whoever seeds holds this.
#[cfg(test)]
pub(crate) fn seeding() -> std::sync::MutexGuard<'static, ()> {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

    #[test]
    fn a_state_that_is_put_back_repeats_the_draws() {
        let _lock = seeding();
        manual_seed(3).unwrap();
        let state = rng_state(Device::Cpu).unwrap();
        let first = Tensor::rand([4], (Kind::Float, Device::Cpu));
        assert_ne!(first, Tensor::rand([4], (Kind::Float, Device::Cpu)));
        set_rng_state(Device::Cpu, &state).unwrap();
        assert_eq!(first, Tensor::rand([4], (Kind::Float, Device::Cpu)));
    }

    #[test]
    fn bytes_that_are_no_state_are_refused() {
        let error = set_rng_state(Device::Cpu, &Tensor::zeros([3], (Kind::Uint8, Device::Cpu)));
        assert!(error.unwrap_err().to_string().starts_with("set_rng_state: "));
    }

    #[test]
    fn a_missing_backend_is_an_error() {
        assert!(rng_state(Device::Cuda(0)).is_err());
    }

    #[test]
    fn one_thread_is_for_the_caller_alone() {
        let thread = |body: fn() -> usize| std::thread::spawn(body).join().unwrap();
        let before = thread(num_threads);
        let alone = thread(|| {
            use_one_thread().unwrap();
            num_threads()
        });
        assert_eq!((alone, thread(num_threads)), (1, before));
    }

    #[test]
    fn no_threads_are_refused() {
        assert!(set_num_threads(0).is_err());
        assert!(set_num_threads(usize::MAX).is_err());
    }
}
