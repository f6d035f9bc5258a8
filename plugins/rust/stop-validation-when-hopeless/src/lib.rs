//! Stops a validation as soon as it can no longer be the best one.
//!
//! Every batch adds its loss times its samples to a sum. As the loss of each sample that remains is
//! at least `least`, the pass ends with a mean of no less than
//! `(sum + least * remaining) / samples`: once that is above the best whole validation, and margin
//! besides, the rest can change nothing. It never stops a pass that would have been the best, and
//! never the first one. What ends is marked partial, which nobody takes for a value: where patience
//! counts epochs, as early-stopping's does, a hopeless one no longer counts as bad, so that a
//! training may go on for longer. It speaks for the loss alone: a pass that is hopeless by its loss
//! may be the best by its accuracy.
//!
//! `least` is 0 for a cross-entropy, also a weighted or smoothed one, and for squared errors; it is
//! the user's word for any other loss. A batch that was left out has no loss, and NaN is above
//! nothing: such a pass goes on. On a GPU every batch of validation waits for its loss.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// The least loss that a sample can have; 0 for cross-entropy.
        least: f64 = 0.0, min -1e6, max 1e6;
        /// Loss by which a pass must be worse than the best one to be stopped.
        margin: f64 = 0.0, min 0.0;
    }
}

/// Sums the losses of a validation.
pub struct StopValidationWhenHopeless {
    params: Params,
    /// Samples of a whole pass.
    samples: f64,
    /// Of this pass: its losses, each times its samples, and these.
    sum: f64,
    seen: f64,
    /// The least loss of a whole pass.
    best: Option<f64>,
}

impl Callback for StopValidationWhenHopeless {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let samples = run.valid_samples.ok_or("without a validation there is none to stop")?;
        Ok(Self { params, samples: samples as f64, sum: 0.0, seen: 0.0, best: None })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BatchEnd)
            .phase(Phase::Valid)
            .reads(Reads::LOSSES)
            .and_on(Hook::ValidEnd)
            .reads(Reads::MONITORED)
            .monitors(["valid-loss"])
            .powers([Power::Control])
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        if state.num_batch == 0 {
            (self.sum, self.seen) = (0.0, 0.0);
        }
        let (loss, size) = (state.losses.map_or(f64::NAN, |losses| losses.raw), state.batch_size);
        self.sum += loss * f64::from(size);
        self.seen += f64::from(size);
        let remaining = self.samples - self.seen;
        let Some(best) = self.best.filter(|_| remaining > 0.0) else { return signal::none() };
        let bound = (self.sum + self.params.least * remaining) / self.samples;
        // Sums round: a thousand million times less than what anybody looks at.
        if bound - self.params.margin <= best + best.abs() * 1e-9 || bound.is_nan() {
            return signal::none();
        }
        let (bound, best) = (number::short(bound), number::short(best));
        let reason = format!("the loss will be {bound} or more, and the best is {best}");
        Ok(vec![signal::stop_validation(reason)])
    }

    fn on_valid_end(&mut self, state: &State) -> Answer {
        let loss = *state.monitored.first().ok_or("the loss was not filled in")?;
        let improves = self.best.is_none_or(|best| loss < best);
        if !state.partial && !loss.is_nan() && improves {
            self.best = Some(loss);
        }
        signal::none()
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&(self.best, self.sum, self.seen)))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        (self.best, self.sum, self.seen) = saved::from_bytes(saved)?;
        Ok(())
    }
}

register!(StopValidationWhenHopeless);
small_heap!();

#[cfg(test)]
mod tests;
