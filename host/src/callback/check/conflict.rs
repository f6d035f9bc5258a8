//! Requests of different authors that cannot both hold: neither does, whoever came first.

use super::Worth;
use crate::callback::hypers::Author;
use crate::callback::{Signal, SlotOp};

/// One author's accepted list with the worth of each signal.
pub(crate) type Judged = (Author, Vec<Signal>, Vec<Worth>);

/// What a request is about, and what it wants of it.
#[derive(PartialEq, Clone)]
enum Claim {
    Trainable(u32, bool),
    NormFrozen(u32, bool),
    /// To put other weights in the place of the current ones.
    Weights,
    /// To validate with other weights.
    Evaluation,
    /// To write a checkpoint under a name.
    Checkpoint(String),
}

fn claim(signal: &Signal) -> Option<Claim> {
    match signal {
        Signal::SetTrainable(group, on) => Some(Claim::Trainable(*group, *on)),
        Signal::SetNormFrozen(group, on) => Some(Claim::NormFrozen(*group, *on)),
        Signal::Slot(SlotOp::EvaluateWith(_)) => Some(Claim::Evaluation),
        Signal::Checkpoint(name) => Some(Claim::Checkpoint(name.clone())),
        Signal::Slot(op) if op.replaces_weights() => Some(Claim::Weights),
        _ => None,
    }
}

fn contradict(one: &Claim, other: &Claim) -> bool {
    match (one, other) {
        (Claim::Trainable(a, x), Claim::Trainable(b, y))
        | (Claim::NormFrozen(a, x), Claim::NormFrozen(b, y)) => a == b && x != y,
        (Claim::Checkpoint(one), Claim::Checkpoint(other)) => one == other,
        (Claim::Weights, Claim::Weights) | (Claim::Evaluation, Claim::Evaluation) => true,
        _ => false,
    }
}

/// Marks what two authors ask for and cannot both have. Nobody is blamed for it.
pub(crate) fn refuse_opposites(judged: &mut [Judged], name_of: impl Fn(Author) -> String) {
    let claims: Vec<(usize, usize, Claim)> = judged
        .iter()
        .enumerate()
        .flat_map(|(list, (_, signals, worths))| {
            let standing = signals.iter().zip(worths).enumerate();
            let standing = standing.filter(|(_, (_, worth))| **worth == Worth::Stands);
            standing.filter_map(move |(at, (signal, _))| Some((list, at, claim(signal)?)))
        })
        .collect();
    for (list, at, own) in &claims {
        let opposed =
            |(other, _, theirs): &&(usize, usize, Claim)| other != list && contradict(own, theirs);
        if let Some((other, ..)) = claims.iter().find(opposed) {
            let by = name_of(judged[*other].0);
            judged[*list].2[*at] = Worth::Opposed(format!("`{by}` asks for something else"));
        }
    }
}
