//! Plays a trace to plugins, as the loop of the recorded run called them.

use std::convert::Infallible;

use super::course::Course;
use super::gather::Gathered;
use super::line::{Ending, Line};
use super::moment::Moment;
use super::prompter::{Missing, Prompters};
use super::read::Trace;
use super::stand_in;
use crate::callback::{
    Candidate, Handler, Hook, HyperName, Losses, MetricSpec, Outcome, Phase, Records, Rules,
    StartError, seed_of,
};

/// What a play came to.
#[derive(Debug)]
pub struct Played {
    /// What the plugins did, in order.
    pub lines: Vec<Line>,
    /// They ended the run before the recorded one ended.
    pub is_cut_short: bool,
    /// How it ended.
    pub ending: Ending,
    /// What each plugin saved last, by its name.
    pub saved: Vec<(String, Vec<u8>)>,
    /// Tensor operations to which the recording has no answer.
    pub missing: Vec<Missing>,
    /// There are transforms or metrics that nothing could be given to.
    pub is_without_tensors: bool,
}

/// A recorded run, on its way through a handler.
pub struct Player<'a> {
    trace: &'a Trace,
    handler: Handler,
    gathered: Gathered,
    now: Moment,
    course: Course,
    desks: Prompters,
    /// Names and columns of the metrics whose values stand in the trace.
    columns: Vec<(usize, String)>,
}

impl<'a> Player<'a> {
    /// Starts plugins for the recorded run. `records` is what they log into.
    ///
    /// # Errors
    /// A named plugin that cannot take part.
    pub fn start(
        trace: &'a Trace,
        candidates: Vec<Candidate>,
        records: Records,
    ) -> Result<Self, StartError> {
        let gathered = Gathered::default();
        records.add(Box::new(gathered.clone()));
        let names: Vec<String> = candidates.iter().filter_map(|one| one.alias.clone()).collect();
        let in_order: Vec<String> = [String::new()].into_iter().chain(names.clone()).collect();
        let mut desks = Prompters::new(&trace.lines, &in_order);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let absent = absent_metrics(trace, &names);
        let mut all = vec![stand_in::stand_in(absent.clone())];
        all.extend(candidates);
        let is_here = |owner: &(HyperName, String)| names.contains(&owner.1.as_str());
        let owners = trace.head.owners.iter().filter(|owner| is_here(owner)).cloned().collect();
        let rules = Rules { seed_of, owners, ..Rules::default() };
        let handler = Handler::start_with(all, &trace.head.run, &rules, records, &mut desks)?;
        let of_run = trace.head.run.metrics.iter().chain(&absent);
        let told: Vec<&str> = of_run.map(|spec| spec.name.as_str()).collect();
        let columns = trace.head.metrics.iter().map(|spec| spec.name.clone()).enumerate();
        Ok(Player {
            trace,
            handler,
            gathered,
            now: Moment::start(&trace.head.run.hypers, trace.head.metrics.len()),
            course: Course::default(),
            desks,
            columns: columns.filter(|(_, name)| told.contains(&name.as_str())).collect(),
        })
    }

    /// Plays it to its end, or to where a plugin stops it.
    ///
    /// # Errors
    /// A line of the trace that does not fit its head.
    pub fn play(mut self) -> Result<Played, String> {
        self.handler.begin();
        let clock = self.desks.clock();
        for (before, moment) in self.trace.moments().enumerate() {
            let (hook, recorded) = moment?;
            clock.set(before);
            if self.hook(hook, recorded) {
                break;
            }
        }
        Ok(self.finish())
    }

    /// A hook of the recorded run; whether the run is over with it.
    fn hook(&mut self, hook: Hook, recorded: Moment) -> bool {
        let stopping = self.handler.is_stopping();
        if !self.course.occurs(hook, recorded.phase, self.handler.decisions(), stopping) {
            return false;
        }
        match (stopping, hook) {
            // The recorded run went on where this one stopped.
            (true, Hook::EpochEnd) => self.now.end_batch(),
            _ => self.now = recorded,
        }
        self.before(hook);
        self.measure(hook);
        let clock = self.desks.clock();
        clock.set(clock.get() + 1);
        let losses = self.now.losses;
        let Ok(()) = self.handler.event(hook, || Ok::<Losses, Infallible>(losses));
        drop(self.handler.take_work());
        self.transform(hook);
        if hook == Hook::EpochEnd {
            self.handler.save();
        }
        // An epoch that was begun has its end.
        matches!(hook, Hook::TrainBegin | Hook::EpochEnd) && self.handler.is_stopping()
    }

