//! A metric that a plugin watches from epoch to epoch: which direction is better, the best value so
//! far, and whether there is anything new. For plugins that stop, save or slow down by a metric.
//!
//! ```
//! use callbox_sdk::prelude::*;
//! use callbox_sdk::testing;
//!
//! let mut watch = Watch::start(&testing::run(), "valid-loss", "auto", 0.0)?;
//! assert_eq!(watch.plan().monitors, ["valid-loss"]);
//! // In `on_valid_end` and `on_epoch_end`:
//! watch.on_valid_end(&testing::state());
//! let state = State { monitored: vec![0.5], ..testing::state() };
//! assert_eq!(watch.on_epoch_end(&state)?, Some(Reading { value: 0.5, improved: true }));
//! // Without a whole validation in an epoch there is nothing new.
//! assert_eq!(watch.on_epoch_end(&state)?, None);
//! # Ok::<(), String>(())
//! ```
//!
//! A value improves when it is better than the best so far by more than min-delta; NaN never does.
//! train-loss is new in every epoch; any other metric only after a whole validation, and a partial
//! one never counts.

use crate::log;
use crate::types::{Hook, Plan, Reads, Run, State};

/// The best value with its epoch, and whether this epoch had a whole validation.
pub type Memory = (Option<(f64, u32)>, bool);

/// Watches one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    metric: String,
    lower_is_better: bool,
    min_delta: f64,
    /// Whether the metric is new only after a validation.
    needs_validation: bool,
    /// All that it remembers: saved and loaded, it goes on where it was.
    pub memory: Memory,
}

/// An epoch's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// May be NaN.
    pub value: f64,
    /// Whether it is the best so far.
    pub improved: bool,
}

impl Watch {
    /// Begins with a metric that the run may monitor. Mode `min` or `max` says which is better;
    /// `auto`: as the run says, else lower for a loss or an error, with a warning.
    ///
    /// # Errors
    /// A sentence for the user, when the metric needs a validation and the run has none.
    pub fn start(run: &Run, metric: &str, mode: &str, min_delta: f64) -> Result<Self, String> {
        let needs_validation = metric != "train-loss";
        if needs_validation && run.valid_batches.is_none() {
            return Err(format!(
                "`{metric}` needs a validation, and this run has none: monitor train-loss"
            ));
        }
        let lower_is_better = lower_is_better(run, metric, mode);
        let (metric, memory) = (metric.to_owned(), (None, false));
        Ok(Self { metric, lower_is_better, min_delta, needs_validation, memory })
    }

    /// Begins a plan: the subscriptions that [`on_valid_end`](Self::on_valid_end) and
    /// [`on_epoch_end`](Self::on_epoch_end) need, and the metric. Hooks are added with `and_on`.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::EpochEnd).reads(Reads::MONITORED);
        let plan = plan.monitors([self.metric.as_str()]);
        if self.needs_validation { plan.and_on(Hook::ValidEnd) } else { plan }
    }

    /// Takes note of a validation.
    pub fn on_valid_end(&mut self, state: &State) {
        self.memory.1 |= !state.partial;
    }

    /// The epoch's value, if there is a new one; it becomes the best if it improves.
    ///
    /// # Errors
    /// The event was not subscribed as in [`plan`](Self::plan).
    pub fn on_epoch_end(&mut self, state: &State) -> Result<Option<Reading>, String> {
        let validated = std::mem::take(&mut self.memory.1);
        if self.needs_validation && (!validated || state.partial) {
            return Ok(None);
        }
        let value = *state.monitored.first().ok_or("the monitored metric was not filled in")?;
        let improved = self.improves(value);
        if improved {
            self.memory.0 = Some((value, state.epoch + 1));
        }
        Ok(Some(Reading { value, improved }))
    }

    /// The metric's name.
    #[must_use]
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// The best value so far and the epoch that it is of, from 1 as in the epoch table.
    #[must_use]
    pub fn best(&self) -> Option<(f64, u32)> {
        self.memory.0
    }

    /// Whether a value is as good as another, or better.
    #[must_use]
    pub fn is_at_least(&self, value: f64, other: f64) -> bool {
        if self.lower_is_better { value <= other } else { value >= other }
    }

    fn improves(&self, value: f64) -> bool {
        match self.memory.0 {
            None => !value.is_nan(),
            Some((best, _)) if self.lower_is_better => value + self.min_delta < best,
            Some((best, _)) => value - self.min_delta > best,
        }
    }
}

