//! Any hyper-parameter along a list of phases: phase i takes lengths\[i\] and goes from starts\[i\] to ends\[i\]
//! along annealings\[i\]. After the last one the value stays where that ended.
//!
//! It is fastai v1's `GeneralScheduler` of `TrainingPhase`s and fastai v2's `combine_scheds`. A plugin sets one
//! hyper-parameter; used twice, under two names, it sets two. Phases are parts of the run that may end between two
//! batches, as in fastai v2, or whole batches. It differs from fastai v1 where a phase does not start where the one before
//! ended: there the first batch of the phase still has that end, here, as in v2, the phase's start. And the run
//! goes on after the last phase. Learning rates and weight decays keep the groups' ratios to the last.

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

/// From one value to another, before a batch.
struct Leg {
    until: f64,
    start: f64,
    end: f64,
    way: schedule::Way,
}

/// Nothing but the number of the batch moves it, so there is nothing to save.
pub struct Phases {
    legs: Vec<Leg>,
    owned: schedule::Owned,
}

impl Callback for Phases {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Lr, Power::Mom, Power::Wd, Power::Beta])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let (name, present, limit) = match (params.hyper.as_str(), run.hypers.first()) {
            ("mom", first) => (HyperName::Mom, first.is_some_and(|hyper| hyper.mom.is_some()), 1.0),
            ("beta", first) => {
                (HyperName::Beta, first.is_some_and(|hyper| hyper.beta.is_some()), 1.0)
            }
            ("wd", _) => (HyperName::Wd, true, f64::INFINITY),
            _ => (HyperName::Lr, true, f64::INFINITY),
        };
        if !present {
            let Run { optimizer, .. } = run;
            return Err(format!("{optimizer} has no {}: take another hyper", params.hyper));
        }
        let legs = legs(run, &params)?;
        if legs.iter().any(|leg| leg.start.max(leg.end) >= limit) {
            return Err(format!("{} must be below 1 in every phase", params.hyper));
        }
        let values = legs.iter().flat_map(|leg| [leg.start, leg.end]);
        Ok(Self { owned: schedule::Owned::new(run, name, values)?, legs })
    }

    fn plan(&self) -> Plan {
        self.owned.plan()
    }

    fn on_train_begin(&mut self, state: &State) -> Answer {
        self.set(state.iteration)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        self.set(state.iteration + 1)
    }
}

impl Phases {
    /// For the batch of this number.
    fn set(&mut self, batch: u64) -> Answer {
        let (mut from, mut value) = (0.0, 0.0);
        for leg in &self.legs {
            value = (leg.way)(leg.start, leg.end, schedule::part(batch, from, leg.until));
            if (batch as f64) < leg.until {
                break;
            }
            from = leg.until;
        }
        self.owned.set(value)
    }
}

fn legs(run: &Run, params: &Params) -> Result<Vec<Leg>, String> {
    let Params { lengths, starts, ends, annealings, .. } = params;
    let (n, others) = (lengths.len(), [starts.len(), ends.len(), annealings.len()]);
    if n == 0 || others != [n; 3] {
        let [starts, ends, ways] = others;
        return Err(format!(
            "{n} lengths, {starts} starts, {ends} ends, {ways} annealings: every phase needs one of each"
        ));
    }
    let unit = if params.unit == "steps" { 1.0 } else { schedule::length(run)? };
    if params.unit == "run" && lengths.iter().sum::<f64>() > 1.0 + 1e-9 {
        return Err(
            "lengths are more than 1, the whole run: set unit to steps for batches".to_owned()
        );
    }
    let mut sum = 0.0;
    let values = starts.iter().zip(ends).zip(annealings);
    let leg = |(length, ((&start, &end), name)): (&f64, ((&f64, &f64), &String))| {
        sum += length;
        // A sum of parts such as 0.1 + 0.2 must not miss the batch that it means.
        let (until, whole) = (sum * unit, (sum * unit + 0.5).floor());
        let until = if (until - whole).abs() < 1e-6 { whole } else { until };
        Ok(Leg { until, start, end, way: schedule::way(name, start, end)? })
    };
    lengths.iter().zip(values).map(leg).collect()
}

register!(Phases);

#[cfg(test)]
mod tests;
