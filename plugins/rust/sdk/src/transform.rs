//! Change what flows through the loop: the optional export `transform`.

use crate::callback::Callback;
use crate::tensors::Tensor;
use crate::types::State;

/// What a plugin that changes batches, outputs or losses implements beside [`Callback`], and
/// registers with `register!(Plugin, transform)`.
///
/// Called where the plan says [`transforms_input`](crate::types::Plan::transforms_input),
/// [`transforms_output`](crate::types::Plan::transforms_output) or
/// [`transforms_loss`](crate::types::Plan::transforms_loss), after the hook's events were applied.
/// Each gets what the one before it left: in order for inputs, in reverse order for outputs and
/// losses. `None` leaves it as it is. In `state` there are no losses, and lists are empty.
///
/// Two hooks have the names of [`Callback`]'s: call these ones as `Transform::on_loss_begin(&mut
/// plugin, …)`.
#[allow(unused_variables, reason = "the defaults change nothing, and the names document")]
pub trait Transform: Callback {
    /// The batch before the model sees it: its input, whose first dimension is the batch, and its
    /// target. The answer is what replaces both; it must live on the run's device, as every tensor
    /// that the host makes does.
    ///
    /// # Errors
    /// A sentence for the journal, as this plugin's violation; the batch stays as it is.
    fn on_batch_begin(
        &mut self,
        state: &State,
        input: Tensor,
        target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        Ok(None)
    }

    /// The model's output before the loss is taken.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_loss_begin(&mut self, state: &State, output: Tensor) -> Result<Option<Tensor>, String> {
        Ok(None)
    }

    /// The loss before gradients are computed, in training only. The answer must be a scalar that
    /// has a gradient: computed from this one, or from [`batch`](crate::batch)'s tensors.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn on_backward_begin(&mut self, state: &State, loss: Tensor) -> Result<Option<Tensor>, String> {
        Ok(None)
    }
}
