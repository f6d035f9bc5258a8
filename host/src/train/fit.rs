//! The training loop: forward, loss, backward, step, zero, with a hook between every two.
//!
//! It names no feature. What a technique does between the lines, it does in a callback; what flows
//! through a hook is passed in and comes back on the same line.

use super::callbacks::Callbacks;
use super::data::{Batch, Data};
use super::error::{FitError, Result, caught};
use super::learner::Learner;
use super::line::Line;
use crate::callback::{Outcome, Phase};

/// Trains for as long as the callbacks' run is planned. `finish` always comes, and is told how it
/// ended; the thread's gradient mode is as it was before.
///
/// # Errors
/// What libtorch refused or the data lacked, with the line and the place; a panic of either; the
/// fault of a callback that must not be lost.
pub fn fit(learner: &mut Learner, data: &Data, cb: &mut Callbacks) -> Result<Outcome> {
    let ended = caught(|| run(learner, data, cb));
    cb.finish(learner, data, ended)
}

fn run(learner: &mut Learner, data: &Data, cb: &mut Callbacks) -> Result {
    learner.zero_grad()?;
    cb.train_begin(learner, data)?;
    while let Some(epoch) = cb.next_epoch() {
        cb.epoch_begin(learner, data, epoch)?;
        pass(learner, data, cb, Phase::Train)?;
        if cb.validates() {
            validate(learner, data, cb)?;
        }
        cb.epoch_end(learner, data)?;
    }
    Ok(())
}

fn validate(learner: &mut Learner, data: &Data, cb: &mut Callbacks) -> Result {
    cb.valid_begin(learner, data)?;
    pass(learner, data, cb, Phase::Valid)?;
    cb.valid_end(learner, data)
}

fn pass(learner: &mut Learner, data: &Data, cb: &mut Callbacks, phase: Phase) -> Result {
    let _mode = learner.mode(phase);
    let mut batches = data.batches(phase, &cb.draw(phase)).map_err(FitError::data)?;
    while !cb.leaves(phase)
        && let Some(next) = batches.next()
    {
        batch(learner, cb, next.map_err(FitError::data)?)?;
        if cb.validates_now() {
            validate(learner, data, cb)?;
        }
    }
    cb.pass_end(learner, phase)
}

/// One batch of either phase. In validation nothing after the loss runs.
fn batch(learner: &mut Learner, cb: &mut Callbacks, batch: Batch) -> Result {
    let batch = cb.batch_begin(learner, batch)?;
    if cb.runs(Line::Forward) {
        let output = learner.forward(&batch)?;
        let output = cb.loss_begin(learner, output)?;
        if cb.runs(Line::Loss) {
            let loss = learner.loss(&output, &batch)?;
            let loss = cb.backward_begin(learner, loss)?;
            if cb.runs(Line::Backward) {
                learner.backward(&loss)?;
            }
            cb.backward_end(learner)?;
            if cb.runs(Line::Step) {
                learner.step()?;
            }
            cb.step_end(learner)?;
            if cb.runs(Line::Zero) {
                learner.zero_grad()?;
            }
        }
    }
    cb.batch_end(learner)
}
