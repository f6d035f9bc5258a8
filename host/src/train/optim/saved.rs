//! What a checkpoint keeps of an optimizer, and how it is put back.

use std::collections::HashMap;

use tch::Tensor;

use super::{HpOptimizer, Hyper, Hypers, OptimError};
use crate::train::torch::{During, no_grad};

impl HpOptimizer {
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

    /// The state, in the model's order: `{weight}.{PyTorch's name}`. Handles, not copies.
    #[must_use]
    pub fn state(&self) -> Vec<(String, Tensor)> {
        let names = self.rule.state_names();
        let slots = self.groups.iter().flat_map(|group| &group.slots);
        let entries = slots.flat_map(|slot| {
            let named = names.iter().zip(&slot.state);
            named.map(|(name, state)| (format!("{}.{name}", slot.name), state.shallow_clone()))
        });
        entries.collect()
    }

    /// Copies a saved state back.
    ///
    /// # Errors
    /// Names or shapes other than those of [`state`](Self::state); then nothing has changed.
    pub fn load_state(&mut self, saved: &[(String, Tensor)]) -> Result<(), OptimError> {
        let own = self.state();
        let mut values: HashMap<&str, &Tensor> =
            saved.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let found: Vec<_> = own.iter().map(|(name, _)| values.remove(name.as_str())).collect();
        if let Some((name, _)) = saved.iter().find(|(name, _)| values.contains_key(name.as_str())) {
            return Err(OptimError::State(format!("`{name}` is not among it")));
        }
        let pairs = own.iter().zip(found).map(|((name, own), value)| pair(name, own, value));
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        let _guard = no_grad();
        for (name, target, value) in pairs {
            target.shallow_clone().f_copy_(value).during(name)?;
        }
        Ok(())
    }
}

/// A state tensor with its saved value, whose shape is the same.
fn pair<'a>(
    name: &'a str,
    target: &'a Tensor,
    value: Option<&'a Tensor>,
) -> Result<(&'a str, &'a Tensor, &'a Tensor), OptimError> {
    let value = value.ok_or_else(|| OptimError::State(format!("`{name}` is missing")))?;
    let (expected, found) = (target.size(), value.size());
    if expected != found {
        let message = format!("`{name}` has shape {found:?}, expected {expected:?}");
        return Err(OptimError::State(message));
    }
    Ok((name, target, value))
}
