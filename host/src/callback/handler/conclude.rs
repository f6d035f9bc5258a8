//! From the answers of one event to what happens: judged, merged, applied, journaled.

use super::super::check::{Court, Worth};
use super::super::merge::{self, Merged};
use super::super::{Consequence, Fault, Hook, Record, Signal, Verdict};
use super::{Author, FatalFault, Handler};

impl Handler {
    /// Checks each list by itself, merges what is accepted, applies it in one step.
    pub(super) fn conclude(&mut self, hook: Option<Hook>, mut heard: Vec<(Author, Vec<Signal>)>) {
        for (author, signals) in &mut heard {
            self.judge(*author, hook, signals);
        }
        let members = &self.members;
        let name_of = |author: Author| members[author].name.clone();
        let merged = merge::merge(&mut self.decisions, &heard, name_of);
        self.apply(&merged);
        heard.clear();
        self.heard = heard;
    }

    fn apply(&mut self, merged: &Merged) {
        if !merged.updates.is_empty() {
            self.table.apply(&merged.updates);
            self.hypers_moved = true;
        }
        for (_, report) in &merged.reports {
            self.metrics.report(report);
        }
    }

    /// Leaves in `signals` what stands; the rest is journaled.
    fn judge(&mut self, author: Author, hook: Option<Hook>, signals: &mut Vec<Signal>) {
        let member = &self.members[author];
        let court = Court {
            author,
            plan: &member.plan,
            overruled: &member.overruled,
            skipped: member.skips,
            hook,
            phase: self.state.phase,
            table: &self.table,
        };
        match court.judge(signals) {
            Ok(worths) => {
                self.members[author].health.well();
                let mut worths = worths.into_iter();
                signals.retain(|signal| match worths.next() {
                    Some(worth) => self.keep(author, hook, signal, worth),
                    None => false,
                });
            }
            Err(violation) => {
                let refused = Verdict::Refused(violation.clone());
                for signal in signals.drain(..) {
                    self.journal(author, hook, &signal, &refused);
                }
                self.blame(author, hook, &Fault::Violation(violation));
            }
        }
    }

    fn keep(&mut self, author: Author, hook: Option<Hook>, signal: &Signal, worth: Worth) -> bool {
        let verdict = match worth {
            Worth::Stands => Verdict::Applied,
            Worth::Overruled(by) => Verdict::Overruled(by),
            Worth::Inapplicable(why) => Verdict::Inapplicable(why),
        };
        self.journal(author, hook, signal, &verdict);
        let stands = verdict == Verdict::Applied;
        self.members[author].skipping |= stands && *signal == Signal::SkipBatch;
        stands
    }

    fn journal(&mut self, author: Author, hook: Option<Hook>, signal: &Signal, verdict: &Verdict) {
        let at = self.place(hook);
        let member = &mut self.members[author];
        match verdict {
            Verdict::Applied => member.account.applied += 1,
            _ => member.account.refused += 1,
        }
        let author = &self.members[author].name;
        self.records.emit(&Record::Signal { author, at, signal, verdict });
    }

    /// Journals a fault and does what the fault policy says.
    pub(super) fn blame(&mut self, author: Author, hook: Option<Hook>, fault: &Fault) {
        let at = self.place(hook);
        let member = &mut self.members[author];
        member.account.faults += 1;
        if self.ending {
            let (author, consequence) = (&self.members[author].name, "the run is over");
            self.records.emit(&Record::Fault { author, at, fault, consequence });
            return;
        }
        let consequence = member.health.fault(fault, self.state.iteration);
        let words = match consequence {
            Consequence::GoOn => "what it asked for is refused; training goes on".to_owned(),
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
