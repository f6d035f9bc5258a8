//! A layer group's weights with their optimizer state, and the part of them that a step touches.

use tch::{Kind, Tensor};

use super::{Hypers, OptimKind};
use crate::train::params::Param;
use crate::train::torch::{During, TorchError, gradient, unset_gradient};

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
    /// As many tensors as [`state_names`] has names.
    pub(super) state: Vec<Tensor>,
}

/// What PyTorch calls an optimizer's state.
pub(super) fn state_names(kind: OptimKind) -> &'static [&'static str] {
    match kind {
        OptimKind::Sgd => &["momentum_buffer"],
        OptimKind::Adam | OptimKind::AdamW => &["exp_avg", "exp_avg_sq", "step"],
        OptimKind::RmsProp => &["square_avg", "momentum_buffer"],
    }
}

impl Slot {
    /// All state starts at zero: a momentum that is raised later finds its buffer.
    pub(super) fn new(kind: OptimKind, param: &Param) -> Result<Self, TorchError> {
        let zeros = |name: &&str| match *name {
            // PyTorch's kernels want a single f32 on the weight's device.
            "step" => Tensor::f_zeros([0; 0], (Kind::Float, param.tensor.device())),
            _ => param.tensor.f_zeros_like().and_then(|zeros| zeros.f_detach()),
        };
        let state = state_names(kind).iter().map(zeros).collect::<Result<_, _>>();
        Ok(Self {
            name: param.name.clone(),
            param: param.tensor.shallow_clone(),
            state: state.during("allocating the optimizer's state")?,
        })
    }
}

/// The weights of a group that have a gradient: a step touches no others.
#[derive(Debug)]
pub(super) struct Live<'a> {
    slots: Vec<&'a Slot>,
    grads: Vec<Tensor>,
}

impl Group {
    pub(super) fn live(&self) -> Result<Live<'_>, TorchError> {
        let mut live = Live { slots: Vec::new(), grads: Vec::new() };
        for slot in &self.slots {
            if let Some(grad) = gradient(&slot.param)? {
                live.slots.push(slot);
                live.grads.push(grad);
            }
        }
        Ok(live)
    }

    pub(super) fn unset_gradients(&self) -> Result<(), TorchError> {
        self.slots.iter().try_for_each(|slot| unset_gradient(&slot.param))
    }
}

impl Live<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn params(&self) -> Vec<&Tensor> {
        self.slots.iter().map(|slot| &slot.param).collect()
    }

    pub(super) fn grads(&self) -> Vec<&Tensor> {
        self.grads.iter().collect()
    }

    /// The state with this place in [`state_names`], for every weight.
    pub(super) fn state(&self, place: usize) -> Vec<&Tensor> {
        self.slots.iter().map(|slot| &slot.state[place]).collect()
    }
}
