//! Every signal of the contract.

use arbitrary::Arbitrary;
use callbox::callback::{Histogram, HyperOp, HyperUpdate, Report, Signal, SlotOp, Table};

use crate::said::{Number, Text, hyper, numbers, pick, texts};

const WHYS: [&str; 3] = ["enough", "", "two\nlines\u{202e}"];
const SLOTS: [&str; 6] = ["a", "b", "c", "d", "e", "Not plain"];
const CHECKPOINTS: [&str; 4] = ["best", "last", "half-way", "no/path"];
/// Names of metrics: each member declares the one of its own number, and some the last.
pub const REPORTS: [&str; 5] = ["m0", "m1", "m2", "m3", "shared"];

/// A signal.
#[derive(Arbitrary, Debug, Clone)]
pub enum Said {
    Stop(u8, Text),
    Plain(u8),
    Hyper { name: u8, group: Option<u8>, scale: bool, value: Number },
    Gradients(u8, Number, Number),
    Group { frozen: bool, group: u8, on: bool },
    Slot(u8, Text, Number),
    SampleWeights(u64),
    Report(Text, Number, Number),
    Table { rows: Vec<Text>, columns: Vec<Text>, values: Vec<Number> },
    Histogram { edges: Vec<Number>, counts: Vec<Number> },
    Checkpoint(Text),
    Other(Text, Vec<Number>),
}

impl Said {
    #[must_use]
    pub fn signal(&self) -> Signal {
        match self {
            Said::Stop(kind, why) => stop(*kind, why.of(&WHYS)),
            Said::Plain(kind) => pick(&PLAIN, *kind).clone(),
            Said::Hyper { name, group, scale, value } => Signal::SetHyper(HyperUpdate {
                name: hyper(*name),
                group: group.map(u32::from),
                op: if *scale { HyperOp::Scale } else { HyperOp::Set },
                value: value.value(),
            }),
            Said::Gradients(kind, one, two) => gradients(*kind, one.value(), two.value()),
            Said::Group { frozen: true, group, on } => Signal::SetNormFrozen((*group).into(), *on),
            Said::Group { frozen: false, group, on } => Signal::SetTrainable((*group).into(), *on),
            Said::Slot(kind, name, weight) => {
                Signal::Slot(slot(*kind, name.of(&SLOTS), weight.value()))
            }
            Said::SampleWeights(id) => Signal::SampleWeights(*id),
            Said::Report(name, value, weight) => Signal::Report(Report {
                name: name.of(&REPORTS),
                value: value.value(),
                weight: weight.value(),
            }),
            Said::Table { .. } | Said::Histogram { .. } => self.shown(),
            Said::Checkpoint(name) => Signal::Checkpoint(name.of(&CHECKPOINTS)),
            Said::Other(name, all) => Signal::Other(name.of(&["x"]), numbers(all)),
        }
    }

    fn shown(&self) -> Signal {
        match self {
            Said::Table { rows, columns, values } => Signal::Table(Table {
                name: "confusion".to_owned(),
                rows: texts(rows, &["cat", "dog"]),
                columns: texts(columns, &["cat", "dog"]),
                values: numbers(values),
            }),
            Said::Histogram { edges, counts } => Signal::Histogram(Histogram {
                name: "weights".to_owned(),
                edges: numbers(edges),
                counts: numbers(counts),
            }),
            _ => Signal::SkipStep,
        }
    }
}

const PLAIN: [Signal; 7] = [
    Signal::SkipValidation,
    Signal::ValidateNow,
    Signal::SkipBatch,
    Signal::SkipBackward,
    Signal::SkipStep,
    Signal::KeepGradients,
    Signal::RefreshNormStatistics,
];

fn stop(kind: u8, why: String) -> Signal {
    match kind % 3 {
        0 => Signal::StopTraining(why),
        1 => Signal::StopEpoch(why),
        _ => Signal::StopValidation(why),
    }
}

fn gradients(kind: u8, one: f64, two: f64) -> Signal {
    match kind % 5 {
        0 => Signal::ScaleGrad(one),
        1 => Signal::ClipGradValue(one),
        2 => Signal::ClipGradNorm(one),
        3 => Signal::ClipGradAdaptive(one, two),
        _ => Signal::NoiseGrad(one),
    }
}

fn slot(kind: u8, name: String, weight: f64) -> SlotOp {
    match kind % 6 {
        0 => SlotOp::Snapshot(name),
        1 => SlotOp::Restore(name),
        2 => SlotOp::Blend(name, weight),
        3 => SlotOp::EvaluateWith(name),
        4 => SlotOp::Adopt(name),
        _ => SlotOp::Forget(name),
    }
}
