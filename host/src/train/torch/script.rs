//! TorchScript modules: what PyTorch has exported, run by libtorch's interpreter.
//!
//! Not `tch`'s `CModule`: it has neither buffers nor PyTorch's names, and the executor that it runs
//! gives other gradients in its first call than in later ones.

use std::ffi::{CStr, CString};
use std::path::Path;
use std::ptr::null_mut;

use tch::{Device, Tensor};

use super::TorchError;
use super::ffi::{self, RawNamed, RawScript, adopt};

/// A module whose `forward` takes one tensor. It belongs to the thread that has loaded it.
pub struct Script {
    raw: *mut RawScript,
    form: Form,
}

/// What a module's `forward` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A tensor.
    Tensor,
    /// So many tensors.
    Tuple(usize),
    /// Tensors by name.
    Dict,
}

/// A parameter or buffer of a module.
#[derive(Debug)]
pub struct ScriptTensor {
    /// PyTorch's dotted name.
    pub name: String,
    /// The module's own tensor: a handle.
    pub tensor: Tensor,
    /// Whether it is saved without being trained.
    pub is_buffer: bool,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("form", &self.form).finish_non_exhaustive()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // SAFETY: the pointer is what `load` was given and nobody else holds; it is freed once.
        unsafe { ffi::callbox_script_free(self.raw) }
    }
}

impl Script {
    /// Reads a module that `torch.jit.save` has written, onto a device. The file is a program: it runs
    /// with the rights of this process.
    ///
    /// # Errors
    /// A file that is not there or is no such module; a `forward` that takes or returns something else.
    pub fn load(path: &Path, device: Device) -> Result<Self, TorchError> {
        let operation = "loading TorchScript";
        let name = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|_| TorchError::new(operation, "the file's name holds a zero byte"))?;
        let index = match device {
            Device::Cuda(index) => i64::try_from(index).unwrap_or(i64::MAX),
            _ => -1,
        };
        let (mut raw, mut form) = (null_mut(), 0);
        // SAFETY: `name` is a C string that outlives the call; `raw` and `form` are written on success
        // only.
        unsafe { ffi::callbox_script_load(&mut raw, &mut form, name.as_ptr(), index) }
            .check(operation)?;
        let form = match usize::try_from(form) {
            Ok(0) => Form::Tensor,
            Ok(count) => Form::Tuple(count),
            Err(_) => Form::Dict,
        };
        Ok(Self { raw, form })
    }

    /// What `forward` returns.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Parameters and buffers, in the order of PyTorch's `state_dict`. A tensor of several names has its
    /// first one.
    ///
    /// # Errors
    /// No memory.
    pub fn tensors(&self) -> Result<Vec<ScriptTensor>, TorchError> {
        let mut raw = null_mut();
        // SAFETY: `self.raw` is a module from `load`; `raw` is written on success only.
        unsafe { ffi::callbox_script_tensors(&mut raw, self.raw) }
            .check("TorchScript's tensors")?;
        let named = Named(raw);
        (0..named.length()).map(|index| named.entry(index)).collect()
    }

    /// Puts all layers that know of it into training or evaluation mode.
    ///
    /// # Errors
    /// A module without modes, as `torch.jit.freeze` makes it.
    pub fn set_training(&mut self, training: bool) -> Result<(), TorchError> {
        // SAFETY: `self.raw` is a module from `load`, borrowed mutably.
        unsafe { ffi::callbox_script_train(self.raw, training) }.check("TorchScript's mode")
    }

    /// Runs `forward`: its results in their order, with their keys if it returns a dict, with their
    /// numbers if it returns a tuple, and without a name if it returns a tensor.
    ///
    /// # Errors
    /// What the module refuses, such as an input of another shape.
    pub fn forward(&mut self, input: &Tensor) -> Result<Vec<(String, Tensor)>, TorchError> {
        let mut raw = null_mut();
        // SAFETY: `self.raw` is a module from `load`, borrowed mutably, and `input` a borrowed tensor;
        // `raw` is written on success only.
        unsafe { ffi::callbox_script_forward(&mut raw, self.raw, input.as_ptr()) }
            .check("TorchScript")?;
        let named = Named(raw);
        let entry = |index| named.entry(index).map(|entry| (entry.name, entry.tensor));
        (0..named.length()).map(entry).collect()
    }
}

/// A list of the shim's.
struct Named(*mut RawNamed);

impl Drop for Named {
    fn drop(&mut self) {
        // SAFETY: the pointer is what a function of the shim has just made and nobody else holds.
        unsafe { ffi::callbox_named_free(self.0) }
    }
}

impl Named {
    fn length(&self) -> usize {
        // SAFETY: the list lives as long as `self`.
        unsafe { ffi::callbox_named_length(self.0) }
    }

    /// One below [`length`](Self::length).
    fn entry(&self, index: usize) -> Result<ScriptTensor, TorchError> {
        let mut tensor = null_mut();
        // SAFETY: the list lives as long as `self`; the shim compares the index with its length, and
        // `tensor` is written on success only.
        unsafe { ffi::callbox_named_tensor(&mut tensor, self.0, index) }
            .check("TorchScript's tensors")?;
        let tensor = adopt(tensor);
        // SAFETY: as above, and the index was in range; the name lives as long as the list and is
        // copied here.
        let (name, is_buffer) = unsafe {
            let name = CStr::from_ptr(ffi::callbox_named_name(self.0, index));
            let is_buffer = ffi::callbox_named_is_buffer(self.0, index);
            (name.to_string_lossy().into_owned(), is_buffer)
        };
        Ok(ScriptTensor { name, tensor, is_buffer })
    }
}
