//! Keeps an exponential moving average of the weights, validates with it and ends with it.
//!
//! After every step `average = decay * average + (1 - decay) * weights`; the first step's weights
//! begin it, as in PyTorch's `AveragedModel`. It holds for buffers of floats too, such as running
//! statistics, as with its `use_buffers`. With `ramp` the decay after n updates is
//! `min(decay, (1 + n) / (10 + n))`, TensorFlow's, so that a short run is not left at its beginning.
//!
//! Only steps that were made count. The host tells of step-end also where a step was skipped, as
//! between the batches of `accumulate` or after an overflow, so the plugin looks whether the last
//! parameter moved, for which a GPU is waited for once per batch; `assume-steps` spares that where
//! nothing skips. No checkpoint holds the average.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Part of the average that is left after an update.
        decay: f64 = 0.999, min 0.0, max 1.0;
        /// Begin with a smaller decay, (1 + n) / (10 + n) after n updates.
        ramp: bool = false;
        /// Steps per update.
        every: u32 = 1, min 1;
        /// Validate with the average.
        evaluate: bool = true;
        /// End with the average.
        keep: bool = true;
        /// Take every batch for a step, without a look at the weights.
        assume_steps: bool = false;
    }
}

/// Counts steps and updates.
pub struct Ema {
    params: Params,
    /// Name of the parameter that is looked at; `None`: none is.
    witness: Option<String>,
    /// The witness before the step of this batch.
    before: Option<Tensor>,
    /// Steps since the last update, and updates.
    steps: u32,
    updates: u64,
}

impl Callback for Ema {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Weights])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        let mut all = if params.assume_steps { Vec::new() } else { model::parameters() };
        let witness = all.pop().map(|last| last.name);
        Ok(Self { params, witness, before: None, steps: 0, updates: 0 })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::TrainBegin).and_on(Hook::StepEnd).powers([Power::Weights]);
        let plan = if self.params.evaluate { plan.and_on(Hook::ValidBegin) } else { plan };
        if self.witness.is_some() { plan.and_on(Hook::BackwardEnd) } else { plan }
    }

    /// A stage begins without slots, also one that is resumed.
    fn on_train_begin(&mut self, _state: &State) -> Answer {
        (self.steps, self.updates) = (0, 0);
        signal::none()
    }

    fn on_backward_end(&mut self, _state: &State) -> Answer {
        if let Some(name) = &self.witness {
            self.before = Some(model::weight(name)?.affine(1.0, 0.0)?);
        }
        signal::none()
    }

    fn on_step_end(&mut self, _state: &State) -> Answer {
        if let (Some(name), Some(before)) = (&self.witness, self.before.take()) {
            let moved = model::weight(name)?.sub(before)?.summary()?;
            if moved.min == 0.0 && moved.max == 0.0 {
                return signal::none();
            }
        }
        self.steps += 1;
        if self.steps < self.params.every {
            return signal::none();
        }
        let (Params { decay, ramp, .. }, updates) = (&self.params, self.updates as f64);
        let ramped = if *ramp { decay.min((1.0 + updates) / (10.0 + updates)) } else { *decay };
        let weight = if self.updates == 0 { 1.0 } else { 1.0 - ramped };
        (self.steps, self.updates) = (0, self.updates + 1);
        Ok(vec![signal::blend("average", weight)])
    }

    fn on_valid_begin(&mut self, _state: &State) -> Answer {
        Ok(if self.updates > 0 { vec![signal::evaluate_with("average")] } else { Vec::new() })
    }

    fn on_finish(&mut self, _state: &State, outcome: &Outcome) -> Answer {
        let keeps = self.params.keep && !matches!(outcome, Outcome::Failed(_));
        Ok(if keeps && self.updates > 0 { vec![signal::adopt("average")] } else { vec![] })
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&(self.steps, self.updates)))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        (self.steps, self.updates) = saved::from_bytes(saved)?;
        Ok(())
    }
}

register!(Ema);
small_heap!();

#[cfg(test)]
mod tests;
