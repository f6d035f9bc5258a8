//! Change what flows through the loop: the optional export `transform`.
//!
//! It takes the power `transform`. Several plugins nest: inputs in order, outputs and losses in
//! reverse order; `run_before` and `run_after` name others. A loss must be a scalar that has a
//! gradient: make it of the loss that you are given, or of `batch::output()` and
//! `batch::activation(…)`, which have their graphs there; a tensor of `Tensor::create` has none. A
//! transform that fails, or whose answer does not fit, is journaled, and the loop goes on with what
//! it had.
//!
//! ```
//! use callbox_sdk::prelude::*;
//!
//! params! {
//!     /// What the user may set.
//!     pub struct Params {
//!         /// Part of the certainty that is spread over all classes.
//!         spread: f64 = 0.1, min 0.0, max 1.0;
//!     }
//! }
//!
//! /// Label smoothing: a target that is never quite sure.
//! pub struct Soften {
//!     spread: f64,
//!     classes: u64,
//! }
//!
//! impl Callback for Soften {
//!     type Params = Params;
//!
//!     fn about() -> Descriptor {
//!         about!().needs([Power::Transform])
//!     }
//!
//!     fn start(run: &Run, params: Params) -> Result<Self, String> {
//!         match run.class_counts.len() as u64 {
//!             0 => Err("this run has no classes".into()),
//!             classes => Ok(Self { spread: params.spread, classes }),
//!         }
//!     }
//!
//!     fn plan(&self) -> Plan {
//!         Plan::default().transforms_input()
//!     }
//! }
//!
//! impl Transform for Soften {
//!     fn on_batch_begin(
//!         &mut self,
//!         _state: &State,
//!         input: Tensor,
//!         target: Tensor,
//!     ) -> Result<Option<(Tensor, Tensor)>, String> {
//!         let sure = target.one_hot(self.classes)?;
//!         let soft = sure.affine(1.0 - self.spread, self.spread / self.classes as f64)?;
//!         Ok(Some((input, soft)))
//!     }
//! }
//!
//! register!(Soften, transform);
//! ```

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
