//! A desk without tensors that answers as another one did in a recorded run.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::asked::{self, Answer, Answers, Asked};
use super::line::Line;
use crate::callback::tensors::{
    Budgets, Desk, Dtype, Failure, Flow, Occasion, Operation, Parameter, Summary, TensorId,
    Tensors, Workbench,
};
use crate::callback::{Hook, State};

/// Where a play is: how many hooks of the recorded run came so far.
pub(super) type Clock = Rc<Cell<usize>>;

/// The calls of one plugin into which something was asked or given.
#[derive(Debug, Default)]
struct Turns(BTreeMap<(usize, Occasion), Vec<Turn>>);

#[derive(Debug, Default)]
struct Turn {
    given: Vec<TensorId>,
    calls: Vec<(Value, Answer)>,
}

/// How the failure begins that a plugin gets where it asks for what was not recorded.
pub const NO_ANSWER: &str = "the recording has no answer";

/// An operation to which a recording has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The plugin that asked.
    pub plugin: String,
    /// By the contract's name.
    pub operation: String,
    /// How often.
    pub times: u64,
}

/// Desks for a play, in the order in which plugins take part.
pub(super) struct Prompters {
    clock: Clock,
    names: Vec<String>,
    turns: Vec<Turns>,
    desks: Vec<Rc<RefCell<Prompter>>>,
    missing: Rc<RefCell<Vec<Missing>>>,
}

impl Prompters {
    /// For plugins of these names, of whom some took part in the recorded run.
    pub(super) fn new(lines: &[Line], names: &[String]) -> Prompters {
        let turns = names.iter().map(|name| turns_of(lines, name)).collect();
        let names = names.to_vec();
        Prompters {
            clock: Clock::default(),
            names,
            turns,
            desks: Vec::new(),
            missing: Rc::default(),
        }
    }

    pub(super) fn clock(&self) -> Clock {
        Rc::clone(&self.clock)
    }

    /// Whether the recording says what flowed: else transforms and metrics have nothing to be called with.
    pub(super) fn has_tensors(&self) -> bool {
        self.desks.iter().any(|desk| !desk.borrow().turns.0.is_empty())
    }

    /// What was asked and has no answer.
    pub(super) fn missing(&self) -> Vec<Missing> {
        self.missing.borrow().clone()
    }

    /// What flows through a chain in the play: whatever each plugin was given in the turn that has begun.
    pub(super) fn flow(&self) -> Prompted<'_> {
        Prompted { desks: &self.desks, next: None }
    }

    /// What metrics get, who are given a batch before their turn begins.
    pub(super) fn measured(&self) -> Prompted<'_> {
        Prompted { desks: &self.desks, next: Some(Occasion::Event(Hook::BatchEnd)) }
    }
}

impl Workbench for Prompters {
    fn open(&mut self) -> (usize, Desk) {
        let number = self.desks.len();
        let name = |names: &[String]| names.get(number).cloned().unwrap_or_default();
        let turns = self.turns.get_mut(number).map(std::mem::take).unwrap_or_default();
        let desk = Rc::new(RefCell::new(Prompter {
            plugin: name(&self.names),
            clock: Rc::clone(&self.clock),
            turns,
            now: Turn::default(),
            missing: Rc::clone(&self.missing),
        }));
        self.desks.push(Rc::clone(&desk));
        (number, desk)
    }
}

/// A desk for a plugin that is tried without a recording: it has no answer to anything.
pub struct Unanswered {
    prompters: Prompters,
    desk: Desk,
}

impl Unanswered {
    /// For a plugin of this name.
    #[must_use]
    pub fn new(plugin: &str) -> Self {
        let mut prompters = Prompters::new(&[], &[plugin.to_owned()]);
        let (_, desk) = prompters.open();
        Self { prompters, desk }
    }

    /// The desk.
    #[must_use]
    pub fn desk(&self) -> Desk {
        Rc::clone(&self.desk)
    }

    /// What was asked at it.
    #[must_use]
    pub fn missing(&self) -> Vec<Missing> {
        self.prompters.missing()
    }
}

/// All turns of a plugin, by the hooks before them.
fn turns_of(lines: &[Line], name: &str) -> Turns {
    let (mut turns, mut hooks, mut last) = (Turns::default(), 0, None);
    for line in lines {
        match line {
            Line::Hook(_) => hooks += 1,
            Line::Turn { plugin, occasion, given } if plugin == name => {
                let turn = Turn { given: given.clone(), calls: Vec::new() };
                turns.0.entry((hooks, *occasion)).or_default().push(turn);
                last = Some((hooks, *occasion));
            }
            Line::Asked { plugin, call, answer } if plugin == name => {
                let turn = last.and_then(|key| turns.0.get_mut(&key)?.last_mut());
                if let Some(turn) = turn {
                    turn.calls.push((call.clone(), answer.clone()));
                }
            }
            _ => {}
        }
    }
    turns
}

