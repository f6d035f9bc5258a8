//! What is kept of callbacks to go on later, and how one that broke is made anew.

use std::time::Instant;

use super::super::member::Member;
use super::super::share::Slow;
use super::super::tensors::Occasion;
use super::super::{BreakKind, Breakage, Fault, Phase, Record, Status, caught};
use super::{Author, Handler};

impl Handler {
    /// A batch boundary: what broke is made anew when its wait is over; skips are counted.
    pub fn between_batches(&mut self) {
        self.look_at_shares();
        for author in 0..self.members.len() {
            let member = &mut self.members[author];
            member.is_out = false;
            member.skips = if std::mem::take(&mut member.skipping) { member.skips + 1 } else { 0 };
            if member.health.is_due(self.state.iteration) {
                self.revive(author);
            }
        }
    }

    /// Whoever takes more than its share of the time is warned of, then disabled if the user wants that.
    fn look_at_shares(&mut self) {
        // Validation between two training batches counts as a part of the step before it.
        if self.state.phase != Phase::Train {
            return;
        }
        let now = Instant::now();
        let Some(began) = self.step_began.replace(now) else {
            let members = self.members.iter_mut();
            return members.for_each(|member| member.share.begin(member.account.spent));
        };
        for author in 0..self.members.len() {
            let member = &mut self.members[author];
            match member.share.step(now - began, member.account.spent) {
                None => {}
                Some(Slow::Warn(text)) => {
                    let name = &member.name;
                    self.records.emit(&Record::Notice(&format!("plugin `{name}` {text}")));
                }
                Some(Slow::Disable(text)) => self.disable(author, BreakKind::Share, text),
            }
        }
    }

    fn disable(&mut self, author: Author, kind: BreakKind, message: String) {
        let fault = Fault::Broken(Breakage { kind, message, backtrace: None });
        let at = self.place(None);
        let member = &mut self.members[author];
        if std::mem::replace(&mut member.health.status, Status::Disabled) == Status::Disabled {
            return;
        }
        member.account.fault(at, &fault);
        let (author, consequence) = (&member.name, "it is disabled; training goes on");
        self.records.emit(&Record::Fault { author, at, fault: &fault, consequence });
    }

    pub(super) fn revive(&mut self, author: Author) {
        let member = &mut self.members[author];
        match caught(|| member.revive()).unwrap_or_else(|panic| Err(panicked(&panic))) {
            Err(fault) => self.blame(author, None, &not_revived(&fault)),
            Ok(()) => {
                self.members[author].health.status = Status::Running;
                self.members[author].account.restarts += 1;
                let (author, at) = (&self.members[author].name, self.place(None));
                self.records.emit(&Record::Restarted { author, at });
            }
        }
    }

    /// Asks every callback for what it needs to go on later.
    pub fn save(&mut self) {
        for author in 0..self.members.len() {
            if self.is_running(author) {
                self.save_one(author);
            }
        }
    }

    pub(super) fn save_one(&mut self, author: Author) {
        let Member { callback, desk, uses_tensors, .. } = &mut self.members[author];
        if *uses_tensors {
            desk.borrow_mut().begin(Occasion::Start, &self.state);
        }
        match caught(|| callback.save()).unwrap_or_else(|panic| Err(panicked(&panic))) {
            Ok(saved) => self.members[author].saved = saved,
            Err(fault) => self.blame(author, None, &fault),
        }
    }

    /// What every callback last saved, by name.
    pub fn saved(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.members.iter().map(|member| (member.name.as_str(), member.saved.as_slice()))
    }
}

/// Also an `err` ends the attempt: what is not started and loaded must not be called.
fn not_revived(fault: &Fault) -> Fault {
    Fault::Broken(Breakage {
        kind: BreakKind::Restart,
        message: format!("it could not be made anew: {fault}"),
        backtrace: None,
    })
}

/// A native callback's panic where it must not keep the others from going on.
pub(super) fn panicked(message: &str) -> Fault {
    Fault::Violation(format!("panicked: {message}"))
}
