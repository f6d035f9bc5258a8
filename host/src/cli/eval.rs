//! `callbox eval`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::args::EvalArgs;
use super::print::say;
use super::session::learner_and_data;
use super::{Failure, config, measured};
use crate::callback::Records;
use crate::nearest::nearest;
use crate::observe::{JsonLines, Screen, Verbosity};
use crate::train::checkpoint::load_model;
use crate::train::data::Data;
use crate::train::device::DeviceChoice;
use crate::train::evaluate::evaluate;
use crate::train::learner::Learner;

/// Measures the loss and all metrics of a run's checkpoint, without plugins.
///
/// # Errors
/// No such run, checkpoint or data; a checkpoint that is broken or of another model.
pub(super) fn eval(args: &EvalArgs) -> Result<(), Failure> {
    let folder = find(args).map_err(Failure::Usage)?;
    let checkpoint = checkpoint(&folder, &args.checkpoint).map_err(Failure::Usage)?;
    let (mut learner, data) = set_up(&folder, args).map_err(Failure::Usage)?;
    let loader = data.loader(&args.on).context("--on").map_err(Failure::Usage)?;
    load_model(&checkpoint, learner.model.params()).map_err(|error| Failure::Run(error.into()))?;
    let values = evaluate(&mut learner, loader).with_context(|| args.on.clone());
    let told = tell(&values.map_err(Failure::Run)?, &folder, args);
    say(&told)
}

/// The run's folder: the one that was named, or the one of this name among the runs.
fn find(args: &EvalArgs) -> Result<PathBuf> {
    let named = [args.run.clone(), args.runs.join(&args.run)];
    if let Some(folder) = named.into_iter().find(|folder| is_run(folder)) {
        return Ok(folder);
    }
    let (run, runs) = (args.run.display(), args.runs.display());
    let there = names(&args.runs, is_run);
    if there.is_empty() {
        bail!("there is no run `{run}`, and none at all in {runs}; `callbox train` makes one");
    }
    let name = args.run.file_name().unwrap_or_default().to_string_lossy();
    bail!("there is no run `{run}`; known in {runs} are {}", list(&name, &there))
}

/// `callbox train` leaves both files in a run's folder; a run file of the user's has no plan beside it.
fn is_run(folder: &Path) -> bool {
    folder.join("run.toml").is_file() && folder.join("plan.txt").is_file()
}

fn checkpoint(folder: &Path, name: &str) -> Result<PathBuf> {
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

/// The model and its data as the run began with them.
fn set_up(folder: &Path, args: &EvalArgs) -> Result<(Learner, Data)> {
    let records = Records::default();
    if args.json {
        records.add(Box::new(JsonLines::stdout()));
    } else {
        records.add(Box::new(Screen::new(Verbosity::Quiet)));
    }
    let path = folder.join("run.toml");
    let mut file = config::read_kept(&path)?;
    if let Some(device) = &args.device {
        device.parse::<DeviceChoice>().context("--device")?;
        file.device.clone_from(device);
    }
    learner_and_data(&file, &records).with_context(|| path.display().to_string())
}

fn tell(values: &[(String, f64)], folder: &Path, args: &EvalArgs) -> String {
    let (on, checkpoint) = (&args.on, &args.checkpoint);
    if !args.json {
        return format!("{on}: {}\n", measured::text(values));
    }
    let values = measured::json(values);
    let line = json!({
        "event": "evaluated", "on": on, "values": values, "folder": folder,
        "checkpoint": checkpoint,
    });
    format!("{line}\n")
}
