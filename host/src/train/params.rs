//! The registry of a model's tensors: ordered, named as PyTorch names them, in layer groups.
//!
//! Its order is that of PyTorch's `state_dict`. Checkpoints, optimizer groups, freezing and exchange
//! with PyTorch all stand on it.

use std::cell::Cell;
use std::rc::Rc;

use tch::{Device, Tensor};

use super::norm::{Norm, Statistics};
use super::torch::{During, TorchError, no_grad, unset_gradient, unset_gradients};

/// What a tensor is to its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// A weight of a linear or convolutional layer.
    Weight,
    /// A bias.
    Bias,
    /// Scale or shift of a normalisation, which many recipes don't decay.
    Norm,
    /// State that is saved but not trained, such as running statistics.
    Buffer,
}

/// One registered tensor.
#[derive(Debug)]
pub struct Param {
    /// PyTorch's dotted name, such as `blocks.0.conv.weight`.
    pub name: String,
    /// The model's own tensor: the same storage as in its layer.
    pub tensor: Tensor,
    /// What it is.
    pub kind: ParamKind,
    /// Index of its layer group.
    pub group: usize,
}

/// A model's tensors, in the order of their registration.
#[derive(Debug)]
pub struct Params {
    device: Device,
    entries: Vec<Param>,
    groups: Vec<String>,
    norms: Vec<Rc<Norm>>,
    /// Of every group; its norms hold it too.
    norm_frozen: Vec<Rc<Cell<bool>>>,
}

/// A tensor that does not fit the registry.
#[derive(Debug, thiserror::Error)]
pub enum ParamError {
    /// No tensor of this name.
    #[error("the model has no tensor named `{0}`")]
    Unknown(String),
    /// Another shape.
    #[error("`{name}` has shape {expected:?} in the model, but {found:?} was given")]
    Shape {
        /// The tensor's name.
        name: String,
        /// Its shape in the model.
        expected: Vec<i64>,
        /// The shape that was given.
        found: Vec<i64>,
    },
    /// libtorch refused.
    #[error(transparent)]
    Torch(#[from] TorchError),
}

impl Params {
    /// An empty registry whose tensors will live on `device`.
    #[must_use]
    pub fn new(device: Device) -> Self {
        let (entries, groups) = (Vec::new(), Vec::new());
        Self { device, entries, groups, norms: Vec::new(), norm_frozen: Vec::new() }
    }

    /// Starts a layer group: what is added from here on belongs to it. Gives its index.
    pub fn begin_group(&mut self, name: &str) -> usize {
        self.groups.push(name.to_owned());
        self.norm_frozen.push(Rc::default());
        self.groups.len() - 1
    }

    /// Registers a tensor, moves it to the device, and gives the handle that its layer keeps.
    ///
    /// # Errors
    /// A kind of number that takes no gradient; no memory on the device.
    pub fn add(
        &mut self,
        name: String,
        kind: ParamKind,
        value: &Tensor,
    ) -> Result<Tensor, TorchError> {
        if self.groups.is_empty() {
            self.begin_group("all");
        }
        self.add_to(self.groups.len() - 1, name, kind, value)
    }

    /// The same into a group that was begun before: its index.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn add_to(
        &mut self,
        group: usize,
        name: String,
        kind: ParamKind,
        value: &Tensor,
    ) -> Result<Tensor, TorchError> {
        let mut tensor = value.f_to(self.device).during(&name)?;
        if kind != ParamKind::Buffer {
            tensor = tensor.f_requires_grad_(true).during(&name)?;
        }
        let handle = tensor.shallow_clone();
        self.entries.push(Param { name, tensor, kind, group });
        Ok(handle)
    }

    /// Registers a normalisation layer of the current group, whose running statistics were added as
    /// buffers, and gives what its layer keeps.
    pub fn add_norm(&mut self, statistics: Statistics) -> Rc<Norm> {
        let frozen = self.norm_frozen.last().map(Rc::clone).unwrap_or_default();
        let norm = Rc::new(Norm::new(statistics, frozen));
        self.norms.push(Rc::clone(&norm));
        norm
    }

    /// The normalisation layers that have running statistics.
    #[must_use]
    pub fn norms(&self) -> &[Rc<Norm>] {
        &self.norms
    }

    /// Keeps a layer group's normalisation in evaluation mode during training (`true`), or lets it
    /// follow the batches again: running statistics are used and do not move, while scale and shift
    /// still learn. A group that is not there has none.
    pub fn set_norm_frozen(&self, group: usize, frozen: bool) {
        if let Some(switch) = self.norm_frozen.get(group) {
            switch.set(frozen);
        }
    }

    /// What [`set_norm_frozen`](Self::set_norm_frozen) last said, for every group.
    #[must_use]
    pub fn norm_frozen(&self) -> Vec<bool> {
        self.norm_frozen.iter().map(|switch| switch.get()).collect()
    }

    /// The device that holds the tensors.
    #[must_use]
    pub fn device(&self) -> Device {
        self.device
    }

