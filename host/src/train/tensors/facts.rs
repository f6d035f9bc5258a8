//! What a callback may read: the model, the training samples' classes, and the batch in flight.

use std::cell::{Cell, RefCell};

use tch::{Device, Tensor};

use super::call::Made;
use crate::callback::tensors::{Failure, Parameter};
use crate::nearest::nearest;
use crate::train::data::{Batch, Data};
use crate::train::loss::Loss;
use crate::train::model::Model;
use crate::train::torch::{During, TorchError, gradient, gradients};

/// Handles to everything readable.
pub(super) struct Facts {
    params: Vec<Handle>,
    pub(super) activations: Vec<String>,
    /// See [`Model::takes_any_size`].
    pub(super) any_size: bool,
    pub(super) loss: Loss,
    /// Class of every training sample, on the device, where there is one for each; a stream does not
    /// know its samples before.
    labels: Option<Tensor>,
    /// Training samples that have numbers: those of a table.
    samples: Option<usize>,
    /// `None`: targets are numbers.
    pub(super) classes: Option<i64>,
    pub(super) device: Device,
    pub(super) batch: RefCell<Option<InFlight>>,
    /// Some desk holds something: otherwise clearing them would only fetch them all into the cache.
    pub(super) in_use: Cell<bool>,
}

struct Handle {
    name: String,
    group: u32,
    tensor: Tensor,
}

/// The batch in flight.
pub(super) struct InFlight {
    pub(super) input: Tensor,
    pub(super) target: Tensor,
    /// As the data has it.
    pub(super) raw_target: Tensor,
    /// Numbers of its samples in the dataset.
    pub(super) ids: Vec<i64>,
    pub(super) output: Option<Tensor>,
    /// As the model gave it.
    pub(super) raw_output: Option<Tensor>,
    pub(super) named: Vec<(String, Tensor)>,
    pub(super) loss: Option<Tensor>,
}

impl InFlight {
    pub(super) fn new(batch: &Batch) -> Self {
        Self {
            input: batch.input.shallow_clone(),
            target: batch.target.shallow_clone(),
            raw_target: batch.target.shallow_clone(),
            ids: batch.indices.clone(),
            output: None,
            raw_output: None,
            named: Vec::new(),
            loss: None,
        }
    }
}

impl Facts {
    pub(super) fn new(model: &dyn Model, loss: Loss, data: &Data) -> Result<Self, TorchError> {
        let device = model.params().device();
        let params = model.params().weights().map(|param| Handle {
            name: param.name.clone(),
            group: u32::try_from(param.group).unwrap_or(u32::MAX),
            tensor: param.tensor.shallow_clone(),
        });
        let labels = data.train.labels().map(|labels| labels.f_to(device));
        Ok(Self {
            params: params.collect(),
            activations: model.activations(),
            any_size: model.takes_any_size(),
            loss,
            labels: labels.transpose().during("moving the labels")?,
            samples: data.train.numbered(),
            classes: data.spec().classes(),
            device,
            batch: RefCell::new(None),
            in_use: Cell::new(false),
        })
    }

    /// The class of every training sample.
    pub(super) fn labels(&self) -> Result<&Tensor, Failure> {
        self.samples()?;
        let text = match self.classes {
            None => "the training data has no classes: its targets are numbers",
            Some(_) => "the training data has a class for each token, not one for each sample",
        };
        self.labels.as_ref().ok_or_else(|| Failure::Missing(text.to_owned()))
    }

    /// How many training samples there are.
    pub(super) fn samples(&self) -> Result<usize, Failure> {
        let text = "the training data is a stream: its samples are not known before they come";
        self.samples.ok_or_else(|| Failure::Missing(text.to_owned()))
    }

    /// Whatever the batch in flight has; `lacks` says why it may have not.
    pub(super) fn in_flight(
        &self,
        what: impl FnOnce(&InFlight) -> Option<&Tensor>,
        lacks: &str,
    ) -> Made {
        let batch = self.batch.borrow();
        let batch = batch.as_ref().ok_or_else(no_batch)?;
        let found = what(batch).ok_or_else(|| Failure::Missing(lacks.to_owned()))?;
        Ok(found.shallow_clone())
    }

    /// An intermediate result of the model.
    pub(super) fn activation(&self, name: &str) -> Made {
        if !self.activations.iter().any(|known| known == name) {
            let known = self.activations.iter().map(String::as_str);
            return Err(unknown("activation", name, nearest(name, known)));
        }
        let named = |batch: &InFlight| batch.named.iter().position(|(known, _)| known == name);
        self.in_flight(|batch| named(batch).map(|index| &batch.named[index].1), NO_OUTPUT)
    }

    /// A parameter's value: a view of it, detached.
    pub(super) fn weight(&self, name: &str) -> Made {
        let tensor = &self.param(name)?.tensor;
        tensor.f_detach().map_err(|error| Failure::Mismatch(error.to_string()))
    }

    /// A parameter's gradient.
    pub(super) fn gradient(&self, name: &str) -> Made {
        let tensor = &self.param(name)?.tensor;
        let found = gradient(tensor).map_err(|error| Failure::Mismatch(error.to_string()))?;
        found.ok_or_else(|| {
            let text = "has no gradient now: gradients live from backward-end to step-end";
            Failure::Missing(format!("`{name}` {text}"))
        })
    }

    /// Every gradient there is.
    pub(super) fn gradients(&self) -> Result<Vec<Tensor>, TorchError> {
        let leaves: Vec<&Tensor> = self.params.iter().map(|param| &param.tensor).collect();
        Ok(gradients(&leaves)?.into_iter().flatten().collect())
    }

    /// The parameters as the contract describes them.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let described = self.params.iter().map(|param| Parameter {
            name: param.name.clone(),
            group: param.group,
            shape: param.tensor.size().into_iter().map(i64::unsigned_abs).collect(),
            trainable: param.tensor.requires_grad(),
        });
        described.collect()
    }

    fn param(&self, name: &str) -> Result<&Handle, Failure> {
        let known = || self.params.iter().map(|param| param.name.as_str());
        let found = self.params.iter().find(|param| param.name == name);
        found.ok_or_else(|| unknown("parameter", name, nearest(name, known())))
    }
}

/// Why an output or an activation may be missing while a batch is in flight.
pub(super) const NO_OUTPUT: &str =
    "the batch has no output: the model runs between batch-begin and loss-begin";

/// Why a loss may be missing while a batch is in flight.
pub(super) const NO_LOSS: &str =
    "the batch has no loss: it is computed between loss-begin and backward-begin";

pub(super) fn no_batch() -> Failure {
    Failure::Missing("there is no batch in flight".to_owned())
}

fn unknown(what: &str, name: &str, near: Option<&str>) -> Failure {
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let name = crate::text::clean(name, 64);
    Failure::Missing(format!("the model has no {what} `{name}`{near}"))
}
