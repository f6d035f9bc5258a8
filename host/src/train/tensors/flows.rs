//! What flows through a chain of transforms, and what may stand in its place.
//!
//! A number that names the very tensor that was offered needs no check.

use tch::{Kind, Tensor};

use super::bench::Bench;
use super::classes::extremes;
use super::kinds;
use crate::callback::caught;
use crate::callback::tensors::{Failure, Flow, TensorId};
use crate::train::torch::{During, TorchError, no_grad, storage_bytes};

/// The batch: input and target.
pub struct InputFlow {
    bench: Bench,
    input: Tensor,
    target: Tensor,
    offered: [TensorId; 2],
}

/// The model's output.
pub struct OutputFlow {
    bench: Bench,
    output: Tensor,
    offered: [TensorId; 1],
}

/// The loss.
pub struct LossFlow {
    bench: Bench,
    loss: Tensor,
    offered: [TensorId; 1],
}

impl InputFlow {
    pub(super) fn new(bench: Bench, input: Tensor, target: Tensor) -> Self {
        Self { bench, input, target, offered: [0; 2] }
    }

    /// Input and target after the transforms.
    pub fn into_parts(self) -> (Tensor, Tensor) {
        (self.input, self.target)
    }

    fn check_input(&self, input: &Tensor) -> Result<(), String> {
        let (shape, needed) = (input.size(), self.input.size());
        if input.kind() != self.input.kind() {
            let (given, takes) = (kinds::name(input.kind()), kinds::name(self.input.kind()));
            return Err(format!("it returned an input of type {given}; the model takes {takes}"));
        }
        if shape != needed {
            self.check_size(&shape, &needed)?;
        }
        check_device("an input", input, &self.input)
    }

    /// Another size: the model's layers may be made for the one that was given, and whoever runs it
    /// is not to blame.
    fn check_size(&self, shape: &[i64], needed: &[i64]) -> Result<(), String> {
        let told = |expected: &str| {
            Err(format!("it returned an input of shape {shape:?}; expected {expected}"))
        };
        if !self.bench.facts.any_size {
            let none = "the shape of the one it got: this model takes no other";
            return told(&format!("{needed:?}, {none}"));
        }
        let [batch, channels, _, _] = *needed else {
            return told(&format!("{needed:?}: only images may have another size"));
        };
        match *shape {
            [b, c, height, width] if [b, c] == [batch, channels] && height.min(width) > 0 => Ok(()),
            _ => told(&format!(
                "[{batch}, {channels}, height, width]: this model takes images of any size"
            )),
        }
    }

    fn check_target(&self, target: &Tensor) -> Result<(), String> {
        check_device("a target", target, &self.target)?;
        let (shape, classes) = (target.size(), self.bench.facts.classes);
        let as_it_was = target.kind() == self.target.kind() && shape == self.target.size();
        let batch = self.input.size().first().copied().unwrap_or(0);
        let mixed = kinds::is_floating(target.kind()) && shape == [batch, classes];
        if !as_it_was && !mixed {
            return Err(format!(
                "it returned a target of {}; expected {} as it was, or class probabilities \
                 [{batch}, {classes}]",
                kinds::shown(target),
                kinds::shown(&self.target)
            ));
        }
        if target.kind() == Kind::Int64 { check_classes(target, classes) } else { Ok(()) }
    }
}

impl Flow<2> for InputFlow {
    fn offer(&mut self, desk: usize) -> Result<[TensorId; 2], Failure> {
        self.offered = self.bench.lay(desk, [&self.input, &self.target])?;
        Ok(self.offered)
    }

    fn accept(&mut self, desk: usize, given: [TensorId; 2]) -> Result<(), String> {
        if given == self.offered {
            return Ok(());
        }
        let [input, target] = given.map(|id| self.bench.taken(desk, id));
        let input = input.ok_or_else(|| stale("input"))?;
        let target = target.ok_or_else(|| stale("target"))?;
        settled(|| {
            if given[0] != self.offered[0] {
                self.check_input(&input)?;
            }
            if given[1] != self.offered[1] { self.check_target(&target) } else { Ok(()) }
        })?;
        let input = if given[0] == self.offered[0] { input } else { owned(input)? };
        let target = if given[1] == self.offered[1] { target } else { owned(target)? };
        (self.input, self.target) = (input, target);
        Ok(())
    }
}

impl OutputFlow {
    pub(super) fn new(bench: Bench, output: Tensor) -> Self {
        Self { bench, output, offered: [0] }
    }

    /// The output after the transforms.
    pub fn into_tensor(self) -> Tensor {
        self.output
    }

