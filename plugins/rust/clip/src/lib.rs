//! Clips gradients: all of them by their norm, each element by value, or both.
//!
//! By norm, as PyTorch's `clip_grad_norm_`: where the L2 norm of all gradients together is above
//! `norm`, all are multiplied by `norm / (their norm + 1e-6)`, which keeps their direction (Pascanu
//! et al., On the difficulty of training recurrent neural networks, 2013). By value, as
//! `clip_grad_value_`: each element is limited to [-value, value]. Of the two, value comes first.
//!
//! Beside `accumulate` it clips what a step is made with, once per window. A norm that is not
//! finite makes all gradients NaN, as in PyTorch: `terminate-on-nan` and `loss-spike-guard` are for
//! that. Nothing is read back, so that no device is waited for.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Greatest L2 norm of all gradients together; 0: any.
        norm: f64 = 1.0, min 0.0;
        /// Greatest absolute value of an element; 0: any.
        value: f64 = 0.0, min 0.0;
    }
}

/// Says the same at every step.
pub struct Clip(Params);

impl Callback for Clip {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Gradients])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        if params.norm == 0.0 && params.value == 0.0 {
            return Err("there is nothing to clip: set norm, value, or both".to_owned());
        }
        Ok(Self(params))
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BackwardEnd).phase(Phase::Train).powers([Power::Gradients])
    }

    fn on_backward_end(&mut self, _state: &State) -> Answer {
        let Params { norm, value } = self.0;
        let mut signals = Vec::new();
        if value > 0.0 {
            signals.push(signal::clip_grad_value(value));
        }
        if norm > 0.0 {
            signals.push(signal::clip_grad_norm(norm));
        }
        Ok(signals)
    }
}

register!(Clip);

#[cfg(test)]
mod tests;
