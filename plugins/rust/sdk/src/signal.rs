//! What a callback asks the loop to do. The table beside `on-event` in `wit/callback.wit` says
//! where each is legal, which power it takes and how two of a kind merge.
//!
//! Slots hold copies of weights, buffers and optimizer state on the device. Stochastic weight
//! averaging is two hooks:
//!
//! ```
//! use callbox_sdk::prelude::*;
//!
//! /// Averages the weights at the epochs' ends, and ends with the average.
//! pub struct Average;
//!
//! impl Callback for Average {
//!     type Params = ();
//!
//!     fn about() -> Descriptor {
//!         about!().needs([Power::Weights])
//!     }
//!
//!     fn start(_run: &Run, _params: ()) -> Result<Self, String> {
//!         Ok(Self)
//!     }
//!
//!     fn plan(&self) -> Plan {
//!         Plan::on(Hook::ValidBegin).powers([Power::Weights])
//!     }
//!
//!     fn on_valid_begin(&mut self, state: &State) -> Answer {
//!         let weight = 1.0 / f64::from(state.epoch + 1);
//!         Ok(vec![
//!             signal::blend("average", weight),
//!             signal::evaluate_with("average"),
//!             signal::refresh_norm_statistics(),
//!         ])
//!     }
//!
//!     fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
//!         Ok(vec![signal::adopt("average"), signal::refresh_norm_statistics()])
//!     }
//! }
//!
//! register!(Average);
//! ```
//!
//! A list is carried out in its order, but for `evaluate_with`, which comes last, and statistics,
//! which are refreshed after all slots. What is evaluated is put back afterwards, its refreshed
//! statistics included; without `evaluate_with` they stay. The pass that refreshes them sees the
//! data without anybody's transforms.

use crate::callback::Answer;
use crate::types::{
    Histogram, HyperName, HyperOp, HyperUpdate, Report, Signal, SlotOp, Table, Tensor,
};

/// No signals: the loop goes on as it would.
///
/// # Errors
/// Never; it has the type of a hook's answer.
pub fn none() -> Answer {
    Ok(Vec::new())
}

/// Stop after the current batch; the reason goes into the record.
#[must_use]
pub fn stop_training(reason: impl Into<String>) -> Signal {
    Signal::StopTraining(reason.into())
}

/// End this epoch's training after the current batch.
#[must_use]
pub fn stop_epoch(reason: impl Into<String>) -> Signal {
    Signal::StopEpoch(reason.into())
}

/// End this validation after the current batch; its result is marked partial.
#[must_use]
pub fn stop_validation(reason: impl Into<String>) -> Signal {
    Signal::StopValidation(reason.into())
}

/// No validation in this epoch.
#[must_use]
pub fn skip_validation() -> Signal {
    Signal::SkipValidation
}

/// Validate after this batch.
#[must_use]
pub fn validate_now() -> Signal {
    Signal::ValidateNow
}

/// Leave this batch out: straight to its batch-end.
#[must_use]
pub fn skip_batch() -> Signal {
    Signal::SkipBatch
}

/// No gradients from this batch, and no step.
#[must_use]
pub fn skip_backward() -> Signal {
    Signal::SkipBackward
}

/// The optimizer does not step on this batch; its gradients are dropped.
#[must_use]
pub fn skip_step() -> Signal {
    Signal::SkipStep
}

/// Keep gradients for the next batch: accumulation.
#[must_use]
pub fn keep_gradients() -> Signal {
    Signal::KeepGradients
}

/// Set a hyper-parameter in all layer groups, as its owner.
#[must_use]
pub fn set(name: HyperName, value: f64) -> Signal {
    hyper(name, None, HyperOp::Set, value)
}

/// Set a hyper-parameter in one layer group, as its owner.
#[must_use]
pub fn set_group(name: HyperName, group: u32, value: f64) -> Signal {
    hyper(name, Some(group), HyperOp::Set, value)
}

/// This plugin's factor on a hyper-parameter in all layer groups, until it gives another; 1 takes
/// it back.
#[must_use]
pub fn scale(name: HyperName, factor: f64) -> Signal {
    hyper(name, None, HyperOp::Scale, factor)
}

/// This plugin's factor on a hyper-parameter in one layer group.
#[must_use]
pub fn scale_group(name: HyperName, group: u32, factor: f64) -> Signal {
    hyper(name, Some(group), HyperOp::Scale, factor)
}

/// Multiply all gradients.
#[must_use]
pub fn scale_grad(factor: f64) -> Signal {
    Signal::ScaleGrad(factor)
}

