//! A run's stages, trained one after another.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use super::record::Recording;
use super::session::{Session, StageRun};
use crate::callback::{Outcome, Record, Records};
use crate::train::data::Data;
use crate::train::fit::fit;
use crate::train::learner::Learner;
use crate::train::trial::Trial;

/// Trains every stage. Gives the outcome of the last one.
///
/// A callback's request to stop ends its stage, and the next one begins; the user's ends the run.
///
/// # Errors
/// The error of a fit; what libtorch refuses between stages.
pub(super) fn train(
    session: &mut Session,
    records: &Records,
    checkpoints: Option<&Path>,
    interrupt: &Arc<AtomicBool>,
    mut recording: Option<&mut Recording>,
) -> Result<Outcome> {
    let Session { learner, data, stages, .. } = session;
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
        if let Some(recording) = &mut recording {
            recording.begin(stage, records)?;
        }
        outcome = train_one(stage, learner, data)?;
        if !stage.trial {
            epochs_before += u64::from(stage.callbacks.epochs_begun());
        }
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(outcome)
}

fn train_one(stage: &mut StageRun, learner: &mut Learner, data: &Data) -> Result<Outcome> {
    let trial = stage.trial.then(|| Trial::begin(learner)).transpose().context("trial")?;
    stage.prepare(learner)?;
    let ended = fit(learner, data, &mut stage.callbacks);
    // Also after an error: a trial leaves no trace.
    if let Some(trial) = trial {
        trial.put_back(learner).context("trial")?;
    }
    Ok(ended?)
}
