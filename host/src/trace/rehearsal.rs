//! A callback in a play: its calls are counted and timed, and faults that hung on the machine are repeated.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::line::Line;
use crate::callback::tensors::{Desk, TensorId};
use crate::callback::{
    BreakKind, Breakage, Callback, Descriptor, Fault, Hook, Outcome, Place, Plan, Report, RunInfo,
    Setting, Signal, State, Usage,
};

/// What a callback's hooks cost. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Costs(Rc<RefCell<Spent>>);

#[derive(Debug, Default)]
struct Spent {
    hooks: [Vec<Cost>; 11],
    most_memory: usize,
}

/// What one call cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Wall time.
    pub time: Duration,
    /// Calls of the host.
    pub host_calls: u64,
    /// Instructions, roughly; 0 where they are not counted.
    pub fuel: u64,
}

impl Costs {
    /// Each call at a hook, in order.
    #[must_use]
    pub fn at(&self, hook: Hook) -> Vec<Cost> {
        self.0.borrow().hooks[hook as usize].clone()
    }

    /// Calls at a hook.
    #[must_use]
    pub fn calls(&self, hook: Hook) -> usize {
        self.0.borrow().hooks[hook as usize].len()
    }

    /// The most memory that it had after a call, in bytes.
    #[must_use]
    pub fn most_memory(&self) -> usize {
        self.0.borrow().most_memory
    }

    fn add(&self, hook: Hook, time: Duration, before: Usage, after: Usage) {
        let spent = &mut *self.0.borrow_mut();
        // One that broke begins anew.
        let host_calls = after.host_calls.saturating_sub(before.host_calls);
        let fuel = after.fuel.saturating_sub(before.fuel);
        spent.hooks[hook as usize].push(Cost { time, host_calls, fuel });
        spent.most_memory = spent.most_memory.max(after.memory_bytes);
    }
}

/// A callback, rehearsed.
pub struct Rehearsal<C> {
    callback: C,
    costs: Costs,
    deadlines: Vec<(Place, String)>,
}

impl<C: Callback> Rehearsal<C> {
    /// Counts and times it.
    pub fn new(callback: C) -> Self {
        Rehearsal { callback, costs: Costs::default(), deadlines: Vec::new() }
    }

    /// It breaks where it used too much time in the recorded run: how fast a machine is must not matter.
    #[must_use]
    pub fn with_deadlines<'a>(mut self, recorded: impl Iterator<Item = &'a Line>) -> Self {
        let deadline = BreakKind::Deadline.name();
        self.deadlines = recorded
            .filter_map(|line| match line {
                Line::Fault { at, kind, message, .. } if kind == deadline => {
                    Some((*at, message.clone()))
                }
                _ => None,
            })
            .collect();
        self
    }

    /// What its hooks cost.
    pub fn costs(&self) -> Costs {
        self.costs.clone()
    }

    fn deadline(&self, at: Place) -> Option<Fault> {
        let (_, message) = self.deadlines.iter().find(|(place, _)| *place == at)?;
        let (kind, message) = (BreakKind::Deadline, message.clone());
        Some(Fault::Broken(Breakage { kind, message, backtrace: None }))
    }
}

impl<C: Callback> Callback for Rehearsal<C> {
    fn attach(&mut self, desk: Desk) {
        self.callback.attach(desk);
    }

    fn name(&mut self, name: &str) {
        self.callback.name(name);
    }

    fn describe(&mut self) -> Result<Descriptor, Fault> {
        self.callback.describe()
    }

    fn start(&mut self, run: &RunInfo, settings: &[Setting]) -> Result<Plan, Fault> {
        self.callback.start(run, settings)
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let at = Place { hook: Some(hook), epoch: state.epoch, iteration: state.iteration };
        if let Some(fault) = self.deadline(at) {
            return Err(fault);
        }
        let before = self.callback.usage();
        let began = Instant::now();
        let answer = self.callback.on_event(hook, state);
        let time = began.elapsed();
        self.costs.add(hook, time, before, self.callback.usage());
        answer
    }

    fn finish(&mut self, state: &State<'_>, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        self.callback.finish(state, outcome)
    }

    fn transform_batch(
        &mut self,
        state: &State<'_>,
        batch: [TensorId; 2],
    ) -> Result<Option<[TensorId; 2]>, Fault> {
        self.callback.transform_batch(state, batch)
    }

    fn transform_output(
        &mut self,
        state: &State<'_>,
        output: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        self.callback.transform_output(state, output)
    }

    fn transform_loss(
        &mut self,
        state: &State<'_>,
        loss: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        self.callback.transform_loss(state, loss)
    }

    fn is_metric(&self) -> bool {
        self.callback.is_metric()
    }

    fn metric_begin(&mut self) -> Result<(), Fault> {
        self.callback.metric_begin()
    }

    fn metric_update(
        &mut self,
        output: TensorId,
        target: TensorId,
        size: u32,
    ) -> Result<(), Fault> {
        self.callback.metric_update(output, target, size)
    }

    fn metric_finish(&mut self) -> Result<Vec<Report>, Fault> {
        self.callback.metric_finish()
    }

    fn uses_tensors(&self) -> bool {
        self.callback.uses_tensors()
    }

    fn usage(&self) -> Usage {
        self.callback.usage()
    }

    fn save(&mut self) -> Result<Vec<u8>, Fault> {
        self.callback.save()
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), Fault> {
        self.callback.load(saved)
    }

    fn renew(&mut self) -> Result<(), Fault> {
        self.callback.renew()
    }
}
