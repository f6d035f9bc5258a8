//! One callback's signals for one event, checked together: a violation refuses them all, what is
//! only inapplicable here is dropped and the rest stands.

mod amounts;
mod conflict;
mod legal;
mod shape;

use std::collections::BTreeSet;

pub(super) use conflict::refuse_opposites;

use super::hypers::Author;
use super::tensors::Desk;
use super::{
    Hook, HyperName, HyperOp, HyperTable, HyperUpdate, Phase, Plan, Report, Signal, SlotOp, Table,
};

/// At most this many consecutive batches may be skipped by one callback.
pub(super) const SKIPS_IN_A_ROW: u32 = 10;

/// One callback may ask for one extra validation in so many training batches.
pub(super) const BATCHES_PER_VALIDATION: u64 = 100;

/// Copies of the weights that one callback may keep.
pub(super) const SLOTS: usize = 4;

/// Tables and histograms in one event.
pub(super) const SHOWS: usize = 16;

/// Numbers and labels in the tables and histograms of one callback over a run: the journal keeps them.
pub(super) const SHOWN: u64 = 10_000_000;

/// Checkpoints under names of their own that one callback may write.
pub(super) const CHECKPOINTS: usize = 8;

/// Everything that decides about a list of signals.
pub(super) struct Court<'a> {
    /// Whose list.
    pub author: Author,
    /// What it said it would do.
    pub plan: &'a Plan,
    /// Hyper-parameters that somebody else owns, with that one's name: precedence was given.
    pub overruled: &'a [(HyperName, String)],
    /// Batches in a row that it has skipped.
    pub skipped: u32,
    /// Training batches since its last extra validation; `None`: there was none.
    pub since_validation: Option<u64>,
    /// Its slots.
    pub slots: &'a BTreeSet<String>,
    /// Names under which it has written checkpoints.
    pub checkpoints: &'a BTreeSet<String>,
    /// Who else has written a checkpoint of a name.
    pub owner_of: &'a dyn Fn(&str) -> Option<String>,
    /// Numbers that it has shown so far.
    pub shown: u64,
    /// Its tensors.
    pub desk: &'a Desk,
    /// Training batches completed.
    pub iteration: u64,
    /// Training batches before which it may not stop anything.
    pub stops_from: u64,
    /// `None`: in `finish`.
    pub hook: Option<Hook>,
    /// The loader of the current batch.
    pub phase: Phase,
    /// Hyper-parameters in effect.
    pub table: &'a HyperTable,
}

/// What one signal of an accepted list is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Worth {
    /// It stands.
    Stands,
    /// Somebody else owns it.
    Overruled(String),
    /// It cannot mean anything here: why.
    Inapplicable(String),
    /// It contradicts somebody else's, and neither stands: why.
    Opposed(String),
}

