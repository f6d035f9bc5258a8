//! Adds Gaussian noise to the gradients, less and less of it.
//!
//! Neelakantan et al., Adding gradient noise improves learning for very deep networks, 2015: in
//! step t, from 0, the noise of every element has the variance `eta / (1 + t)^gamma`. The paper
//! tries eta 0.01, 0.3 and 1 with gamma 0.55; it finds the noise to help where initial weights are
//! bad and models deep. It is added after all clips, and only where a step follows.
//!
//! t counts training batches, also those that `accumulate` puts together. The same run draws the
//! same noise. Adaptive optimizers divide by what gradients are like, so that noise which is larger
//! than the gradients drowns them: begin with a small eta.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Variance in the first step; the paper's are 0.01, 0.3 and 1.
        eta: f64 = 0.01, min 0.0;
        /// How fast the variance falls; 0: not at all.
        gamma: f64 = 0.55, min 0.0, max 2.0;
    }
}

/// Looks at the step's number alone: there is nothing to save.
pub struct GradientNoise(Params);

impl Callback for GradientNoise {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Gradients])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self(params))
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BackwardEnd).phase(Phase::Train).powers([Power::Gradients])
    }

    fn on_backward_end(&mut self, state: &State) -> Answer {
        Ok(vec![signal::noise_grad(self.deviation(state.iteration))])
    }
}

impl GradientNoise {
    /// sqrt(eta) * (1 + t)^(-gamma / 2): a power between 0 and 1, for gamma is at most 2.
    fn deviation(&self, step: u64) -> f64 {
        let Params { eta, gamma } = self.0;
        let falls = anneal::exponential(1.0, 1.0 / (step as f64 + 1.0), gamma / 2.0);
        eta.sqrt() * falls
    }
}

register!(GradientNoise);

#[cfg(test)]
mod tests {
    //! Golden values: `tests/oracle/gradient_noise.py`.

    use callbox_sdk::testing;
    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn the_deviation_falls_as_in_the_paper() {
        let oracle = include_str!("../../../../tests/oracle/gradient_noise.json");
        let oracle: Json = serde_json::from_str(oracle).expect("a file of ours");
        for case in oracle["cases"].as_array().expect("cases") {
            let number = |name: &str| case[name].as_f64().expect("a number");
            let params = Params { eta: number("eta"), gamma: number("gamma") };
            let mut noise = GradientNoise::start(&testing::run(), params).expect("any will do");
            let state = State { iteration: number("step") as u64, ..testing::state() };
            let signals = noise.on_backward_end(&state).expect("an answer");
            let [Signal::NoiseGrad(found)] = signals[..] else { panic!("{signals:?}") };
            let expected = number("deviation");
            assert!((found - expected).abs() <= 1e-14 * expected, "{found} is not {expected}");
        }
    }
}
