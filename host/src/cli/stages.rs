//! A run's stages, trained one after another.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use super::session::{Session, StageRun};
use crate::callback::{Outcome, Record, Records};
use crate::train::data::Data;
use crate::train::error::FitError;
use crate::train::fit::fit;
use crate::train::learner::Learner;
use crate::train::trial::Trial;

/// Trains every stage. Gives the outcome of the last one, or the error that ended the run.
///
/// A callback's request to stop ends its stage, and the next one begins; the user's ends the run.
///
/// # Errors
/// What libtorch refuses between stages; inside, the error of a fit.
pub(super) fn train(
    session: &mut Session,
    records: &Records,
    checkpoints: Option<&Path>,
    interrupt: &Arc<AtomicBool>,
) -> Result<Result<Outcome, FitError>> {
    let Session { learner, data, stages } = session;
    let mut outcome = Outcome::Completed;
    let mut epochs_before = 0;
    for stage in stages {
        stage.callbacks.listen_to(Arc::clone(interrupt));
        stage.callbacks.continue_after(epochs_before);
        // A trial leaves nothing behind.
        if let Some(folder) = checkpoints.filter(|_| !stage.trial) {
            stage.callbacks.keep_checkpoints_in(folder.to_owned());
        }
        if let Some(name) = &stage.name {
            records.emit(&Record::Stage { name, trial: stage.trial, begins: true });
        }
        outcome = match train_one(stage, learner, data)? {
            Ok(outcome) => outcome,
            Err(error) => return Ok(Err(error)),
        };
        if !stage.trial {
            epochs_before += u64::from(stage.callbacks.epochs_begun());
        }
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(Ok(outcome))
}

fn train_one(
    stage: &mut StageRun,
    learner: &mut Learner,
    data: &Data,
) -> Result<Result<Outcome, FitError>> {
    let trial = stage.trial.then(|| Trial::begin(learner)).transpose().context("trial")?;
    stage.prepare(learner)?;
    let ended = fit(learner, data, &mut stage.callbacks);
    // Also after an error: a trial leaves no trace.
    if let Some(trial) = trial {
        trial.put_back(learner).context("trial")?;
    }
    Ok(ended)
}