    fn check(&self, output: &Tensor) -> Result<(), String> {
        let (shape, needed) = (output.size(), self.output.size());
        if !kinds::is_floating(output.kind()) || shape != needed {
            return Err(format!(
                "it returned an output of {}; expected {needed:?} with fractions, as the model \
                 gave it",
                kinds::shown(output)
            ));
        }
        if self.output.requires_grad() && !output.requires_grad() {
            let text = "it returned an output without a gradient; compute it from the one it got";
            return Err(text.to_owned());
        }
        check_device("an output", output, &self.output)
    }
}

impl Flow<1> for OutputFlow {
    fn offer(&mut self, desk: usize) -> Result<[TensorId; 1], Failure> {
        self.offered = self.bench.lay(desk, [&self.output])?;
        Ok(self.offered)
    }

    fn accept(&mut self, desk: usize, given: [TensorId; 1]) -> Result<(), String> {
        if given == self.offered {
            return Ok(());
        }
        let output = self.bench.taken(desk, given[0]).ok_or_else(|| stale("output"))?;
        settled(|| self.check(&output))?;
        self.output = owned(output)?;
        Ok(())
    }
}

impl LossFlow {
    pub(super) fn new(bench: Bench, loss: Tensor) -> Self {
        Self { bench, loss, offered: [0] }
    }

    /// The loss after the transforms: a scalar without dimensions.
    pub fn into_tensor(self) -> Tensor {
        self.loss
    }

    fn check(&self, loss: &Tensor) -> Result<(), String> {
        if loss.numel() != 1 {
            let shape = loss.size();
            return Err(format!(
                "it returned a loss of shape {shape:?}; a loss is a single number, with a gradient"
            ));
        }
        if !kinds::is_floating(loss.kind()) {
            let given = kinds::name(loss.kind());
            return Err(format!("it returned a loss of type {given}; a loss has fractions"));
        }
        if !loss.requires_grad() {
            let text = "it returned a loss without a gradient; compute it from the loss, the output \
                        or the activations that it got in this call";
            return Err(text.to_owned());
        }
        check_device("a loss", loss, &self.loss)
    }
}

impl Flow<1> for LossFlow {
    fn offer(&mut self, desk: usize) -> Result<[TensorId; 1], Failure> {
        self.offered = self.bench.lay(desk, [&self.loss])?;
        Ok(self.offered)
    }

    fn accept(&mut self, desk: usize, given: [TensorId; 1]) -> Result<(), String> {
        if given == self.offered {
            return Ok(());
        }
        let loss = self.bench.taken(desk, given[0]).ok_or_else(|| stale("loss"))?;
        settled(|| self.check(&loss))?;
        let scalar = loss.f_reshape([0_i64; 0]).during("loss").map_err(|e| refused(&e))?;
        self.loss = owned(scalar)?;
        Ok(())
    }
}

/// Runs checks: without a graph, and a panic of the bindings is the callback's.
fn settled(checks: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let _mode = no_grad();
    caught(checks).unwrap_or_else(|message| Err(format!("checking what it returned: {message}")))
}

/// The tensor, or a copy of a small part of a larger one, which it would keep alive: some metrics keep
/// what they measure until the pass is over.
fn owned(tensor: Tensor) -> Result<Tensor, String> {
    let all = storage_bytes(&tensor).map_err(|error| refused(&error))?;
    if all <= kinds::bytes(&tensor).saturating_mul(2) {
        return Ok(tensor);
    }
    // Part of the graph, if the tensor is.
    let copy = tensor.f_to_dtype(tensor.kind(), false, true).during("copy");
    copy.map_err(|error| refused(&error))
}

fn check_device(what: &str, given: &Tensor, offered: &Tensor) -> Result<(), String> {
    let (here, there) = (given.device(), offered.device());
    if here == there {
        return Ok(());
    }
    Err(format!("it returned {what} on {here:?}; the run computes on {there:?}"))
}

/// Waits for the device: see `classes.rs`.
fn check_classes(target: &Tensor, classes: i64) -> Result<(), String> {
    let wrong = |class: i64| {
        format!("it returned a target with class {class}; classes are 0 to {}", classes - 1)
    };
    match extremes(target).map_err(|error| refused(&error))? {
        Some((least, _)) if least < 0 => Err(wrong(least)),
        Some((_, greatest)) if greatest >= classes => Err(wrong(greatest)),
        _ => Ok(()),
    }
}

fn refused(error: &TorchError) -> String {
    format!("libtorch refused what it returned: {error}")
}

fn stale(what: &str) -> String {
    format!("the {what} that it returned is stale, or no number of its own")
}
