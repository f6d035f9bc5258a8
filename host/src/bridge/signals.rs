//! The contract's signals as the callbacks' own.

use super::from_guest::hyper_name;
use crate::callback::{Histogram, HyperOp, HyperUpdate, Report, Signal, SlotOp, Table};
use crate::plugin::wit;
use crate::text::clean;

/// What a guest asks for.
pub(super) fn signal(from: wit::Signal) -> Signal {
    match from {
        wit::Signal::StopTraining(reason) => Signal::StopTraining(short(&reason)),
        wit::Signal::StopEpoch(reason) => Signal::StopEpoch(short(&reason)),
        wit::Signal::StopValidation(reason) => Signal::StopValidation(short(&reason)),
        wit::Signal::SkipValidation => Signal::SkipValidation,
        wit::Signal::ValidateNow => Signal::ValidateNow,
        wit::Signal::SkipBatch => Signal::SkipBatch,
        wit::Signal::SkipBackward => Signal::SkipBackward,
        wit::Signal::SkipStep => Signal::SkipStep,
        wit::Signal::KeepGradients => Signal::KeepGradients,
        wit::Signal::SetHyper(update) => Signal::SetHyper(hyper_update(&update)),
        wit::Signal::ScaleGrad(factor) => Signal::ScaleGrad(factor),
        wit::Signal::ClipGradValue(bound) => Signal::ClipGradValue(bound),
        wit::Signal::ClipGradNorm(bound) => Signal::ClipGradNorm(bound),
        wit::Signal::ClipGradAdaptive((factor, floor)) => Signal::ClipGradAdaptive(factor, floor),
        wit::Signal::NoiseGrad(deviation) => Signal::NoiseGrad(deviation),
        wit::Signal::SetTrainable((group, on)) => Signal::SetTrainable(group, on),
        wit::Signal::SetNormFrozen((group, on)) => Signal::SetNormFrozen(group, on),
        wit::Signal::RefreshNormStatistics => Signal::RefreshNormStatistics,
        wit::Signal::Slot(op) => Signal::Slot(slot_op(op)),
        wit::Signal::SampleWeights(tensor) => Signal::SampleWeights(tensor),
        wit::Signal::Report(report) => Signal::Report(self::report(report)),
        wit::Signal::Table(wit::Table { name, rows, columns, values }) => {
            let (rows, columns) = (labels(&rows), labels(&columns));
            Signal::Table(Table { name: short(&name), rows, columns, values })
        }
        wit::Signal::Histogram(wit::Histogram { name, edges, counts }) => {
            Signal::Histogram(Histogram { name: short(&name), edges, counts })
        }
        wit::Signal::Checkpoint(name) => Signal::Checkpoint(short(&name)),
        wit::Signal::Other((name, numbers)) => Signal::Other(short(&name), numbers),
    }
}

/// A metric's value.
pub(super) fn report(from: wit::Report) -> Report {
    let wit::Report { name, value, weight } = from;
    Report { name: short(&name), value, weight }
}

fn hyper_update(from: &wit::HyperUpdate) -> HyperUpdate {
    let op = match from.op {
        wit::HyperOp::Set => HyperOp::Set,
        wit::HyperOp::Scale => HyperOp::Scale,
    };
    HyperUpdate { name: hyper_name(from.name), group: from.group, op, value: from.value }
}

fn slot_op(from: wit::SlotOp) -> SlotOp {
    match from {
        wit::SlotOp::Snapshot(slot) => SlotOp::Snapshot(short(&slot)),
        wit::SlotOp::Restore(slot) => SlotOp::Restore(short(&slot)),
        wit::SlotOp::Blend((slot, weight)) => SlotOp::Blend(short(&slot), weight),
        wit::SlotOp::EvaluateWith(slot) => SlotOp::EvaluateWith(short(&slot)),
        wit::SlotOp::Adopt(slot) => SlotOp::Adopt(short(&slot)),
        wit::SlotOp::Forget(slot) => SlotOp::Forget(short(&slot)),
    }
}

/// What stands beside a row or above a column: the journal keeps each of them.
fn labels(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| clean(text, 64).into_owned()).collect()
}

/// A reason or a name is a line, not a letter: it is shown, and told to every callback at the end.
fn short(text: &str) -> String {
    clean(text, 256).into_owned()
}
