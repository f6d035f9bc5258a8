//! The memory behind a tensor.

use tch::Tensor;

use super::{TorchError, ffi};

/// Bytes of the memory that the tensor keeps alive: a view's are those of all that it was cut from.
///
/// # Errors
/// A tensor without storage, such as a sparse one.
pub fn storage_bytes(tensor: &Tensor) -> Result<u64, TorchError> {
    let mut bytes = 0;
    // SAFETY: the pointer is that of a borrowed tensor; `bytes` outlives the call.
    unsafe { ffi::callbox_storage_bytes(&mut bytes, tensor.as_ptr()) }.check("storage")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    #[test]
    fn a_view_keeps_all_alive() {
        let tensor = Tensor::zeros([10, 4], (Kind::Float, Device::Cpu));
        assert_eq!(storage_bytes(&tensor).unwrap(), 160);
        assert_eq!(storage_bytes(&tensor.narrow(0, 3, 1)).unwrap(), 160);
        assert_eq!(storage_bytes(&Tensor::zeros([0], (Kind::Float, Device::Cpu))).unwrap(), 0);
    }

    #[test]
    fn a_sparse_tensor_is_an_error() {
        let sparse = Tensor::zeros([2], (Kind::Float, Device::Cpu)).to_sparse_sparse_dim(1);
        assert!(storage_bytes(&sparse).is_err());
    }
}
