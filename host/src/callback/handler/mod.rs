//! The handler: one state dict, the callbacks in their lists, and what they decided together.

mod conclude;
mod ending;

use std::time::Instant;

use super::hypers::Author;
use super::member::{Candidate, Member, Standing};
use super::merge::Decisions;
use super::roster::{self, Rules, StartError};
use super::{
    BreakKind, Breakage, Dispatch, Fault, Hook, HyperTable, Joined, Losses, Metrics, Place, Reads,
    Record, Records, RunInfo, Signal, State, Status, Stop, caught,
};

/// A callback whose loss ends the run: its name, and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FatalFault {
    /// The callback's name in this run.
    pub author: String,
    /// What it did.
    pub message: String,
}

/// Calls the callbacks of each event and makes one decision of their answers.
///
/// All callbacks of an event see the same state. Each one's answer is checked by itself; what is
/// accepted of all is merged and takes effect in one step.
pub struct Handler {
    members: Vec<Member>,
    dispatch: Dispatch,
    metrics: Metrics,
    table: HyperTable,
    decisions: Decisions,
    records: Records,
    /// Without the parts that each subscription reads by itself.
    state: State<'static>,
    fatal: Option<FatalFault>,
    /// `finish` is being delivered: faults have no consequences any more.
    ending: bool,
    hypers_moved: bool,
    began: Instant,
    /// Answers of the current event; kept to be filled again.
    heard: Vec<(Author, Vec<Signal>)>,
}

impl Handler {
    /// Starts every candidate.
    ///
    /// # Errors
    /// A candidate that the run file names and that cannot take part.
    pub fn start(
        candidates: Vec<Candidate>,
        run: &RunInfo,
        rules: &Rules,
        records: Records,
    ) -> Result<Self, StartError> {
        let (members, metrics) = roster::enlist(candidates, run, rules, &records)?;
        let mut table = HyperTable::new(run.hypers.clone());
        table.bind(members.iter().map(Member::bounds).collect());
        let dispatch = Dispatch::new(members.iter().map(|member| &member.plan));
        let mut handler = Handler {
            members,
            dispatch,
            metrics,
            table,
            decisions: Decisions::default(),
            records,
            state: State::start(),
            fatal: None,
            ending: false,
            hypers_moved: false,
            began: Instant::now(),
            heard: Vec::new(),
        };
        handler.announce();
        handler.save();
        Ok(handler)
    }

    fn announce(&self) {
        for member in self.members.iter().filter(|m| m.standing != Standing::Native) {
            self.records.emit(&Record::Joined(&Joined {
                name: member.name.clone(),
                version: member.descriptor.version.clone(),
                source: member.source.clone(),
                powers: member.powers(),
                dropped: member.standing == Standing::Dropped,
            }));
        }
    }

    /// Everybody who takes part, in the order in which they are called.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Who listens at which hook.
    #[must_use]
    pub fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// The columns of the epoch table.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The same, for the host to set its own.
    pub fn metrics_mut(&mut self) -> &mut Metrics {
        &mut self.metrics
    }

