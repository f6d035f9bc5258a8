//! The one trait that trusted native callbacks and sandboxed plugins both implement.

use std::fmt;

use super::tensors::{Desk, TensorId};
use super::{Descriptor, Hook, Outcome, Plan, Report, RunInfo, Setting, Signal, State};

/// A callback of the training loop.
///
/// Life: [`describe`](Self::describe), [`start`](Self::start), then [`load`](Self::load) when there
/// is something saved, then events, then [`finish`](Self::finish). It sees only what it is given
/// and changes only what it returns.
pub trait Callback {
    /// Where it finds tensors: called once, before anything else. What reads none ignores it.
    fn attach(&mut self, desk: Desk) {
        drop(desk);
    }

    /// The name under which the user knows it in this run: what it logs goes by it.
    fn name(&mut self, name: &str) {
        let _ = name;
    }

    /// What this callback is; the same answer every time.
    ///
    /// # Errors
    /// A [`Fault`] refuses the callback.
    fn describe(&mut self) -> Result<Descriptor, Fault>;

    /// A run is about to begin or to go on.
    ///
    /// # Errors
    /// A [`Fault`] refuses the callback, with its text.
    fn start(&mut self, run: &RunInfo, settings: &[Setting]) -> Result<Plan, Fault>;

    /// A hook that the plan subscribed to.
    ///
    /// # Errors
    /// A [`Fault::Violation`] is journaled, a [`Fault::Broken`] restarts the callback; training
    /// goes on either way, unless the fault policy says otherwise.
    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let _ = (hook, state);
        Ok(Vec::new())
    }

    /// The end of training, once per run, also after an error or a stop.
    ///
    /// # Errors
    /// A [`Fault`] is journaled; the run is over.
    fn finish(&mut self, state: &State<'_>, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        let _ = (state, outcome);
        Ok(Vec::new())
    }

    /// Changes a batch `[input, target]` before the model sees it; `None` leaves it as it is. The
    /// numbers are of its own desk. Called where the plan's `transforms` says.
    ///
    /// # Errors
    /// A [`Fault`] leaves the batch as it is, and this callback out of the chain until the next.
    fn transform_batch(
        &mut self,
        state: &State<'_>,
        batch: [TensorId; 2],
    ) -> Result<Option<[TensorId; 2]>, Fault> {
        let _ = (state, batch);
        Ok(None)
    }

    /// Changes the model's output before the loss is taken.
    ///
    /// # Errors
    /// A [`Fault`] leaves the output as it is.
    fn transform_output(
        &mut self,
        state: &State<'_>,
        output: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        let _ = (state, output);
        Ok(None)
    }

    /// Changes the loss before gradients are computed.
    ///
    /// # Errors
    /// A [`Fault`] leaves the loss as it is.
    fn transform_loss(
        &mut self,
        state: &State<'_>,
        loss: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        let _ = (state, loss);
        Ok(None)
    }

    /// Whether it measures: then the three below are called in every pass of evaluation, if its
    /// plan declares reports.
    fn is_metric(&self) -> bool {
        false
    }

    /// A pass begins: it forgets the last one.
    ///
    /// # Errors
    /// A [`Fault`] leaves it out of this pass.
    fn metric_begin(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    /// One batch of the pass: output, target, and how many samples they hold.
    ///
    /// # Errors
    /// A [`Fault`] leaves it out of the rest of this pass.
    fn metric_update(
        &mut self,
        output: TensorId,
        target: TensorId,
        size: u32,
    ) -> Result<(), Fault> {
        let _ = (output, target, size);
        Ok(())
    }

    /// The pass is over.
    ///
    /// # Errors
    /// A [`Fault`] leaves its metrics without a value.
    fn metric_finish(&mut self) -> Result<Vec<Report>, Fault> {
        Ok(Vec::new())
    }

    /// Whether it works at its desk. What does not costs nothing there, and what the model keeps for
    /// nobody is not kept.
    fn uses_tensors(&self) -> bool {
        true
    }

    /// What it has used so far, for those who measure it.
    fn usage(&self) -> Usage {
        Usage::default()
    }

    /// Everything needed to go on later.
    ///
    /// # Errors
    /// A [`Fault`] is journaled and the last good save is kept.
    fn save(&mut self) -> Result<Vec<u8>, Fault> {
        Ok(Vec::new())
    }

    /// Goes on from what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// A [`Fault`] ends the attempt to restart.
    fn load(&mut self, saved: &[u8]) -> Result<(), Fault> {
        let _ = saved;
        Ok(())
    }

    /// Makes it anew after it broke, before `describe`, `start` and `load` are called again. What
    /// cannot break has nothing to do here.
    ///
    /// # Errors
    /// A [`Fault`] ends the attempt to restart.
    fn renew(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// What a callback has used since it was made; nothing, where that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Bytes of memory of its own.
    pub memory_bytes: usize,
    /// Calls of the host.
    pub host_calls: u64,
    /// Instructions, roughly, where they are counted.
    pub fuel: u64,
}

/// What a callback did wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It answered with an error, or asked for what it may not: the instance lives.
    Violation(String),
    /// It trapped, or used up time or memory: the instance is gone.
    Broken(Breakage),
}

/// How an instance came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakage {
    /// Which of the kinds.
    pub kind: BreakKind,
    /// One sentence for the user.
    pub message: String,
    /// The guest's own call stack, where its binary has names.
    pub backtrace: Option<String>,
}

/// Kinds of breaking, told apart because their remedies differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakKind {
    /// The guest's code trapped: a panic, `unreachable`, a division by zero.
    Trap,
    /// It used more time than an event may.
    Deadline,
    /// It asked for more memory than its limit.
    Memory,
    /// It recursed deeper than its stack.
    Stack,
    /// What it returned is over a limit or does not decode.
    Output,
    /// Its imports or exports are not of the contract's types.
    Contract,
    /// The host could not do its part, such as reserving memory.
    Host,
    /// It could not be made anew after it broke.
    Restart,
    /// It took more than its share of the training's time.
    Share,
}

impl BreakKind {
    /// Its name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BreakKind::Trap => "trap",
            BreakKind::Deadline => "deadline",
            BreakKind::Memory => "memory",
            BreakKind::Stack => "stack",
            BreakKind::Output => "bad-output",
            BreakKind::Contract => "contract",
            BreakKind::Host => "host",
            BreakKind::Restart => "restart",
            BreakKind::Share => "share",
        }
    }
}

impl Fault {
    /// Its name in records.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Fault::Violation(_) => "violation",
            Fault::Broken(breakage) => breakage.kind.name(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Violation(text) => f.write_str(text),
            Fault::Broken(breakage) => f.write_str(&breakage.message),
        }
    }
}
