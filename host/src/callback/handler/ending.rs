//! The end of training: every callback hears of it, and is accounted for.

use std::time::Duration;

use super::super::member::{Member, Standing};
use super::super::tensors::Occasion;
use super::super::{Account, Losses, Outcome, Reads, Record, State, Status, caught};
use super::recovery::panicked;
use super::{Author, Handler};

impl Handler {
    /// The end: every callback that is not disabled hears how it ended. Faults here change nothing.
    pub fn finish(&mut self, outcome: &Outcome, losses: Losses) {
        let spent = self.began.elapsed();
        self.ending = true;
        // Answers of an event that did not come to its end are nobody's last word.
        self.heard.clear();
        for author in 0..self.members.len() {
            if matches!(self.members[author].health.status, Status::Waiting { .. }) {
                self.revive(author);
            }
            if self.is_running(author) {
                self.finish_one(author, outcome, losses);
            }
        }
        let mut heard = std::mem::take(&mut self.heard);
        self.compare_shadows(None, &mut heard);
        self.conclude(None, &mut heard);
        let accounts = self.accounts(spent);
        let state = State { losses: Some(losses), ..self.state };
        self.records.emit(&Record::Finished { outcome, state: &state, accounts: &accounts });
    }

    fn finish_one(&mut self, author: Author, outcome: &Outcome, losses: Losses) {
        let Member { callback, plan, monitored, monitors, desk, .. } = &mut self.members[author];
        let reads = |part: fn(&Reads) -> bool| plan.subscriptions.iter().any(|s| part(&s.reads));
        monitored.clear();
        monitored.extend(monitors.iter().map(|metric| self.metrics.latest(*metric)));
        let state = State {
            losses: Some(losses).filter(|_| reads(|r| r.losses)),
            hypers: if reads(|r| r.hypers) { self.table.effective() } else { &[] },
            monitored: if reads(|r| r.monitored) { monitored } else { &[] },
            ..self.state
        };
        desk.borrow_mut().begin(Occasion::Finish, &self.state);
        // One that panics must not keep the others from hearing of the end.
        match caught(|| callback.finish(&state, outcome)) {
            Ok(Ok(signals)) if signals.is_empty() => {}
            Ok(Ok(signals)) => self.heard.push((author, signals)),
            Ok(Err(fault)) => self.blame(author, None, &fault),
            Err(panic) => self.blame(author, None, &panicked(&panic)),
        }
    }

    fn accounts(&self, training: Duration) -> Vec<Account> {
        let account = |member: &Member| {
            let share = member.account.spent.as_secs_f64() / training.as_secs_f64().max(1e-9);
            let went = member.is_gone;
            let disabled = member.health.status == Status::Disabled && !went;
            Account { share, disabled, went, ..member.account.clone() }
        };
        let plugins = self.members.iter().filter(|m| m.standing != Standing::Native);
        plugins.map(account).collect()
    }
}
