//! What schedules share: a hyper-parameter that they set as its owner, how long the run is, and
//! the way from one value to another by its name.
//!
//! ```
//! use callbox_sdk::prelude::*;
//!
//! /// Lets the learning rate fall in a straight line over the whole run.
//! pub struct Decay {
//!     lr: schedule::Owned,
//!     length: f64,
//! }
//!
//! impl Callback for Decay {
//!     type Params = ();
//!
//!     fn about() -> Descriptor {
//!         about!().needs([Power::Lr])
//!     }
//!
//!     fn start(run: &Run, _params: ()) -> Result<Self, String> {
//!         let lr = schedule::Owned::new(run, HyperName::Lr, [0.1, 0.0])?;
//!         Ok(Self { lr, length: schedule::length(run)? })
//!     }
//!
//!     fn plan(&self) -> Plan {
//!         self.lr.plan()
//!     }
//!
//!     fn on_train_begin(&mut self, state: &State) -> Answer {
//!         self.set(state.iteration)
//!     }
//!
//!     fn on_batch_end(&mut self, state: &State) -> Answer {
//!         self.set(state.iteration + 1)
//!     }
//! }
//!
//! impl Decay {
//!     /// For the batch of this number.
//!     fn set(&mut self, batch: u64) -> Answer {
//!         let done = schedule::part(batch, 0.0, self.length);
//!         self.lr.set(anneal::linear(0.1, 0.0, done))
//!     }
//! }
//!
//! register!(Decay);
//! ```

use crate::anneal;
use crate::callback::Answer;
use crate::signal;
use crate::types::{Hook, HyperName, Phase, Plan, Run};

/// A hyper-parameter that a plugin sets in all layer groups as its owner.
///
/// Its value is the last group's. Learning rates and weight decays keep the ratios with which the
/// groups started, so that one without decay stays without; momenta and betas are all the same.
pub struct Owned {
    name: HyperName,
    ratios: Vec<f64>,
    last: Option<f64>,
}

impl Owned {
    /// To be set to these values and what lies between them.
    ///
    /// # Errors
    /// A sentence for the user, when the power was not given or a group would leave its bounds.
    pub fn new(
        run: &Run,
        name: HyperName,
        values: impl IntoIterator<Item = f64>,
    ) -> Result<Self, String> {
        let of = |hyper: &crate::types::Hyper| match name {
            HyperName::Lr => hyper.lr,
            HyperName::Wd => hyper.wd,
            _ => 1.0,
        };
        let last = run.hypers.last().map_or(0.0, of);
        let ratio = |hyper| if last > 0.0 { of(hyper) / last } else { 1.0 };
        let ratios: Vec<f64> = run.hypers.iter().map(ratio).collect();
        for value in values {
            for ratio in &ratios {
                run.allows(name.power(), value * ratio)?;
            }
        }
        Ok(Self { name, ratios, last: None })
    }

    /// Call me before the first batch and after every batch of training, for the next one.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan::on(Hook::TrainBegin).and_on(Hook::BatchEnd).phase(Phase::Train).owns(self.name)
    }

    /// Sets it; no signals where it is what was set last.
    ///
    /// # Errors
    /// None: it is the whole answer of a hook.
    pub fn set(&mut self, value: f64) -> Answer {
        if self.last.replace(value) == Some(value) {
            return signal::none();
        }
        let of = |(group, ratio)| signal::set_group(self.name, group, value * ratio);
        Ok((0..).zip(&self.ratios).map(of).collect())
    }
}

/// Training batches of the whole run.
///
/// # Errors
/// A sentence for the user, where nobody knows.
pub fn length(run: &Run) -> Result<f64, String> {
    let planned =
        run.planned_iterations.ok_or("nobody knows how long this run is: set max-steps")?;
    Ok(planned as f64)
}

/// How much of the way from one batch to another is done before this one: 0 to 1 between them.
#[must_use]
pub fn part(batch: u64, from: f64, to: f64) -> f64 {
    let batch = batch as f64;
    if batch < to { (batch - from) / (to - from) } else { 1.0 }
}

/// A function of [`anneal`].
pub type Way = fn(start: f64, end: f64, pct: f64) -> f64;

