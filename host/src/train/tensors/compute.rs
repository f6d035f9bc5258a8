//! From a word of the contract to what computes it.

use tch::{Device, Tensor};

use super::call::{Call, Made};
use super::desk::TensorDesk;
use super::facts::{NO_LOSS, NO_OUTPUT, no_batch};
use super::sizes;
use crate::callback::tensors::{Failure, Occasion, Operation, TensorId};
use crate::random::Stream;

/// Whether a number takes no memory of its own: what exists already, and views.
pub(super) fn is_handle(operation: &Operation<'_>) -> bool {
    use Operation as Op;
    matches!(
        operation,
        Op::Input
            | Op::Target
            | Op::Output
            | Op::Loss
            | Op::Labels
            | Op::Activation(_)
            | Op::Weight(_)
            | Op::Gradient(_)
            | Op::Unsqueeze(..)
            | Op::Narrow(..)
    )
}

/// In `start` there is nothing but names.
pub(super) fn check_occasion(occasion: Occasion, operation: &Operation<'_>) -> Result<(), Failure> {
    use Operation as Op;
    if occasion != Occasion::Start {
        return Ok(());
    }
    match operation {
        Op::Input | Op::Target | Op::Output | Op::Loss | Op::LossOf(..) | Op::Activation(_) => {
            Err(no_batch())
        }
        _ => {
            let text = "`start` knows the model's names only; ask for tensors at a hook";
            Err(Failure::Missing(text.to_owned()))
        }
    }
}

impl TensorDesk {
    /// Runs an operation.
    pub(super) fn make(&mut self, operation: Operation<'_>) -> Made {
        use Operation as Op;
        let facts = &self.facts;
        match operation {
            Op::Input => facts.in_flight(|batch| Some(&batch.input), ""),
            Op::Target => facts.in_flight(|batch| Some(&batch.target), ""),
            Op::Output => facts.in_flight(|batch| batch.output.as_ref(), NO_OUTPUT),
            Op::Loss => facts.in_flight(|batch| batch.loss.as_ref(), NO_LOSS),
            Op::LossOf(a, b) => self.on("loss-of", [a, b], |c, [a, b]| c.loss_of(facts, a, b)),
            Op::Labels => facts.labels().map(Tensor::shallow_clone),
            Op::Activation(name) => facts.activation(name),
            Op::Weight(name) => facts.weight(name),
            Op::Gradient(name) => facts.gradient(name),
            Op::Create(shape, values) => self.create(shape, values),
            Op::Add(a, b) => self.on("add", [a, b], |c, [a, b]| c.pair(a, b, Tensor::f_add)),
            Op::Sub(a, b) => self.on("sub", [a, b], |c, [a, b]| c.pair(a, b, Tensor::f_sub)),
            Op::Mul(a, b) => self.on("mul", [a, b], |c, [a, b]| c.pair(a, b, Tensor::f_mul)),
            Op::Affine(a, f, offset) => self.on("affine", [a], |c, [a]| c.affine(a, f, offset)),
            Op::Lerp(a, b, by) => self.on("lerp", [a, b, by], |c, three| c.lerp(three)),
            Op::Choose(by, a, b) => self.on("choose", [by, a, b], |c, three| c.choose(three)),
            Op::Clamp(a, min, max) => self.on("clamp", [a], |c, [a]| c.clamp(a, min, max)),
            Op::Square(a) => self.on("square", [a], |c, [a]| c.square(a)),
            Op::LogSoftmax(a, dim) => self.on("log-softmax", [a], |c, [a]| c.log_softmax(a, dim)),
            Op::Sum(a, dim) => self.on("sum", [a], |c, [a]| c.sum(a, dim)),
            Op::Mean(a, dim) => self.on("mean", [a], |c, [a]| c.mean(a, dim)),
            Op::Argmax(a, dim) => self.on("argmax", [a], |c, [a]| c.argmax(a, dim)),
            Op::Equal(a, b) => self.on("equal", [a, b], |c, [a, b]| c.equal(a, b)),
            Op::OneHot(a, count) => self.on("one-hot", [a], |c, [a]| c.one_hot(a, count)),
            Op::Unsqueeze(a, dim) => self.on("unsqueeze", [a], |c, [a]| c.unsqueeze(a, dim)),
            Op::Narrow(a, dim, start, end) => {
                self.on("narrow", [a], |c, [a]| c.narrow(a, dim, start, end))
            }
            Op::Put(a, dim, start, part) => {
                self.on("put", [a, part], |c, [a, part]| c.put(a, dim, start, part))
            }
            Op::Pick(a, dim, index) => {
                self.on("pick", [a, index], |c, [a, index]| c.pick(a, dim, index))
            }
            Op::Resize(a, height, width) => {
                self.on("resize", [a], |c, [a]| c.resize(a, height, width))
            }
            Op::Convert(a, to) => self.on("convert", [a], |c, [a]| c.convert(a, to)),
            Op::RandomPermutation(n) => {
                self.draw("random-permutation", |c, stream, on| c.permutation(n, stream, on))
            }
            Op::RandomUniform(shape) => {
                self.draw("random-uniform", |c, stream, on| c.uniform(shape, stream, on))
            }
            Op::RandomBeta(shape, a, b) => {
                self.draw("random-beta", |c, stream, on| c.beta(shape, [a, b], stream, on))
            }
        }
    }

    fn on<const N: usize>(
        &self,
        name: &'static str,
        ids: [TensorId; N],
        body: impl FnOnce(&Call<'_>, [&Tensor; N]) -> Made,
    ) -> Made {
        let operands = self.slots.all(ids)?;
        let call = self.operation(name, &operands);
        let made = body(&call, operands)?;
        self.meter.bytes(call.kept());
        Ok(made)
    }

    fn draw(
        &mut self,
        name: &'static str,
        body: impl FnOnce(&Call<'_>, Stream, Device) -> Made,
    ) -> Made {
        let stream = self.draws.next();
        body(&Call::new(name, &[], &self.meter), stream, self.facts.device)
    }

    fn create(&self, shape: &[u64], values: &[f32]) -> Made {
        self.on("create", [], |call, []| {
            let shape = sizes::shape(shape).map_err(|reason| call.mismatch(reason))?;
            call.create(&shape, values, self.facts.device)
        })
    }
}