fn lower_is_better(run: &Run, metric: &str, mode: &str) -> bool {
    match mode {
        "min" => true,
        "max" => false,
        _ => match run.higher_is_better(metric) {
            Some(higher) => !higher,
            None => {
                let lower = holds(metric, b"loss") || holds(metric, b"error");
                let better = if lower { "lower" } else { "higher" };
                log::warn!("`{metric}` does not say which is better: taking {better}; set mode");
                lower
            }
        },
    }
}

/// `str::contains` by a search that is a hundredth of its size.
fn holds(metric: &str, word: &[u8]) -> bool {
    metric.as_bytes().windows(word.len()).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn watch(metric: &str, mode: &str, min_delta: f64) -> Watch {
        Watch::start(&testing::run(), metric, mode, min_delta).expect("a run with validation")
    }

    /// One epoch with a whole validation.
    fn improves(watch: &mut Watch, value: f64) -> bool {
        watch.on_valid_end(&testing::state());
        let state = State { monitored: vec![value], ..testing::state() };
        let reading = watch.on_epoch_end(&state).expect("a value");
        reading.expect("a whole validation").improved
    }

    #[test]
    fn better_is_better_by_more_than_min_delta() {
        let mut loss = watch("valid-loss", "auto", 0.5);
        let improved = [4.0, 3.0, 2.5, 2.25, f64::NAN].map(|value| improves(&mut loss, value));
        assert_eq!(improved, [true, true, false, true, false]);
        let mut accuracy = watch("accuracy", "auto", 0.0);
        assert_eq!(
            [0.5, 0.5, 0.6].map(|value| improves(&mut accuracy, value)),
            [true, false, true]
        );
        let mut nan = watch("valid-loss", "max", 0.0);
        assert_eq!(
            [f64::NAN, 1.0, 2.0].map(|value| improves(&mut nan, value)),
            [false, true, true]
        );
        assert_eq!(nan.best(), Some((2.0, 1)));
    }

    #[test]
    fn a_direction_is_said_or_known_or_guessed() {
        let lower = |metric, mode| watch(metric, mode, 0.0).lower_is_better;
        assert!(lower("valid-loss", "auto") && !lower("accuracy", "auto"));
        assert!(lower("accuracy", "min") && !lower("valid-loss", "max"));
        assert!(lower("top5-error", "auto") && !lower("f1", "auto"));
        assert!(watch("accuracy", "auto", 0.0).is_at_least(0.9, 0.9));
        assert!(watch("valid-loss", "auto", 0.0).is_at_least(0.1, 0.2));
        assert!(!watch("valid-loss", "auto", 0.0).is_at_least(f64::NAN, 0.2));
    }

    #[test]
    fn a_partial_or_absent_validation_is_nothing_new() {
        let mut loss = watch("valid-loss", "auto", 0.0);
        let state = State { monitored: vec![1.0], ..testing::state() };
        assert_eq!(loss.on_epoch_end(&state), Ok(None));
        let partial = State { partial: true, ..state.clone() };
        loss.on_valid_end(&partial);
        assert_eq!(loss.on_epoch_end(&partial), Ok(None));
        // The last one counts: a whole one, then a partial one.
        loss.on_valid_end(&state);
        loss.on_valid_end(&partial);
        assert_eq!(loss.on_epoch_end(&partial), Ok(None));

        let mut train = watch("train-loss", "auto", 0.0);
        assert_eq!(train.on_epoch_end(&state), Ok(Some(Reading { value: 1.0, improved: true })));
        assert_eq!(train.plan().subscriptions.len(), 1);
        let run = Run { valid_batches: None, ..testing::run() };
        assert!(Watch::start(&run, "train-loss", "auto", 0.0).is_ok());
        let refusal = Watch::start(&run, "valid-loss", "auto", 0.0);
        assert!(refusal.is_err_and(|why| why.contains("monitor train-loss")));
    }

    #[test]
    fn it_goes_on_from_its_memory() {
        let mut before = watch("valid-loss", "auto", 0.0);
        improves(&mut before, 0.5);
        let mut after = watch("valid-loss", "auto", 0.0);
        after.memory = before.memory;
        assert_eq!(after, before);
        assert!(!improves(&mut after, 0.5));
    }
}
