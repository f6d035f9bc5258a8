//! Stops training at the first loss that is NaN or infinite, before it reaches the weights.
//!
//! At backward-end the loss is the one that was back-propagated, after all transforms, and the step
//! is still to come: one look is enough to skip the step and to stop. The price is that the device
//! is waited for once per batch.

use callbox_sdk::prelude::*;

/// Looks at every loss.
pub struct TerminateOnNan;

impl Callback for TerminateOnNan {
    type Params = ();

    fn about() -> Descriptor {
        about!().needs([Power::Control])
    }

    fn start(_run: &Run, _params: ()) -> Result<Self, String> {
        Ok(Self)
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BackwardEnd)
            .phase(Phase::Train)
            .reads(Reads::LOSSES)
            .powers([Power::Control])
    }

    fn on_backward_end(&mut self, state: &State) -> Answer {
        let loss = state.losses.ok_or("the losses were not filled in")?.last;
        if loss.is_finite() {
            return signal::none();
        }
        let reason = format!("the loss of batch {} is {}", state.iteration, number::short(loss));
        Ok(vec![signal::skip_step(), signal::stop_training(reason)])
    }
}

register!(TerminateOnNan);

#[cfg(test)]
mod tests {
    use callbox_sdk::testing;

    use super::*;

    fn answer(last: f64) -> Answer {
        let losses = Some(Losses { raw: 1.0, last, smooth: 1.0 });
        TerminateOnNan.on_backward_end(&State { iteration: 7, losses, ..testing::state() })
    }

    #[test]
    fn a_finite_loss_goes_on() {
        for loss in [0.0, -1.0, f64::MAX] {
            assert_eq!(answer(loss), Ok(vec![]));
        }
    }

    #[test]
    fn any_other_skips_its_step_and_stops() {
        for (loss, name) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")]
        {
            let reason = format!("the loss of batch 7 is {name}");
            assert_eq!(answer(loss), Ok(vec![signal::skip_step(), signal::stop_training(reason)]));
        }
    }
}
