//! AR and TAR: small activations of a recurrent network, that change slowly in time.
//!
//! The loss becomes `loss + alpha · mean(dropped²) + beta · mean((raw[:, 1:] − raw[:, :−1])²)`. The
//! first is activation regularisation, of the last layer's output after dropout; the second is
//! temporal activation regularisation, of its output before dropout, along dimension 1. Both are
//! computed in float32. From Merity et al., Revisiting activation regularization for language RNNs,
//! 2017; the formula is that of fastai's RNNRegularizer, with the defaults of its language models.
//!
//! The model must show both activations, [batch, time, features], under the names that are set; any
//! activation with a dimension 1 will do. fastai leaves TAR out for a batch of one sample; here it is
//! left out for a single point in time, which has no neighbour. The graph keeps a few copies of the
//! activations until backward is over: with large ones raise `limits.device-mib`.

use callbox_sdk::prelude::*;
use callbox_sdk::tensors::Dtype;

params! {
    /// What the user may set.
    pub struct Params {
        /// Weight of the mean square of the dropped activations; 0: none.
        alpha: f64 = 2.0, min 0.0;
        /// Weight of the mean square of the raw activations' changes in time; 0: none.
        beta: f64 = 1.0, min 0.0;
        /// Name of the last layer's output after dropout.
        dropped: String = "rnn.dropped";
        /// Name of the last layer's output before dropout.
        raw: String = "rnn.raw";
    }
}

/// Adds to the loss of every training batch.
pub struct ArTar(Params);

impl Callback for ArTar {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Transform])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        let known = model::activations();
        for (weight, name) in [(params.alpha, &params.dropped), (params.beta, &params.raw)] {
            if weight > 0.0 && !known.contains(name) {
                let known = match known.len() {
                    0 => "none at all".to_owned(),
                    _ => known.join(", "),
                };
                return Err(format!(
                    "the model shows no activation `{name}`, but {known}: set dropped and raw"
                ));
            }
        }
        Ok(Self(params))
    }

    fn plan(&self) -> Plan {
        let Params { alpha, beta, .. } = self.0;
        let plan = Plan::default();
        if alpha > 0.0 || beta > 0.0 { plan.transforms_loss() } else { plan }
    }
}

impl Transform for ArTar {
    fn on_backward_begin(
        &mut self,
        _state: &State,
        loss: Tensor,
    ) -> Result<Option<Tensor>, String> {
        let Params { alpha, beta, dropped, raw } = &self.0;
        let mut loss = loss;
        if *alpha > 0.0 {
            loss = loss.add(mean_square(in_full(dropped)?)?.affine(*alpha, 0.0)?)?;
        }
        if *beta > 0.0 {
            let raw = in_full(raw)?;
            let [_, times, ..] = raw.shape()?[..] else {
                return Err(format!("`{}` has no dimension of time", self.0.raw));
            };
            if times > 1 {
                let change = raw.narrow(1, 1..times)?.sub(raw.narrow(1, 0..times - 1)?)?;
                loss = loss.add(mean_square(change)?.affine(*beta, 0.0)?)?;
            }
        }
        Ok(Some(loss))
    }
}

/// Squares of half precision overflow at 256.
fn in_full(name: &str) -> Result<Tensor, Failure> {
    batch::activation(name)?.convert(Dtype::Float32)
}

fn mean_square(of: Tensor) -> Result<Tensor, Failure> {
    of.square()?.mean(None)
}

register!(ArTar, transform);
small_heap!();

#[cfg(test)]
mod tests;
