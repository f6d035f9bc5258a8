//! Optimizers whose hyper-parameters are plain properties and whose state can be saved.
//!
//! One launch per layer group for Adam and SGD, a few for RMSprop and decoupled decay, and one more
//! where a part of a group does not decay. A weight without a gradient is left alone, decay included.

mod adam;
mod config;
mod error;
mod group;
mod hyper;
mod per_group;
mod rmsprop;
mod rule;
mod saved;
mod sgd;

pub use config::{OptimConfig, OptimKind};
pub use error::OptimError;
pub use hyper::{Hyper, Hypers};
pub use per_group::{PerGroup, Spread};

use self::group::{Group, Slot};
use self::rule::Rule;
use super::params::{ParamKind, Params};
use super::torch::{TorchError, no_grad};

/// An optimizer over a model's layer groups.
#[derive(Debug)]
pub struct HpOptimizer {
    kind: OptimKind,
    rule: Rule,
    true_wd: bool,
    groups: Vec<Group>,
}

impl HpOptimizer {
    /// An optimizer for all weights of a model; its state starts at zero.
    ///
    /// # Errors
    /// Values out of range, options that the kind has not, a list with another number of groups; no
    /// memory on the device.
    pub fn new(config: &OptimConfig, params: &Params) -> Result<Self, OptimError> {
        let rule = config.rule()?;
        let hypers = config.hypers(params.groups())?;
        let names = params.groups().iter().cloned();
        let empty = |(name, hypers)| Group { name, hypers, slots: Vec::new() };
        let mut groups: Vec<Group> = names.zip(hypers).map(empty).collect();
        for param in params.weights() {
            let decays = config.decay_norm_bias() || param.kind == ParamKind::Weight;
            groups[param.group].slots.push(Slot::new(rule, param, decays)?);
        }
        Ok(Self { kind: config.kind, rule, true_wd: config.true_wd(), groups })
    }

    /// Moves every weight that has a gradient.
    ///
    /// # Errors
    /// What libtorch refuses, such as a gradient on another device.
    pub fn step(&mut self) -> Result<(), TorchError> {
        let _guard = no_grad();
        self.groups.iter().try_for_each(|group| self.step_group(group))
    }

    fn step_group(&self, group: &Group) -> Result<(), TorchError> {
        let live = group.live()?;
        let mut hypers = group.hypers;
        if self.true_wd && !self.rule.decouples() && hypers.wd != 0.0 {
            live.shrink(1.0 - hypers.lr * hypers.wd)?;
            hypers.wd = 0.0;
        }
        for (part, hypers) in live.parts(hypers) {
            if !part.is_empty() {
                self.rule.step(&part, &hypers, self.true_wd)?;
            }
        }
        Ok(())
    }

    /// Removes all gradients. Not zeroed: Adam moves a weight whose gradient is zero.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn unset_gradients(&mut self) -> Result<(), TorchError> {
        self.groups.iter().try_for_each(Group::unset_gradients)
    }

    /// Which optimizer this is.
    #[must_use]
    pub fn kind(&self) -> OptimKind {
        self.kind
    }

    /// Whether decay is decoupled.
    #[must_use]
    pub fn true_wd(&self) -> bool {
        self.true_wd
    }

    /// Switches between decoupled decay (`true`) and L2.
    pub fn set_true_wd(&mut self, decoupled: bool) {
        self.true_wd = decoupled;
    }

    /// The layer groups' names, in the model's order.
    #[must_use]
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &str> {
        self.groups.iter().map(|group| group.name.as_str())
    }

    /// One hyper-parameter of one group.
    ///
    /// # Errors
    /// A group that is not there, a hyper-parameter that this optimizer has not.
    pub fn get(&self, group: usize, hyper: Hyper) -> Result<f64, OptimError> {
        let count = self.groups.len();
        let group = self.groups.get(group).ok_or(OptimError::NoSuchGroup { group, count })?;
        group.hypers.get(hyper).ok_or(OptimError::NoSuchHyper { kind: self.kind, hyper })
    }

    /// Sets one hyper-parameter of all groups.
    ///
    /// # Errors
    /// A value out of range, a hyper-parameter that this optimizer has not; then nothing changed.
    pub fn set(&mut self, hyper: Hyper, value: f64) -> Result<(), OptimError> {
        let kind = self.kind;
        self.groups.iter_mut().try_for_each(|group| group.hypers.set(kind, hyper, value))
    }

    /// Sets one hyper-parameter of one group.
    ///
    /// # Errors
    /// As [`set`](Self::set), and a group that is not there.
    pub fn set_group(&mut self, group: usize, hyper: Hyper, value: f64) -> Result<(), OptimError> {
        let (kind, count) = (self.kind, self.groups.len());
        let slot = self.groups.get_mut(group).ok_or(OptimError::NoSuchGroup { group, count })?;
        slot.hypers.set(kind, hyper, value)
    }

    /// Sets one hyper-parameter of every group, in the model's order.
    ///
    /// # Errors
    /// As [`set`](Self::set), and a list with another number of groups; then nothing has changed.
    pub fn set_each(&mut self, hyper: Hyper, values: &[f64]) -> Result<(), OptimError> {
        if values.len() != self.groups.len() {
            let groups = self.groups().map(str::to_owned).collect();
            return Err(OptimError::Length { hyper, found: values.len(), groups });
        }
        let mut changed = self.hypers();
        for (hypers, value) in changed.iter_mut().zip(values) {
            hypers.set(self.kind, hyper, *value)?;
        }
        self.groups.iter_mut().zip(changed).for_each(|(group, hypers)| group.hypers = hypers);
        Ok(())
    }
}

#[cfg(test)]
mod freeze;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
