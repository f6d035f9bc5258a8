//! Warm-up: the learning rate begins at a small part of what it would be and rises to the whole.
//!
//! It is a factor, from start to 1, on whatever the optimizer or a schedule says: it `scale`s and
//! owns nothing, so that it lives beside every schedule (which goes on meanwhile: the two multiply,
//! as PyTorch's `LinearLR` does in a `ChainedScheduler`). Batch k trains with the factor at k /
//! steps of the way, and from batch `steps` on with exactly 1. The default start, a thousandth, is
//! that of torchvision's and Detectron2's detectors; PyTorch's own is a third. The goods are in
//! Goyal et al., "Accurate, Large Minibatch SGD" (2017); adaptive optimizers want it since their
//! second moments are young at first.
//!
//! `one-cycle` has a warm-up of its own. A run that is shorter than steps never trains with the
//! whole learning rate.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// The factor of the first batch.
        start: f64 = 0.001, min 0.0, max 1.0;
        /// Batches until the factor is 1; 0: as fraction says.
        steps: u32 = 0;
        /// Part of the run until the factor is 1, where steps is 0.
        fraction: f64 = 0.05, min 0.0, max 1.0;
        /// Along which curve the factor rises.
        annealing: String = "linear", choices ["linear", "exponential", "cosine"];
    }
}

/// Nothing but the number of the batch moves it, so there is nothing to save.
pub struct Warmup {
    start: f64,
    steps: f64,
    way: schedule::Way,
    last: Option<f64>,
}

impl Callback for Warmup {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let Params { start, steps, fraction, annealing } = params;
        let steps = match steps {
            0 => (schedule::length(run)? * fraction).trunc(),
            steps => f64::from(steps),
        };
        let way = schedule::way(&annealing, start, 1.0)?;
        for hyper in &run.hypers {
            run.allows(Power::Lr, hyper.lr * if steps > 0.0 { start } else { 1.0 })?;
        }
        Ok(Self { start, steps, way, last: None })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::TrainBegin).and_on(Hook::BatchEnd).phase(Phase::Train);
        plan.powers([Power::Lr])
    }

    fn on_train_begin(&mut self, state: &State) -> Answer {
        self.scale(state.iteration)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        self.scale(state.iteration + 1)
    }
}

impl Warmup {
    /// For the batch of this number; once it is 1 there is nothing more to say.
    fn scale(&mut self, batch: u64) -> Answer {
        let factor = (self.way)(self.start, 1.0, schedule::part(batch, 0.0, self.steps));
        if self.last.replace(factor) == Some(factor) {
            return signal::none();
        }
        Ok(vec![signal::scale(HyperName::Lr, factor)])
    }
}

register!(Warmup);
small_heap!();

#[cfg(test)]
mod tests;
