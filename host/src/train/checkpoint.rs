//! A run on disk: weights and optimizer as safetensors, the loop's position as JSON, and what each
//! callback saved.
//!
//! Everything is written under a temporary name and renamed, so that a folder that has the right
//! name is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;
use tch::{Device, Tensor};

use super::learner::Learner;
use super::optim::OptimError;
use super::torch::{self, During, TorchError};
use crate::callback::Handler;

/// Why a checkpoint could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Disk {
        /// What was being written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// libtorch refused.
    #[error(transparent)]
    Torch(#[from] TorchError),
    /// The optimizer's state cannot be had.
    #[error(transparent)]
    Optim(#[from] OptimError),
}

/// Writes a checkpoint folder, over one that is there:
/// `model.safetensors` (all tensors by PyTorch's names, buffers included), `optimizer.safetensors`,
/// `position.json` (counters, hyper-parameters, torch's random state) and `plugins/NAME.bin`.
///
/// # Errors
/// A disk that refuses, or a tensor that cannot be read.
pub fn save(folder: &Path, learner: &Learner, handler: &Handler) -> Result<(), CheckpointError> {
    let part = folder.with_extension("part");
    remove(&part)?;
    on_disk(&part, fs::create_dir_all(part.join("plugins")))?;
    let weights = learner.model.params().iter();
    let weights: Vec<(String, Tensor)> =
        weights.map(|param| (param.name.clone(), param.tensor.shallow_clone())).collect();
    write_tensors(&part.join("model.safetensors"), &weights)?;
    let mut state = learner.optimizer.state();
    state.push(("random.cpu".to_owned(), torch::rng_state(Device::Cpu)?));
    write_tensors(&part.join("optimizer.safetensors"), &state)?;
    write(&part.join("position.json"), position(learner, handler).as_bytes())?;
    for (name, saved) in handler.saved() {
        write(&part.join("plugins").join(format!("{name}.bin")), saved)?;
    }
    remove(folder)?;
    on_disk(folder, fs::rename(&part, folder))
}

fn position(learner: &Learner, handler: &Handler) -> String {
    let state = handler.state();
    let optimizer = &learner.optimizer;
    let position = json!({
        "format": 1,
        "epoch": state.epoch,
        "num-batch": state.num_batch,
        "iteration": state.iteration,
        "samples": state.samples,
        "optimizer": optimizer.kind().name(),
        "groups": optimizer.groups().collect::<Vec<_>>(),
        "hypers": optimizer.hypers(),
    });
    format!("{position:#}\n")
}

/// From whatever device, as plain memory: safetensors knows nothing of graphs and strides.
fn write_tensors(path: &Path, tensors: &[(String, Tensor)]) -> Result<(), CheckpointError> {
    let plain = |(name, tensor): &(String, Tensor)| {
        let tensor = tensor.f_detach().during(name)?.f_to(Device::Cpu).during(name)?;
        Ok((name.clone(), tensor.f_contiguous().during(name)?))
    };
    let plain = tensors.iter().map(plain).collect::<Result<Vec<_>, TorchError>>()?;
    Ok(Tensor::write_safetensors(&plain, path).during("write safetensors")?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CheckpointError> {
    on_disk(path, fs::write(path, bytes))
}

fn remove(folder: &Path) -> Result<(), CheckpointError> {
    if folder.exists() { on_disk(folder, fs::remove_dir_all(folder)) } else { Ok(()) }
}

fn on_disk<T>(path: &Path, done: io::Result<T>) -> Result<T, CheckpointError> {
    done.map_err(|source| CheckpointError::Disk { path: path.to_owned(), source })
}
