//! A workbench without tensors, for hosts that train without libtorch.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::{
    Budgets, Desk, Dtype, Failure, Occasion, Operation, Parameter, Summary, TensorId, Tensors,
    Workbench,
};
use crate::callback::State;

/// A workbench for hosts that have no tensors: everything is missing.
#[derive(Debug, Default)]
pub struct NoTensors {
    opened: usize,
}

impl Workbench for NoTensors {
    fn open(&mut self) -> (usize, Desk) {
        self.opened += 1;
        (self.opened - 1, Rc::new(RefCell::new(EmptyDesk)))
    }
}

struct EmptyDesk;

impl EmptyDesk {
    fn refuse<T>() -> Result<T, Failure> {
        Err(Failure::Missing("this host has no tensors".to_owned()))
    }
}

impl Tensors for EmptyDesk {
    fn limit(&mut self, _budgets: Budgets) {}

    fn seed(&mut self, _seed: u64) {}

    fn begin(&mut self, _occasion: Occasion, _state: &State<'_>) {}

    fn held(&self) -> usize {
        0
    }

    fn host_time(&self) -> Duration {
        Duration::ZERO
    }

    fn compute(&mut self, _operation: Operation<'_>) -> Result<TensorId, Failure> {
        Self::refuse()
    }

    fn sample_losses(&mut self) -> Result<(TensorId, TensorId), Failure> {
        Self::refuse()
    }

    fn shape(&mut self, _of: TensorId) -> Result<Vec<u64>, Failure> {
        Err(Failure::Stale)
    }

    fn kind(&mut self, _of: TensorId) -> Result<Dtype, Failure> {
        Err(Failure::Stale)
    }

    fn summaries(&mut self, _of: &[TensorId]) -> Result<Vec<Summary>, Failure> {
        Err(Failure::Stale)
    }

    fn item(&mut self, _of: TensorId) -> Result<f64, Failure> {
        Err(Failure::Stale)
    }

    fn read(&mut self, _of: TensorId, _offset: u64, _len: u64) -> Result<Vec<f32>, Failure> {
        Err(Failure::Stale)
    }

    fn read_integers(
        &mut self,
        _of: TensorId,
        _offset: u64,
        _len: u64,
    ) -> Result<Vec<i64>, Failure> {
        Err(Failure::Stale)
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        Vec::new()
    }

    fn activations(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn gradient_norm(&mut self) -> Result<f64, Failure> {
        Self::refuse()
    }

    fn sample_weights(&mut self, _of: TensorId) -> Result<Vec<f64>, Failure> {
        Err(Failure::Stale)
    }

    fn clear(&mut self) {}
}
