//! Adaptive gradient clipping: bounds each unit's gradient by the norm of its weights.
//!
//! Brock et al., High-performance large-scale image recognition without normalization, 2021
//! (NFNets), equation 3: where `‖gᵢ‖ > factor * max(‖wᵢ‖, floor)`, the gradient of unit i is scaled
//! down to that norm. A unit is a row of a weight matrix, a filter of a convolution; vectors and
//! scalars are one unit each. The floor lets weights that begin at 0 move at all.
//!
//! The paper leaves the last linear layer out. Here it is clipped like the others, for the host
//! clips what has a gradient; a head that learns too slowly wants a greater factor. The factor is
//! the paper's for batches of 4096, and smaller batches bear greater ones.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Greatest norm of a unit's gradient, as a part of the norm of its weights; above 0.
        factor: f64 = 0.01, min 0.0;
        /// Norm that weights count for at least.
        floor: f64 = 1e-3, min 0.0;
    }
}

/// Says the same at every step.
pub struct AdaptiveClip(Params);

impl Callback for AdaptiveClip {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Gradients])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        if params.factor == 0.0 {
            return Err("factor 0 would clip all gradients to nothing".to_owned());
        }
        Ok(Self(params))
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BackwardEnd).phase(Phase::Train).powers([Power::Gradients])
    }

    fn on_backward_end(&mut self, _state: &State) -> Answer {
        let Params { factor, floor } = self.0;
        Ok(vec![signal::clip_grad_adaptive(factor, floor)])
    }
}

register!(AdaptiveClip);

#[cfg(test)]
mod tests {
    use callbox_sdk::testing;

    use super::*;

    #[test]
    fn it_says_the_papers_numbers() {
        let mut clip = AdaptiveClip::start(&testing::run(), Params::default()).expect("a factor");
        let signals = clip.on_backward_end(&testing::state());
        assert_eq!(signals, Ok(vec![signal::clip_grad_adaptive(0.01, 1e-3)]));
    }

    #[test]
    fn a_factor_of_nothing_is_refused() {
        let params = Params { factor: 0.0, ..Params::default() };
        assert!(AdaptiveClip::start(&testing::run(), params).is_err());
    }
}
