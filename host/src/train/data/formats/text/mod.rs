//! Text: inputs `[n, time]`, tokens, and targets of the same shape: of each token the next one.
//!
//! The parts for validation and tests are the last ones of the text, not drawn: what follows a
//! passage would tell of it.

mod alphabet;
mod characters;
mod tokens;
mod windows;

use std::path::PathBuf;
use std::sync::Arc;

use super::memory_mib;
use super::names::Names;
use crate::train::data::parts::{Share, Shares};
use crate::train::data::{DataError, Parts, Samples};
use tokens::Tokens;
use windows::Windows;

/// The keys of `text`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TextConfig {
    /// The file, or several that follow one another.
    pub path: Names,
    /// What a token is.
    #[serde(default)]
    pub unit: Unit,
    /// Tokens of a sample.
    pub time: usize,
    /// How samples follow one another.
    #[serde(default)]
    pub order: TextOrder,
    /// What becomes of a character that the training part does not have.
    #[serde(default)]
    pub unknown: Unknown,
    /// Which part of the text, after the training part, is for validation.
    #[serde(default = "super::tenth")]
    pub valid_fraction: Share,
    /// Which part, the last one, is for tests.
    #[serde(default = "super::tenth")]
    pub test_fraction: Share,
    /// What the tokens may take in memory: a byte each, or four bytes each character. More are kept on
    /// disk while they are in use.
    #[serde(default = "memory_mib")]
    pub memory_mib: u64,
}

/// What a token of a text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A byte: 256 tokens, whatever the file is.
    #[default]
    Bytes,
    /// A character of UTF-8: those of the training part, sorted.
    Characters,
}

/// How samples of a text follow one another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextOrder {
    /// Each row of a batch goes on where the same row of the batch before it ended, so that a hidden
    /// state can be carried on (truncated back-propagation through time). Not shuffled; what makes no
    /// full batch is left out.
    #[default]
    Continuous,
    /// One behind the other without overlap, shuffled for training.
    Windows,
}

/// What becomes of a character that the training part does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// It is an error.
    #[default]
    Error,
    /// It is the last token, one more than the characters of the training part.
    Map,
}

/// More tokens in a sample are a mistake.
const LONGEST: usize = 1 << 20;

impl TextConfig {
    /// Reads the text and lays it out for batches of these sizes.
    pub(in super::super) fn load(
        &self,
        batch_size: usize,
        valid_batch_size: usize,
    ) -> Result<Parts, DataError> {
        if !(1..=LONGEST).contains(&self.time) {
            let message = format!("time = {}: expected from 1 to {LONGEST} tokens", self.time);
            return Err(DataError::Settings(message));
        }
        let shares = Shares { valid: self.valid_fraction, test: self.test_fraction };
        let paths: Vec<PathBuf> = self.path.all().iter().map(PathBuf::from).collect();
        let (tokens, sizes) = Tokens::read(&paths, self, shares)?;
        let (tokens, valid_from) = (Arc::new(tokens), sizes.train);
        let test_from = valid_from + sizes.valid;
        let part = |name: &str, from: usize, until: usize, batch_size: usize| {
            let windows = Windows::new(Arc::clone(&tokens), from..until, self.time);
            let windows = windows.ok_or_else(|| self.too_short(name, until - from))?;
            let ordered = match self.order {
                TextOrder::Continuous => windows.continuous(batch_size),
                TextOrder::Windows => windows,
            };
            Ok::<Samples, DataError>(ordered.table().into())
        };
        let some = |name: &str, from, until| {
            (from < until).then(|| part(name, from, until, valid_batch_size)).transpose()
        };
        Ok(Parts {
            train: part("training", 0, valid_from, batch_size)?,
            valid: some("validation", valid_from, test_from)?,
            test: some("test", test_from, test_from + sizes.test)?,
            class_names: tokens.names(),
        })
    }

    fn too_short(&self, name: &str, tokens: usize) -> DataError {
        let needed = self.time + 1;
        DataError::TooFew(format!(
            "the {name} part of the text has {tokens} tokens, and a sample with what follows it \
             needs {needed}; use a smaller time, or other fractions"
        ))
    }
}

#[cfg(test)]
mod tests;
