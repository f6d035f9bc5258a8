//! Moves the weight decay from wd-start to wd-end between two points of the run.
//!
//! The founding wish of decoupled decay: to be annealed like a learning rate. The defaults are
//! DINO's (Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021): from
//! 0.04 to 0.4 along a cosine over the whole run, as strong decay helps a network at the end and
//! hurts it at the start. Before `from` the value is wd-start, after `until` it is wd-end. The last
//! layer group has these values and others keep their ratios to it, so that a group without decay
//! stays without, as in DINO.
//!
//! Whether it is L2 or decoupled is the optimizer's affair. Decoupled decay is multiplied by the
//! learning rate: one that falls meanwhile takes the decay with it. A dropped file may raise it to
//! ten times its start, or to 0.1.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Weight decay of the last layer group at first.
        wd_start: f64 = 0.04, min 0.0;
        /// Weight decay of the last layer group at last.
        wd_end: f64 = 0.4, min 0.0;
        /// How it gets from one to the other.
        annealing: String = "cosine", choices ["linear", "cosine", "exponential"];
        /// Part of the run after which it begins to move.
        from: f64 = 0.0, min 0.0, max 1.0;
        /// Part of the run after which it stays at wd-end.
        until: f64 = 1.0, min 0.0, max 1.0;
    }
}

/// Nothing but the number of the batch moves it, so there is nothing to save.
pub struct WdSchedule {
    params: Params,
    length: f64,
    way: schedule::Way,
    wd: schedule::Owned,
}

impl Callback for WdSchedule {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Wd])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        if params.from > params.until {
            return Err(
                "from is after until: weight decay cannot move backwards in time".to_owned()
            );
        }
        let way = schedule::way(&params.annealing, params.wd_start, params.wd_end)?;
        let wd = schedule::Owned::new(run, HyperName::Wd, [params.wd_start, params.wd_end])?;
        Ok(Self { length: schedule::length(run)?, params, way, wd })
    }

    fn plan(&self) -> Plan {
        self.wd.plan()
    }

    fn on_train_begin(&mut self, state: &State) -> Answer {
        self.set(state.iteration)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        self.set(state.iteration + 1)
    }
}

impl WdSchedule {
    /// For the batch of this number.
    fn set(&mut self, batch: u64) -> Answer {
        let Params { wd_start, wd_end, from, until, .. } = self.params;
        let done = schedule::part(batch, from * self.length, until * self.length);
        self.wd.set((self.way)(wd_start, wd_end, done))
    }
}

register!(WdSchedule);
small_heap!();

#[cfg(test)]
mod tests;
