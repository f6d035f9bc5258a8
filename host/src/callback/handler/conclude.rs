//! From the answers of one event to what happens: judged, merged, applied, journaled.

use super::super::check::{Court, Worth, follow_slot, numbers_shown, refuse_opposites};
use super::super::merge::{self, Merged};
use super::super::{Consequence, Fault, Hook, Record, Signal, Verdict};
use super::{Author, FatalFault, Handler};

impl Handler {
    /// Checks each list by itself, merges what is accepted, applies it in one step.
    pub(super) fn conclude(&mut self, hook: Option<Hook>, heard: &mut Vec<(Author, Vec<Signal>)>) {
        let mut judged = Vec::with_capacity(heard.len());
        for (author, signals) in heard.drain(..) {
            if !self.has_room(author, hook, signals.len()) {
                continue;
            }
            if !self.members[author].is_enforced() {
                self.observe(author, hook, &signals);
                continue;
            }
            if let Some(worths) = self.judge(author, hook, &signals) {
                judged.push((author, signals, worths));
            }
        }
        if judged.len() > 1 {
            refuse_opposites(&mut judged, |author| self.members[author].name.clone());
        }
        for (author, mut signals, worths) in judged {
            let mut worths = worths.into_iter();
            signals.retain(|signal| match worths.next() {
                Some(worth) => self.keep(author, hook, signal, worth),
                None => false,
            });
            heard.push((author, signals));
        }
        let members = &self.members;
        let name_of = |author: Author| members[author].name.clone();
        let merged = merge::merge(&mut self.decisions, heard, name_of);
        self.apply(merged);
        heard.clear();
    }

    fn apply(&mut self, merged: Merged) {
        if !merged.updates.is_empty() {
            self.table.apply(&merged.updates);
            self.hypers_moved = true;
        }
        if self.ending {
            // A last word is of the whole run, not one more of the last epoch.
            merged.reports.iter().for_each(|(_, report)| self.metrics.restart(&report.name));
        }
        for (_, report) in &merged.reports {
            self.metrics.report(report);
        }
        self.work = merged.work;
        for (author, id) in merged.sample_weights {
            // It was looked at when it was judged, so it is there.
            let weights = self.members[author].desk.borrow_mut().sample_weights(id);
            if let Ok(weights) = weights {
                let work = self.work.get_or_insert_default();
                work.sample_weights.push((author, weights));
            }
        }
    }

    /// Judges one author's list.
    pub(super) fn sentence(
        &self,
        author: Author,
        hook: Option<Hook>,
        signals: &[Signal],
    ) -> Result<Vec<Worth>, String> {
        let member = &self.members[author];
        let owner_of = |name: &str| {
            let others = self.members.iter().enumerate().filter(|(index, _)| *index != author);
            let mut owners = others
                .filter(|(_, member)| member.is_enforced() && member.checkpoints.contains(name));
            owners.next().map(|(_, member)| member.name.clone())
        };
        let court = Court {
            author,
            plan: &member.plan,
            overruled: &member.overruled,
            skipped: member.skips,
            since_validation: member.validated_at.map(|at| self.state.iteration.saturating_sub(at)),
            slots: &member.slots,
            checkpoints: &member.checkpoints,
            owner_of: &owner_of,
            shown: member.shown,
            desk: &member.desk,
            iteration: self.state.iteration,
            stops_from: member.stops_from(),
            hook,
            phase: self.state.phase,
            table: &self.table,
        };
        court.judge(signals)
    }

    /// The worth of each signal; a violation is journaled and leaves nothing.
    fn judge(
        &mut self,
        author: Author,
        hook: Option<Hook>,
        signals: &[Signal],
    ) -> Option<Vec<Worth>> {
        match self.sentence(author, hook, signals) {
            Ok(worths) => {
                self.members[author].health.well();
                Some(worths)
            }
            Err(violation) => {
                let refused = Verdict::Refused(violation.clone());
                for signal in signals {
                    self.journal(author, hook, signal, &refused);
                }
                self.blame(author, hook, &Fault::Violation(violation));
                None
            }
        }
    }

    fn keep(&mut self, author: Author, hook: Option<Hook>, signal: &Signal, worth: Worth) -> bool {
        let verdict = verdict(worth);
        self.journal(author, hook, signal, &verdict);
        let stands = verdict == Verdict::Applied;
        if stands {
            self.remember(author, signal);
        }
        stands
    }

    /// What later judgements depend on.
    pub(super) fn remember(&mut self, author: Author, signal: &Signal) {
        let iteration = self.state.iteration;
        let member = &mut self.members[author];
        match signal {
            Signal::SkipBatch => member.skipping = true,
            Signal::ValidateNow => member.validated_at = Some(iteration),
            Signal::Checkpoint(name) => {
                member.checkpoints.insert(name.clone());
            }
            Signal::Table(_) | Signal::Histogram(_) => {
                member.shown += numbers_shown(signal).unwrap_or(0);
            }
            Signal::Slot(op) => {
                // An operation that another author's opposed may have been to make this slot.
                let _unknown = follow_slot(&mut member.slots, op);
            }
            _ => {}
        }
    }

    /// Journals a fault and does what the fault policy says.
    pub(super) fn blame(&mut self, author: Author, hook: Option<Hook>, fault: &Fault) {
        let at = self.place(hook);
        let member = &mut self.members[author];
        member.account.fault(at, fault);
        member.is_out |= hook == Some(Hook::BatchBegin);
        if self.ending {
            let (author, consequence) = (&self.members[author].name, "the run is over");
            self.records.emit(&Record::Fault { author, at, fault, consequence });
            return;
        }
        let consequence = member.health.fault(fault, self.state.iteration);
        let words = match consequence {
            Consequence::GoOn => "what it asked for is refused; training goes on".to_owned(),
            Consequence::RestartIn { steps: 1 } => "it is restarted in the next step".to_owned(),
            Consequence::RestartIn { steps } => format!("it is restarted in {steps} steps"),
            Consequence::Disable => "it is disabled; training goes on".to_owned(),
            Consequence::StopRun => "the run stops with a checkpoint".to_owned(),
        };
        if matches!(consequence, Consequence::StopRun) {
            let author = member.name.clone();
            self.fatal.get_or_insert(FatalFault { author, message: fault.to_string() });
        }
        let author = &self.members[author].name;
        self.records.emit(&Record::Fault { author, at, fault, consequence: &words });
    }
}

pub(super) fn verdict(worth: Worth) -> Verdict {
    match worth {
        Worth::Stands => Verdict::Applied,
        Worth::Overruled(by) => Verdict::Overruled(by),
        Worth::Inapplicable(why) => Verdict::Inapplicable(why),
        Worth::Opposed(why) => Verdict::Refused(why),
    }
}
