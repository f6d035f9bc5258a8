//! A run on disk: weights and optimizer as safetensors, the loop's position as JSON, and what each
//! callback saved.

mod load;
mod save;

use std::io;
use std::path::PathBuf;

pub use load::{load_groups, load_model};
pub use save::save;

use super::optim::OptimError;
use super::params::ParamError;
use super::torch::TorchError;

/// The model's tensors, in a checkpoint's folder.
const MODEL: &str = "model.safetensors";

/// Why a checkpoint could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Disk {
        /// What was being written or read.
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
    /// The model refused a tensor.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// A file that is not what it should be.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Tensors of another model.
    #[error(
        "{}: {reason}; the checkpoint belongs to another model than the run file describes",
        path.display()
    )]
    OtherModel {
        /// The file.
        path: PathBuf,
        /// Which tensor, and what is wrong with it.
        reason: String,
    },
}