/// Clamp each element of the gradients to [-limit, limit].
#[must_use]
pub fn clip_grad_value(limit: f64) -> Signal {
    Signal::ClipGradValue(limit)
}

/// Scale all gradients so that their global L2 norm is at most this.
#[must_use]
pub fn clip_grad_norm(limit: f64) -> Signal {
    Signal::ClipGradNorm(limit)
}

/// Per output unit: the gradient's norm is at most factor * max(the weight's norm, floor).
#[must_use]
pub fn clip_grad_adaptive(factor: f64, floor: f64) -> Signal {
    Signal::ClipGradAdaptive((factor, floor))
}

/// Add Gaussian noise of this standard deviation to the gradients.
#[must_use]
pub fn noise_grad(std: f64) -> Signal {
    Signal::NoiseGrad(std)
}

/// Freeze or unfreeze a layer group.
#[must_use]
pub fn set_trainable(group: u32, trainable: bool) -> Signal {
    Signal::SetTrainable((group, trainable))
}

/// Keep a group's normalisation layers in evaluation mode, or no longer.
#[must_use]
pub fn set_norm_frozen(group: u32, frozen: bool) -> Signal {
    Signal::SetNormFrozen((group, frozen))
}

/// One pass over the training data, without gradients, that recomputes running statistics.
#[must_use]
pub fn refresh_norm_statistics() -> Signal {
    Signal::RefreshNormStatistics
}

/// Copy weights, optimizer and model state into this plugin's slot of that name.
#[must_use]
pub fn snapshot(slot: impl Into<String>) -> Signal {
    Signal::Slot(SlotOp::Snapshot(slot.into()))
}

/// Put a slot back; the data goes on.
#[must_use]
pub fn restore(slot: impl Into<String>) -> Signal {
    Signal::Slot(SlotOp::Restore(slot.into()))
}

/// slot = slot + weight * (current - slot); creates the slot at first use.
#[must_use]
pub fn blend(slot: impl Into<String>, weight: f64) -> Signal {
    Signal::Slot(SlotOp::Blend((slot.into(), weight)))
}

/// Validate with the slot's weights; the host puts the current ones back.
#[must_use]
pub fn evaluate_with(slot: impl Into<String>) -> Signal {
    Signal::Slot(SlotOp::EvaluateWith(slot.into()))
}

/// Make the slot's weights the current ones.
#[must_use]
pub fn adopt(slot: impl Into<String>) -> Signal {
    Signal::Slot(SlotOp::Adopt(slot.into()))
}

/// Free a slot.
#[must_use]
pub fn forget(slot: impl Into<String>) -> Signal {
    Signal::Slot(SlotOp::Forget(slot.into()))
}

/// Relative probability of drawing each training sample, in dataset order; from the next epoch on.
#[must_use]
pub fn sample_weights(weights: impl Into<Tensor>) -> Signal {
    Signal::SampleWeights(weights.into())
}

/// A value of a metric declared in the plan, with weight 1.
#[must_use]
pub fn report(name: impl Into<String>, value: f64) -> Signal {
    report_weighted(name, value, 1.0)
}

/// A value of a metric declared in the plan, and how many samples stand behind it.
#[must_use]
pub fn report_weighted(name: impl Into<String>, value: f64, weight: f64) -> Signal {
    Signal::Report(Report { name: name.into(), value, weight })
}

/// A small matrix to show; values in row-major order.
#[must_use]
pub fn table(
    name: impl Into<String>,
    rows: Vec<String>,
    columns: Vec<String>,
    values: Vec<f64>,
) -> Signal {
    Signal::Table(Table { name: name.into(), rows, columns, values })
}

/// Counts between ascending edges: one edge more than counts.
#[must_use]
pub fn histogram(name: impl Into<String>, edges: Vec<f64>, counts: Vec<f64>) -> Signal {
    Signal::Histogram(Histogram { name: name.into(), edges, counts })
}

/// Write a checkpoint under this name.
#[must_use]
pub fn checkpoint(name: impl Into<String>) -> Signal {
    Signal::Checkpoint(name.into())
}

/// For experiments: a name that the host may know, and numbers. An unknown name is refused.
#[must_use]
pub fn other(name: impl Into<String>, numbers: Vec<f64>) -> Signal {
    Signal::Other((name.into(), numbers))
}

fn hyper(name: HyperName, group: Option<u32>, op: HyperOp, value: f64) -> Signal {
    Signal::SetHyper(HyperUpdate { name, group, op, value })
}
