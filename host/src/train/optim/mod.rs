//! Optimizers whose hyper-parameters are plain properties and whose state can be saved.
//!
//! One launch per layer group for Adam and SGD, a few for RMSprop and decoupled decay. A weight
//! without a gradient is left alone, decay included.

mod adam;
mod config;
mod group;
mod hyper;
mod rmsprop;
mod sgd;

use tch::Tensor;

pub use config::{OptimConfig, OptimKind};
pub use hyper::{Hyper, Hypers};

use self::group::{Group, Live, Slot, state_names};
use super::params::Params;
use super::torch::{During, TorchError, foreach_mul_, no_grad};

/// What an optimizer refuses.
#[derive(Debug, thiserror::Error)]
pub enum OptimError {
    /// The optimizer has no such thing.
    #[error("{} has no hyper-parameter `{hyper}`", kind.name())]
    NoSuchHyper {
        /// The optimizer.
        kind: OptimKind,
        /// The hyper-parameter.
        hyper: Hyper,
    },
    /// A value that breaks the arithmetic.
    #[error("{name} must be {range}, got {value}")]
    Range {
        /// The hyper-parameter.
        name: &'static str,
        /// Its range in words.
        range: &'static str,
        /// What was given.
        value: f64,
    },
    /// No layer group has this index.
    #[error("there is no layer group {group}: the model has {count}")]
    NoSuchGroup {
        /// What was given.
        group: usize,
        /// How many there are.
        count: usize,
    },
    /// Saved state that belongs to another model or optimizer.
    #[error("the optimizer's saved state does not fit: {0}")]
    State(String),
    /// libtorch refused.
    #[error(transparent)]
    Torch(#[from] TorchError),
}

/// An optimizer over a model's layer groups.
#[derive(Debug)]
pub struct HpOptimizer {
    kind: OptimKind,
    eps: f64,
    true_wd: bool,
    groups: Vec<Group>,
}

impl HpOptimizer {
    /// An optimizer for all weights of a model; its state starts at zero.
    ///
    /// # Errors
    /// Values out of range; no memory on the device.
    pub fn new(config: &OptimConfig, params: &Params) -> Result<Self, OptimError> {
        let hypers = config.hypers()?;
        let empty = |name: &String| Group { name: name.clone(), hypers, slots: Vec::new() };
        let mut groups: Vec<Group> = params.groups().iter().map(empty).collect();
        for param in params.weights() {
            groups[param.group].slots.push(Slot::new(config.kind, param)?);
        }
        Ok(Self { kind: config.kind, eps: config.eps(), true_wd: config.true_wd(), groups })
    }

    /// Moves every weight that has a gradient.
    ///
    /// # Errors
    /// What libtorch refuses, such as a gradient on another device.
    pub fn step(&mut self) -> Result<(), TorchError> {
        let _guard = no_grad();
        for group in &self.groups {
            let live = group.live()?;
            if !live.is_empty() {
                self.step_group(&live, group.hypers)?;
            }
        }
        Ok(())
    }

    fn step_group(&self, live: &Live<'_>, mut hypers: Hypers) -> Result<(), TorchError> {
        let adam = matches!(self.kind, OptimKind::Adam | OptimKind::AdamW);
        // Adam's kernel decays by itself.
        if self.true_wd && !adam && hypers.wd != 0.0 {
            foreach_mul_(&live.params(), 1.0 - hypers.lr * hypers.wd)?;
            hypers.wd = 0.0;
        }
        match self.kind {
            OptimKind::Sgd => sgd::step(live, &hypers),
            OptimKind::Adam | OptimKind::AdamW => adam::step(live, &hypers, self.eps, self.true_wd),
            OptimKind::RmsProp => rmsprop::step(live, &hypers, self.eps),
        }
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

    /// The hyper-parameters of every group, to show or to save.
    #[must_use]
    pub fn hypers(&self) -> Vec<Hypers> {
        self.groups.iter().map(|group| group.hypers).collect()
    }

    /// Puts back what [`hypers`](Self::hypers) gave.
    ///
    /// # Errors
    /// Another number of groups, a value out of range; then nothing has changed.
    pub fn load_hypers(&mut self, hypers: &[Hypers]) -> Result<(), OptimError> {
        let (expected, found) = (self.groups.len(), hypers.len());
        if expected != found {
            let message = format!("{found} layer groups, the model has {expected}");
            return Err(OptimError::State(message));
        }
        for values in hypers {
            let mut checked = *values;
            for hyper in Hyper::ALL {
                if values.get(hyper).is_some() != self.kind.has(hyper) {
                    let message = format!("{} and {} do not fit", self.kind.name(), hyper.name());
                    return Err(OptimError::State(message));
                }
                if let Some(value) = values.get(hyper) {
                    checked.set(self.kind, hyper, value)?;
                }
            }
        }
        self.groups.iter_mut().zip(hypers).for_each(|(group, values)| group.hypers = *values);
        Ok(())
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

    /// The state, in the model's order: `{weight}.{PyTorch's name}`. Handles, not copies.
    #[must_use]
    pub fn state(&self) -> Vec<(String, Tensor)> {
        self.entries().map(|(name, tensor)| (name, tensor.shallow_clone())).collect()
    }

    /// Copies a saved state back.
    ///
    /// # Errors
    /// Names or shapes other than those of [`state`](Self::state); then nothing has changed.
    pub fn load_state(&mut self, saved: &[(String, Tensor)]) -> Result<(), OptimError> {
        let own = self.state();
        if let Some((name, _)) = saved.iter().find(|(name, _)| own.iter().all(|(n, _)| n != name)) {
            return Err(OptimError::State(format!("`{name}` is not among it")));
        }
        let pairs = own.iter().map(|(name, target)| pair(name, target, saved));
        for (name, target, value) in pairs.collect::<Result<Vec<_>, _>>()? {
            let _guard = no_grad();
            target.shallow_clone().f_copy_(value).during(name)?;
        }
        Ok(())
    }

    fn entries(&self) -> impl Iterator<Item = (String, &Tensor)> {
        let names = state_names(self.kind);
        self.groups.iter().flat_map(|group| &group.slots).flat_map(move |slot| {
            let named = names.iter().zip(&slot.state);
            named.map(|(name, tensor)| (format!("{}.{name}", slot.name), tensor))
        })
    }
}

/// Finds the saved value of a state tensor and compares their shapes.
fn pair<'a>(
    name: &'a str,
    target: &'a Tensor,
    saved: &'a [(String, Tensor)],
) -> Result<(&'a str, &'a Tensor, &'a Tensor), OptimError> {
    let (_, value) = saved
        .iter()
        .find(|(saved, _)| saved == name)
        .ok_or_else(|| OptimError::State(format!("`{name}` is missing")))?;
    let (expected, found) = (target.size(), value.size());
    if expected != found {
        let message = format!("`{name}` has shape {found:?}, expected {expected:?}");
        return Err(OptimError::State(message));
    }
    Ok((name, target, value))
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
