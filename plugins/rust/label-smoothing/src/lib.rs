//! Label smoothing: a target that is never quite sure.
//!
//! Targets become `(1 − ε)·t + ε / K` over K classes, which gives the loss and the gradient of
//! PyTorch's `CrossEntropyLoss(label_smoothing=ε)`. From Szegedy et al., Rethinking the Inception
//! architecture, 2016. Class numbers become rows first; rows of class probabilities, as `mixup` and
//! `cutmix` make them, are smoothed as they are. Smoothing and mixing may come in either order, for a
//! mean of smoothed rows is the smoothed mean; it asks to come after both.
//!
//! Unlike PyTorch's, it is in force in training only: validation losses stay those of the true
//! classes, and comparable between runs. The run file's `loss.label-smoothing` smooths both; with
//! both set, ε counts twice. It is made for cross-entropy: the squared error pulls outputs to the
//! smoothed rows themselves.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Part of the certainty that is spread evenly over all classes.
        epsilon: f64 = 0.1, min 0.0, max 1.0;
    }
}

/// Softens every target of training.
pub struct LabelSmoothing {
    epsilon: f64,
    classes: u64,
}

impl Callback for LabelSmoothing {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Transform])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        match run.class_counts.len() as u64 {
            0 => Err("it spreads certainty over classes, and this run's data has none".into()),
            classes => Ok(Self { epsilon: params.epsilon, classes }),
        }
    }

    fn plan(&self) -> Plan {
        Plan::default().transforms_input().run_after(["mixup", "cutmix"])
    }
}

impl Transform for LabelSmoothing {
    fn on_batch_begin(
        &mut self,
        _state: &State,
        input: Tensor,
        target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        let sure = target.class_rows(self.classes)?;
        let spread = self.epsilon / self.classes as f64;
        Ok(Some((input, sure.affine(1.0 - self.epsilon, spread)?)))
    }
}

register!(LabelSmoothing, transform);

#[cfg(test)]
mod tests;
