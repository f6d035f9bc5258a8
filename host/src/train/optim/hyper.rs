//! The four hyper-parameters that callbacks read and set, whatever the optimizer calls them.

use std::fmt;

use super::{OptimError, OptimKind};

/// The name of a hyper-parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hyper {
    /// Learning rate.
    Lr,
    /// Momentum of SGD and RMSprop, beta1 of Adam.
    Mom,
    /// Weight decay.
    Wd,
    /// Beta2 of Adam, alpha of RMSprop.
    Beta,
}

impl Hyper {
    /// All four, in the order of the contract.
    pub const ALL: [Self; 4] = [Self::Lr, Self::Mom, Self::Wd, Self::Beta];

    /// The name in run files and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lr => "lr",
            Self::Mom => "mom",
            Self::Wd => "wd",
            Self::Beta => "beta",
        }
    }

    /// The range that keeps an optimizer's arithmetic sound, in words, and whether `value` is in it.
    fn check(self, value: f64) -> (&'static str, bool) {
        match self {
            Self::Lr | Self::Wd => ("finite and at least 0", value.is_finite() && value >= 0.0),
            Self::Mom | Self::Beta => ("in [0, 1)", (0.0..1.0).contains(&value)),
        }
    }
}

impl fmt::Display for Hyper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The values of one layer group.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hypers {
    /// Learning rate.
    pub lr: f64,
    /// Momentum of SGD and RMSprop, beta1 of Adam.
    pub mom: f64,
    /// Weight decay.
    pub wd: f64,
    /// Beta2 of Adam, alpha of RMSprop; `None` for SGD.
    pub beta: Option<f64>,
}

impl Hypers {
    /// One value; `None` if the optimizer has no such thing.
    #[must_use]
    pub fn get(&self, hyper: Hyper) -> Option<f64> {
        match hyper {
            Hyper::Lr => Some(self.lr),
            Hyper::Mom => Some(self.mom),
            Hyper::Wd => Some(self.wd),
            Hyper::Beta => self.beta,
        }
    }

    /// Sets one value of an optimizer of this kind.
    ///
    /// # Errors
    /// A hyper-parameter that the optimizer has not, a value out of its range.
    pub fn set(&mut self, kind: OptimKind, hyper: Hyper, value: f64) -> Result<(), OptimError> {
        if !kind.has(hyper) {
            return Err(OptimError::NoSuchHyper { kind, hyper });
        }
        let (range, sound) = hyper.check(value);
        if !sound {
            return Err(OptimError::Range { name: hyper.name(), range, value });
        }
        match hyper {
            Hyper::Lr => self.lr = value,
            Hyper::Mom => self.mom = value,
            Hyper::Wd => self.wd = value,
            Hyper::Beta => self.beta = Some(value),
        }
        Ok(())
    }
}
