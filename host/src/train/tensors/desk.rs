//! One callback's desk: every call is counted, timed, and leaves the gradient mode as it was.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tch::Tensor;

use super::budget::Meter;
use super::call::{Call, Made};
use super::compute::{check_occasion, is_handle};
use super::draws::Draws;
use super::facts::Facts;
use super::kinds;
use super::slots::Slots;
use crate::callback::tensors::{
    Budgets, Dtype, Failure, Occasion, Operation, Parameter, Summary, TensorId, Tensors,
};
use crate::callback::{Hook, State, caught};
use crate::train::torch::{enable_grad, grad_enabled, no_grad};

/// A callback's tensors on libtorch.
pub(super) struct TensorDesk {
    pub(super) facts: Rc<Facts>,
    pub(super) slots: Slots,
    pub(super) meter: Meter,
    pub(super) draws: Draws,
    occasion: Occasion,
    /// Whether what is computed in this call becomes part of the graph.
    records: bool,
}

impl TensorDesk {
    /// With nothing on it; `number` is its number at the workbench.
    pub(super) fn new(facts: Rc<Facts>, number: usize) -> Self {
        Self {
            facts,
            slots: Slots::new(number),
            meter: Meter::new(),
            draws: Draws::new(),
            occasion: Occasion::Start,
            records: false,
        }
    }

    /// One call from a callback, or as many operations as it stands for.
    pub(super) fn call<T>(
        &mut self,
        operations: u64,
        body: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let began = Instant::now();
        // What is refused takes no host time: else who asks on and on would never use up its own.
        self.meter.operations(operations)?;
        self.facts.in_use.set(true);
        self.records = in_graph(self.occasion) && grad_enabled();
        let _mode = no_grad();
        let answer = caught(|| body(self)).unwrap_or_else(|message| {
            Err(Failure::Mismatch(format!("libtorch's bindings panicked: {message}")))
        });
        self.meter.time(began.elapsed());
        answer
    }

    /// An operation on these; part of the graph where one is recorded.
    pub(super) fn operation<'a>(
        &'a self,
        name: &'static str,
        operands: &'a [&'a Tensor],
    ) -> Call<'a> {
        let call = Call::new(name, operands, &self.meter);
        if self.records { call.in_graph() } else { call }
    }

    /// Every number is stale, and what its tensor took is free.
    pub(super) fn forget(&mut self) {
        self.slots.clear();
        self.meter.clear();
    }

    /// Without its graph, unless graphs are recorded here.
    fn settled(&self, tensor: Tensor) -> Made {
        if self.records || !tensor.requires_grad() {
            return Ok(tensor);
        }
        tensor.f_detach().map_err(|error| Failure::Mismatch(error.to_string()))
    }

    fn compute_now(&mut self, operation: Operation<'_>) -> Result<TensorId, Failure> {
        check_occasion(self.occasion, &operation)?;
        self.slots.room(1)?;
        let _mode = self.records.then(enable_grad);
        let tensor = self.make(operation)?;
        if !is_handle(&operation) {
            self.meter.bytes(kinds::bytes(&tensor));
        }
        let tensor = self.settled(tensor)?;
        self.slots.put(tensor)
    }
}

/// Where operations may become part of the graph.
fn in_graph(occasion: Occasion) -> bool {
    matches!(occasion, Occasion::Transform(Hook::LossBegin | Hook::BackwardBegin))
}

impl Tensors for TensorDesk {
    fn limit(&mut self, budgets: Budgets) {
        self.meter.limits = budgets;
    }

    fn seed(&mut self, seed: u64) {
        self.draws.seed = seed;
    }

    fn begin(&mut self, occasion: Occasion, state: &State<'_>) {
        self.occasion = occasion;
        self.meter.begin();
        self.draws.arrive(state);
    }

    fn held(&self) -> usize {
        self.slots.held()
    }

    fn host_time(&self) -> Duration {
        self.meter.host_time()
    }

    fn compute(&mut self, operation: Operation<'_>) -> Result<TensorId, Failure> {
        self.call(1, |desk| desk.compute_now(operation))
    }

    fn sample_losses(&mut self) -> Result<(TensorId, TensorId), Failure> {
        self.call(1, |desk| {
            desk.slots.room(2)?;
            let _mode = desk.records.then(enable_grad);
            let (losses, ids) = desk.losses_now()?;
            [&losses, &ids].into_iter().for_each(|made| desk.meter.bytes(kinds::bytes(made)));
            let losses = desk.settled(losses)?;
            Ok((desk.slots.put(losses)?, desk.slots.put(ids)?))
        })
    }

    fn shape(&mut self, of: TensorId) -> Result<Vec<u64>, Failure> {
        self.call(1, |desk| desk.shape_now(of))
    }

    fn kind(&mut self, of: TensorId) -> Result<Dtype, Failure> {
        self.call(1, |desk| desk.kind_now(of))
    }

    fn summaries(&mut self, of: &[TensorId]) -> Result<Vec<Summary>, Failure> {
        self.call(of.len().max(1) as u64, |desk| desk.summaries_now(of))
    }

    fn item(&mut self, of: TensorId) -> Result<f64, Failure> {
        self.call(1, |desk| desk.item_now(of))
    }

    fn read(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<f32>, Failure> {
        self.call(1, |desk| desk.read_now(of, offset, len))
    }

    fn read_integers(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<i64>, Failure> {
        self.call(1, |desk| desk.read_integers_now(of, offset, len))
    }

    /// Nothing once the budget is spent: there is no other way to say it.
    fn parameters(&mut self) -> Vec<Parameter> {
        self.call(1, |desk| Ok(desk.facts.parameters())).unwrap_or_default()
    }

    fn activations(&mut self) -> Vec<String> {
        self.call(1, |desk| Ok(desk.facts.activations.clone())).unwrap_or_default()
    }

    fn gradient_norm(&mut self) -> Result<f64, Failure> {
        self.call(1, |desk| desk.gradient_norm_now())
    }

    fn sample_weights(&mut self, of: TensorId) -> Result<Vec<f64>, Failure> {
        self.call(1, |desk| desk.sample_weights_now(of))
    }

    fn clear(&mut self) {
        self.forget();
    }
}
