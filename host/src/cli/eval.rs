//! `callbox eval`: what a run's checkpoint is worth on some of its data.

use std::path::Path;

use anyhow::Context;
use serde_json::json;

use super::args::EvalArgs;
use super::kept;
use super::print::say;
use super::{Failure, measured};
use crate::callback::Records;
use crate::observe::{JsonLines, Screen, Verbosity};
use crate::train::evaluate::evaluate;

/// Measures the loss and all metrics of a run's checkpoint, without plugins.
///
/// # Errors
/// No such run, checkpoint or data; a checkpoint that is broken or of another model.
pub(super) fn eval(args: &EvalArgs) -> Result<(), Failure> {
    let folder = args.kept.find(&args.run).map_err(Failure::Usage)?;
    let set_up = args.kept.set_up(&folder, &records(args));
    let (mut learner, data, checkpoint) = set_up.map_err(Failure::Usage)?;
    let loader = data.loader(&args.on).context("--on").map_err(Failure::Usage)?;
    kept::load(&checkpoint, &learner).map_err(Failure::Run)?;
    let values = evaluate(&mut learner, loader).with_context(|| args.on.clone());
    let told = tell(&values.map_err(Failure::Run)?, &folder, args);
    say(&told)
}

fn records(args: &EvalArgs) -> Records {
    let records = Records::default();
    if args.json {
        records.add(Box::new(JsonLines::stdout()));
    } else {
        records.add(Box::new(Screen::new(Verbosity::Quiet)));
    }
    records
}

fn tell(values: &[(String, f64)], folder: &Path, args: &EvalArgs) -> String {
    let (on, checkpoint) = (&args.on, &args.kept.checkpoint);
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
