//! Tensors in safetensors or npz: inputs `[n, …]` with classes `[n]`, or numbers `[n]` or
//! `[n, numbers]`, to be told.

mod npz;

use std::path::{Path, PathBuf};

use tch::{Kind, TchError, Tensor};

use super::file::{shown, size, wrong};
use super::files::Files;
use super::{memory_mib, too_large};
use crate::nearest::nearest;
use crate::train::data::parts::{Drawn, Share};
use crate::train::data::{DataError, Dataset, Parts, Samples};
use crate::train::torch::During;

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
    /// How large a file may be.
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

/// A file's two tensors; integers are `i64`, numbers `f32`.
struct Pair {
    file: String,
    inputs: Tensor,
    targets: Tensor,
}

impl TensorsConfig {
    /// Reads the file or files.
    pub(in super::super) fn load(&self, seed: u64) -> Result<Parts, DataError> {
        let train = self.files().training()?;
        let shares = self.files().shares()?;
        let train = self.read(train)?;
        let other =
            |path: &Option<PathBuf>| path.as_deref().map(|path| self.read(path)).transpose();
        let (valid, test) = (other(&self.valid)?, other(&self.test)?);
        let all: Vec<&Pair> =
            [Some(&train), valid.as_ref(), test.as_ref()].into_iter().flatten().collect();
        let classes = self.bound(self.classes, "classes", all.iter().map(|pair| &pair.targets))?;
        let vocabulary =
            self.bound(self.vocabulary, "vocabulary", all.iter().map(|pair| &pair.inputs))?;
        let whole = dataset(train, classes, vocabulary)?;
        let drawn = Drawn::new(whole.len(), shares, seed)?;
        let part = |pair: Option<Pair>, numbers: &[i64]| -> Result<Option<Samples>, DataError> {
            Ok(match pair {
                Some(pair) => {
                    let part = dataset(pair, classes, vocabulary)?;
                    self.check_alike(&whole, &part)?;
                    Some(part.into())
                }
                None if numbers.is_empty() => None,
                None => Some(whole.select(numbers)?.into()),
            })
        };
        let (valid, test) = (part(valid, &drawn.valid)?, part(test, &drawn.test)?);
        let train = whole.select(&drawn.train)?.into();
        Ok(Parts { train, valid, test, class_names: Vec::new() })
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

    fn read(&self, path: &Path) -> Result<Pair, DataError> {
        let takes = size(path)?;
        if takes > self.memory_mib.saturating_mul(1 << 20) {
            return Err(too_large(&shown(path), takes, self.memory_mib, "give a smaller file"));
        }
        let mut tensors = all(path, [&self.inputs, &self.targets])?;
        let mut names: Vec<String> = tensors.iter().map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        let mut take = |name: &str| match tensors.iter().position(|(known, _)| known == name) {
            Some(place) => Ok(tensors.swap_remove(place).1),
            None => Err(missing(path, name, &names)),
        };
        let (inputs, targets) = (take(&self.inputs)?, take(&self.targets)?);
        let pair = Pair { file: shown(path), inputs: usual(inputs)?, targets: usual(targets)? };
        pair.check(self)?;
        Ok(pair)
    }

    /// The number of classes or tokens: the given one, or one more than the greatest; `None` where
    /// these are no integers.
    fn bound<'a>(
        &self,
        given: Option<i64>,
        key: &str,
        tensors: impl Iterator<Item = &'a Tensor>,
    ) -> Result<Option<i64>, DataError> {
        let mut greatest = None;
        for tensor in tensors.filter(|tensor| tensor.kind() == Kind::Int64 && tensor.numel() > 0) {
            let max =
                tensor.f_max().and_then(|max| max.f_int64_value(&[])).during("reading tensors")?;
            greatest = greatest.max(Some(max));
        }
        let bound = match (greatest, given) {
            (None, Some(_)) => {
                return Err(refused(&format!("{key}: there are no integers to count")));
            }
            (None, None) => return Ok(None),
            (Some(_), Some(given)) => given,
            (Some(max), None) => max.saturating_add(1).max(1),
        };
        // Each is counted, and a model has a weight for each.
        if (1..=MOST).contains(&bound) {
            return Ok(Some(bound));
        }
        Err(refused(&format!("{key} would be {bound}; expected from 1 to {MOST}")))
    }

