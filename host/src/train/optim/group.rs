//! A layer group's weights with their optimizer state, and the part of them that a step touches.

use tch::{Kind, Tensor};

use super::Hypers;
use super::rule::Rule;
use crate::train::params::Param;
use crate::train::torch::{During, TorchError, foreach_mul_, gradients, unset_gradients};

/// A layer group.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) hypers: Hypers,
    pub(super) slots: Vec<Slot>,
}

/// A weight and its state.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    param: Tensor,
    /// Whether its group's decay is for it too.
    decays: bool,
    /// As many tensors as [`Rule::state_names`] has names.
    pub(super) state: Vec<Tensor>,
}

impl Slot {
    /// All state starts at zero: a momentum that is raised later finds its buffer.
    pub(super) fn new(rule: Rule, param: &Param, decays: bool) -> Result<Self, TorchError> {
        let zeros = |name: &&str| match *name {
            // PyTorch's kernels want a single f32 on the weight's device.
            "step" => Tensor::f_zeros([0; 0], (Kind::Float, param.tensor.device())),
            _ => param.tensor.f_zeros_like().and_then(|zeros| zeros.f_detach()),
        };
        let state = rule.state_names().iter().map(zeros).collect::<Result<_, _>>();
        Ok(Self {
            name: param.name.clone(),
            param: param.tensor.shallow_clone(),
            decays,
            state: state.during("allocating the optimizer's state")?,
        })
    }
}

/// The weights of a group that have a gradient: a step touches no others.
#[derive(Debug, Default)]
pub(super) struct Live<'a> {
    slots: Vec<&'a Slot>,
    grads: Vec<Tensor>,
}

impl Group {
    pub(super) fn live(&self) -> Result<Live<'_>, TorchError> {
        let found = self.slots.iter().zip(gradients(&self.params())?);
        let (slots, grads) = found.filter_map(|(slot, grad)| Some((slot, grad?))).unzip();
        Ok(Live { slots, grads })
    }

    pub(super) fn unset_gradients(&self) -> Result<(), TorchError> {
        unset_gradients(&self.params())
    }

    fn params(&self) -> Vec<&Tensor> {
        self.slots.iter().map(|slot| &slot.param).collect()
    }
}

impl<'a> Live<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn params(&self) -> Vec<&'a Tensor> {
        self.slots.iter().map(|slot| &slot.param).collect()
    }

    pub(super) fn grads(&self) -> Vec<&Tensor> {
        self.grads.iter().collect()
    }

    /// The state with this place in [`Rule::state_names`], for every weight.
    pub(super) fn state(&self, place: usize) -> Vec<&'a Tensor> {
        self.slots.iter().map(|slot| &slot.state[place]).collect()
    }

    /// Multiplies the weights that decay.
    pub(super) fn shrink(&self, factor: f64) -> Result<(), TorchError> {
        let decaying = self.slots.iter().filter(|slot| slot.decays);
        let params: Vec<_> = decaying.map(|slot| &slot.param).collect();
        match params.is_empty() {
            true => Ok(()),
            false => foreach_mul_(&params, factor),
        }
    }

    /// The weights that decay and those that don't, each with its values; one part where the values
    /// are the same, since every part is a launch.
    pub(super) fn parts(self, hypers: Hypers) -> Vec<(Self, Hypers)> {
        if hypers.wd == 0.0 || self.slots.iter().all(|slot| slot.decays) {
            return vec![(self, hypers)];
        }
        let (mut decaying, mut others) = (Live::default(), Live::default());
        for (slot, grad) in self.slots.into_iter().zip(self.grads) {
            let part = if slot.decays { &mut decaying } else { &mut others };
            part.slots.push(slot);
            part.grads.push(grad);
        }
        vec![(decaying, hypers), (others, Hypers { wd: 0.0, ..hypers })]
    }
}