/// One plugin's desk in a play.
struct Prompter {
    plugin: String,
    clock: Clock,
    turns: Turns,
    /// What is left of the turn that goes on.
    now: Turn,
    missing: Rc<RefCell<Vec<Missing>>>,
}

impl Prompter {
    /// The recorded answer to the next such call. What was asked before it and is not asked now, another version
    /// of the plugin left out.
    fn recorded<T: Answers>(&mut self, asked: &Asked<'_>) -> Option<T> {
        let call = asked.to_json();
        let found = self.now.calls.iter().position(|(recorded, _)| *recorded == call);
        let answer = found.and_then(|at| T::read(self.now.calls.drain(..=at).next_back()?.1));
        if answer.is_none() {
            self.miss(asked::name(&call));
        }
        answer
    }

    fn miss(&self, operation: &str) {
        let missing = &mut *self.missing.borrow_mut();
        let same = |one: &&mut Missing| one.plugin == self.plugin && one.operation == operation;
        match missing.iter_mut().find(same) {
            Some(known) => known.times += 1,
            None => missing.push(Missing {
                plugin: self.plugin.clone(),
                operation: operation.to_owned(),
                times: 1,
            }),
        }
    }

    fn answer<T: Answers>(&mut self, asked: &Asked<'_>) -> Result<T, Failure> {
        let recorded = self.recorded::<Result<T, Failure>>(asked);
        recorded.unwrap_or_else(|| {
            let operation = asked.to_json();
            let operation = asked::name(&operation);
            Err(Failure::Missing(format!("{NO_ANSWER} to `{operation}` here")))
        })
    }
}

impl Tensors for Prompter {
    fn limit(&mut self, _budgets: Budgets) {}

    fn seed(&mut self, _seed: u64) {}

    fn begin(&mut self, occasion: Occasion, _state: &State<'_>) {
        let key = (self.clock.get(), occasion);
        let turns = self.turns.0.get_mut(&key).filter(|turns| !turns.is_empty());
        self.now = turns.map(|turns| turns.remove(0)).unwrap_or_default();
    }

    fn held(&self) -> usize {
        0
    }

    fn host_time(&self) -> Duration {
        Duration::ZERO
    }

    fn compute(&mut self, operation: Operation<'_>) -> Result<TensorId, Failure> {
        self.answer(&Asked::Compute(operation))
    }

    fn sample_losses(&mut self) -> Result<(TensorId, TensorId), Failure> {
        self.answer(&Asked::SampleLosses)
    }

    fn shape(&mut self, of: TensorId) -> Result<Vec<u64>, Failure> {
        self.answer(&Asked::Shape(of))
    }

    fn kind(&mut self, of: TensorId) -> Result<Dtype, Failure> {
        self.answer(&Asked::Dtype(of))
    }

    fn summaries(&mut self, of: &[TensorId]) -> Result<Vec<Summary>, Failure> {
        self.answer(&Asked::Summaries(of))
    }

    fn item(&mut self, of: TensorId) -> Result<f64, Failure> {
        self.answer(&Asked::Item(of))
    }

    fn read(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<f32>, Failure> {
        self.answer(&Asked::Read(of, offset, len))
    }

    fn read_integers(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<i64>, Failure> {
        self.answer(&Asked::ReadIntegers(of, offset, len))
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        self.recorded(&Asked::Parameters).unwrap_or_default()
    }

    fn activations(&mut self) -> Vec<String> {
        self.recorded(&Asked::Activations).unwrap_or_default()
    }

    fn gradient_norm(&mut self) -> Result<f64, Failure> {
        self.answer(&Asked::GradientNorm)
    }

    fn sample_weights(&mut self, _of: TensorId) -> Result<Vec<f64>, Failure> {
        // Nothing is drawn in a play, so that the values mean nothing; that they were accepted does.
        Ok(Vec::new())
    }

    fn clear(&mut self) {}
}

/// What flows in a play: nothing but numbers that were given before.
pub(super) struct Prompted<'a> {
    desks: &'a [Rc<RefCell<Prompter>>],
    /// The turn that is about to begin; `None`: it has begun.
    next: Option<Occasion>,
}

impl<const N: usize> Flow<N> for Prompted<'_> {
    fn offer(&mut self, desk: usize) -> Result<[TensorId; N], Failure> {
        let given = self.desks.get(desk).and_then(|desk| {
            let desk = desk.borrow();
            let turn = match self.next {
                Some(occasion) => desk.turns.0.get(&(desk.clock.get(), occasion))?.first()?,
                None => &desk.now,
            };
            <[TensorId; N]>::try_from(turn.given.as_slice()).ok()
        });
        // One that took no part gets numbers that have no answers.
        Ok(given.unwrap_or([0; N]))
    }

    fn accept(&mut self, _desk: usize, _given: [TensorId; N]) -> Result<(), String> {
        Ok(())
    }
}