impl Court<'_> {
    /// The worth of each signal, in order.
    ///
    /// # Errors
    /// The first violation, in words; it refuses the whole list.
    pub(super) fn judge(&self, signals: &[Signal]) -> Result<Vec<Worth>, String> {
        let worths = signals.iter().map(|s| self.judge_one(s)).collect::<Result<Vec<_>, _>>()?;
        let standing = || {
            let pairs = signals.iter().zip(&worths);
            pairs.filter(|(_, worth)| **worth == Worth::Stands).map(|(signal, _)| signal)
        };
        let updates: Vec<HyperUpdate> = standing()
            .filter_map(|signal| match signal {
                Signal::SetHyper(update) => Some(*update),
                _ => None,
            })
            .collect();
        self.table.check(self.author, &updates)?;
        self.judge_slots(standing())?;
        self.judge_checkpoints(standing())?;
        self.judge_amount(standing())?;
        Ok(worths)
    }

    fn judge_one(&self, signal: &Signal) -> Result<Worth, String> {
        if let Some(power) = signal.power() {
            self.demand_power(power, signal)?;
        }
        self.judge_content(signal)?;
        if let Signal::SetHyper(update) = signal {
            return Ok(self.judge_update(update));
        }
        let worth = self.at_its_place(signal);
        if worth == Worth::Stands {
            self.judge_often(signal)?;
        }
        if let Signal::Checkpoint(name) = signal
            && let Some(owner) = (self.owner_of)(name)
        {
            return Ok(Worth::Opposed(format!("`{owner}` has a checkpoint of this name")));
        }
        Ok(worth)
    }

    /// What may not be asked for too often, or too soon.
    fn judge_often(&self, signal: &Signal) -> Result<(), String> {
        let validated = self.since_validation.is_some_and(|n| n < BATCHES_PER_VALIDATION);
        match signal {
            Signal::SkipBatch if self.skipped >= SKIPS_IN_A_ROW => {
                Err(format!("`skip-batch` for more than {SKIPS_IN_A_ROW} batches in a row"))
            }
            Signal::StopTraining(_) | Signal::StopEpoch(_) | Signal::StopValidation(_)
                if self.iteration < self.stops_from =>
            {
                let (name, from, at) = (signal.name(), self.stops_from, self.iteration);
                Err(format!("`{name}` at step {at}; it may stop from step {from} on"))
            }
            Signal::ValidateNow if validated => {
                Err(format!("`validate-now` twice in {BATCHES_PER_VALIDATION} training batches"))
            }
            _ => Ok(()),
        }
    }

    /// What is wrong wherever it is said.
    fn judge_content(&self, signal: &Signal) -> Result<(), String> {
        match signal {
            Signal::SetHyper(update) => self.check_update(update),
            Signal::Report(report) => self.check_report(report),
            Signal::SetTrainable(group, _) | Signal::SetNormFrozen(group, _) => {
                self.check_group(*group, signal)
            }
            Signal::SampleWeights(id) => match self.desk.borrow_mut().sample_weights(*id) {
                Ok(_) => Ok(()),
                Err(failure) => Err(format!("`sample-weights`: {failure}")),
            },
            Signal::Other(name, _) => Err(format!("no experiment of the name `{name}` is known")),
            Signal::Table(table) => shape::check_table(table),
            Signal::Histogram(histogram) => shape::check_histogram(histogram),
            _ => amounts::check(signal),
        }
    }

    fn check_update(&self, update: &HyperUpdate) -> Result<(), String> {
        let HyperUpdate { name, op, value, .. } = *update;
        if !value.is_finite() {
            return Err(format!("`{update}` is not a finite number"));
        }
        if op == HyperOp::Scale && value < 0.0 {
            return Err(format!("`{update}`: a factor is at least 0"));
        }
        if op == HyperOp::Set && !self.plan.owns.contains(&name) {
            return Err(format!("`{update}` without `{name}` in its plan's `owns`"));
        }
        match update.group {
            Some(group) => self.check_group(group, update),
            None => Ok(()),
        }
    }

    fn check_group(&self, group: u32, what: &dyn std::fmt::Display) -> Result<(), String> {
        if (group as usize) < self.table.groups() {
            return Ok(());
        }
        Err(format!("`{what}`: there are {} layer groups", self.table.groups()))
    }

    fn judge_update(&self, update: &HyperUpdate) -> Worth {
        if !self.table.has(update.name) {
            return Worth::Inapplicable(format!("this optimizer has no {}", update.name));
        }
        if self.hook.is_none() {
            return Worth::Inapplicable("the run is over".to_owned());
        }
        let owner = self.overruled.iter().find(|(owned, _)| *owned == update.name);
        match owner {
            Some((_, by)) if update.op == HyperOp::Set => Worth::Overruled(by.clone()),
            _ => Worth::Stands,
        }
    }

    fn check_report(&self, report: &Report) -> Result<(), String> {
        if self.plan.reports.iter().all(|spec| spec.name != report.name) {
            let declared: Vec<&str> = self.plan.reports.iter().map(|s| s.name.as_str()).collect();
            return Err(format!(
                "a report of `{}`, which its plan does not declare (declared: {})",
                report.name,
                if declared.is_empty() { "none".to_owned() } else { declared.join(", ") }
            ));
        }
        if !report.weight.is_finite() || report.weight < 0.0 {
            return Err(format!(
                "a report of `{}` with weight {}; a weight is finite and at least 0",
                report.name, report.weight
            ));
        }
        Ok(())
    }

    fn demand_power(&self, power: &str, signal: &Signal) -> Result<(), String> {
        if self.plan.powers.iter().any(|held| held == power) {
            return Ok(());
        }
        Err(format!("`{}` without the power `{power}` in its plan", signal.name()))
    }

    /// Slots come to be and go in the order of the list.
    fn judge_slots<'s>(&self, standing: impl Iterator<Item = &'s Signal>) -> Result<(), String> {
        let mut slots = None;
        for signal in standing {
            let Signal::Slot(op) = signal else { continue };
            let slots = slots.get_or_insert_with(|| self.slots.clone());
            follow_slot(slots, op).map_err(|why| format!("`{signal}`: {why}"))?;
        }
        Ok(())
    }

    /// What is bounded for a list as a whole, because each one costs.
    fn judge_amount<'s>(&self, standing: impl Iterator<Item = &'s Signal>) -> Result<(), String> {
        let (mut shows, mut numbers, mut adaptive) = (0, self.shown, 0);
        for signal in standing {
            adaptive += usize::from(matches!(signal, Signal::ClipGradAdaptive(..)));
            if let Some(more) = numbers_shown(signal) {
                (shows, numbers) = (shows + 1, numbers + more);
            }
        }
        if adaptive > 1 {
            return Err("`clip-grad-adaptive` more than once in one event".to_owned());
        }
        if shows > SHOWS {
            return Err(format!("more than {SHOWS} tables and histograms in one event"));
        }
        if numbers > SHOWN {
            return Err(format!(
                "its tables and histograms hold more than {SHOWN} numbers and labels by now"
            ));
        }
        Ok(())
    }

    fn judge_checkpoints<'s>(
        &self,
        standing: impl Iterator<Item = &'s Signal>,
    ) -> Result<(), String> {
        let mut names = None;
        for signal in standing {
            let Signal::Checkpoint(name) = signal else { continue };
            let names = names.get_or_insert_with(|| self.checkpoints.clone());
            names.insert(name.clone());
            if names.len() > CHECKPOINTS {
                return Err(format!("`{signal}`: it has {CHECKPOINTS} checkpoints already"));
            }
        }
        Ok(())
    }
}

/// Numbers and labels in what a signal shows.
pub(super) fn numbers_shown(signal: &Signal) -> Option<u64> {
    match signal {
        Signal::Table(Table { rows, columns, values, .. }) => {
            Some((rows.len() + columns.len() + values.len()) as u64)
        }
        Signal::Histogram(histogram) => {
            Some((histogram.edges.len() + histogram.counts.len()) as u64)
        }
        _ => None,
    }
}

/// What an operation makes of the set of slots.
pub(super) fn follow_slot(slots: &mut BTreeSet<String>, op: &SlotOp) -> Result<(), String> {
    let name = op.slot();
    match op {
        SlotOp::Snapshot(_) | SlotOp::Blend(..) => {
            if !slots.contains(name) && slots.len() >= SLOTS {
                return Err(format!("it has {SLOTS} slots already; `forget` one first"));
            }
            slots.insert(name.to_owned());
        }
        _ if !slots.contains(name) => {
            let known: Vec<&str> = slots.iter().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(format!("the plugin has no such slot; it has {known}"));
        }
        SlotOp::Forget(_) => {
            slots.remove(name);
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
