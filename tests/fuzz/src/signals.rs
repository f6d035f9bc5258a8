//! Every signal of the contract.

use arbitrary::Arbitrary;
use callbox::callback::{Histogram, HyperOp, HyperUpdate, Report, Signal, SlotOp, Table};

use crate::said::{Few, Number, Text, hyper, numbers, pick, texts};

const WHYS: [&str; 3] = ["enough", "", "two\nlines\u{202e}"];
const SLOTS: [&str; 8] = ["a", "a", "b", "c", "d", "e", "f", "Not plain"];
const CHECKPOINTS: [&str; 8] = ["a", "b", "c", "d", "half-way", "best", "last", "no/path"];
/// Names of metrics: each member declares the one of its own number, and some the last.
pub const REPORTS: [&str; 5] = ["m0", "m1", "m2", "m3", "shared"];

/// A signal. Most parts are such that it can stand: one that cannot refuses all beside it.
#[derive(Arbitrary, Debug, Clone)]
pub enum Said {
    /// The training, the epoch or the validation, with a reason.
    Stop(u8, Text),
    /// One of those without parts; seldom one that stands nowhere.
    Plain(u8),
    /// A factor of all groups, 0 to 4, as several authors may give at once.
    Factor(u8, u8),
    /// Any change of a hyper-parameter.
    Hyper(u8, Option<u8>, bool, Number),
    /// Something to do to gradients.
    Gradients(u8, Number, Number),
    /// A layer group frozen or not, as a whole or in its normalisation.
    Group(bool, u8, bool),
    /// An operation on a slot.
    Slot(u8, Text, Number),
    /// A metric's value.
    Report(Text, Number, Number),
    /// A table: rows, columns, values beyond what fits.
    Table(Few<Text>, Few<Text>, Few<Number>),
    /// A histogram: how its edges ascend, counts beyond what fits.
    Histogram(Few<Number>, Few<Number>),
    /// A checkpoint.
    Checkpoint(Text),
}

impl Said {
    /// As the host knows it, said by the member of this number.
    #[must_use]
    pub fn signal(&self, author: usize) -> Signal {
        match self {
            Said::Stop(kind, why) => stop(*kind, why.of(&WHYS)),
            Said::Plain(254) => Signal::SampleWeights(0),
            Said::Plain(255) => Signal::Other("x".to_owned(), vec![f64::NAN]),
            Said::Plain(kind) => pick(&PLAIN, *kind).clone(),
            Said::Factor(name, sixteenths) => {
                let value = f64::from(sixteenths % 64) / 16.0;
                update(*name, None, HyperOp::Scale, value)
            }
            Said::Hyper(name, group, true, value) => {
                update(*name, *group, HyperOp::Scale, value.value())
            }
            Said::Hyper(name, group, false, value) => {
                update(*name, *group, HyperOp::Set, value.value())
            }
            Said::Gradients(kind, one, two) => gradients(*kind, one.value(), two.value()),
            Said::Group(true, group, on) => Signal::SetNormFrozen((group % 4).into(), *on),
            Said::Group(false, group, on) => Signal::SetTrainable((group % 4).into(), *on),
            Said::Slot(kind, name, weight) => {
                Signal::Slot(slot(*kind, name.of(&SLOTS), weight.value() / 10.0))
            }
            Said::Report(name, value, weight) => {
                let own = REPORTS[author];
                let name = name.of(&[own, own, own, own, own, "shared", "loss", "m0"]);
                Signal::Report(Report { name, value: value.value(), weight: weight.value() })
            }
            Said::Table(rows, columns, more) => table(&rows.0, &columns.0, &numbers(&more.0)),
            Said::Histogram(steps, more) => histogram(&numbers(&steps.0), &numbers(&more.0)),
            Said::Checkpoint(name) => Signal::Checkpoint(name.of(&CHECKPOINTS)),
        }
    }
}

fn update(name: u8, group: Option<u8>, op: HyperOp, value: f64) -> Signal {
    let group = group.map(|group| u32::from(group % 4));
    Signal::SetHyper(HyperUpdate { name: hyper(name), group, op, value })
}

fn table(rows: &[Text], columns: &[Text], more: &[f64]) -> Signal {
    let mut values = vec![0.5; rows.len() * columns.len()];
    values.extend(more.iter().skip(2));
    Signal::Table(Table {
        name: "confusion".to_owned(),
        rows: texts(rows, &["cat", "dog"]),
        columns: texts(columns, &["cat", "dog"]),
        values,
    })
}

fn histogram(steps: &[f64], more: &[f64]) -> Signal {
    let mut edges = vec![0.0];
    for step in steps {
        edges.push(edges[edges.len() - 1] + step + 0.01);
    }
    let mut counts = vec![1.0; steps.len()];
    counts.extend(more.iter().skip(2));
    Signal::Histogram(Histogram { name: "weights".to_owned(), edges, counts })
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
