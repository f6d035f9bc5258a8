//! Finds a learning rate: raises it from batch to batch until the loss runs away.
//!
//! As in fastai: batch k trains with `start-lr * (end-lr / start-lr)^(k / num-it)`. It ends after
//! num-it batches, or when the smoothed loss is above stop-div times its best or no longer finite.
//! Layer groups keep the ratios of their learning rates: start-lr and end-lr are the last group's.
//!
//! The curve is reported as `lr` and `loss` (smoothed) after every batch. At the end the last 5
//! points and the first 10, for fastai2 the first tenth of num-it, are left out, and of the others
//! `steepest` is where the loss falls most steeply (fastai v1), `valley` a good third into the
//! longest fall (fastai v2), `lr-min-loss` where it is least and `minimum-tenth` a tenth of that.
//! `suggestion` is the preset's: `valley` for fastai2, else `steepest`.
//!
//! The weights are ruined afterwards: a trial stage, as `callbox lr-find`, puts everything back.

mod curve;

use callbox_sdk::prelude::*;
use curve::Curve;

params! {
    /// What the user may set.
    pub struct Params {
        /// Whose finder it is, wherever another parameter is left alone and in what it suggests.
        preset: String = "fastai1", choices ["thread", "fastai1", "fastai2"];
        /// Learning rate of the first batch; 0 means 1e-7, for thread 1e-5.
        start_lr: f64 = 0.0, min 0.0;
        /// Learning rate that would follow on the last batch; 0 means 10.
        end_lr: f64 = 0.0, min 0.0;
        /// Batches, unless the loss runs away before; 0 means 100, for thread 200.
        num_it: u32 = 0;
        /// The loss has run away above this many times the best one.
        stop_div: f64 = 4.0, min 1.0;
    }
}

/// What is reported at the end.
const FOUND: [&str; 5] = ["suggestion", "lr-min-loss", "steepest", "valley", "minimum-tenth"];

/// Draws the curve.
pub struct LrFinder {
    params: Params,
    owned: schedule::Owned,
    /// Smoothed loss of each batch.
    losses: Vec<f64>,
}

impl Callback for LrFinder {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control, Power::Lr])
    }

    fn start(run: &Run, mut params: Params) -> Result<Self, String> {
        let (start, batches) = if params.preset == "thread" { (1e-5, 200) } else { (1e-7, 100) };
        let or = |given: f64, preset: f64| if given == 0.0 { preset } else { given };
        params.start_lr = or(params.start_lr, start);
        params.end_lr = or(params.end_lr, 10.0);
        params.num_it = if params.num_it == 0 { batches } else { params.num_it };
        let Params { start_lr, end_lr, num_it, .. } = params;
        if end_lr <= start_lr {
            let (start, end) = (number::short(start_lr), number::short(end_lr));
            return Err(format!("start-lr {start} must be below end-lr {end}"));
        }
        // Fewer than num-it fit a u32, whose digits are written anyway.
        let planned = u32::try_from(run.planned_iterations.unwrap_or(u64::MAX));
        if let Some(planned) = planned.ok().filter(|planned| *planned < num_it) {
            return Err(format!(
                "this run has {planned} batches, but num-it is {num_it}: lower it"
            ));
        }
        let owned = schedule::Owned::new(run, HyperName::Lr, [start_lr, end_lr])?;
        Ok(Self { params, owned, losses: Vec::new() })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::TrainBegin)
            .and_on(Hook::EpochBegin)
            .and_on(Hook::BatchEnd)
            .phase(Phase::Train)
            .reads(Reads::LOSSES)
            .owns(HyperName::Lr)
            .powers([Power::Control])
            .reports("lr", Better::Neither)
            .reports("loss", Better::Lower);
        FOUND.into_iter().fold(plan, |plan, name| plan.reports(name, Better::Neither))
    }

    fn on_train_begin(&mut self, _state: &State) -> Answer {
        self.next()
    }

    fn on_epoch_begin(&mut self, _state: &State) -> Answer {
        Ok(vec![signal::skip_validation()])
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        let loss = state.losses.ok_or("the losses were not filled in")?.smooth;
        let lr = self.lr(self.losses.len());
        self.losses.push(loss);
        let shown = if loss.is_finite() { loss } else { f64::NAN };
        let mut signals = vec![signal::report("lr", lr), signal::report("loss", shown)];
        match self.end(lr, loss) {
            Some(reason) => signals.push(signal::stop_training(reason)),
            None => signals.extend(self.next()?),
        }
        Ok(signals)
    }

    fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
        let Some(found) = self.conclusion() else {
            log::warn!("{} batches are too few for a suggestion", self.losses.len());
            return signal::none();
        };
        Ok(FOUND.iter().zip(found).map(|(name, lr)| signal::report(*name, lr)).collect())
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

    fn next(&mut self) -> Answer {
        self.owned.set(self.lr(self.losses.len()))
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

    /// What is reported at the end, in the order of the names.
    fn conclusion(&self) -> Option<[f64; 5]> {
        let fastai2 = self.params.preset == "fastai2";
        let young = if fastai2 { self.params.num_it as usize / 10 } else { 10 };
        let curve = Curve::of(&self.losses, young)?;
        let (steepest, valley) = (self.lr(curve.steepest()?), self.lr(curve.valley()));
        let least = self.lr(curve.least()?);
        Some([if fastai2 { valley } else { steepest }, least, steepest, valley, least / 10.0])
    }
}

register!(LrFinder);
small_heap!();

#[cfg(test)]
mod tests;
