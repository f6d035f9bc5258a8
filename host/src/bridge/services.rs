//! What a guest's calls for tensors become: operations at its own desk.

use std::time::Duration;

use crate::callback::tensors::{
    Desk, Dtype, Failure, Operation, Parameter, Summary, TensorId, Tensors,
};
use crate::plugin::imports::{batch, model, tensors};
use crate::plugin::{self, wit};

/// The desk of one plugin, as its sandbox reaches it.
pub(super) struct Services(pub Desk);

impl plugin::Services for Services {
    fn host_time(&self) -> Duration {
        // A desk is in use only inside a call to it.
        self.0.try_borrow().map_or(Duration::ZERO, |desk| desk.host_time())
    }
}

impl Services {
    fn at<T>(
        &self,
        call: impl FnOnce(&mut dyn Tensors) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        call(&mut *self.0.borrow_mut())
    }

    fn tensor(&self, operation: Operation<'_>) -> Result<TensorId, tensors::Failure> {
        self.at(|desk| desk.compute(operation)).map_err(tensor_failure)
    }

    fn found(&self, operation: Operation<'_>) -> Result<TensorId, wit::Failure> {
        self.at(|desk| desk.compute(operation)).map_err(failure)
    }
}

fn failure(from: Failure) -> wit::Failure {
    match from {
        Failure::Stale => wit::Failure::Stale,
        Failure::Missing(text) => wit::Failure::Missing(text),
        Failure::Mismatch(text) => wit::Failure::Mismatch(text),
        Failure::OverBudget(text) => wit::Failure::OverBudget(text),
    }
}

fn tensor_failure(from: Failure) -> tensors::Failure {
    match from {
        Failure::Stale => tensors::Failure::Stale,
        Failure::Missing(text) => tensors::Failure::Missing(text),
        Failure::Mismatch(text) => tensors::Failure::Mismatch(text),
        Failure::OverBudget(text) => tensors::Failure::OverBudget(text),
    }
}

fn dtype_out(from: Dtype) -> tensors::Dtype {
    match from {
        Dtype::Float32 => tensors::Dtype::Float32,
        Dtype::Float64 => tensors::Dtype::Float64,
        Dtype::Float16 => tensors::Dtype::Float16,
        Dtype::Bfloat16 => tensors::Dtype::Bfloat16,
        Dtype::Int64 => tensors::Dtype::Int64,
        Dtype::Int32 => tensors::Dtype::Int32,
        Dtype::Uint8 => tensors::Dtype::Uint8,
        Dtype::Boolean => tensors::Dtype::Boolean,
    }
}

fn dtype(from: tensors::Dtype) -> Dtype {
    match from {
        tensors::Dtype::Float32 => Dtype::Float32,
        tensors::Dtype::Float64 => Dtype::Float64,
        tensors::Dtype::Float16 => Dtype::Float16,
        tensors::Dtype::Bfloat16 => Dtype::Bfloat16,
        tensors::Dtype::Int64 => Dtype::Int64,
        tensors::Dtype::Int32 => Dtype::Int32,
        tensors::Dtype::Uint8 => Dtype::Uint8,
        tensors::Dtype::Boolean => Dtype::Boolean,
    }
}

fn summary(from: Summary) -> tensors::Summary {
    let Summary { mean, std, min, max, l2_norm, non_finite } = from;
    tensors::Summary { mean, std, min, max, l2_norm, non_finite }
}

fn parameter(from: Parameter) -> model::Parameter {
    let Parameter { name, group, shape, trainable } = from;
    model::Parameter { name, group, shape, trainable }
}

/// An operation's name in the contract, its arguments, and what it is at the desk.
macro_rules! operations {
    ($($name:ident($($arg:ident: $kind:ty),*) => $operation:expr;)+) => {
        $(fn $name(&mut self, $($arg: $kind),*) -> Result<TensorId, tensors::Failure> {
            self.tensor($operation)
        })+
    };
}

impl tensors::Host for Services {
    fn shape(&mut self, of: TensorId) -> Result<Vec<u64>, tensors::Failure> {
        self.at(|desk| desk.shape(of)).map_err(tensor_failure)
    }

    fn kind(&mut self, of: TensorId) -> Result<tensors::Dtype, tensors::Failure> {
        self.at(|desk| desk.kind(of)).map(dtype_out).map_err(tensor_failure)
    }

    fn summaries(&mut self, of: Vec<TensorId>) -> Result<Vec<tensors::Summary>, tensors::Failure> {
        let found = self.at(|desk| desk.summaries(&of)).map_err(tensor_failure)?;
        Ok(found.into_iter().map(summary).collect())
    }

