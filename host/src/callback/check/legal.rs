//! The column "legal at" of the contract's table.

use super::{Court, Worth};
use crate::callback::{Hook, Phase, Signal, SlotOp};

impl Court<'_> {
    /// Stands where it means something, and is inapplicable elsewhere.
    pub(super) fn at_its_place(&self, signal: &Signal) -> Worth {
        let training = self.phase == Phase::Train;
        let legal = match self.hook {
            Some(hook) => is_legal(signal, hook, training),
            None => is_legal_at_finish(signal),
        };
        if legal {
            return Worth::Stands;
        }
        Worth::Inapplicable(match self.hook {
            None => "the run is over".to_owned(),
            Some(hook) => format!("`{}` means nothing at {hook} in {}", word(signal), self.phase),
        })
    }
}

/// A slot's operations differ in where they are legal, so the reader is told which.
fn word(signal: &Signal) -> String {
    match signal {
        Signal::Slot(op) => format!("slot {}", op.name()),
        _ => signal.name().to_owned(),
    }
}

fn is_legal(signal: &Signal, hook: Hook, training: bool) -> bool {
    use Hook::{
        BackwardBegin, BackwardEnd, BatchBegin, BatchEnd, EpochBegin, EpochEnd, LossBegin, StepEnd,
        TrainBegin, ValidBegin, ValidEnd,
    };
    let from_batch_begin = |to: Hook| training && (BatchBegin..=to).contains(&hook);
    match signal {
        Signal::StopTraining(_)
        | Signal::SetHyper(_)
        | Signal::Report(_)
        | Signal::Table(_)
        | Signal::Histogram(_)
        | Signal::Other(..) => true,
        Signal::StopEpoch(_) => training && hook.is_in_batch(),
        Signal::StopValidation(_) => hook == ValidBegin || (!training && hook.is_in_batch()),
        Signal::SkipValidation => training && (EpochBegin..=BatchEnd).contains(&hook),
        Signal::ValidateNow => training && hook == BatchEnd,
        Signal::SkipBatch => matches!(hook, BatchBegin | LossBegin),
        Signal::SkipBackward => from_batch_begin(BackwardBegin),
        Signal::SkipStep => from_batch_begin(BackwardEnd),
        Signal::KeepGradients => from_batch_begin(StepEnd),
        Signal::ScaleGrad(_)
        | Signal::ClipGradValue(_)
        | Signal::ClipGradNorm(_)
        | Signal::ClipGradAdaptive(..)
        | Signal::NoiseGrad(_) => hook == BackwardEnd,
        Signal::SetTrainable(..) | Signal::SetNormFrozen(..) => {
            training && matches!(hook, TrainBegin | EpochBegin | BatchEnd | EpochEnd)
        }
        Signal::Slot(SlotOp::EvaluateWith(_)) => hook == ValidBegin,
        // Not between a forward and its backward, nor while a slot is being evaluated.
        Signal::Slot(_) => match hook {
            LossBegin | BackwardBegin => false,
            BatchBegin | BackwardEnd | StepEnd | BatchEnd => training,
            TrainBegin | EpochBegin | ValidBegin | ValidEnd | EpochEnd => true,
        },
        Signal::RefreshNormStatistics => matches!(hook, ValidBegin | EpochEnd),
        Signal::SampleWeights(_) => matches!(hook, TrainBegin | EpochEnd),
        Signal::Checkpoint(_) => match hook {
            BatchEnd => training,
            _ => matches!(hook, ValidEnd | EpochEnd),
        },
    }
}

fn is_legal_at_finish(signal: &Signal) -> bool {
    match signal {
        Signal::Slot(op) => !matches!(op, SlotOp::EvaluateWith(_)),
        Signal::RefreshNormStatistics
        | Signal::Checkpoint(_)
        | Signal::Report(_)
        | Signal::Table(_)
        | Signal::Histogram(_) => true,
        _ => false,
    }
}
