//! Tensors in safetensors or npz: inputs `[n, …]` with classes `[n]`, or numbers `[n]` or
//! `[n, numbers]`, to be told.
//!
//! What fits into memory is read at once; the rest is read batch by batch, to the same numbers.

mod array;
mod in_place;
mod npz;
mod pair;
mod safetensors;
mod source;

use std::path::{Path, PathBuf};

use super::files::Files;
use super::{memory_mib, too_large};
use crate::train::data::parts::{Drawn, Share};
use crate::train::data::{DataError, Parts, Samples};
use pair::{Heads, Pair};

/// The keys of `tensors`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TensorsConfig {
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
    /// Name of the inputs: numbers, or tokens if they are integers.
    #[serde(default = "inputs")]
    pub inputs: String,
    /// Name of the targets: classes if they are integers, else numbers.
    #[serde(default = "targets")]
    pub targets: String,
    /// Number of classes; default: one more than the greatest class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<i64>,
    /// Number of tokens, where inputs are integers; default: one more than the greatest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<i64>,
    /// Which part is for validation, where there is no file for that; default 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_fraction: Option<Share>,
    /// Which part is for tests, where there is no file for that; default 0.1, and 0 beside `train`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_fraction: Option<Share>,
    /// What inputs and targets of all files may take in memory, four bytes a number and eight a token
    /// or class. More is read as it is needed, but for a class of each sample.
    #[serde(default = "memory_mib")]
    pub memory_mib: u64,
}

/// More classes or tokens are no numbers of classes.
const MOST: i64 = 1 << 24;

fn inputs() -> String {
    "inputs".to_owned()
}

fn targets() -> String {
    "targets".to_owned()
}

impl TensorsConfig {
    /// Reads the file or files.
    pub(in super::super) fn load(&self, seed: u64) -> Result<Parts, DataError> {
        let train = self.files().training()?;
        let shares = self.files().shares()?;
        let open = |path: &Path| Heads::open(path, &self.inputs, &self.targets);
        let other = |path: &Option<PathBuf>| path.as_deref().map(open).transpose();
        let (train, valid, test) = (open(train)?, other(&self.valid)?, other(&self.test)?);
        let others = [valid.as_ref(), test.as_ref()];
        // No content is read before all headers are known to fit together.
        others.into_iter().flatten().try_for_each(|part| train.check_alike(part))?;
        let samples = train.samples();
        let fits = self.fits(&train, others)?;
        let read = |heads: Heads| heads.read(fits, self.memory_mib);
        let train = read(train)?;
        let (valid, test) = (valid.map(read).transpose()?, test.map(read).transpose()?);
        // Only what was found to be there is counted.
        let drawn = Drawn::new(samples, shares, seed)?;
        let all: Vec<&Pair> =
            [Some(&train), valid.as_ref(), test.as_ref()].into_iter().flatten().collect();
        let classes = bound(self.classes, "classes", all.iter().map(|pair| pair.targets))?;
        let vocabulary = bound(self.vocabulary, "vocabulary", all.iter().map(|pair| pair.inputs))?;
        let whole = train.whole(classes, vocabulary)?;
        let part = |pair: Option<Pair>, numbers: Vec<i64>| -> Result<Option<Samples>, DataError> {
            match pair {
                Some(pair) => pair.whole(classes, vocabulary).map(Some),
                None if numbers.is_empty() => Ok(None),
                None => whole.select(numbers).map(Some),
            }
        };
        let (valid, test) = (part(valid, drawn.valid)?, part(test, drawn.test)?);
        Ok(Parts { train: whole.select(drawn.train)?, valid, test, class_names: Vec::new() })
    }

    /// Whether all files together fit into the memory that they may take.
    fn fits(&self, train: &Heads, others: [Option<&Heads>; 2]) -> Result<bool, DataError> {
        let all = || [Some(train)].into_iter().chain(others).flatten();
        let most = self.memory_mib.saturating_mul(1 << 20);
        if all().map(Heads::takes).fold(0, u64::saturating_add) <= most {
            return Ok(true);
        }
        let classes = all().map(Heads::classes_take).fold(0, u64::saturating_add);
        if classes <= most {
            return Ok(false);
        }
        let what = format!("{}, `{}`", train.file(), self.targets);
        Err(too_large(
            &what,
            classes,
            self.memory_mib,
            "give fewer samples: classes are read at once",
        ))
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
}

/// The number of classes or tokens: the given one, or one more than the greatest; `None` where these
/// are no integers. Takes the least and the greatest of each file.
fn bound(
    given: Option<i64>,
    key: &str,
    extremes: impl Iterator<Item = Option<[i64; 2]>>,
) -> Result<Option<i64>, DataError> {
    let greatest = extremes.flatten().map(|[_, most]| most).max();
    let bound = match (greatest, given) {
        (None, Some(_)) => return Err(refused(&format!("{key}: there are no integers to count"))),
        (None, None) => return Ok(None),
        (Some(_), Some(given)) => given,
        (Some(most), None) => most.saturating_add(1).max(1),
    };
    // Each is counted, and a model has a weight for each.
    if (1..=MOST).contains(&bound) {
        return Ok(Some(bound));
    }
    Err(refused(&format!("{key} would be {bound}; expected from 1 to {MOST}")))
}

fn refused(message: &str) -> DataError {
    DataError::Settings(message.to_owned())
}

#[cfg(test)]
mod tests;
