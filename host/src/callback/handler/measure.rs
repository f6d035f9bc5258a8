//! Metrics that callbacks compute over a pass of evaluation.

use std::time::Instant;

use super::super::tensors::{Flow, Occasion};
use super::super::{Callback, Fault, Hook, Report, Signal, Verdict};
use super::transform::no_offer;
use super::{Author, Handler};

impl Handler {
    /// Whether anybody measures.
    #[must_use]
    pub fn measures(&self) -> bool {
        !self.metered.is_empty()
    }

    /// Names of the metrics that callbacks compute over a pass of evaluation.
    pub fn measured(&self) -> impl Iterator<Item = &str> {
        self.members.iter().flat_map(|member| &member.measured).map(String::as_str)
    }

    /// A pass begins: its metrics forget the last one.
    pub fn begin_metrics(&mut self) {
        for author in self.metered.clone() {
            self.members[author].is_measuring = true;
            self.measure(author, None, |callback| callback.metric_begin());
        }
    }

    /// One batch of the pass. `flow` holds output and target; nothing comes back.
    pub fn update_metrics(&mut self, flow: &mut dyn Flow<2>) {
        let size = self.state.batch_size;
        for author in self.metered.clone() {
            if !self.members[author].is_measuring {
                continue;
            }
            match flow.offer(self.members[author].desk_number) {
                Ok([output, target]) => self.measure(author, Some(Hook::BatchEnd), |callback| {
                    callback.metric_update(output, target, size)
                }),
                Err(failure) => {
                    self.fail_metric(author, Some(Hook::BatchEnd), &no_offer(failure));
                }
            }
        }
    }

    /// The pass is over: its metrics have values.
    pub fn finish_metrics(&mut self) {
        for author in self.metered.clone() {
            let mut reports = Vec::new();
            self.measure(author, None, |callback| {
                reports = callback.metric_finish()?;
                Ok(())
            });
            if self.members[author].is_measuring {
                self.take_reports(author, reports);
            }
        }
    }

    fn measure(
        &mut self,
        author: Author,
        hook: Option<Hook>,
        call: impl FnOnce(&mut dyn Callback) -> Result<(), Fault>,
    ) {
        let runs = self.is_running(author);
        let member = &mut self.members[author];
        if !member.is_measuring || !runs {
            member.is_measuring = false;
            return;
        }
        let began = Instant::now();
        let occasion = Occasion::Event(hook.unwrap_or(Hook::ValidEnd));
        member.desk.borrow_mut().begin(occasion, &self.state);
        let done = call(member.callback.as_mut());
        member.account.calls += 1;
        member.account.spent += began.elapsed();
        match done {
            Ok(()) => member.health.well(),
            Err(fault) => self.fail_metric(author, hook, &fault),
        }
    }

    /// What it has seen is no longer the whole pass, so its last values are not of this one.
    fn fail_metric(&mut self, author: Author, hook: Option<Hook>, fault: &Fault) {
        let member = &mut self.members[author];
        member.is_measuring = false;
        member.measured.iter().for_each(|name| self.metrics.restart(name));
        self.blame(author, hook, fault);
    }

    fn take_reports(&mut self, author: Author, reports: Vec<Report>) {
        let signals: Vec<Signal> = reports.into_iter().map(Signal::Report).collect();
        let hook = Some(Hook::ValidEnd);
        if !self.has_room(author, hook, signals.len()) {
            self.members[author].is_measuring = false;
            return;
        }
        if let Err(violation) = self.sentence(author, hook, &signals) {
            let refused = Verdict::Refused(violation.clone());
            signals.iter().for_each(|signal| self.journal(author, hook, signal, &refused));
            return self.fail_metric(author, hook, &Fault::Violation(violation));
        }
        for signal in &signals {
            self.journal(author, hook, signal, &Verdict::Applied);
        }
        self.put_measured(author, signals);
    }

    /// The values of a pass are its own: nothing of the pass before is averaged in.
    fn put_measured(&mut self, author: Author, signals: Vec<Signal>) {
        let reports = || {
            signals.iter().filter_map(|signal| match signal {
                Signal::Report(report) => Some(report),
                _ => None,
            })
        };
        reports().for_each(|report| self.metrics.restart(&report.name));
        reports().for_each(|report| self.metrics.report(report));
        self.members[author].measured = reports().map(|report| report.name.clone()).collect();
    }
}
