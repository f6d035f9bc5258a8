//! The training loop: forward, loss, backward, step, zero, with a hook between every two.
//!
//! It names no feature. What a technique does between the lines, it does in a callback; what flows
//! through a hook is passed in and comes back on the same line.

use super::callbacks::Callbacks;
use super::data::{Batch, Data, Draw, Loader};
use super::error::{FitError, Result, caught};
use super::learner::Learner;
use super::line::Line;
use crate::callback::{Outcome, Phase};

/// Trains for so many epochs. `finish` always comes, and is told how it ended; the thread's
/// gradient mode is as it was before.
///
/// # Errors
/// What libtorch refused or the data lacked, with the line and the place; a panic of either; the
/// fault of a callback that must not be lost.
pub fn fit(learner: &mut Learner, data: &Data, cb: &mut Callbacks, epochs: u32) -> Result<Outcome> {
    let ended = caught(|| run(learner, data, cb, epochs));
    cb.finish(ended)
}

fn run(learner: &mut Learner, data: &Data, cb: &mut Callbacks, epochs: u32) -> Result {
    learner.zero_grad()?;
    cb.train_begin(learner)?;
    for epoch in 0..epochs {
        if cb.is_stopping() {
            break;
        }
        cb.epoch_begin(learner, epoch)?;
        pass(learner, &data.train, cb, Phase::Train)?;
        if let Some(valid) = data.valid.as_ref().filter(|_| cb.validates()) {
            cb.valid_begin(learner)?;
            pass(learner, valid, cb, Phase::Valid)?;
            cb.valid_end(learner)?;
        }
        cb.epoch_end(learner)?;
    }
    Ok(())
}

fn pass(learner: &mut Learner, loader: &Loader, cb: &mut Callbacks, phase: Phase) -> Result {
    let _mode = learner.mode(phase);
    let mut batches = loader.batches(&Draw::of(cb.epoch().into())).map_err(FitError::data)?;
    while !cb.leaves(phase)
        && let Some(next) = batches.next()
    {
        batch(learner, cb, next.map_err(FitError::data)?)?;
    }
    Ok(())
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
            learner.zero_grad()?;
        }
    }
    cb.batch_end(learner)
}
