//! What a run trains, validates and tests on.

use tch::Device;

use super::{DataConfig, DataError, DataSpec, Loader};

/// The loaders of a run, by what they are for.
pub struct Data {
    /// Trains the model.
    pub train: Loader,
    /// Measures it after every epoch.
    pub valid: Option<Loader>,
    /// Measures it once, at the end.
    pub test: Option<Loader>,
}

impl Data {
    /// Reads and splits the data; `seed` is the run's.
    ///
    /// # Errors
    /// Data that is unreadable or wrong; a batch size that gives no batch.
    pub fn load(config: &DataConfig, seed: u64, device: Device) -> Result<Self, DataError> {
        let splits = config.load(device)?;
        Ok(Data {
            train: Loader::new(splits.train, config.train_loader(), seed)?,
            valid: Some(Loader::new(splits.valid, config.valid_loader(), seed)?),
            test: Some(Loader::new(splits.test, config.valid_loader(), seed)?),
        })
    }

    /// The shape of a sample, and what there is to tell apart.
    #[must_use]
    pub fn spec(&self) -> &DataSpec {
        &self.train.dataset().spec
    }
}
