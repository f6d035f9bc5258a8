//! A run that was kept: its folder, its checkpoint, and its model and data set up again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::args::KeptArgs;
use super::config;
use super::session::learner_and_data;
use crate::callback::Records;
use crate::nearest::nearest;
use crate::train::checkpoint::load_model;
use crate::train::data::Data;
use crate::train::device::DeviceChoice;
use crate::train::learner::Learner;

impl KeptArgs {
    /// The run's folder: the one that was named, or the one of this name among the runs.
    ///
    /// # Errors
    /// There is no such run.
    pub(super) fn find(&self, run: &Path) -> Result<PathBuf> {
        let named = [run.to_owned(), self.runs.join(run)];
        if let Some(folder) = named.into_iter().find(|folder| is_run(folder)) {
            return Ok(folder);
        }
        let there = names(&self.runs, is_run);
        let (shown, runs) = (run.display(), self.runs.display());
        if there.is_empty() {
            bail!(
                "there is no run `{shown}`, and none at all in {runs}; `callbox train` makes one"
            );
        }
        let name = run.file_name().unwrap_or_default().to_string_lossy();
        bail!("there is no run `{shown}`; known in {runs} are {}", list(&name, &there))
    }

    /// The checkpoint's folder.
    ///
    /// # Errors
    /// There is none of this name.
    fn checkpoint(&self, folder: &Path) -> Result<PathBuf> {
        let name = self.checkpoint.as_str();
        let all = folder.join("checkpoints");
        // What lies there under other names, such as `last.part`, is not whole.
        let there = names(&all, |path| path.is_dir() && path.extension().is_none());
        if there.iter().any(|known| known == name) {
            return Ok(all.join(name));
        }
        let folder = folder.display();
        if there.is_empty() {
            bail!("{folder} has no checkpoint yet; one is written when the run ends");
        }
        bail!("{folder} has no checkpoint `{name}`; known are {}", list(name, &there))
    }

    /// The model and its data as the run began with them, and the checkpoint's weights in it. Notices
    /// go into the records.
    ///
    /// # Errors
    /// No such checkpoint or data.
    pub(super) fn set_up(
        &self,
        folder: &Path,
        records: &Records,
    ) -> Result<(Learner, Data, PathBuf)> {
        let checkpoint = self.checkpoint(folder)?;
        let path = folder.join("run.toml");
        let mut file = config::read_kept(&path)?;
        if let Some(device) = &self.device {
            device.parse::<DeviceChoice>().context("--device")?;
            file.device.clone_from(device);
        }
        let set_up = learner_and_data(&file, records);
        let (learner, data) = set_up.with_context(|| path.display().to_string())?;
        Ok((learner, data, checkpoint))
    }
}

/// Puts a checkpoint's weights into a model.
///
/// # Errors
/// A checkpoint that is broken or of another model.
pub(super) fn load(checkpoint: &Path, learner: &Learner) -> Result<()> {
    Ok(load_model(checkpoint, learner.model.params())?)
}

/// `callbox train` leaves both files in a run's folder; a run file of the user's has no plan beside it.
fn is_run(folder: &Path) -> bool {
    folder.join("run.toml").is_file() && folder.join("plan.txt").is_file()
}

/// Names in a folder, sorted; none if there is no such folder.
fn names(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let wanted = entries.filter(|entry| wanted(&entry.path()));
    let mut names: Vec<String> =
        wanted.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn list(name: &str, there: &[String]) -> String {
    let near = nearest(name, there.iter().map(String::as_str));
    let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    format!("{}{near}", there.join(", "))
}
