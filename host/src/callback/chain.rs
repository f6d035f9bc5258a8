//! The order of transforms: the one place where order among callbacks is real.
//!
//! `run-before` and `run-after` are constraints between names; what they leave open is decided by
//! the order of members, fixed before training. On the way in (batch-begin) the chain is walked in
//! this order, on the way out (loss-begin, backward-begin) in reverse, so that what was done last
//! is undone first.

use super::hypers::Author;
use super::member::{Member, Standing};

/// Who transforms what, in the order in which they are called.
#[derive(Debug, Clone, Default)]
pub struct Chains {
    /// Of the batch.
    pub input: Vec<Author>,
    /// Of the output: reversed.
    pub output: Vec<Author>,
    /// Of the loss: reversed.
    pub loss: Vec<Author>,
}

impl Chains {
    /// From members whose constraints have no cycle.
    pub(super) fn new(members: &[Member]) -> Chains {
        let order = sort(members).unwrap_or_default();
        let with = |wants: fn(&Member) -> bool| {
            order.iter().copied().filter(move |author| wants(&members[*author]))
        };
        Chains {
            input: with(|member| member.plan.transforms.input).collect(),
            output: with(|member| member.plan.transforms.output).rev().collect(),
            loss: with(|member| member.plan.transforms.loss).rev().collect(),
        }
    }
}

/// Whether one member's transforms come directly before another's. What one wishes that has no effect, or
/// that is gone, moves nobody.
fn precedes(one: &Member, other: &Member) -> bool {
    let counts = |member: &Member| member.is_enforced() && !member.is_gone;
    counts(one)
        && counts(other)
        && (one.plan.run_before.contains(&other.name) || other.plan.run_after.contains(&one.name))
}

/// Those who transform, so that every constraint holds.
///
/// # Errors
/// The members of a cycle, each before the next.
fn sort(members: &[Member]) -> Result<Vec<Author>, Vec<Author>> {
    let mut left: Vec<Author> =
        (0..members.len()).filter(|author| members[*author].plan.transforms.any()).collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free = |author: &Author| {
            left.iter().all(|other| !precedes(&members[*other], &members[*author]))
        };
        match left.iter().position(is_free) {
            Some(next) => order.push(left.remove(next)),
            None => return Err(cycle(members, &left)),
        }
    }
    Ok(order)
}

/// Everybody left is preceded by somebody left: walking back must come round.
fn cycle(members: &[Member], left: &[Author]) -> Vec<Author> {
    let mut path = vec![left[0]];
    loop {
        let here = path[path.len() - 1];
        let before = left.iter().find(|other| precedes(&members[**other], &members[here]));
        let Some(before) = before else { return path };
        if let Some(start) = path.iter().position(|author| author == before) {
            path.drain(..start);
            path.reverse();
            // The same cycle is told in the same words, wherever the walk came upon it.
            let first = (0..path.len()).min_by_key(|at| path[*at]).unwrap_or(0);
            path.rotate_left(first);
            return path;
        }
        path.push(*before);
    }
}

/// A cycle of constraints: who is to be left out, and the sentence that names its members.
pub(super) fn conflict(members: &[Member]) -> Option<(Author, String)> {
    let cycle = sort(members).err()?;
    let dropped = |author: &&Author| members[**author].standing == Standing::Dropped;
    let loser = cycle.iter().filter(dropped).max().or_else(|| cycle.iter().max()).copied()?;
    let mut names: Vec<&str> = cycle.iter().map(|author| members[*author].name.as_str()).collect();
    names.push(names[0]);
    let words = names.join(" before ");
    let remedy = match members[loser].standing {
        Standing::Dropped => "remove one of the files",
        _ => "leave one of them out, or change what it says of the others",
    };
    Some((loser, format!("its transforms cannot be ordered: {words}; {remedy}")))
}