    fn check_alike(&self, train: &Dataset, part: &Dataset) -> Result<(), DataError> {
        if train.spec == part.spec {
            return Ok(());
        }
        let (expected, found) = (&train.spec, &part.spec);
        Err(refused(&format!(
            "the parts differ: training data has samples {:?} with {:?}, and other data {:?} with {:?}",
            expected.input_shape, expected.targets, found.input_shape, found.targets
        )))
    }
}

impl Pair {
    fn check(&self, config: &TensorsConfig) -> Result<(), DataError> {
        let (inputs, targets) = (self.inputs.size(), self.targets.size());
        let wrong = |reason: String| DataError::Unreadable { file: self.file.clone(), reason };
        let names = (&config.inputs, &config.targets);
        if inputs.is_empty() || targets.is_empty() || inputs[0] != targets[0] {
            return Err(wrong(format!(
                "`{}` has shape {inputs:?} and `{}` {targets:?}; expected as many samples, along the \
                 first dimension",
                names.0, names.1
            )));
        }
        if inputs[0] == 0 {
            return Err(DataError::TooFew(format!("{}: it has no samples", self.file)));
        }
        let tokens = self.inputs.kind() == Kind::Int64;
        if tokens && inputs.len() != 2 {
            return Err(wrong(format!(
                "`{}` are integers, which are tokens, of shape {inputs:?}; expected [samples, time]",
                names.0
            )));
        }
        let per_token = tokens && inputs == targets;
        match (self.targets.kind() == Kind::Int64, targets.len()) {
            (true, 1) | (false, 1 | 2) => Ok(()),
            (true, 2) if per_token => Ok(()),
            (true, _) => Err(wrong(format!(
                "`{}` are integers, which are classes, of shape {targets:?}; expected [samples]",
                names.1
            ))),
            (false, _) => Err(wrong(format!(
                "`{}` has shape {targets:?}; expected [samples] or [samples, numbers]",
                names.1
            ))),
        }
    }
}

fn dataset(
    pair: Pair,
    classes: Option<i64>,
    vocabulary: Option<i64>,
) -> Result<Dataset, DataError> {
    let Pair { file, inputs, targets } = pair;
    let tokens = inputs.kind() == Kind::Int64;
    let made = match (targets.kind() == Kind::Int64, tokens) {
        (true, true) => {
            Dataset::of_tokens(inputs, targets, vocabulary.unwrap_or(0), classes.unwrap_or(0))
        }
        (true, false) => Dataset::new(inputs, targets, classes.unwrap_or(0)),
        (false, true) => {
            return Err(DataError::Settings(format!(
                "{file}: tokens with numbers to be told are not read; expected classes"
            )));
        }
        (false, false) => match targets.dim() {
            1 => Dataset::of_numbers(inputs, targets.f_unsqueeze(1).during("reading tensors")?),
            _ => Dataset::of_numbers(inputs, targets),
        },
    };
    made.map_err(|error| DataError::Unreadable { file, reason: error.message })
}

/// Integers as `i64`, numbers as `f32`. Bytes are numbers: images come so.
fn usual(tensor: Tensor) -> Result<Tensor, DataError> {
    let kind = match tensor.f_kind().during("reading tensors")? {
        Kind::Int8 | Kind::Int16 | Kind::Int | Kind::Int64 => Kind::Int64,
        _ => Kind::Float,
    };
    Ok(tensor.f_to_kind(kind).during("reading tensors")?)
}

/// The tensors of a file; of an npz only the wanted ones.
fn all(path: &Path, wanted: [&str; 2]) -> Result<Vec<(String, Tensor)>, DataError> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ending.eq_ignore_ascii_case("npz") {
        return npz::read(path, &wanted);
    }
    if !ending.eq_ignore_ascii_case("safetensors") {
        return Err(wrong(path, "its name ends neither in .safetensors nor in .npz"));
    }
    let read = crate::callback::caught(|| Tensor::read_safetensors(path));
    let why = match read {
        Ok(Ok(tensors)) => return Ok(tensors),
        Ok(Err(TchError::SafeTensorError { err, .. })) => err.to_string(),
        Ok(Err(other)) => other.to_string(),
        Err(message) => message,
    };
    Err(wrong(path, format!("it is cut short, or no safetensors file ({why})")))
}

fn missing(path: &Path, name: &str, names: &[String]) -> DataError {
    let near = nearest(name, names.iter().map(String::as_str));
    let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let there = names.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ");
    let file = shown(path);
    refused(&format!("{file} has no tensor `{name}`; there are {there}{near}"))
}

fn refused(message: &str) -> DataError {
    DataError::Settings(message.to_owned())
}

#[cfg(test)]
mod tests;
