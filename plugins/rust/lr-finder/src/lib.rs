//! Finds a learning rate: raises it from batch to batch until the loss runs away.
//!
//! As in fastai v1: batch k trains with `start-lr * (end-lr / start-lr)^(k / num-it)`. It ends after
//! num-it batches, or when the smoothed loss is above stop-div times its best or no longer finite.
//! Layer groups keep the ratios of their learning rates: start-lr and end-lr are the last group's.
//!
//! The curve is reported as `lr` and `loss` (smoothed) after every batch. At the end the first 10
//! and the last 5 points are left out, and of the others `suggestion` is where the loss falls most
//! steeply, and `lr-min-loss` where it is least; a tenth of that is another common choice.
//!
//! The weights are ruined afterwards: a trial stage, as `callbox lr-find`, puts everything back.

mod curve;

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Learning rate of the first batch.
        start_lr: f64 = 1e-7, min 0.0;
        /// Learning rate that would follow on the last batch.
        end_lr: f64 = 10.0, min 0.0;
        /// Batches, unless the loss runs away before.
        num_it: u32 = 100, min 1;
        /// The loss has run away above this many times the best one.
        stop_div: f64 = 4.0, min 1.0;
    }
}

/// Draws the curve.
pub struct LrFinder {
    params: Params,
    /// Learning rate of each layer group, as a part of the last group's.
    ratios: Vec<f64>,
    /// Smoothed loss of each batch.
    losses: Vec<f64>,
}

impl Callback for LrFinder {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control, Power::Lr])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let Params { start_lr, end_lr, num_it, .. } = params;
        if start_lr <= 0.0 || end_lr <= start_lr {
            let (start, end) = (number::short(start_lr), number::short(end_lr));
            return Err(format!("start-lr {start} must be above 0 and below end-lr {end}"));
        }
        let planned = run.planned_iterations.unwrap_or(u64::MAX);
        if planned < u64::from(num_it) {
            return Err(format!(
                "this run has {planned} batches, but num-it is {num_it}: lower it"
            ));
        }
        let ratios: Vec<f64> = run.lr_ratios().collect();
        for lr in ratios.iter().flat_map(|ratio| [ratio * start_lr, ratio * end_lr]) {
            run.allows(Power::Lr, lr)?;
        }
        Ok(Self { params, ratios, losses: Vec::new() })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::TrainBegin)
            .and_on(Hook::EpochBegin)
            .and_on(Hook::BatchEnd)
            .phase(Phase::Train)
            .reads(Reads::LOSSES)
            .owns(HyperName::Lr)
            .powers([Power::Control])
            .reports("lr", Better::Neither)
            .reports("loss", Better::Lower)
            .reports("suggestion", Better::Neither)
            .reports("lr-min-loss", Better::Neither)
    }

    fn on_train_begin(&mut self, _state: &State) -> Answer {
        Ok(self.next())
    }

    fn on_epoch_begin(&mut self, _state: &State) -> Answer {
        Ok(vec![signal::skip_validation()])
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        let loss = state.losses.ok_or("the losses were not filled in")?.smooth;
        let lr = self.lr(self.losses.len());
        self.losses.push(loss);
        let then = match self.end(lr, loss) {
            Some(reason) => vec![signal::stop_training(reason)],
            None => self.next(),
        };
        let shown = if loss.is_finite() { loss } else { f64::NAN };
        Ok([vec![signal::report("lr", lr), signal::report("loss", shown)], then].concat())
    }

    fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
        let Some((suggestion, least)) = self.conclusion() else {
            log::warn!("{} batches are too few for a suggestion", self.losses.len());
            return signal::none();
        };
        Ok(vec![signal::report("suggestion", suggestion), signal::report("lr-min-loss", least)])
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&self.losses))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        self.losses = saved::from_bytes(saved)?;
        Ok(())
    }
}

impl LrFinder {
    /// What batch k trains with, in the last group.
    fn lr(&self, batch: usize) -> f64 {
        let Params { start_lr, end_lr, num_it, .. } = self.params;
        anneal::exponential(start_lr, end_lr, batch as f64 / f64::from(num_it))
    }

    fn next(&self) -> Vec<Signal> {
        let lr = |ratio| self.lr(self.losses.len()) * ratio;
        let set = |(group, ratio)| signal::set_group(HyperName::Lr, group, lr(ratio));
        (0..).zip(&self.ratios).map(set).collect()
    }

    /// Why it is over, if it is.
    fn end(&self, lr: f64, loss: f64) -> Option<String> {
        let best = self.losses.iter().copied().fold(f64::INFINITY, f64::min);
        if !loss.is_finite() || loss > self.params.stop_div * best {
            return Some(format!("the loss ran away at lr {}", number::short(lr)));
        }
        let batches = self.losses.len();
        (batches >= self.params.num_it as usize)
            .then(|| format!("all {batches} learning rates were tried"))
    }

    /// Learning rates where the loss falls most steeply, and where it is least.
    fn conclusion(&self) -> Option<(f64, f64)> {
        Some((self.lr(curve::steepest(&self.losses)?), self.lr(curve::least(&self.losses)?)))
    }
}

register!(LrFinder);

#[cfg(test)]
mod tests;