    /// The stream of records.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The state dict without the parts that each subscription reads by itself.
    #[must_use]
    pub fn state(&self) -> &State<'static> {
        &self.state
    }

    /// The same, for the loop to advance its counters.
    pub fn state_mut(&mut self) -> &mut State<'static> {
        &mut self.state
    }

    /// What callbacks have decided.
    #[must_use]
    pub fn decisions(&self) -> &Decisions {
        &self.decisions
    }

    /// The same, to be reset at batch and epoch.
    pub fn decisions_mut(&mut self) -> &mut Decisions {
        &mut self.decisions
    }

    /// A callback that must not be lost has been.
    #[must_use]
    pub fn fatal(&self) -> Option<&FatalFault> {
        self.fatal.as_ref()
    }

    /// Whether the training is to end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.fatal.is_some() || !self.decisions.stop_training.is_empty()
    }

    /// The user's own request to stop.
    pub fn ask_to_stop(&mut self, by: &str, reason: &str) {
        let stop = Stop { by: by.to_owned(), reason: reason.to_owned() };
        if self.decisions.stop_training.iter().all(|other| other.by != by) {
            self.decisions.stop_training.push(stop);
        }
    }

    /// Hyper-parameters in effect, one entry per layer group.
    #[must_use]
    pub fn hypers(&self) -> &[super::Hyper] {
        self.table.effective()
    }

    /// Hyper-parameters in effect, if an event has changed them since this was last asked.
    pub fn take_moved_hypers(&mut self) -> Option<&[super::Hyper]> {
        std::mem::take(&mut self.hypers_moved).then(|| self.table.effective())
    }

    /// A hook occurs: its callbacks are called, their answers take effect. `losses` is asked at
    /// most once, and only if a callback reads them.
    ///
    /// # Errors
    /// What `losses` fails with; callbacks' own faults are handled here.
    #[inline]
    pub fn event<E>(
        &mut self,
        hook: Hook,
        losses: impl FnOnce() -> Result<Losses, E>,
    ) -> Result<(), E> {
        if self.dispatch.is_silent(hook) {
            return Ok(());
        }
        self.deliver(hook, losses)?;
        if !self.heard.is_empty() {
            let heard = std::mem::take(&mut self.heard);
            self.conclude(Some(hook), heard);
        }
        Ok(())
    }

    fn deliver<E>(
        &mut self,
        hook: Hook,
        losses: impl FnOnce() -> Result<Losses, E>,
    ) -> Result<(), E> {
        let mut ask = Some(losses);
        let mut known = None;
        let mut clock = Instant::now();
        for index in 0..self.dispatch.at(hook).len() {
            let delivery = &mut self.dispatch.at_mut(hook)[index];
            let (author, reads) = (delivery.member, delivery.reads);
            if !delivery.is_due(self.state.phase) || !self.is_running(author) {
                continue;
            }
            if reads.losses
                && let Some(ask) = ask.take()
            {
                known = Some(ask()?);
                // Waiting for the device is not this callback's time.
                clock = Instant::now();
            }
            let answer = self.call(author, hook, reads, known);
            let now = Instant::now();
            let account = &mut self.members[author].account;
            account.calls += 1;
            account.spent += now - clock;
            clock = now;
            self.hear(author, hook, answer);
        }
        Ok(())
    }

    fn is_running(&self, author: Author) -> bool {
        self.members[author].health.status == Status::Running
    }

    fn call(
        &mut self,
        author: Author,
        hook: Hook,
        reads: Reads,
        losses: Option<Losses>,
    ) -> Result<Vec<Signal>, Fault> {
        let Member { callback, monitored, monitors, .. } = &mut self.members[author];
        monitored.clear();
        if reads.monitored {
            monitored.extend(monitors.iter().map(|metric| self.metrics.latest(*metric)));
        }
        let state = State {
            losses: losses.filter(|_| reads.losses),
            hypers: if reads.hypers { self.table.effective() } else { &[] },
            monitored,
            ..self.state
        };
        callback.on_event(hook, &state)
    }

    fn hear(&mut self, author: Author, hook: Hook, answer: Result<Vec<Signal>, Fault>) {
        match answer {
            Ok(signals) if signals.is_empty() => self.members[author].health.well(),
            Ok(signals) => self.heard.push((author, signals)),
            Err(fault) => self.blame(author, Some(hook), &fault),
        }
    }

    fn place(&self, hook: Option<Hook>) -> Place {
        Place { hook, epoch: self.state.epoch, iteration: self.state.iteration }
    }

    /// A batch boundary: what broke is made anew when its wait is over; skips are counted.
    pub fn between_batches(&mut self) {
        for author in 0..self.members.len() {
            let member = &mut self.members[author];
            member.skips = if std::mem::take(&mut member.skipping) { member.skips + 1 } else { 0 };
            if member.health.is_due(self.state.iteration) {
                self.revive(author);
            }
        }
    }

    fn revive(&mut self, author: Author) {
        let member = &mut self.members[author];
        match caught(|| member.revive()).unwrap_or_else(|panic| Err(panicked(&panic))) {
            Err(fault) => self.blame(author, None, &not_revived(&fault)),
            Ok(()) => {
                self.members[author].health.status = Status::Running;
                let (author, at) = (&self.members[author].name, self.place(None));
                self.records.emit(&Record::Restarted { author, at });
            }
        }
    }

    /// Asks every callback for what it needs to go on later.
    pub fn save(&mut self) {
        for author in 0..self.members.len() {
            if !self.is_running(author) {
                continue;
            }
            let callback = &mut self.members[author].callback;
            match caught(|| callback.save()).unwrap_or_else(|panic| Err(panicked(&panic))) {
                Ok(saved) => self.members[author].saved = saved,
                Err(fault) => self.blame(author, None, &fault),
            }
        }
    }

    /// What every callback last saved, by name.
    pub fn saved(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.members.iter().map(|member| (member.name.as_str(), member.saved.as_slice()))
    }

    /// Training begins: shares are counted from here.
    pub fn begin(&mut self) {
        self.began = Instant::now();
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
fn panicked(message: &str) -> Fault {
    Fault::Violation(format!("panicked: {message}"))
}
