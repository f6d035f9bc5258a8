//! Any hyper-parameter along a list of phases: phase i takes lengths\[i\] and goes from starts\[i\]
//! to ends\[i\] along annealings\[i\]. After the last one the value stays where that ended.
//!
//! It is fastai v1's `GeneralScheduler` of `TrainingPhase`s and fastai v2's `combine_scheds`. A
//! plugin sets one hyper-parameter; used twice, under two names, it sets two. Phases are parts of
//! the run that may end between two batches, as in fastai v2, or whole batches. It differs from
//! fastai v1 where a phase does not start where the one before ended: there the first batch of the
//! phase still has that end, here, as in v2, the phase's start. And the run goes on after the last
//! phase. Learning rates and weight decays keep the groups' ratios to the last.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// The hyper-parameter that is set.
        hyper: String = "lr", choices ["lr", "mom", "wd", "beta"];
        /// Length of each phase, in the unit of `unit`.
        lengths: Vec<f64> = &[0.1, 0.9], min 0.0;
        /// What lengths count: parts of the run, at most 1 in all, or batches.
        unit: String = "run", choices ["run", "steps"];
        /// Value at the start of each phase.
        starts: Vec<f64> = &[0.001, 0.01], min 0.0;
        /// Value at the end of each phase.
        ends: Vec<f64> = &[0.01, 0.00001], min 0.0;
        /// Way of each phase: linear, cosine, exponential or constant, which stays at the start.
        annealings: Vec<String> = &["linear", "cosine"],
            choices ["linear", "cosine", "exponential", "constant"];
    }
}

/// Nothing but the number of the batch moves it, so there is nothing to save.
pub struct Phases {
    params: Params,
    /// Batches in a length of 1.
    unit: f64,
    owned: schedule::Owned,
}

impl Callback for Phases {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Lr, Power::Mom, Power::Wd, Power::Beta])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let Params { hyper, lengths, starts, ends, annealings, .. } = &params;
        let (name, present) = match (hyper.as_str(), run.hypers.first()) {
            ("mom", first) => (HyperName::Mom, first.is_some_and(|first| first.mom.is_some())),
            ("beta", first) => (HyperName::Beta, first.is_some_and(|first| first.beta.is_some())),
            ("wd", _) => (HyperName::Wd, true),
            _ => (HyperName::Lr, true),
        };
        let counts = [starts.len(), ends.len(), annealings.len()];
        let in_steps = params.unit == "steps";
        let values = || starts.iter().chain(ends).copied();
        let wrong = if !present {
            "the optimizer does not have this hyper: take another"
        } else if lengths.is_empty() || counts != [lengths.len(); 3] {
            "lengths, starts, ends, annealings: every phase needs one of each"
        } else if !in_steps && lengths.iter().sum::<f64>() > 1.0 + 1e-9 {
            "lengths are above 1, the whole run: set unit to steps for batches"
        } else if matches!(name, HyperName::Mom | HyperName::Beta)
            && values().any(|value| value >= 1.0)
        {
            "mom and beta must be below 1 in every phase"
        } else {
            ""
        };
        if !wrong.is_empty() {
            return Err(wrong.to_owned());
        }
        let unit = if in_steps { 1.0 } else { schedule::length(run)? };
        let owned = schedule::Owned::new(run, name, values())?;
        let this = Self { params, unit, owned };
        this.value(u64::MAX)?;
        Ok(this)
    }

    fn plan(&self) -> Plan {
        self.owned.plan()
    }

    fn on_train_begin(&mut self, state: &State) -> Answer {
        self.owned.set(self.value(state.iteration)?)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        self.owned.set(self.value(state.iteration + 1)?)
    }
}

impl Phases {
    /// What the batch of this number trains with.
    fn value(&self, batch: u64) -> Result<f64, String> {
        let Params { lengths, starts, ends, annealings, .. } = &self.params;
        let (mut sum, mut from, mut value) = (0.0, 0.0, 0.0);
        for (((length, name), start), end) in lengths.iter().zip(annealings).zip(starts).zip(ends) {
            sum += length;
            // A sum of parts such as 0.1 + 0.2 must not miss the batch that it means.
            let (until, whole) = (sum * self.unit, (sum * self.unit + 0.5).floor());
            let until = if (until - whole).abs() < 1e-6 { whole } else { until };
            let way = schedule::way(name, *start, *end)?;
            value = way(*start, *end, schedule::part(batch, from, until));
            if (batch as f64) < until {
                break;
            }
            from = until;
        }
        Ok(value)
    }
}

register!(Phases);
small_heap!();

#[cfg(test)]
mod tests;
