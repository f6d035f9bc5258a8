//! The backward pass of `f16`: scaled, unscaled, and searched for overflow.

use tch::{Kind, Tensor};

use super::LossScale;
use crate::train::params::Params;
use crate::train::torch::{self, During, TorchError};

/// The loss scale, and what is known of the batches whose gradients one step will use: from one
/// `zero-grad` to the next, the *window*.
#[derive(Debug, Default)]
pub(in crate::train) struct Scaling {
    pub(in crate::train) scale: LossScale,
    overflowed: bool,
    stepped: bool,
    /// The scale at the last overflow that nobody has asked for yet.
    untold: Option<f64>,
}

impl Scaling {
    /// Adds the true gradients of `loss` to those that are there. Waits for the device, once: whether
    /// a step may follow is decided on the host.
    ///
    /// After an error the gradients are those of before.
    ///
    /// # Errors
    /// As [`torch::backward`].
    pub(in crate::train) fn backward(
        &mut self,
        loss: &Tensor,
        params: &Params,
    ) -> Result<(), TorchError> {
        let scale = self.scale.scale();
        // Scaled gradients must not be added to true ones.
        let kept = put_aside(params)?;
        let scaled = torch::mul_scalar(loss, scale);
        if let Err(error) = scaled.and_then(|scaled| torch::backward(&scaled)) {
            params.unset_gradients()?;
            put_back(&kept)?;
            return Err(error);
        }
        if unscale(params, scale)? && !self.overflowed {
            self.overflowed = true;
            self.untold = Some(scale);
        }
        add(&kept)
    }

    /// Whether a gradient of this window was not finite.
    pub(in crate::train) fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// The scale at which this window or an earlier one overflowed; once for each.
    pub(in crate::train) fn take_overflow(&mut self) -> Option<f64> {
        self.untold.take()
    }

    /// Whether the step that is due may take place.
    pub(in crate::train) fn may_step(&mut self) -> bool {
        self.stepped |= !self.overflowed;
        !self.overflowed
    }

    /// The gradients are unset: the scale is adapted, once for all of the window's batches.
    pub(in crate::train) fn end_window(&mut self) {
        if self.overflowed {
            self.scale.overflow();
        } else if self.stepped {
            self.scale.good_step();
        }
        (self.overflowed, self.stepped) = (false, false);
    }
}

/// A weight and the gradient that it had.
type Kept<'a> = (&'a Tensor, Tensor);

fn gradients(params: &Params) -> Result<Vec<Kept<'_>>, TorchError> {
    let mut found = Vec::new();
    for param in params.weights() {
        if let Some(gradient) = torch::gradient(&param.tensor)? {
            found.push((&param.tensor, gradient));
        }
    }
    Ok(found)
}

fn put_aside(params: &Params) -> Result<Vec<Kept<'_>>, TorchError> {
    let kept = gradients(params)?;
    kept.iter().try_for_each(|(weight, _)| torch::unset_gradient(weight))?;
    Ok(kept)
}

fn put_back(kept: &[Kept<'_>]) -> Result<(), TorchError> {
    kept.iter().try_for_each(|(weight, gradient)| torch::set_gradient(weight, gradient))
}

/// Adds what was put aside to the new gradients; one without a new gradient comes back as it was.
fn add(kept: &[Kept<'_>]) -> Result<(), TorchError> {
    let _guard = torch::no_grad();
    for (weight, gradient) in kept {
        match torch::gradient(weight)? {
            Some(new) => torch::add_scaled_(&new, gradient, 1.0)?,
            None => torch::set_gradient(weight, gradient)?,
        }
    }
    Ok(())
}

/// Takes the scale out of all gradients; whether any of them is not finite.
fn unscale(params: &Params, scale: f64) -> Result<bool, TorchError> {
    let found = gradients(params)?;
    if found.is_empty() {
        return Ok(false);
    }
    let _guard = torch::no_grad();
    let options = (Kind::Float, params.device());
    let infinite = Tensor::f_zeros([1], options).during("unscale")?;
    let inverse = Tensor::f_zeros([1], options).during("unscale")?;
    torch::fill_(&inverse, 1.0 / scale)?;
    let list: Vec<&Tensor> = found.iter().map(|(_, gradient)| gradient).collect();
    torch::unscale_(&list, &infinite, &inverse)?;
    Ok(infinite.f_double_value(&[0]).during("unscale")? != 0.0)
}
