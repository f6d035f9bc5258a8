//! The three update rules with their options: which state they keep and how they step.

use super::group::Live;
use super::{Hypers, adam, rmsprop, sgd};
use crate::train::torch::TorchError;

/// An update rule. What callbacks may change is not in it: that is [`Hypers`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    Sgd { nesterov: bool },
    Adam { amsgrad: bool, eps: f64 },
    RmsProp { centered: bool, eps: f64 },
}

impl Rule {
    /// What PyTorch calls the state of a weight; the rules know it by its place here.
    pub(super) fn state_names(self) -> &'static [&'static str] {
        match self {
            Self::Sgd { .. } => &["momentum_buffer"],
            Self::Adam { amsgrad: false, .. } => &["exp_avg", "exp_avg_sq", "step"],
            Self::Adam { amsgrad: true, .. } => {
                &["exp_avg", "exp_avg_sq", "step", "max_exp_avg_sq"]
            }
            Self::RmsProp { centered: false, .. } => &["square_avg", "momentum_buffer"],
            Self::RmsProp { centered: true, .. } => &["square_avg", "momentum_buffer", "grad_avg"],
        }
    }

    /// Whether the kernel itself can decay apart from the gradient.
    pub(super) fn decouples(self) -> bool {
        matches!(self, Self::Adam { .. })
    }

    /// Moves weights; `decoupled` is for the rules that [`decouples`](Self::decouples) names.
    pub(super) fn step(
        self,
        live: &Live<'_>,
        hypers: &Hypers,
        decoupled: bool,
    ) -> Result<(), TorchError> {
        match self {
            Self::Sgd { nesterov } => sgd::step(live, hypers, nesterov),
            Self::Adam { amsgrad, eps } => adam::step(live, hypers, eps, amsgrad, decoupled),
            Self::RmsProp { centered, eps } => rmsprop::step(live, hypers, eps, centered),
        }
    }
}