    /// What the loop does before it calls its callbacks.
    fn before(&mut self, hook: Hook) {
        *self.handler.state_mut() = self.now.counters();
        match hook {
            Hook::EpochBegin => {
                self.handler.decisions_mut().next_epoch();
                self.handler.metrics_mut().next_epoch();
            }
            Hook::BatchBegin => {
                self.handler.decisions_mut().next_batch();
                self.handler.between_batches();
            }
            Hook::ValidBegin => self.handler.decisions_mut().next_validation(),
            _ => {}
        }
        self.handler.put_hypers(&self.now.hypers);
        for (index, name) in &self.columns {
            let value = self.now.metrics.get(*index).copied().unwrap_or(f64::NAN);
            self.handler.metrics_mut().set(name, value);
        }
    }

    /// Metrics of plugins, which the loop asks before it calls the hook.
    fn measure(&mut self, hook: Hook) {
        if !self.desks.has_tensors() {
            return;
        }
        match (hook, self.now.phase) {
            (Hook::ValidBegin, _) => self.handler.begin_metrics(),
            (Hook::BatchEnd, Phase::Valid) => {
                self.handler.update_metrics(&mut self.desks.measured())
            }
            (Hook::ValidEnd, _) => self.handler.finish_metrics(),
            _ => {}
        }
    }

    /// Transforms, which the loop calls after the hook, unless it is leaving the batch.
    fn transform(&mut self, hook: Hook) {
        if !self.desks.has_tensors() || self.handler.decisions().skip_batch {
            return;
        }
        let mut flow = self.desks.flow();
        match hook {
            Hook::BatchBegin => self.handler.transform_input(&mut flow),
            Hook::LossBegin => self.handler.transform_output(&mut flow),
            Hook::BackwardBegin if !self.handler.decisions().skip_backward => {
                self.handler.transform_loss(&mut flow);
            }
            _ => {}
        }
    }

    /// Whether somebody's transform or metric was never called.
    fn is_without_tensors(&self) -> bool {
        let chains = self.handler.chains();
        let transforms = [&chains.input, &chains.output, &chains.loss];
        let any = transforms.iter().any(|chain| !chain.is_empty()) || self.handler.measures();
        any && !self.desks.has_tensors()
    }

    fn finish(mut self) -> Played {
        let is_cut_short = self.handler.is_stopping();
        let recorded = self.trace.ending().filter(|_| !is_cut_short);
        let ending = recorded.cloned().unwrap_or_else(|| self.ending());
        let mut state = self.now.counters();
        (state.epoch, state.phase, state.batch_size) = (ending.epochs, Phase::Train, 0);
        *self.handler.state_mut() = state;
        self.handler.finish(&ending.outcome, ending.losses);
        let (missing, is_without_tensors) = (self.desks.missing(), self.is_without_tensors());
        let saved = self.handler.saved().map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
        let saved = saved.collect();
        let lines = self.gathered.take();
        Played { lines, is_cut_short, ending, saved, missing, is_without_tensors }
    }

    /// Where a plugin stopped it, or where the recording ends.
    fn ending(&self) -> Ending {
        let stops = self.handler.decisions().stop_training.clone();
        let outcome = match self.handler.fatal() {
            Some(fault) => Outcome::Failed(fault.message.clone()),
            None if stops.is_empty() => Outcome::Failed("the recording ends here".to_owned()),
            None => Outcome::Stopped(stops),
        };
        let Moment { epoch, iteration, losses, .. } = self.now;
        let epochs = if self.course.is_cut() { epoch } else { epoch.saturating_add(1) };
        Ending { outcome, epochs, iteration, losses }
    }
}

/// Metrics that plugins of the recorded run reported and none of the play's reports.
fn absent_metrics(trace: &Trace, present: &[&str]) -> Vec<MetricSpec> {
    let absent = trace.head.plugins.iter().filter(|part| !present.contains(&part.name.as_str()));
    absent.flat_map(|part| part.reports.clone()).collect()
}