    fn item(&mut self, of: TensorId) -> Result<f64, tensors::Failure> {
        self.at(|desk| desk.item(of)).map_err(tensor_failure)
    }

    fn read(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<f32>, tensors::Failure> {
        self.at(|desk| desk.read(of, offset, len)).map_err(tensor_failure)
    }

    fn read_integers(
        &mut self,
        of: TensorId,
        offset: u64,
        len: u64,
    ) -> Result<Vec<i64>, tensors::Failure> {
        self.at(|desk| desk.read_integers(of, offset, len)).map_err(tensor_failure)
    }

    operations! {
        create(shape: Vec<u64>, values: Vec<f32>) => Operation::Create(&shape, &values);
        add(a: TensorId, b: TensorId) => Operation::Add(a, b);
        sub(a: TensorId, b: TensorId) => Operation::Sub(a, b);
        mul(a: TensorId, b: TensorId) => Operation::Mul(a, b);
        affine(a: TensorId, factor: f64, offset: f64) => Operation::Affine(a, factor, offset);
        lerp(a: TensorId, b: TensorId, weight: TensorId) => Operation::Lerp(a, b, weight);
        choose(condition: TensorId, a: TensorId, b: TensorId) => Operation::Choose(condition, a, b);
        clamp(a: TensorId, min: f64, max: f64) => Operation::Clamp(a, min, max);
        square(a: TensorId) => Operation::Square(a);
        log_softmax(a: TensorId, dim: i64) => Operation::LogSoftmax(a, dim);
        sum(a: TensorId, dim: Option<i64>) => Operation::Sum(a, dim);
        mean(a: TensorId, dim: Option<i64>) => Operation::Mean(a, dim);
        argmax(a: TensorId, dim: i64) => Operation::Argmax(a, dim);
        equal(a: TensorId, b: TensorId) => Operation::Equal(a, b);
        one_hot(classes: TensorId, count: u64) => Operation::OneHot(classes, count);
        unsqueeze(a: TensorId, dim: i64) => Operation::Unsqueeze(a, dim);
        narrow(a: TensorId, dim: i64, start: u64, end: u64) => Operation::Narrow(a, dim, start, end);
        put(a: TensorId, dim: i64, start: u64, part: TensorId) => Operation::Put(a, dim, start, part);
        pick(a: TensorId, dim: i64, index: TensorId) => Operation::Pick(a, dim, index);
        resize(a: TensorId, height: u64, width: u64) => Operation::Resize(a, height, width);
        convert(a: TensorId, to: tensors::Dtype) => Operation::Convert(a, dtype(to));
        random_permutation(n: u64) => Operation::RandomPermutation(n);
        random_uniform(shape: Vec<u64>) => Operation::RandomUniform(&shape);
        random_beta(shape: Vec<u64>, a: f64, b: f64) => Operation::RandomBeta(&shape, a, b);
    }
}

impl batch::Host for Services {
    fn input(&mut self) -> Result<TensorId, wit::Failure> {
        self.found(Operation::Input)
    }

    fn target(&mut self) -> Result<TensorId, wit::Failure> {
        self.found(Operation::Target)
    }

    fn output(&mut self) -> Result<TensorId, wit::Failure> {
        self.found(Operation::Output)
    }

    fn loss(&mut self) -> Result<TensorId, wit::Failure> {
        self.found(Operation::Loss)
    }

    fn loss_of(&mut self, output: TensorId, target: TensorId) -> Result<TensorId, wit::Failure> {
        self.found(Operation::LossOf(output, target))
    }

    fn sample_losses(&mut self) -> Result<(TensorId, TensorId), wit::Failure> {
        self.at(|desk| desk.sample_losses()).map_err(failure)
    }

    fn labels(&mut self) -> Result<TensorId, wit::Failure> {
        self.found(Operation::Labels)
    }

    fn activation(&mut self, name: String) -> Result<TensorId, wit::Failure> {
        self.found(Operation::Activation(&name))
    }
}

impl model::Host for Services {
    fn parameters(&mut self) -> Vec<model::Parameter> {
        self.0.borrow_mut().parameters().into_iter().map(parameter).collect()
    }

    fn activations(&mut self) -> Vec<String> {
        self.0.borrow_mut().activations()
    }

    fn weight(&mut self, name: String) -> Result<TensorId, wit::Failure> {
        self.found(Operation::Weight(&name))
    }

    fn gradient(&mut self, name: String) -> Result<TensorId, wit::Failure> {
        self.found(Operation::Gradient(&name))
    }

    fn gradient_norm(&mut self) -> Result<f64, wit::Failure> {
        self.at(|desk| desk.gradient_norm()).map_err(failure)
    }
}
