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
        let places = ["", "model.safetensors", "checkpoints/last/model.safetensors"];
        let file = places.iter().map(|place| from.join(place)).find(|path| path.is_file());
        let Some(file) = file else {
            bail!(
                "{}: there is no safetensors file, no checkpoint and no run's folder with one; \
                 train the run that it is to come from",
                from.display()
            )
        };
        Ok(file)
    }

    /// Indices of the layer groups.
    ///
    /// # Errors
    /// A name that the model has not.
    pub fn groups(&self, groups: &[String]) -> Result<Vec<usize>> {
        let Some(wanted) = &self.groups else { return Ok((0..groups.len()).collect()) };
        let index = |name: &String| match groups.iter().position(|group| group == name) {
            Some(index) => Ok(index),
            None => bail!("there is no layer group `{name}`; the model has {}", groups.join(", ")),
        };
        wanted.iter().map(index).collect()
    }
}
