//! Writing a checkpoint: under a temporary name that is changed at the end, so that a folder that has
//! the right name is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;
use tch::{Device, Tensor};

use super::{CheckpointError, MODEL};
use crate::train::callbacks::Callbacks;
use crate::train::learner::Learner;
use crate::train::random_states::RandomStates;
use crate::train::torch::{During, TorchError};

/// Writes a checkpoint folder, over one that is there:
/// `model.safetensors` (all tensors by PyTorch's names, buffers included), `optimizer.safetensors`,
/// `random.safetensors` (torch's generators), `position.json` (what of the data was consumed,
/// counters, hyper-parameters, the loss scale of `f16`) and `plugins/NAME.bin`.
///
/// # Errors
/// A disk that refuses, or a tensor that cannot be read.
pub fn save(
    folder: &Path,
    learner: &Learner,
    callbacks: &Callbacks,
) -> Result<(), CheckpointError> {
    let part = beside(folder, "part");
    remove(&part)?;
    on_disk(&part, fs::create_dir_all(part.join("plugins")))?;
    let weights = learner.model.params().iter();
    let weights: Vec<(String, Tensor)> =
        weights.map(|param| (param.name.clone(), param.tensor.shallow_clone())).collect();
    write_tensors(&part.join(MODEL), &weights)?;
    write_tensors(&part.join("optimizer.safetensors"), &learner.optimizer.state())?;
    let random = RandomStates::of(learner.model.params().device())?;
    write_tensors(&part.join("random.safetensors"), &random.named())?;
    write(&part.join("position.json"), position(learner, callbacks).as_bytes())?;
    for (name, saved) in callbacks.handler().saved() {
        write(&part.join("plugins").join(format!("{name}.bin")), saved)?;
    }
    replace(folder, &part)
}

/// At every moment one of the two has a name under which it is whole.
fn replace(folder: &Path, part: &Path) -> Result<(), CheckpointError> {
    let old = beside(folder, "old");
    if folder.exists() {
        remove(&old)?;
        on_disk(&old, fs::rename(folder, &old))?;
    }
    on_disk(folder, fs::rename(part, folder))?;
    remove(&old)
}

/// `last` and `part` make `last.part`; a dot in the name stays.
fn beside(folder: &Path, suffix: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    folder.with_file_name(name)
}

fn position(learner: &Learner, callbacks: &Callbacks) -> String {
    let (state, position) = (callbacks.handler().state(), callbacks.position());
    let optimizer = &learner.optimizer;
    let mut position = json!({
        "format": 1,
        "epoch": position.epoch,
        "batches": position.batches,
        "iteration": state.iteration,
        "samples": state.samples,
        "optimizer": optimizer.kind().name(),
        "groups": optimizer.groups().collect::<Vec<_>>(),
        "hypers": optimizer.hypers(),
    });
    if let Some(scale) = learner.loss_scale() {
        position["loss-scale"] = json!(scale);
    }
    format!("{position:#}\n")
}

/// From whatever device, as plain memory: safetensors knows nothing of graphs and strides.
fn write_tensors(path: &Path, tensors: &[(String, Tensor)]) -> Result<(), CheckpointError> {
    let plain = |(name, tensor): &(String, Tensor)| {
        let tensor = tensor.f_detach().during(name)?.f_to(Device::Cpu).during(name)?;
        Ok((name.clone(), tensor.f_contiguous().during(name)?))
    };
    let plain = tensors.iter().map(plain).collect::<Result<Vec<_>, TorchError>>()?;
    Tensor::write_safetensors(&plain, path).during("write safetensors")?;
    flush(path)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CheckpointError> {
    on_disk(path, fs::write(path, bytes))?;
    flush(path)
}

/// Onto the disk itself: a renamed folder must not hold empty files after a power loss.
fn flush(path: &Path) -> Result<(), CheckpointError> {
    on_disk(path, fs::File::open(path).and_then(|file| file.sync_all()))
}

fn remove(folder: &Path) -> Result<(), CheckpointError> {
    if folder.exists() { on_disk(folder, fs::remove_dir_all(folder)) } else { Ok(()) }
}

fn on_disk<T>(path: &Path, done: io::Result<T>) -> Result<T, CheckpointError> {
    done.map_err(|source| CheckpointError::Disk { path: path.to_owned(), source })
}
