//! CUDA at run time: the binary links only the CPU libraries, and opens the rest when asked.

use std::ffi::CString;
use std::path::Path;
use std::ptr::null_mut;

use tch::Tensor;

use super::TorchError;
use super::ffi::{self, adopt};

/// Loads `libtorch_cuda.so` from `folder` for the rest of the process, which registers the backend.
///
/// Call it before anything that asks for CUDA, `manual_seed` included: libtorch remembers a no.
///
/// # Errors
/// A library that is missing, or that misses one of its own.
pub fn open_cuda(folder: &Path) -> Result<(), TorchError> {
    let path = folder.join("libtorch_cuda.so");
    let operation = "opening the CUDA libraries";
    let name = CString::new(path.as_os_str().as_encoded_bytes())
        .map_err(|_| TorchError::new(operation, "the folder's name holds a zero byte"))?;
    // SAFETY: `name` is a C string that outlives the call. The library's initialisers run here; it is
    // libtorch's own, of the version that this binary links, and is never unloaded.
    unsafe { ffi::callbox_open_library(name.as_ptr()) }.check(operation)
}

/// CUDA devices that the driver offers; 0 while the CUDA libraries are not loaded.
///
/// # Errors
/// A driver that fails, or is older than the libraries need.
pub fn cuda_device_count() -> Result<usize, TorchError> {
    let mut count = 0;
    // SAFETY: `count` is written on success only.
    unsafe { ffi::callbox_cuda_device_count(&mut count) }.check("counting CUDA devices")?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// A copy in page-locked memory, from which a device copies without anybody waiting. Its memory may be
/// given back at once: libtorch keeps it until the copy is done.
///
/// # Errors
/// No CUDA; no memory.
pub fn pin_memory(tensor: &Tensor) -> Result<Tensor, TorchError> {
    let mut out = null_mut();
    // SAFETY: the pointer is that of a borrowed tensor; `out` is written on success only.
    unsafe { ffi::callbox_pin_memory(&mut out, tensor.as_ptr()) }.check("pin_memory")?;
    Ok(adopt(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_locked_memory_wants_cuda() {
        let tensor = Tensor::from_slice(&[1.0]);
        match pin_memory(&tensor) {
            Ok(pinned) => assert!(cuda_device_count().unwrap() > 0 && pinned == tensor),
            Err(error) => assert!(error.to_string().starts_with("pin_memory: "), "{error}"),
        }
    }
}
