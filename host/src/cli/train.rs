//! `callbox train`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};

use super::Failure;
use super::args::{Recorded, TrainArgs};
use super::config::{self, Resolved};
use super::measured;
use super::print::say;
use super::record::Recording;
use super::session::{Session, StageRun};
use super::{interrupt, lock_run, reload, show_loop, stages};
use crate::callback::{Outcome, Records};
use crate::observe::{Journal, JsonLines, Screen, Verbosity};
use crate::train::checkpoint;
use crate::train::evaluate::evaluate;

/// Trains as the run file says, tells how it went, and keeps a record in the run's folder.
///
/// # Errors
/// Wrong configuration; a run that failed or was stopped by a fault.
pub(super) fn train(args: &TrainArgs) -> Result<(), Failure> {
    let mut run = config::read(&args.run).map_err(Failure::Usage)?;
    run.tapes = args.record == Some(Recorded::Tensors);
    let records = Records::default();
    if args.json {
        records.add(Box::new(JsonLines::stdout()));
    } else {
        records.add(Box::new(Screen::new(verbosity(args))));
    }
    // The folder is made when everything else is known to be right.
    let journal = Journal::waiting();
    records.add(Box::new(journal.clone()));
    let glance = args.watch.then(|| reload::glance(&run)).transpose().map_err(Failure::Usage)?;
    let mut session = Session::new(&run, &records)
        .with_context(|| args.run.run.display().to_string())
        .map_err(Failure::Usage)?;
    let flag = Arc::default();
    interrupt::listen(&flag).map_err(Failure::Run)?;
    let folder = make_folder(&args.runs, &run, &session).map_err(Failure::Run)?;
    lock_run::keep(&folder, &session.stages).map_err(Failure::Run)?;
    journal.open(&folder.join("journal.jsonl")).map_err(Failure::Run)?;
    if let Some(glance) = glance {
        reload::follow(&mut session, run, glance).map_err(Failure::Run)?;
    }
    let recording = args.record.map(|_| Recording::new(&folder)).transpose();
    run_session(session, &records, &folder, &flag, recording.map_err(Failure::Run)?, args)
}

fn verbosity(args: &TrainArgs) -> Verbosity {
    match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Debug,
        (false, false) => Verbosity::Normal,
    }
}

fn run_session(
    mut session: Session,
    records: &Records,
    folder: &Path,
    interrupt: &Arc<AtomicBool>,
    mut recording: Option<Recording>,
    args: &TrainArgs,
) -> Result<(), Failure> {
    let checkpoints = folder.join("checkpoints");
    let ended =
        stages::train(&mut session, records, Some(&checkpoints), interrupt, recording.as_mut());
    if let Some(recording) = recording {
        recording.tell(records);
    }
    let Session { learner, data, stages, .. } = &mut session;
    let checkpoint = checkpoints.join("last");
    // Also after a failure: what was learnt is not lost. A trial has taught nothing.
    let learnt = |stage: &&StageRun| !stage.trial && stage.callbacks.epochs_begun() > 0;
    let saved = stages.iter().rfind(learnt).map(|stage| {
        checkpoint::save(&checkpoint, learner, &stage.callbacks)
            .with_context(|| format!("cannot write the checkpoint {}", checkpoint.display()))
    });
    let outcome = match ended {
        Ok(outcome) => outcome,
        Err(error) => {
            let kept = match &saved {
                Some(Ok(())) => format!("; saved in {}", checkpoint.display()),
                _ => String::new(),
            };
            return Err(Failure::Run(anyhow::anyhow!("the run failed: {error:#}{kept}")));
        }
    };
    saved.transpose().map_err(Failure::Run)?;
    let tested = match &data.test {
        Some(test) => evaluate(learner, test).context("test").map_err(Failure::Run)?,
        None => Vec::new(),
    };
    say(&tell(&outcome, &tested, folder, args))
}

fn tell(outcome: &Outcome, tested: &[(String, f64)], folder: &Path, args: &TrainArgs) -> String {
    if args.json {
        let values = measured::json(tested);
        let line = serde_json::json!({ "event": "tested", "values": values, "folder": folder });
        return format!("{line}\n");
    }
    let mut lines = Vec::new();
    if let Outcome::Stopped(stops) = outcome {
        lines.extend(stops.iter().map(|stop| format!("stopped by {}: {}", stop.by, stop.reason)));
    }
    if !tested.is_empty() {
        lines.push(format!("test: {}", measured::text(tested)));
    }
    lines.push(format!("kept in {}", folder.display()));
    lines.join("\n") + "\n"
}

/// `runs/NAME`, or the first of `runs/NAME-2`, … that is not there: nothing is overwritten.
fn make_folder(runs: &Path, run: &Resolved, session: &Session) -> Result<PathBuf> {
    let name = &run.file.name;
    fs::create_dir_all(runs)
        .with_context(|| format!("cannot make the folder {}", runs.display()))?;
    let folder = (1..)
        .map(|n| if n == 1 { runs.join(name) } else { runs.join(format!("{name}-{n}")) })
        .find(|folder| !folder.exists())
        .context("no free name for the run's folder")?;
    let made = fs::create_dir(&folder)
        .and_then(|()| fs::write(folder.join("run.toml"), &run.text))
        .and_then(|()| fs::write(folder.join("plan.txt"), show_loop::render(&session.stages)));
    made.with_context(|| format!("cannot write into {}", folder.display()))?;
    Ok(folder)
}
