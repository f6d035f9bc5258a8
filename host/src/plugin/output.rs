//! The size of what a plugin may answer, and its texts made fit to show.
//!
//! Only sizes are judged here: whether a signal is granted, finite or legal is for those who know the run.

use super::Limits;
use super::wit::{Descriptor, MetricSpec, Param, Plan, Report, Signal, SlotOp, Value};
use crate::text::clean;

type Checked = Result<(), String>;

/// The limits on answers, in the units in which they are compared.
#[derive(Debug)]
pub(super) struct Caps {
    signals: usize,
    text: usize,
    numbers: usize,
    items: usize,
    state: usize,
}

impl Caps {
    pub(super) fn new(limits: &Limits) -> Caps {
        Caps {
            signals: limits.signals as usize,
            text: limits.text_kib as usize * 1024,
            numbers: limits.numbers as usize,
            items: limits.items as usize,
            state: super::limits::mib(limits.state_mib),
        }
    }

    /// What a plugin said in an `err`.
    pub(super) fn complaint(&self, text: &str) -> String {
        clean(text, self.text).into_owned()
    }

    pub(super) fn signals(&self, signals: &mut [Signal]) -> Checked {
        at_most(signals.len(), self.signals, "signals", "signals")?;
        signals.iter_mut().try_for_each(|signal| self.signal(signal))
    }

    pub(super) fn reports(&self, reports: &mut [Report]) -> Checked {
        self.items(reports.len(), "reports")?;
        reports.iter_mut().try_for_each(|report| self.text(&mut report.name))
    }

    fn signal(&self, signal: &mut Signal) -> Checked {
        match signal {
            Signal::StopTraining(text)
            | Signal::StopEpoch(text)
            | Signal::StopValidation(text)
            | Signal::Checkpoint(text) => self.text(text),
            Signal::Slot(op) => self.text(slot(op)),
            Signal::Report(report) => self.text(&mut report.name),
            Signal::Table(table) => {
                self.text(&mut table.name)?;
                self.texts(&mut table.rows)?;
                self.texts(&mut table.columns)?;
                self.numbers(&table.values)
            }
            Signal::Histogram(histogram) => {
                self.text(&mut histogram.name)?;
                self.numbers(&histogram.edges)?;
                self.numbers(&histogram.counts)
            }
            Signal::Other((name, numbers)) => {
                self.text(name)?;
                self.numbers(numbers)
            }
            // The rest holds nothing that has a length.
            _ => Ok(()),
        }
    }

    pub(super) fn descriptor(&self, descriptor: &mut Descriptor) -> Checked {
        self.text(&mut descriptor.name)?;
        self.text(&mut descriptor.version)?;
        self.text(&mut descriptor.summary)?;
        self.items(descriptor.params.len(), "parameters")?;
        descriptor.params.iter_mut().try_for_each(|param| self.param(param))?;
        self.texts(&mut descriptor.needs)?;
        self.texts(&mut descriptor.wants)
    }

    fn param(&self, param: &mut Param) -> Checked {
        self.text(&mut param.name)?;
        self.text(&mut param.doc)?;
        self.texts(&mut param.choices)?;
        match &mut param.default {
            // A text parameter may have several lines, so it is left as it is.
            Value::Text(text) => at_most(text.len(), self.text, "bytes of text", "text-kib"),
            Value::Texts(texts) => self.items(texts.len(), "texts"),
            Value::Numbers(numbers) => self.numbers(numbers),
            Value::Flag(_) | Value::Integer(_) | Value::Number(_) => Ok(()),
        }
    }

    pub(super) fn plan(&self, plan: &mut Plan) -> Checked {
        self.items(plan.subscriptions.len(), "subscriptions")?;
        self.items(plan.owns.len(), "owned hyper-parameters")?;
        self.items(plan.reports.len(), "metrics")?;
        plan.reports.iter_mut().try_for_each(|MetricSpec { name, .. }| self.text(name))?;
        let lists =
            [&mut plan.monitors, &mut plan.powers, &mut plan.run_before, &mut plan.run_after];
        lists.into_iter().try_for_each(|names| self.texts(names))
    }

    pub(super) fn state(&self, saved: &[u8]) -> Checked {
        at_most(saved.len(), self.state, "bytes of saved state", "state-mib")
    }

    fn text(&self, text: &mut String) -> Checked {
        at_most(text.len(), self.text, "bytes of text", "text-kib")?;
        if let std::borrow::Cow::Owned(cleaned) = clean(text, self.text) {
            *text = cleaned;
        }
        Ok(())
    }

    fn texts(&self, texts: &mut [String]) -> Checked {
        self.items(texts.len(), "texts")?;
        texts.iter_mut().try_for_each(|text| self.text(text))
    }

    fn numbers(&self, numbers: &[f64]) -> Checked {
        at_most(numbers.len(), self.numbers, "numbers", "numbers")
    }

    fn items(&self, len: usize, what: &str) -> Checked {
        at_most(len, self.items, what, "items")
    }
}

fn slot(op: &mut SlotOp) -> &mut String {
    match op {
        SlotOp::Snapshot(name)
        | SlotOp::Restore(name)
        | SlotOp::Blend((name, _))
        | SlotOp::EvaluateWith(name)
        | SlotOp::Adopt(name)
        | SlotOp::Forget(name) => name,
    }
}

fn at_most(len: usize, most: usize, what: &str, key: &str) -> Checked {
    match len <= most {
        true => Ok(()),
        false => Err(format!("bad output: {len} {what}, the limit is {most} (`{key}`)")),
    }
}
