//! How samples become batches: a loader's settings, and `[data]` of a run file.

use tch::Device;

use super::{DataError, Splits, bundled};

/// What becomes of an epoch's last batch if it is short.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastBatch {
    /// It is given like the others.
    #[default]
    Keep,
    /// It is left out.
    Drop,
}

/// How samples become batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoaderConfig {
    /// Samples per batch, at least 1.
    pub batch_size: usize,
    /// A new order every epoch, from the stream `shuffle`; otherwise the samples' own.
    pub shuffle: bool,
    /// What becomes of a short last batch. Without an end there is none.
    pub last_batch: LastBatch,
    /// Repeats a table without an end, as one epoch: no batch is short where a pass ends.
    pub endless: bool,
    /// Batches that a worker makes ahead of the training, 0 for none; `None`: none for a table,
    /// two for a stream.
    pub prefetch: Option<usize>,
}

impl Default for LoaderConfig {
    fn default() -> Self {
        Self {
            batch_size: 128,
            shuffle: false,
            last_batch: LastBatch::Keep,
            endless: false,
            prefetch: None,
        }
    }
}

/// `[data]` of a run file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct DataConfig {
    /// Which data.
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
}

/// Data that a run file can name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataKind {
    /// The handwritten digits that the binary carries.
    #[default]
    Digits,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            kind: DataKind::Digits,
            split_seed: 0,
            batch_size: 128,
            valid_batch_size: None,
            last_batch: LastBatch::Keep,
            endless: false,
            prefetch: None,
        }
    }
}

impl DataConfig {
    /// Reads the data, splits it, and moves it to the device.
    ///
    /// # Errors
    /// Data that is unreadable or wrong; no memory on the device.
    pub fn load(&self, device: Device) -> Result<Splits, DataError> {
        let whole = match self.kind {
            DataKind::Digits => bundled()?,
        };
        whole.to(device)?.split(self.split_seed)
    }

    /// Loader settings for training.
    #[must_use]
    pub fn train_loader(&self) -> LoaderConfig {
        LoaderConfig {
            batch_size: self.batch_size,
            shuffle: true,
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

    #[test]
    fn a_run_file_describes_it() {
        let text = "kind = 'digits'\nbatch-size = 32\nsplit-seed = 4\nvalid-batch-size = 500";
        let config: DataConfig = toml::from_str(text).unwrap();
        assert_eq!((config.batch_size, config.split_seed), (32, 4));
        assert_eq!(config.valid_loader().batch_size, 500);
        assert!(config.train_loader().shuffle);
        assert_eq!((config.last_batch, config.endless), (LastBatch::Keep, false));
        assert!(toml::from_str::<DataConfig>("batchsize = 3").is_err());
    }

    #[test]
    fn endings_and_prefetching_are_for_training() {
        let text = "last-batch = 'drop'\nendless = true\nprefetch = 3";
        let config: DataConfig = toml::from_str(text).unwrap();
        let (train, valid) = (config.train_loader(), config.valid_loader());
        assert_eq!((train.last_batch, train.endless), (LastBatch::Drop, true));
        assert_eq!((valid.last_batch, valid.endless), (LastBatch::Keep, false));
        assert_eq!((train.prefetch, valid.prefetch), (Some(3), Some(3)));
    }
}
