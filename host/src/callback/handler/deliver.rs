//! An event on its way: who is called, with what, and what each one answers.

use std::time::Instant;

use super::super::member::Member;
use super::super::tensors::Occasion;
use super::super::{Fault, Hook, Losses, Reads, Record, Signal, State, Status};
use super::{Author, Handler};

impl Handler {
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
        if self.dispatch.is_recorded() {
            return self.recorded(hook, losses);
        }
        self.happen(hook, losses)
    }

    /// The same, shown first to those who see hooks.
    #[cold]
    fn recorded<E>(
        &mut self,
        hook: Hook,
        losses: impl FnOnce() -> Result<Losses, E>,
    ) -> Result<(), E> {
        let losses = losses()?;
        let values = self.metrics.values();
        let state = State {
            losses: Some(losses),
            hypers: self.table.effective(),
            monitored: &values,
            ..self.state
        };
        self.records.emit(&Record::Hook { hook, state: &state });
        self.happen(hook, || Ok(losses))
    }

    fn happen<E>(
        &mut self,
        hook: Hook,
        losses: impl FnOnce() -> Result<Losses, E>,
    ) -> Result<(), E> {
        self.deliver(hook, losses)?;
        if !self.heard.is_empty() {
            let mut heard = std::mem::take(&mut self.heard);
            self.compare_shadows(Some(hook), &mut heard);
            self.conclude(Some(hook), &mut heard);
            self.heard = heard;
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

    pub(super) fn is_running(&self, author: Author) -> bool {
        self.members[author].health.status == Status::Running
    }

    fn call(
        &mut self,
        author: Author,
        hook: Hook,
        reads: Reads,
        losses: Option<Losses>,
    ) -> Result<Vec<Signal>, Fault> {
        let Member { callback, monitored, monitors, desk, uses_tensors, .. } =
            &mut self.members[author];
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
        if *uses_tensors {
            desk.borrow_mut().begin(Occasion::Event(hook), &self.state);
        }
        callback.on_event(hook, &state)
    }

    fn hear(&mut self, author: Author, hook: Hook, answer: Result<Vec<Signal>, Fault>) {
        match answer {
            Ok(signals) if signals.is_empty() => self.members[author].health.well(),
            Ok(signals) => self.heard.push((author, signals)),
            Err(fault) => self.blame(author, Some(hook), &fault),
        }
    }
}