    /// The layer groups' names; a group's index is its place here.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// All tensors, buffers included.
    pub fn iter(&self) -> std::slice::Iter<'_, Param> {
        self.entries.iter()
    }

    /// What an optimizer may change: all tensors but buffers, frozen ones included.
    pub fn weights(&self) -> impl Iterator<Item = &Param> {
        self.iter().filter(|param| param.kind != ParamKind::Buffer)
    }

    /// The tensor of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Param> {
        self.iter().find(|param| param.name == name)
    }

    /// How many single numbers an optimizer may change.
    #[must_use]
    pub fn count(&self) -> usize {
        self.weights().map(|param| param.tensor.numel()).sum()
    }

    /// Copies a value into the tensor of this name.
    ///
    /// # Errors
    /// An unknown name, another shape.
    pub fn load(&self, name: &str, value: &Tensor) -> Result<(), ParamError> {
        let param = self.get(name).ok_or_else(|| ParamError::Unknown(name.to_owned()))?;
        let (expected, found) = (param.tensor.size(), value.size());
        if expected != found {
            return Err(ParamError::Shape { name: name.to_owned(), expected, found });
        }
        let _guard = no_grad();
        // `copy_` broadcasts, so the shape was compared first.
        param.tensor.shallow_clone().f_copy_(value).during(name)?;
        Ok(())
    }

    /// Freezes a layer group (`false`) or lets it learn again. A frozen weight gets no gradient, and loses
    /// the one that it has, so that from here on no step moves it.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn set_requires_grad(&self, group: usize, enabled: bool) -> Result<(), TorchError> {
        for param in self.weights().filter(|param| param.group == group) {
            let _ = param.tensor.shallow_clone().f_requires_grad_(enabled).during(&param.name)?;
            if !enabled {
                unset_gradient(&param.tensor)?;
            }
        }
        Ok(())
    }

    /// Whether each of [`weights`](Self::weights) learns.
    #[must_use]
    pub fn trainable(&self) -> Vec<bool> {
        self.weights().map(|param| param.tensor.requires_grad()).collect()
    }

    /// Puts back what [`trainable`](Self::trainable) gave. Gradients stay.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn set_trainable(&self, trainable: &[bool]) -> Result<(), TorchError> {
        for (param, learns) in self.weights().zip(trainable) {
            let _ = param.tensor.shallow_clone().f_requires_grad_(*learns).during(&param.name)?;
        }
        Ok(())
    }

    /// Removes all gradients.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn unset_gradients(&self) -> Result<(), TorchError> {
        unset_gradients(&self.weights().map(|param| &param.tensor).collect::<Vec<_>>())
    }
}

impl<'a> IntoIterator for &'a Params {
    type Item = &'a Param;
    type IntoIter = std::slice::Iter<'a, Param>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;
    use crate::train::torch::{add_scalar_, backward, gradient};

    fn zeros(size: &[i64]) -> Tensor {
        Tensor::zeros(size, (Kind::Float, Device::Cpu))
    }

    fn registry() -> Params {
        let mut params = Params::new(Device::Cpu);
        params.begin_group("body");
        let _ = params.add("a.weight".into(), ParamKind::Weight, &zeros(&[2, 3])).unwrap();
        let _ = params.add("a.mean".into(), ParamKind::Buffer, &zeros(&[2])).unwrap();
        params.begin_group("head");
        let _ = params.add("b.bias".into(), ParamKind::Bias, &zeros(&[4])).unwrap();
        params
    }

    #[test]
    fn order_groups_and_counts_are_kept() {
        let params = registry();
        let names: Vec<_> = params.iter().map(|p| (p.name.as_str(), p.group)).collect();
        assert_eq!(names, [("a.weight", 0), ("a.mean", 0), ("b.bias", 1)]);
        assert_eq!(params.groups(), ["body", "head"]);
        assert_eq!((params.count(), params.weights().count()), (10, 2));
    }

    #[test]
    fn a_layer_and_the_registry_share_the_storage() {
        let mut params = Params::new(Device::Cpu);
        let handle = params.add("w".into(), ParamKind::Weight, &zeros(&[2])).unwrap();
        let _guard = no_grad();
        add_scalar_(&handle, 3.0).unwrap();
        assert_eq!(params.get("w").unwrap().tensor.double_value(&[1]), 3.0);
        assert_eq!(params.groups(), ["all"]);
    }

    #[test]
    fn loading_checks_name_and_shape() {
        let params = registry();
        params.load("b.bias", &Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 4.0])).unwrap();
        assert_eq!(params.get("b.bias").unwrap().tensor.double_value(&[3]), 4.0);
        let error = params.load("c", &zeros(&[1])).unwrap_err().to_string();
        assert_eq!(error, "the model has no tensor named `c`");
        let error = params.load("b.bias", &zeros(&[1])).unwrap_err().to_string();
        assert_eq!(error, "`b.bias` has shape [4] in the model, but [1] was given");
    }

    #[test]
    fn a_frozen_group_gets_no_gradient() {
        let params = registry();
        params.set_requires_grad(0, false).unwrap();
        let (a, b) =
            (&params.get("a.weight").unwrap().tensor, &params.get("b.bias").unwrap().tensor);
        backward(&(a.sum(None) + b.sum(None))).unwrap();
        assert!(gradient(a).unwrap().is_none());
        assert!(gradient(b).unwrap().is_some());
        params.unset_gradients().unwrap();
        assert!(gradient(b).unwrap().is_none());
    }
}
