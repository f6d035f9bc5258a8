//! `[data]` of a run file.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;

use super::formats;
use super::keys::keys_of;
use super::{DataError, DataKind, Fold, LastBatch, LoaderConfig, Parts, bundled};
use crate::nearest::nearest;

/// `[data]` of a run file: which data, with the keys of its kind, and how it becomes batches.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DataConfig {
    /// Which data.
    #[serde(flatten)]
    pub kind: DataKind,
    /// Which split into train, valid and test.
    pub split_seed: u64,
    /// Samples per training batch.
    pub batch_size: usize,
    /// Samples per validation batch; default: `batch-size`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_batch_size: Option<usize>,
    /// What becomes of the last training batch of an epoch if it is short.
    pub last_batch: LastBatch,
    /// One training epoch without an end: pass after pass, each in an order of its own.
    pub endless: bool,
    /// Batches that a worker makes ahead, 0 for none; default: what is best for the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefetch: Option<usize>,
    /// Which fold is looked at; `None`: the split as it is. Written as `folds` and `fold`.
    #[serde(flatten, serialize_with = "write_fold")]
    pub fold: Option<Fold>,
}

fn write_fold<S: serde::Serializer>(fold: &Option<Fold>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    if let Some(fold) = fold {
        map.serialize_entry("folds", &fold.of)?;
        map.serialize_entry("fold", &fold.number)?;
    }
    map.end()
}

/// The keys that every kind has; they mean what [`DataConfig`] says.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Common {
    split_seed: u64,
    batch_size: usize,
    valid_batch_size: Option<usize>,
    last_batch: LastBatch,
    endless: bool,
    prefetch: Option<usize>,
    folds: Option<usize>,
    fold: Option<usize>,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            split_seed: 0,
            batch_size: 128,
            valid_batch_size: None,
            last_batch: LastBatch::Keep,
            endless: false,
            prefetch: None,
            folds: None,
            fold: None,
        }
    }
}

impl DataConfig {
    /// Data of this kind, and the defaults.
    #[must_use]
    pub fn new(kind: DataKind) -> Self {
        Self::with(kind, Common::default(), None)
    }

    fn with(kind: DataKind, common: Common, fold: Option<Fold>) -> Self {
        let Common {
            split_seed, batch_size, valid_batch_size, last_batch, endless, prefetch, ..
        } = common;
        Self { kind, split_seed, batch_size, valid_batch_size, last_batch, endless, prefetch, fold }
    }
}

impl Default for DataConfig {
    fn default() -> Self {
        Self::new(DataKind::Digits)
    }
}

impl<'de> Deserialize<'de> for DataConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_map(Keys)
            .and_then(|table| Self::of(table).map_err(D::Error::custom))
    }
}

impl DataConfig {
    /// From a table whose keys are all known.
    fn of(mut table: toml::Table) -> Result<Self, String> {
        let mut common = toml::Table::new();
        for key in keys_of::<Common>() {
            common.extend(table.remove_entry(*key));
        }
        let common: Common = common.try_into().map_err(one_line)?;
        let fold = Fold::of_keys(common.folds, common.fold)?;
        Ok(Self::with(DataKind::of(table).map_err(one_line)?, common, fold))
    }
}

/// An error of TOML without the line breaks that it has to show a place.
fn one_line(error: toml::de::Error) -> String {
    error.to_string().trim_end().replace('\n', " ")
}

/// Reads `[data]`: a key that its kind has not is an error at its own line.
struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = toml::Table;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<toml::Table, A::Error> {
        let (mut table, mut kind) = (toml::Table::new(), None);
        while let Some(key) = map.next_key_seed(KeyOf(kind))? {
            let value = map.next_value::<toml::Value>()?;
            if key == "kind" {
                let name = value.as_str().ok_or_else(|| A::Error::custom("kind is no text"))?;
                let known = DataKind::NAMES.into_iter().find(|known| *known == name);
                let unknown = || A::Error::unknown_variant(name, &DataKind::NAMES);
                kind = Some(known.ok_or_else(unknown)?);
            }
            table.insert(key, value);
        }
        // Keys that came before the kind was known.
        let kind = kind.unwrap_or("digits");
        match table.keys().find(|key| !keys_of_kind(kind).contains(&key.as_str())) {
            Some(key) => Err(unknown_key(key, Some(kind))),
            None => Ok(table),
        }
    }
}

