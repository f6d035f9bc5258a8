//! The workbench as a callback sees it: by numbers, through the traits.

mod budgets;
mod events;
mod flows;
mod graphs;
mod random;
mod refusals;
mod values;

use std::cell::RefMut;

use tch::{Device, Tensor};

use super::Bench;
use crate::callback::tensors::{
    Desk, Dtype, Failure, Occasion, Operation, Summary, TensorId, Tensors, Workbench,
};
use crate::callback::{Hook, State};
use crate::train::data::{Batch, Data, DataConfig, Draw};
use crate::train::loss::Loss;
use crate::train::model::{Cnn, CnnConfig, Mlp, MlpConfig, Model, Output};
use crate::train::torch::{self, grad_enabled, seeding};

/// A batch of 128 digits, 10 classes; an MLP with `layers.0` and `layers.1`; one open desk.
struct Fixture {
    data: Data,
    model: Box<dyn Model>,
    bench: Bench,
    number: usize,
    desk: Desk,
}

impl Fixture {
    fn new() -> Self {
        Self::with(|data| {
            Box::new(Mlp::new(&MlpConfig::default(), data.spec(), Device::Cpu).unwrap())
        })
    }

    fn cnn() -> Self {
        let config = CnnConfig { width: 2 };
        Self::with(|data| Box::new(Cnn::new(&config, data.spec(), Device::Cpu).unwrap()))
    }

    fn with(model: impl FnOnce(&Data) -> Box<dyn Model>) -> Self {
        let _lock = seeding();
        let data = Data::load(&DataConfig::default(), 42, Device::Cpu).unwrap();
        torch::manual_seed(0).unwrap();
        let model = model(&data);
        let mut bench = Bench::new(model.as_ref(), Loss::cross_entropy(), &data).unwrap();
        let (number, desk) = bench.open();
        let fixture = Self { data, model, bench, number, desk };
        fixture.at(Occasion::Event(Hook::BatchBegin));
        fixture
    }

    fn at(&self, occasion: Occasion) {
        self.desk().begin(occasion, &State::start());
    }

    fn desk(&self) -> RefMut<'_, dyn Tensors + 'static> {
        self.desk.borrow_mut()
    }

    fn compute(&self, operation: Operation<'_>) -> Result<TensorId, Failure> {
        let before = grad_enabled();
        let answer = self.desk().compute(operation);
        assert_eq!(grad_enabled(), before, "gradient mode after {operation:?}");
        answer
    }

    fn make(&self, operation: Operation<'_>) -> TensorId {
        self.compute(operation).unwrap_or_else(|error| panic!("{operation:?}: {error}"))
    }

    fn create(&self, shape: &[u64], values: &[f32]) -> TensorId {
        self.make(Operation::Create(shape, values))
    }

    fn whole(&self, values: &[f32]) -> TensorId {
        let list = self.create(&[values.len() as u64], values);
        self.make(Operation::Convert(list, Dtype::Int64))
    }

    fn shape(&self, id: TensorId) -> Result<Vec<u64>, Failure> {
        self.desk().shape(id)
    }

    fn kind(&self, id: TensorId) -> Result<Dtype, Failure> {
        self.desk().kind(id)
    }

    fn item(&self, id: TensorId) -> Result<f64, Failure> {
        self.desk().item(id)
    }

    fn read(&self, id: TensorId, offset: u64, len: u64) -> Result<Vec<f32>, Failure> {
        self.desk().read(id, offset, len)
    }

    fn read_integers(&self, id: TensorId, offset: u64, len: u64) -> Result<Vec<i64>, Failure> {
        self.desk().read_integers(id, offset, len)
    }

    fn summaries(&self, ids: &[TensorId]) -> Result<Vec<Summary>, Failure> {
        self.desk().summaries(ids)
    }

    fn values(&self, id: TensorId) -> Vec<f32> {
        self.read(id, 0, self.shape(id).unwrap().iter().product()).unwrap()
    }

    fn tensor(&self, id: TensorId) -> Tensor {
        self.bench.taken(self.number, id).unwrap()
    }

    /// The first training batch is in flight, the model has not seen it.
    fn take_off(&self) -> Batch {
        let batch = self.data.train.batches(&Draw::default()).unwrap().next().unwrap().unwrap();
        self.bench.take_off(&batch);
        batch
    }

    /// The first training batch is in flight, and has an output and a loss.
    fn fly(&mut self) -> (Batch, Output, Tensor) {
        let batch = self.take_off();
        let output = self.model.forward(&batch.input, true).unwrap();
        self.bench.put_output(&output);
        let loss = Loss::cross_entropy().of(&output, &batch.target).unwrap();
        self.bench.put_loss(&loss);
        (batch, output, loss)
    }
}

fn text(failure: Failure) -> String {
    match failure {
        Failure::Mismatch(text) => text,
        other => panic!("expected a mismatch, got {other:?}"),
    }
}

fn missing(failure: Failure) -> String {
    match failure {
        Failure::Missing(text) => text,
        other => panic!("expected something missing, got {other:?}"),
    }
}