/// The way of this name: linear, cosine, exponential or constant.
///
/// # Errors
/// A sentence for the user: no way has this name, or an exponential one starts or ends at 0.
pub fn way(name: &str, start: f64, end: f64) -> Result<Way, String> {
    match name {
        "linear" => Ok(anneal::linear),
        "cosine" => Ok(anneal::cosine),
        "exponential" if start > 0.0 && end > 0.0 => Ok(anneal::exponential),
        "exponential" => Err("an exponential way cannot start or end at 0".to_owned()),
        "constant" => Ok(|start, _end, _pct| start),
        _ => Err(format!("`{name}` is none of linear, cosine, exponential and constant")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Grant, Hyper, Signal};
    use crate::{about::Power, testing};

    fn groups(hypers: [(f64, f64); 2]) -> Run {
        let group = |(lr, wd)| Hyper { lr, mom: Some(0.9), wd, beta: None };
        Run { hypers: hypers.map(group).into(), ..testing::run() }
    }

    fn set(run: &Run, name: HyperName, value: f64) -> Vec<Signal> {
        let mut owned = Owned::new(run, name, []).expect("no bounds");
        owned.set(value).expect("an answer")
    }

    #[test]
    fn groups_keep_their_ratios() {
        let run = groups([(0.125, 0.0), (0.5, 0.1)]);
        let all = |name, values: [f64; 2]| {
            (0..).zip(values).map(|(group, value)| signal::set_group(name, group, value)).collect()
        };
        let cases: [(_, _, Vec<Signal>); 3] = [
            (HyperName::Lr, 2.0, all(HyperName::Lr, [0.5, 2.0])),
            (HyperName::Wd, 0.5, all(HyperName::Wd, [0.0, 0.5])),
            (HyperName::Mom, 0.8, all(HyperName::Mom, [0.8, 0.8])),
        ];
        for (name, value, signals) in cases {
            assert_eq!(set(&run, name, value), signals);
        }
        let none = groups([(0.125, 0.1), (0.0, 0.0)]);
        assert_eq!(set(&none, HyperName::Wd, 0.5), all(HyperName::Wd, [0.5, 0.5]));
    }

    #[test]
    fn what_did_not_move_is_not_set_again() {
        let mut lr = Owned::new(&testing::run(), HyperName::Lr, []).expect("no bounds");
        let sets = [0.1, 0.1, 0.2, 0.1].map(|value| lr.set(value).expect("an answer").len());
        assert_eq!(sets, [1, 0, 1, 1]);
    }

    #[test]
    fn every_group_stays_in_bounds() {
        let granted = vec![Grant { power: Power::Lr.into(), min: Some(0.1), max: Some(1.0) }];
        let run = Run { granted, ..groups([(0.125, 0.0), (0.5, 0.0)]) };
        let refusal = |name, values: [f64; 2]| Owned::new(&run, name, values).err();
        assert_eq!(refusal(HyperName::Lr, [1.0, 0.4]), None);
        let why = "lr 0.05 is below 0.1, the least that this run grants";
        assert_eq!(refusal(HyperName::Lr, [1.0, 0.2]).as_deref(), Some(why));
        let why = "this run does not grant `wd`";
        assert_eq!(refusal(HyperName::Wd, [0.1, 0.2]).as_deref(), Some(why));
    }

    #[test]
    fn a_part_of_the_way_is_a_part_of_the_batches() {
        assert_eq!([10, 15, 20, 25].map(|batch| part(batch, 10.0, 20.0)), [0.0, 0.5, 1.0, 1.0]);
        assert_eq!(part(5, 5.0, 5.0), 1.0);
        assert!(part(4, 5.0, 5.0) < 0.0);
        assert_eq!(length(&testing::run()), Ok(100.0));
        assert!(length(&Run { planned_iterations: None, ..testing::run() }).is_err());
    }

    #[test]
    fn ways_have_names() {
        let middle = |name| way(name, 1.0, 9.0).map(|way| way(1.0, 9.0, 0.5));
        let names = ["linear", "exponential", "constant"];
        assert_eq!(names.map(middle), [Ok(5.0), Ok(3.0), Ok(1.0)]);
        assert!((middle("cosine").expect("a way") - 5.0).abs() < 1e-12);
        assert!(middle("zigzag").is_err_and(|why| why.contains("`zigzag` is none of")));
        assert!(way("exponential", 0.0, 1.0).is_err());
    }
}
