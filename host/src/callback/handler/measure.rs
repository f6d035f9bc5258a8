//! Metrics that callbacks compute over a pass of evaluation.

use std::time::Instant;

use super::super::member::Member;
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

    /// A pass begins: its metrics forget the last one.
    pub fn begin_metrics(&mut self) {
        for author in self.metered.clone() {
            let Member { plan, is_measuring, .. } = &mut self.members[author];
            *is_measuring = true;
            plan.reports.iter().for_each(|spec| self.metrics.restart(&spec.name));
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
                Err(failure) => self.fail_metric(author, &no_offer(failure)),
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
        if let Err(fault) = done {
            self.fail_metric(author, &fault);
        }
    }

    /// What it has seen is no longer the whole pass.
    fn fail_metric(&mut self, author: Author, fault: &Fault) {
        self.members[author].is_measuring = false;
        self.blame(author, None, fault);
    }

    fn take_reports(&mut self, author: Author, reports: Vec<Report>) {
        let signals: Vec<Signal> = reports.into_iter().map(Signal::Report).collect();
        let worths = self.sentence(author, Some(Hook::ValidEnd), &signals);
        if let Err(violation) = worths {
            return self.fail_metric(author, &Fault::Violation(violation));
        }
        for signal in &signals {
            self.journal(author, Some(Hook::ValidEnd), signal, &Verdict::Applied);
            if let Signal::Report(report) = signal {
                self.metrics.report(report);
            }
        }
    }
}
