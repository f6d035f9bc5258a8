//! How far a power goes, as a lock says it.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::callback::{DEFAULT_POWERS, Extent, Given, Grant};
use crate::cli::powers::{self, Bound};

/// How far a power goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Power {
    /// `true`: without bounds. `false`: not at all.
    Whole(bool),
    /// `"default"`: as any dropped file has it.
    Word(Word),
    /// `[least, greatest]`.
    Range([f64; 2]),
    /// `{ min = …, max = …, from-step = … }`.
    Bounds(Bounds),
}

/// The one word that stands for an extent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// What the run gives to dropped files.
    Default,
}

/// Bounds, where not both ends are given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bounds {
    /// Least value in effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Greatest value in effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The first step at which it may stop anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_step: Option<u64>,
    /// No further than any dropped file has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub within_default: bool,
}

impl Power {
    /// Where not both ends are given.
    #[must_use]
    pub fn bounds(min: Option<f64>, max: Option<f64>, from_step: Option<u64>) -> Power {
        Power::Bounds(Bounds { min, max, from_step, within_default: false })
    }

    pub(super) fn given(&self, power: &str) -> Result<Option<Given>> {
        let bound = match self {
            Power::Whole(false) => return powers::check_power(power).map(|()| None),
            Power::Whole(true) => Bound::default(),
            Power::Word(Word::Default) => {
                powers::check_power(power)?;
                return Ok(Some(Given { power: power.to_owned(), extent: Extent::Standing }));
            }
            Power::Range([min, max]) => Bound { min: Some(*min), max: Some(*max), from_step: None },
            Power::Bounds(Bounds { min, max, from_step, .. }) => {
                Bound { min: *min, max: *max, from_step: *from_step }
            }
        };
        let given = powers::given(power, bound)?;
        let within = matches!(self, Power::Bounds(Bounds { within_default: true, .. }));
        Ok(Some(if within { given.within_standing() } else { given }))
    }
}

impl Power {
    /// What is left of it for another file in its place: a limit stays, and goes no further than any dropped
    /// file has it; what no dropped file has is gone.
    #[must_use]
    pub fn for_another(&self, power: &str) -> Option<Power> {
        if !DEFAULT_POWERS.contains(&power) {
            return None;
        }
        let bounds = |min, max, from_step| {
            Power::Bounds(Bounds { min, max, from_step, within_default: true })
        };
        Some(match self {
            Power::Whole(true) | Power::Word(Word::Default) => Power::Word(Word::Default),
            Power::Whole(false) => return None,
            Power::Range([min, max]) => bounds(Some(*min), Some(*max), None),
            Power::Bounds(Bounds { min, max, from_step, .. }) => bounds(*min, *max, *from_step),
        })
    }
}

impl From<&Grant> for Power {
    fn from(grant: &Grant) -> Power {
        match (grant.power.as_str(), grant.min, grant.max) {
            (_, None, None) => Power::Whole(true),
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a step that was written as one"
            )]
            ("control", Some(step), _) => Power::bounds(None, None, Some(step as u64)),
            (_, Some(min), Some(max)) => Power::Range([min, max]),
            (_, min, max) => Power::bounds(min, max, None),
        }
    }
}
