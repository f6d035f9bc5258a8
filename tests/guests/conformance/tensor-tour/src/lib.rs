//! Calls the operations on tensors that its parameters name, at a moment of the test's choice, and
//! logs each answer. `language.rs` says how a call is written.
//!
//! The host must answer each call with the value that PyTorch would, or with the failure that fits:
//! `stale` for a number that is old or not this plugin's, `missing` for what there is not now,
//! `mismatch` for shapes, types and ranges, `over-budget` in the end. Never with a trap, and
//! training goes on. A line reads `add(input, ones:2x3) -> ok: float32 [2, 3] [1.5, 1]`, `item(loss)
//! -> ok: 0.25`, or `read(stale) -> failure: stale tensor: ...`; with `repeat`, the number of calls
//! stands at its end: ` after 17`.

mod calls;
mod language;
mod value;

use callbox_sdk::prelude::*;

use crate::language::Trouble;
use crate::value::Value;

params! {
    /// What tests choose.
    pub struct Params {
        /// What to call, one after the other.
        calls: Vec<String> = &[];
        /// When: a hook, `start`, `finish`, or inside a transform: `transform-input`,
        /// `transform-output`, `transform-loss`.
        at: String = "batch-end";
        /// In which phase; empty: any.
        phase: String = "train", choices ["", "train", "valid", "test"];
        /// Not before this many training batches are completed.
        iteration: u32 = 0;
        /// At every such moment, not only once.
        always: bool = false;
        /// Make each call this often, or until it fails.
        repeat: u32 = 1, min 1;
        /// The number that `foreign` stands for, as unsigned.
        guess: i64 = -1;
        /// How many elements of an answer to log.
        shows: u32 = 6;
    }
}

/// Makes its calls.
pub struct TensorTour {
    params: Params,
    /// The input of the first such moment, or a random number where there was none.
    old: Option<Tensor>,
    done: bool,
}

/// All hooks call alike; only the one of the plan is delivered.
macro_rules! call_each {
    ($($method:ident)+) => {
        $(fn $method(&mut self, state: &State) -> Answer {
            self.visit(state)?;
            signal::none()
        })+
    };
}

impl Callback for TensorTour {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Transform])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        let tour = Self { params, old: None, done: false };
        match tour.params.at.as_str() {
            "start" => tour.call_all()?,
            "finish" | "transform-input" | "transform-output" | "transform-loss" => {}
            hook if Hook::ALL.iter().any(|known| known.name() == hook) => {}
            unknown => return Err(format!("there is no moment `{unknown}`")),
        }
        Ok(tour)
    }

    fn plan(&self) -> Plan {
        let hook = Hook::ALL.into_iter().find(|hook| hook.name() == self.params.at);
        match self.params.at.as_str() {
            "transform-input" => Plan::default().transforms_input().in_validation(),
            "transform-output" => Plan::default().transforms_output().in_validation(),
            "transform-loss" => Plan::default().transforms_loss(),
            _ => hook.map_or_else(Plan::default, Plan::on),
        }
    }

    call_each! {
        on_train_begin on_epoch_begin on_batch_begin on_loss_begin on_backward_begin on_backward_end
        on_step_end on_batch_end on_valid_begin on_valid_end on_epoch_end
    }

    fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
        if self.params.at == "finish" {
            self.call_all()?;
        }
        signal::none()
    }
}

impl Transform for TensorTour {
    fn on_batch_begin(
        &mut self,
        state: &State,
        _input: Tensor,
        _target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        self.visit(state).map(|()| None)
    }

    fn on_loss_begin(&mut self, state: &State, _output: Tensor) -> Result<Option<Tensor>, String> {
        self.visit(state).map(|()| None)
    }

    fn on_backward_begin(
        &mut self,
        state: &State,
        _loss: Tensor,
    ) -> Result<Option<Tensor>, String> {
        self.visit(state).map(|()| None)
    }
}

impl TensorTour {
    fn visit(&mut self, state: &State) -> Result<(), String> {
        let Params { phase, iteration, always, .. } = &self.params;
        if !phase.is_empty() && phase != state.phase.name() {
            return Ok(());
        }
        if self.old.is_none() && self.params.calls.iter().any(|call| call.contains("stale")) {
            self.old = Some(batch::input().or_else(|_| tensors::random_uniform(&[1]))?);
        }
        if (self.done && !always) || state.iteration < u64::from(*iteration) {
            return Ok(());
        }
        self.done = true;
        self.call_all()
    }

    fn call_all(&self) -> Result<(), String> {
        self.params.calls.iter().try_for_each(|call| self.call(call))
    }

    fn call(&self, call: &str) -> Result<(), String> {
        let mut times = 0;
        let answer = loop {
            let answer = language::evaluate(call, &|word| self.operand(word));
            times += 1;
            if answer.is_err() || times >= self.params.repeat {
                break answer.and_then(|value| value.shown(self.params.shows.into()));
            }
        };
        let times = if self.params.repeat > 1 { format!(" after {times}") } else { String::new() };
        match answer {
            Ok(shown) => log::info!("{call} -> ok: {shown}{times}"),
            Err(Trouble::Failure(failure)) => log::info!("{call} -> failure: {failure}{times}"),
            Err(Trouble::Language(why)) => return Err(format!("in `{call}`: {why}")),
        }
        Ok(())
    }

    /// The operands that only this instance knows.
    fn operand(&self, word: &str) -> Option<Value> {
        match word {
            "stale" => self.old.map(Value::Tensor),
            "foreign" => Some(Value::Tensor(self.params.guess.cast_unsigned().into())),
            _ => None,
        }
    }
}

register!(TensorTour, transform);
