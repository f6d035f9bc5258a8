//! What an optimizer refuses.

use super::{Hyper, OptimKind};
use crate::train::torch::TorchError;

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
    /// A key of `[optimizer]` that belongs to another kind.
    #[error("{} has no `{option}`: only {owners} it; take the key out, or change `kind`", kind.name())]
    NoSuchOption {
        /// The optimizer.
        kind: OptimKind,
        /// The key.
        option: &'static str,
        /// The kinds that have it, and "has" or "have".
        owners: &'static str,
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
    /// A list that does not fit the layer groups.
    #[error(
        "{hyper} is a list of {found}, and the layer groups are {}: give one value for each of the {}, or one for all",
        groups.join(", "), groups.len()
    )]
    Length {
        /// The hyper-parameter.
        hyper: Hyper,
        /// How many values were given.
        found: usize,
        /// The layer groups' names.
        groups: Vec<String>,
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
