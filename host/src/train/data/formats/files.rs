//! Data in one file that is parted, or in a file for each part.

use std::path::{Path, PathBuf};

use super::shares;
use crate::train::data::DataError;
use crate::train::data::parts::{Share, Shares};

/// The keys of a format that say which files there are, and what is drawn where there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Files<'a> {
    pub(super) path: Option<&'a PathBuf>,
    pub(super) train: Option<&'a PathBuf>,
    pub(super) valid: Option<&'a PathBuf>,
    pub(super) test: Option<&'a PathBuf>,
    pub(super) valid_fraction: Option<Share>,
    pub(super) test_fraction: Option<Share>,
}

impl<'a> Files<'a> {
    /// `path`, or `train`.
    ///
    /// # Errors
    /// None of them, or both.
    pub(super) fn training(self) -> Result<&'a Path, DataError> {
        let refused = |why: &str| Err(DataError::Settings(why.to_owned()));
        match (self.path, self.train) {
            (Some(path), None) if self.valid.is_none() && self.test.is_none() => Ok(path),
            (None, Some(train)) => Ok(train),
            (None, None) => refused(
                "expected `path`, one file that is parted, or `train` with `valid` and `test`",
            ),
            _ => refused("`path` is one file that is parted; leave out train, valid and test"),
        }
    }

    /// What is drawn from the training data for validation and tests.
    ///
    /// # Errors
    /// A part that has a file and is to be drawn as well.
    pub(super) fn shares(self) -> Result<Shares, DataError> {
        let valid = (self.valid.is_some(), self.valid_fraction);
        shares(valid, (self.test.is_some(), self.test_fraction), self.path.is_some())
    }
}
