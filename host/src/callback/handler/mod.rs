//! The handler: one state dict, the callbacks in their lists, and what they decided together.

mod conclude;
mod deliver;
mod ending;
mod journal;
mod measure;
mod observe;
mod recovery;
mod reload;
mod transform;

use std::time::Instant;

pub use self::reload::Gone;

use super::hypers::Author;
use super::member::{Candidate, Member, Standing};
use super::merge::{Decisions, Work};
use super::roster::{self, Rules, StartError};
use super::tensors::{NoTensors, Workbench};
use super::{
    Chains, Dispatch, Hook, HyperTable, Metrics, Place, Record, Records, RunInfo, Signal, State,
    Stop,
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
    chains: Chains,
    /// What newcomers are told, and by which rules they are let in.
    run: RunInfo,
    rules: Rules,
    /// Second versions, each with the first one that it is compared with.
    shadows: Vec<(Author, Author)>,
    /// Those who measure.
    metered: Vec<Author>,
    metrics: Metrics,
    table: HyperTable,
    decisions: Decisions,
    work: Option<Box<Work>>,
    records: Records,
    /// Without the parts that each subscription reads by itself.
    state: State<'static>,
    fatal: Option<FatalFault>,
    /// `finish` is being delivered: faults have no consequences any more.
    ending: bool,
    hypers_moved: bool,
    began: Instant,
    /// When the last training batch began, if one has.
    step_began: Option<Instant>,
    /// Answers of the current event; kept to be filled again.
    heard: Vec<(Author, Vec<Signal>)>,
}

impl Handler {
    /// Starts every candidate, for a host without tensors.
    ///
    /// # Errors
    /// A candidate that the run file names and that cannot take part.
    pub fn start(
        candidates: Vec<Candidate>,
        run: &RunInfo,
        rules: &Rules,
        records: Records,
    ) -> Result<Self, StartError> {
        Handler::start_with(candidates, run, rules, records, &mut NoTensors::default())
    }

    /// Starts every candidate, each with a desk of this workbench.
    ///
    /// # Errors
    /// A candidate that the run file names and that cannot take part.
    pub fn start_with(
        candidates: Vec<Candidate>,
        run: &RunInfo,
        rules: &Rules,
        records: Records,
        bench: &mut dyn Workbench,
    ) -> Result<Self, StartError> {
        let (members, metrics) = roster::enlist(candidates, run, rules, &records, bench)?;
        let dispatch = Dispatch::new(members.iter().map(|member| &member.plan));
        let chains = Chains::new(&members);
        let measures = |author: &Author| {
            let member: &Member = &members[*author];
            member.callback.is_metric() && !member.reports().is_empty()
        };
        let mut handler = Handler {
            shadows: Vec::new(),
            metered: (0..members.len()).filter(measures).collect(),
            members,
            dispatch,
            chains,
            metrics,
            table: HyperTable::new(run.hypers.clone()),
            run: run.clone(),
            rules: rules.clone(),
            decisions: Decisions::default(),
            work: None,
            records,
            state: State::start(),
            fatal: None,
            ending: false,
            hypers_moved: false,
            began: Instant::now(),
            step_began: None,
            heard: Vec::new(),
        };
        handler.bind();
        handler.find_shadows();
        handler.announce();
        handler.save();
        Ok(handler)
    }

    /// Each author's bounds, in the order of members.
    fn bind(&mut self) {
        self.table.bind(self.members.iter().map(Member::bounds).collect());
    }

    fn announce(&self) {
        let plugins = self.members.iter().filter(|m| m.standing != Standing::Native);
        plugins.for_each(|member| self.records.emit(&Record::Joined(&member.introduction())));
    }

    /// From now on every hook is shown, with the whole state, to observers that see hooks.
    pub fn record_hooks(&mut self) {
        self.dispatch.record();
    }

    /// What all callbacks were told of the run, but for what is each one's own.
    #[must_use]
    pub fn run(&self) -> &RunInfo {
        &self.run
    }

    /// By which rules callbacks were let in.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Puts hyper-parameters into effect, whatever callbacks asked for: a recorded run is played again.
    pub fn put_hypers(&mut self, hypers: &[super::Hyper]) {
        self.table.put_in_effect(hypers);
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

    /// Who transforms what, in the order in which they are called.
    #[must_use]
    pub fn chains(&self) -> &Chains {
        &self.chains
    }

    /// A copy of the weights could not be made: its author has no such slot.
    pub fn forget_slot(&mut self, author: Author, slot: &str) {
        self.members[author].slots.remove(slot);
    }

    /// Whether anybody works with tensors.
    #[must_use]
    pub fn uses_tensors(&self) -> bool {
        self.members.iter().any(|member| member.uses_tensors)
    }

    /// Tensors that lie on the desks of all callbacks now: none between batches.
    #[must_use]
    pub fn tensors_held(&self) -> usize {
        self.members.iter().map(|member| member.desk.borrow().held()).sum()
    }

    /// What the last event asks of whoever holds model, optimizer and data.
    pub fn take_work(&mut self) -> Option<Box<Work>> {
        self.work.take()
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

    fn place(&self, hook: Option<Hook>) -> Place {
        Place { hook, epoch: self.state.epoch, iteration: self.state.iteration }
    }

    /// Training begins: shares are counted from here.
    pub fn begin(&mut self) {
        self.began = Instant::now();
    }
}