/// A key of this kind; of any, as long as the kind has not been read.
struct KeyOf(Option<&'static str>);

impl<'de> DeserializeSeed<'de> for KeyOf {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let key = String::deserialize(deserializer)?;
        let has = |kind: &str| keys_of_kind(kind).contains(&key.as_str());
        let known = match self.0 {
            Some(kind) => has(kind),
            None => DataKind::NAMES.into_iter().any(has),
        };
        if known { Ok(key) } else { Err(unknown_key(&key, self.0)) }
    }
}

/// In serde's words, which the nearest known key is found in.
fn unknown_key<E: serde::de::Error>(key: &str, kind: Option<&str>) -> E {
    let quoted: Vec<String> = keys_of_kind(kind.unwrap_or_default())
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let others = match kind {
        Some(_) => String::new(),
        None => {
            let others = DataKind::NAMES.into_iter().flat_map(DataKind::keys).copied();
            let near = nearest(key, others).map(|near| format!(" such as `{near}`"));
            format!(", or a key of its kind{}", near.unwrap_or_default())
        }
    };
    E::custom(format!("unknown field `{key}`, expected one of {}{others}", quoted.join(", ")))
}

/// Those that all kinds have, and its own.
fn keys_of_kind(name: &str) -> Vec<&'static str> {
    [&["kind"], keys_of::<Common>(), DataKind::keys(name)].concat()
}

impl DataConfig {
    /// The keys that name files or folders: a text, or a list of texts.
    pub const PATHS: [&str; 4] = ["path", "train", "valid", "test"];

    /// Reads the data, and splits it where it is one whole.
    ///
    /// # Errors
    /// Data that is unreadable or wrong, with its place; keys that contradict one another.
    pub fn load(&self) -> Result<Parts, DataError> {
        let (seed, fold) = (self.split_seed, self.fold);
        let parts = match &self.kind {
            // These fit means and categories to what is trained on.
            DataKind::Csv(config) => return config.load(seed, formats::Layout::Csv, fold),
            DataKind::Parquet(config) => return config.load(seed, formats::Layout::Parquet, fold),
            DataKind::Digits => Parts::from(bundled()?.split(seed)?),
            DataKind::Mnist(config) => config.load(seed, &formats::DIGIT_NAMES)?,
            DataKind::FashionMnist(config) => config.load(seed, &formats::FASHION_NAMES)?,
            DataKind::Cifar10(config) => config.load(seed)?,
            DataKind::Images(config) => config.load(seed)?,
            DataKind::Text(_) if fold.is_some() => {
                let message =
                    "folds: a text hangs together, so its parts cannot be left out in turn";
                return Err(DataError::Settings(message.to_owned()));
            }
            DataKind::Text(config) => {
                let valid = self.valid_batch_size.unwrap_or(self.batch_size);
                config.load(self.batch_size, valid)?
            }
            DataKind::Tensors(config) => config.load(seed)?,
        };
        parts.folded(fold)
    }

    /// Everything that is wrong where more than the first mistake can be found: files that do not
    /// decode. Empty where nothing is, or where reading stops at the first mistake.
    ///
    /// # Errors
    /// What lets nothing be read at all.
    pub fn faults(&self) -> Result<Vec<DataError>, DataError> {
        match &self.kind {
            DataKind::Images(config) => config.faults(self.split_seed),
            _ => Ok(Vec::new()),
        }
    }

    /// Loader settings for training: shuffled, unless batches continue one another.
    #[must_use]
    pub fn train_loader(&self) -> LoaderConfig {
        LoaderConfig {
            batch_size: self.batch_size,
            shuffle: !self.kind.is_continuous(),
            last_batch: self.last_batch,
            endless: self.endless,
            prefetch: self.prefetch,
        }
    }

