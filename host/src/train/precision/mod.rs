//! Mixed precision: in what kind of numbers a model computes.
//!
//! A strategy of the [`Learner`](super::learner::Learner), not a callback, so that every callback sees
//! true losses and true gradients. The parameters are `f32` throughout: they are the masters that the
//! optimizer moves and decays, and autocast makes the lower copies of each forward pass.

mod loss_scale;
mod scaling;

use tch::{Device, Kind, Tensor};

pub use loss_scale::{LossScale, LossScaleError, overflow_notice};
pub(super) use scaling::Scaling;

use super::model::{Model, Output};
use super::torch::{self, Autocast, During, TorchError};

/// `precision` of a run file.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit floats everywhere.
    #[default]
    F32,
    /// `bfloat16` where it is safe: the range of `f32`, 8 bits of mantissa. Nothing is scaled.
    Bf16,
    /// IEEE half where it is safe: 11 bits of mantissa, at most 65,504. The loss is scaled, because
    /// small gradients would vanish, and a step whose gradients overflow is dropped.
    F16,
}

impl Precision {
    /// Its name in a run file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
        }
    }

    /// A model's output of an input, computed under autocast. What autocast has lowered of `main`
    /// comes back as `f32`, because the loss is taken in it; named outputs stay as they are.
    ///
    /// # Errors
    /// What the model refuses; under autocast, an operation that cannot do with these numbers.
    pub fn forward(
        self,
        model: &mut dyn Model,
        input: &Tensor,
        training: bool,
    ) -> Result<Output, TorchError> {
        let scope = self.autocast(model.params().device())?;
        let output = model.forward(input, training).map_err(|error| self.explain(error))?;
        drop(scope);
        let main = match output.main.kind() {
            Kind::Half | Kind::BFloat16 => output.main.f_to_kind(Kind::Float).during("to f32")?,
            _ => output.main,
        };
        Ok(Output { main, named: output.named })
    }

    fn autocast(self, device: Device) -> Result<Option<Autocast>, TorchError> {
        match self {
            Self::F32 => Ok(None),
            Self::Bf16 => torch::autocast(device, Kind::BFloat16).map(Some),
            Self::F16 => torch::autocast(device, Kind::Half).map(Some),
        }
    }

    /// Says what to do where an operation is missing for these numbers.
    pub(super) fn explain(self, error: TorchError) -> TorchError {
        let (kind, others) = match self {
            Self::F32 => return error,
            Self::Bf16 => ("BFloat16", "\"f32\""),
            Self::F16 => ("Half", "\"bf16\" or \"f32\""),
        };
        if !error.message.contains(kind) {
            return error;
        }
        let (said, name) = (&error.message, self.name());
        let message = format!("{said}; it was asked by precision = \"{name}\": use {others}");
        TorchError { message, ..error }
    }
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
