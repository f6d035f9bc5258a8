//! `[weights]` of a run file: what the model starts with instead of random numbers.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::Deserialize;

/// Weights and buffers of another run's model, for a model that is the same in these layer groups.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WeightsTable {
    /// A run's folder, whose last checkpoint counts, a checkpoint's folder, or a safetensors file;
    /// relative to the run file.
    pub from: PathBuf,
    /// Names of the layer groups that take theirs from it; left out: all.
    pub groups: Option<Vec<String>>,
}

impl WeightsTable {
    /// The safetensors file.
    ///
    /// # Errors
    /// There is none.
    pub fn file(&self, run_file: &Path) -> Result<PathBuf> {
        let from = run_file.join(&self.from);
        let places = ["model.safetensors", "checkpoints/last/model.safetensors"];
        let inside = places.iter().map(|place| from.join(place));
        let Some(file) = [from.clone()].into_iter().chain(inside).find(|path| path.is_file())
        else {
            bail!(
                "{}: there is no safetensors file, no checkpoint and no run's folder with one; \
                 train the run that it is to come from",
                from.display()
            )
        };
        Ok(file)
    }
}
