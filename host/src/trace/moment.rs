//! The whole state at a hook, and what of it has changed since the hook before.

use serde::{Deserialize, Serialize};

use crate::callback::{Hook, Hyper, Losses, Phase, State};

/// The state dict at a hook, with everything filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The current epoch, from 0.
    pub epoch: u32,
    /// Index of the batch within its phase, from 0.
    pub num_batch: u32,
    /// Training batches completed.
    pub iteration: u64,
    /// Training samples in them.
    pub samples: u64,
    /// The loader of the current batch.
    pub phase: Phase,
    /// Samples in the current batch; 0 outside a batch.
    pub batch_size: u32,
    /// The last validation was stopped early, or left a batch out.
    pub partial: bool,
    /// The losses known here.
    pub losses: Losses,
    /// In effect, one per layer group.
    pub hypers: Vec<Hyper>,
    /// A value per column of the epoch table; NaN where there is none yet.
    pub metrics: Vec<f64>,
}

/// What of a moment differs from the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// Which hook it is.
    pub hook: Hook,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epoch: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    num_batch: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iteration: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    samples: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch_size: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partial: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    losses: Option<Losses>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hypers: Option<Vec<Hyper>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metrics: Option<Numbers>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Numbers(#[serde(with = "crate::number::list")] Vec<f64>);

impl Moment {
    /// Before the first hook: nothing is known but the hyper-parameters at the start.
    #[must_use]
    pub fn start(hypers: &[Hyper], columns: usize) -> Self {
        Moment {
            epoch: 0,
            num_batch: 0,
            iteration: 0,
            samples: 0,
            phase: Phase::Train,
            batch_size: 0,
            partial: false,
            losses: Losses::NONE,
            hypers: hypers.to_vec(),
            metrics: vec![f64::NAN; columns],
        }
    }

    /// Of a state that has everything filled in.
    #[must_use]
    pub fn of(state: &State<'_>) -> Self {
        Moment {
            epoch: state.epoch,
            num_batch: state.num_batch,
            iteration: state.iteration,
            samples: state.samples,
            phase: state.phase,
            batch_size: state.batch_size,
            partial: state.partial,
            losses: state.losses.unwrap_or(Losses::NONE),
            hypers: state.hypers.to_vec(),
            metrics: state.monitored.to_vec(),
        }
    }

    /// What differs from the moment before.
    #[must_use]
    pub fn since(&self, before: &Moment, hook: Hook) -> Change {
        fn new<T: PartialEq + Clone>(now: &T, before: &T) -> Option<T> {
            (now != before).then(|| now.clone())
        }
        Change {
            hook,
            epoch: new(&self.epoch, &before.epoch),
            num_batch: new(&self.num_batch, &before.num_batch),
            iteration: new(&self.iteration, &before.iteration),
            samples: new(&self.samples, &before.samples),
            phase: new(&self.phase, &before.phase),
            batch_size: new(&self.batch_size, &before.batch_size),
            partial: new(&self.partial, &before.partial),
            losses: (!same_losses(&self.losses, &before.losses)).then_some(self.losses),
            hypers: new(&self.hypers, &before.hypers),
            metrics: (!same_numbers(&self.metrics, &before.metrics))
                .then(|| Numbers(self.metrics.clone())),
        }
    }

    /// Takes a change over; hyper-parameters and metrics of another number are a mistake of the file's.
    ///
    /// # Errors
    /// Which of the two, with both numbers.
    pub fn take(&mut self, change: Change) -> Result<(), String> {
        fn put<T>(place: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *place = new;
            }
        }
        fn put_all<T>(place: &mut Vec<T>, new: Option<Vec<T>>, what: &str) -> Result<(), String> {
            let Some(new) = new else { return Ok(()) };
            if new.len() != place.len() {
                return Err(format!("{} {what}, where the run has {}", new.len(), place.len()));
            }
            *place = new;
            Ok(())
        }
        put(&mut self.epoch, change.epoch);
        put(&mut self.num_batch, change.num_batch);
        put(&mut self.iteration, change.iteration);
        put(&mut self.samples, change.samples);
        put(&mut self.phase, change.phase);
        put(&mut self.batch_size, change.batch_size);
        put(&mut self.partial, change.partial);
        put(&mut self.losses, change.losses);
        put_all(&mut self.hypers, change.hypers, "groups of hyper-parameters")?;
        put_all(&mut self.metrics, change.metrics.map(|numbers| numbers.0), "metrics")
    }

    /// The batch in which this was is over, and counted if it was one of training.
    pub(super) fn end_batch(&mut self) {
        if self.batch_size == 0 {
            return;
        }
        self.num_batch = self.num_batch.saturating_add(1);
        if self.phase == Phase::Train {
            self.iteration = self.iteration.saturating_add(1);
            self.samples = self.samples.saturating_add(self.batch_size.into());
        }
        (self.batch_size, self.phase) = (0, Phase::Train);
    }

    /// Counters, for a handler's state dict.
    #[must_use]
    pub fn counters(&self) -> State<'static> {
        State {
            epoch: self.epoch,
            num_batch: self.num_batch,
            iteration: self.iteration,
            samples: self.samples,
            phase: self.phase,
            batch_size: self.batch_size,
            losses: None,
            partial: self.partial,
            hypers: &[],
            monitored: &[],
        }
    }
}

/// Bit by bit: a NaN that stays is no change.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

fn same_numbers(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(*a, *b))
}

fn same_losses(a: &Losses, b: &Losses) -> bool {
    same(a.raw, b.raw) && same(a.last, b.last) && same(a.smooth, b.smooth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment() -> Moment {
        let hyper = Hyper { lr: 0.1, mom: None, wd: 0.0, beta: None };
        Moment::start(&[hyper], 2)
    }

    #[test]
    fn what_stays_is_not_written_again() {
        let line = |now: &Moment, before: &Moment| {
            serde_json::to_string(&now.since(before, Hook::BatchEnd)).unwrap()
        };
        assert_eq!(line(&moment(), &moment()), r#"{"hook":"batch-end"}"#);
        let losses = Losses { raw: 0.5, last: 0.5, smooth: f64::NAN };
        let next = Moment { num_batch: 3, losses, ..moment() };
        assert_eq!(
            line(&next, &moment()),
            r#"{"hook":"batch-end","num-batch":3,"losses":{"raw":0.5,"last":0.5,"smooth":"nan"}}"#
        );
    }

    #[test]
    fn changes_add_up_to_the_moment() {
        let mut now = moment();
        let next = Moment { epoch: 2, metrics: vec![0.25, f64::NAN], partial: true, ..moment() };
        now.take(next.since(&moment(), Hook::EpochEnd)).unwrap();
        assert_eq!(format!("{now:?}"), format!("{next:?}"));
    }

    #[test]
    fn another_number_of_groups_is_a_mistake() {
        let wider = Moment { metrics: vec![0.0; 3], ..moment() };
        let error = moment().take(wider.since(&moment(), Hook::EpochEnd)).unwrap_err();
        assert_eq!(error, "3 metrics, where the run has 2");
    }
}
