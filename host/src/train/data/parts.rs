//! What a run's data is read into, and how one whole is parted.

use tch::Device;

use super::{DataError, Samples, Splits};
use crate::random::Stream;
use crate::train::torch::TorchError;

/// Samples by what they are for.
#[derive(Debug)]
pub struct Parts {
    /// Trained on.
    pub train: Samples,
    /// Looked at during training.
    pub valid: Option<Samples>,
    /// Looked at once, at the end.
    pub test: Option<Samples>,
    /// What the classes are called, by their numbers; empty where they have no names.
    pub class_names: Vec<String>,
}

impl From<Splits> for Parts {
    fn from(splits: Splits) -> Self {
        Self {
            train: splits.train.into(),
            valid: Some(splits.valid.into()),
            test: Some(splits.test.into()),
            class_names: Vec::new(),
        }
    }
}

impl Parts {
    /// Moves what lies in memory to a device.
    ///
    /// # Errors
    /// No memory there.
    pub fn to(self, device: Device) -> Result<Self, TorchError> {
        let moved = |part: Option<Samples>| part.map(|part| part.to(device)).transpose();
        let (valid, test) = (moved(self.valid)?, moved(self.test)?);
        Ok(Self { train: self.train.to(device)?, valid, test, ..self })
    }
}

/// A part of a whole: from 0, none, to below 1.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0.0);
    /// One in ten.
    pub const TENTH: Self = Self(0.1);

    /// Of so many: rounded, and at least one unless the share is 0.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a part of a number of samples, which is far below 2^53"
    )]
    pub(super) fn of(self, samples: usize) -> usize {
        match self.0 {
            0.0 => 0,
            share => ((samples as f64 * share).round() as usize).max(1),
        }
    }
}

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        match share {
            share if (0.0..1.0).contains(&share) => Ok(Self(share)),
            _ => Err(format!("{share} is no part of a whole: expected from 0 to below 1")),
        }
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

/// Which shares of a whole are kept for validation and tests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shares {
    pub(super) valid: Share,
    pub(super) test: Share,
}

/// How many samples of a whole are for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) train: usize,
    pub(super) valid: usize,
    pub(super) test: usize,
}

impl Shares {
    /// How a whole of so many samples is parted.
    ///
    /// # Errors
    /// Nothing would be left to train on.
    pub(super) fn sizes(self, samples: usize) -> Result<Sizes, DataError> {
        let (valid, test) = (self.valid.of(samples), self.test.of(samples));
        match samples.checked_sub(valid.saturating_add(test)) {
            Some(train) if train > 0 => Ok(Sizes { train, valid, test }),
            _ => Err(DataError::TooFew(format!(
                "{samples} samples leave none to train on: {valid} would be for validation \
                 (valid-fraction) and {test} for tests (test-fraction)"
            ))),
        }
    }
}

/// Numbers of samples, by what they are for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    pub(super) train: Vec<i64>,
    pub(super) valid: Vec<i64>,
    pub(super) test: Vec<i64>,
}

impl Drawn {
    /// Parts a whole at random, by the stream `split` of `seed`.
    ///
    /// # Errors
    /// Nothing would be left to train on.
    #[allow(clippy::cast_possible_wrap, reason = "a number of samples")]
    pub(super) fn new(samples: usize, shares: Shares, seed: u64) -> Result<Self, DataError> {
        let sizes = shares.sizes(samples)?;
        let mut train = Stream::new(seed, "split", 0, 0).permutation(samples as i64);
        let mut rest = train.split_off(sizes.train);
        let test = rest.split_off(sizes.valid);
        Ok(Self { train, valid: rest, test })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(valid: f64, test: f64) -> Shares {
        Shares { valid: valid.try_into().unwrap(), test: test.try_into().unwrap() }
    }

    #[test]
    fn a_whole_is_parted_without_loss() {
        let drawn = Drawn::new(50, shares(0.1, 0.25), 3).unwrap();
        assert_eq!((drawn.train.len(), drawn.valid.len(), drawn.test.len()), (32, 5, 13));
        assert_eq!(drawn, Drawn::new(50, shares(0.1, 0.25), 3).unwrap());
        assert_ne!(drawn, Drawn::new(50, shares(0.1, 0.25), 4).unwrap());
        let mut all = [drawn.train, drawn.valid, drawn.test].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..50));
    }

    #[test]
    fn a_share_is_rounded_and_not_nothing() {
        let sizes = |samples, valid, test| shares(valid, test).sizes(samples).unwrap();
        assert_eq!(sizes(3, 0.1, 0.0), Sizes { train: 2, valid: 1, test: 0 });
        assert_eq!(sizes(16, 0.1, 0.1), Sizes { train: 12, valid: 2, test: 2 });
        let told = shares(0.5, 0.5).sizes(2).unwrap_err().to_string();
        assert!(told.starts_with("2 samples leave none to train on: 1 would be"), "{told}");
        for wrong in [1.0, -0.1, f64::NAN] {
            let told = Share::try_from(wrong).unwrap_err();
            assert!(told.ends_with("is no part of a whole: expected from 0 to below 1"), "{told}");
        }
    }
}
