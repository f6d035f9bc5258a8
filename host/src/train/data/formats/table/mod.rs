//! Tables with named columns, as CSV or Parquet: `[n, inputs]`, with a class or numbers to be told.
//!
//! A column of numbers is one input, normalised; one of texts is one input for each text that occurs
//! in training (1 where it is that, else 0). All that is fitted, means, deviations and categories, is
//! fitted to the training part alone. A category that only other parts have is 0 in all its inputs.

mod choice;
mod columns;
mod csv;
mod encode;
mod fit;
mod parquet;

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::file::shown;
use super::files::Files;
use super::memory_mib;
use super::names::Names;
use crate::train::data::parts::{Drawn, Share};
use crate::train::data::{DataError, Fold, Parts, Samples};
use choice::Choice;
use columns::Columns;
use encode::Encoder;

/// The keys of `csv` and `parquet`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TableConfig {
    /// One file that is parted by `split-seed`; or else `train`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The training data's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<PathBuf>,
    /// The validation data's file; left out: `valid-fraction` of the training data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<PathBuf>,
    /// The test data's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<PathBuf>,
    /// Which column is to be told from the others; of numbers it can be several.
    pub target: Names,
    /// What the target is; default: numbers if it is a column of numbers, else classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// The columns that the model sees, in this order; default: all others, in the file's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<String>>,
    /// Columns that hold categories although they look like numbers, or have many texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Whether features that are numbers become (x − mean) / deviation.
    #[serde(default = "yes")]
    pub normalise: bool,
    /// The same for targets that are numbers: losses and metrics are then in deviations.
    #[serde(default)]
    pub normalise_targets: bool,
    /// What becomes of a cell without a value.
    #[serde(default)]
    pub missing: Missing,
    /// What parts the cells of a CSV file; default: a comma.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Which part is for validation, where there is no file for that; default 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_fraction: Option<Share>,
    /// Which part is for tests, where there is no file for that; default 0.1, and 0 beside `train`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_fraction: Option<Share>,
    /// What the table may take in memory; of a larger one rows are read as they are needed.
    #[serde(default = "memory_mib")]
    pub memory_mib: u64,
}

fn yes() -> bool {
    true
}

/// What the target of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// One of several classes.
    Classes,
    /// Numbers.
    Numbers,
}

/// What becomes of a cell without a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// It is an error.
    #[default]
    Error,
    /// A number is the training data's mean; a category is none. A target must be there all the same.
    Mean,
}

/// How a table lies in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Layout {
    Csv,
    Parquet,
}

impl TableConfig {
    /// Reads the table or tables; with a fold, what is trained on and looked at is parted anew.
    pub(in super::super) fn load(
        &self,
        seed: u64,
        layout: Layout,
        fold: Option<Fold>,
    ) -> Result<Parts, DataError> {
        let (columns, drawn) = self.read(seed, layout)?;
        let (train, valid) = match fold {
            None => (drawn.train, drawn.valid),
            // Before anything is fitted to those that are trained on.
            Some(fold) => fold.part_rows(&drawn.train, &drawn.valid)?,
        };
        let file = shown(self.files().training()?);
        let encoder = Encoder::fit(columns, &train, self, &file)?;
        let (class_names, all) = (encoder.class_names().to_vec(), encoder.rows()?);
        let part = |rows: Vec<i64>| -> Result<Option<Samples>, DataError> {
            (!rows.is_empty()).then(|| all.select(rows)).transpose()
        };
        let (valid, test) = (part(valid)?, part(drawn.test)?);
        Ok(Parts { train: all.select(train)?, valid, test, class_names })
    }

    /// All columns, and which rows are for what.
    fn read(&self, seed: u64, layout: Layout) -> Result<(Columns, Drawn), DataError> {
        if layout == Layout::Parquet && self.delimiter.is_some() {
            return Err(refused("delimiter: a Parquet file has none"));
        }
        let train = self.files().training()?;
        let shares = self.files().shares()?;
        let choice = Choice::new(self, &self.names(train, layout)?, train)?;
        let mut columns = Columns::new(&choice, self.memory_mib);
        let mut read = |path: &Path| {
            columns.file(shown(path), |columns| match layout {
                Layout::Csv => csv::read(path, self.delimiter()?, &choice, columns),
                Layout::Parquet => parquet::read(path, &choice, columns),
            })
        };
        let train = read(train)?;
        let [valid, test] = [&self.valid, &self.test]
            .map(|path| path.as_deref().map(&mut read).transpose().map(Option::unwrap_or_default));
        let (valid, test) = (valid?, test?);
        let mut drawn = Drawn::new(train.len(), shares, seed)?;
        drawn.valid.extend(numbers(valid));
        drawn.test.extend(numbers(test));
        Ok((columns, drawn))
    }

    fn files(&self) -> Files<'_> {
        Files {
            path: self.path.as_ref(),
            train: self.train.as_ref(),
            valid: self.valid.as_ref(),
            test: self.test.as_ref(),
            valid_fraction: self.valid_fraction,
            test_fraction: self.test_fraction,
        }
    }

    fn names(&self, path: &Path, layout: Layout) -> Result<Vec<String>, DataError> {
        match layout {
            Layout::Csv => csv::names(path, self.delimiter()?),
            Layout::Parquet => parquet::names(path),
        }
    }

    fn delimiter(&self) -> Result<u8, DataError> {
        let delimiter = self.delimiter.unwrap_or(',');
        let wrong = !delimiter.is_ascii() || matches!(delimiter, '"' | '\n' | '\r');
        match u8::try_from(delimiter) {
            Ok(byte) if !wrong => Ok(byte),
            _ => Err(refused(&format!(
                "delimiter = {delimiter:?}: expected an ASCII character such as \";\" or \"\\t\""
            ))),
        }
    }
}

fn refused(message: &str) -> DataError {
    DataError::Settings(message.to_owned())
}

/// As samples are numbered.
#[allow(clippy::cast_possible_wrap, reason = "a table has less than 2^63 rows")]
fn numbers(rows: Range<usize>) -> Range<i64> {
    rows.start as i64..rows.end as i64
}

#[cfg(test)]
mod tests;