    /// Loader settings for validation and tests: all samples, in order.
    #[must_use]
    pub fn valid_loader(&self) -> LoaderConfig {
        LoaderConfig {
            batch_size: self.valid_batch_size.unwrap_or(self.batch_size),
            prefetch: self.prefetch,
            ..LoaderConfig::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DataConfig, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_run_file_describes_it() {
        let text = "kind = 'digits'\nbatch-size = 32\nsplit-seed = 4\nvalid-batch-size = 500";
        let config = read(text).unwrap();
        assert_eq!((config.batch_size, config.split_seed), (32, 4));
        assert_eq!(config.valid_loader().batch_size, 500);
        assert!(config.train_loader().shuffle);
        assert_eq!((config.last_batch, config.endless), (LastBatch::Keep, false));
        assert_eq!(read("").unwrap(), DataConfig::default());
    }

    #[test]
    fn endings_and_prefetching_are_for_training() {
        let config = read("last-batch = 'drop'\nendless = true\nprefetch = 3").unwrap();
        let (train, valid) = (config.train_loader(), config.valid_loader());
        assert_eq!((train.last_batch, train.endless), (LastBatch::Drop, true));
        assert_eq!((valid.last_batch, valid.endless), (LastBatch::Keep, false));
        assert_eq!((train.prefetch, valid.prefetch), (Some(3), Some(3)));
    }

    const EACH: [&str; 9] = [
        "kind = 'digits'",
        "kind = 'mnist'\npath = 'm'",
        "kind = 'fashion-mnist'\npath = 'm'\nvalid-fraction = 0",
        "kind = 'cifar10'\npath = 'c'\nvalid-fraction = 0.2",
        "kind = 'images'\npath = 'i'\nsize = [8, 9]\nchannels = 1\nfit = 'crop'",
        "kind = 'csv'\npath = 'a.csv'\ntarget = 'y'\ndelimiter = ';'\nmissing = 'mean'",
        "kind = 'parquet'\ntrain = 'a'\ntest = 'b'\ntarget = ['y', 'z']\ntask = 'numbers'",
        "kind = 'text'\npath = ['a.txt', 'b.txt']\ntime = 7\norder = 'windows'",
        "kind = 'tensors'\npath = 'a.npz'\ninputs = 'x'\nclasses = 3",
    ];

    #[test]
    fn every_kind_is_written_down_as_it_is_read() {
        for (text, name) in EACH.iter().zip(DataKind::NAMES) {
            let config = read(&format!("batch-size = 7\nprefetch = 1\n{text}")).unwrap();
            assert_eq!((config.kind.name(), config.batch_size), (name, 7));
            let written = toml::to_string(&config).unwrap();
            assert_eq!(read(&written).as_ref(), Ok(&config), "{written}");
        }
    }

    /// A key of a kind is no key of another one, and is told at its line.
    #[test]
    fn unknown_keys_are_refused_with_those_that_there_are() {
        let told = |text: &str| read(text).unwrap_err();
        let error = told("batchsize = 3");
        assert!(error.contains("1 | batchsize = 3\n  | ^^^^^^^^^\n"), "{error}");
        assert!(error.contains("unknown field `batchsize`, expected one of `kind`, "), "{error}");
        let error = told("kind = 'mnist'\nvalid-fractoin = 1\npath = 'm'");
        assert!(error.contains("unknown field `valid-fractoin`"), "{error}");
        for (text, name) in EACH.iter().zip(DataKind::NAMES) {
            let error = told(&format!("{text}\nhiden = 1"));
            assert!(error.contains("unknown field `hiden`, expected one of `kind`,"), "{name}");
        }
        let error = told("kind = 'digits'\npath = 'x'");
        let keys = "`kind`, `split-seed`, `batch-size`, `valid-batch-size`, `last-batch`, `endless`, \
                    `prefetch`, `folds`, `fold`";
        assert!(
            error.contains(&format!("unknown field `path`, expected one of {keys}")),
            "{error}"
        );
        assert!(told("path = 'x'").contains("unknown field `path`"));
    }

    #[test]
    fn wrong_values_are_refused() {
        let told = |text: &str| read(text).unwrap_err();
        let error = told("kind = 'mnst'");
        assert!(error.contains("unknown variant `mnst`, expected one of `digits`, `mnist`"));
        assert!(told("kind = 3").contains("kind is no text"));
        assert!(told("kind = 'mnist'").contains("missing field `path`"));
        let error = told("batch-size = 'two'");
        assert!(error.contains("invalid type: string \"two\", expected usize"), "{error}");
        assert!(error.contains("in `batch-size`"), "{error}");
        let error = told("kind = 'mnist'\npath = 'm'\nvalid-fraction = 1.5");
        assert!(error.contains("1.5 is no part of a whole: expected from 0 to below 1"), "{error}");
    }
}
