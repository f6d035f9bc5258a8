//! From samples to batches. A position is (seed, epoch, batches consumed), however many batches are
//! made ahead.

use std::sync::Arc;

use tch::{Device, Tensor};

use super::batches::{Leave, Maker};
use super::lazy::Rows;
use super::order::{By, Order};
use super::prefetch::Ahead;
use super::table::TableBatches;
use super::{
    Batches, DataError, DataSpec, Dataset, Draw, LastBatch, Length, LoaderConfig, Pass,
    SampleWeights, Samples,
};

/// Batches that a worker is ahead of the training if nothing else is said, where samples are made as
/// they are needed. Out of a table in memory a batch is sooner made than handed over.
const AHEAD: usize = 2;

/// Every batch ahead takes memory; more than this is a mistake.
const FARTHEST: usize = 1024;

/// Gives the batches of any epoch, from any position.
#[derive(Debug)]
pub struct Loader {
    samples: Samples,
    config: LoaderConfig,
    seed: u64,
    device: Device,
}

impl Loader {
    /// Prepares samples; `seed` is the run's. Batches come on the table's device, or on the CPU.
    ///
    /// # Errors
    /// A batch size of 0; settings that give no batch at all, or that a stream cannot have.
    pub fn new(
        samples: impl Into<Samples>,
        config: LoaderConfig,
        seed: u64,
    ) -> Result<Self, DataError> {
        let samples = samples.into();
        let device = samples.device();
        let loader = Self { samples, config, seed, device };
        loader.check()?;
        Ok(loader)
    }

    /// The same, with batches on this device.
    #[must_use]
    pub fn on(self, device: Device) -> Self {
        Self { device, ..self }
    }

    fn check(&self) -> Result<(), DataError> {
        let refused = |message: &str| Err(DataError::Settings(message.to_owned()));
        let LoaderConfig { batch_size, shuffle, endless, .. } = self.config;
        let samples = self.samples.length().known();
        if batch_size == 0 || samples == Some(0) || self.batches_per_epoch() == Some(0) {
            let samples = samples.map_or("a stream's".to_owned(), |samples| samples.to_string());
            return Err(DataError::TooFew(format!(
                "{samples} samples give no batch of {batch_size}; \
                 use a batch-size from 1 to their number"
            )));
        }
        if self.prefetch() > FARTHEST {
            return refused(&format!("prefetch = {}: at most {FARTHEST}", self.prefetch()));
        }
        match &self.samples {
            Samples::Stream(_) if shuffle => {
                refused("a stream cannot be shuffled; let its samples come in another order")
            }
            Samples::Stream(_) if endless => {
                refused("endless repeats a table; a stream says itself whether it ends")
            }
            _ => Ok(()),
        }
    }

    /// Batches per epoch; `None` if it has no end, or one that is not known.
    #[must_use]
    pub fn batches_per_epoch(&self) -> Option<usize> {
        let (samples, size) = (self.offered()?, self.config.batch_size.max(1));
        Some(match self.config.last_batch {
            LastBatch::Keep => samples.div_ceil(size),
            LastBatch::Drop => samples / size,
        })
    }

    /// Samples per epoch: less than there are if a short batch is left out. `None` if an epoch has no
    /// end, or one that is not known.
    #[must_use]
    pub fn samples(&self) -> Option<usize> {
        let given = self.batches_per_epoch()?.saturating_mul(self.config.batch_size);
        Some(self.offered()?.min(given))
    }

    /// Samples of an epoch, those of a short last batch included.
    fn offered(&self) -> Option<usize> {
        if self.config.endless { None } else { self.samples.length().known() }
    }

    /// Whether an epoch has no end.
    #[must_use]
    pub fn is_endless(&self) -> bool {
        self.config.endless || self.samples.length() == Length::Endless
    }

    /// The shape of a sample, and what there is to tell apart.
    #[must_use]
    pub fn spec(&self) -> &DataSpec {
        self.samples.spec()
    }

    /// The table, if the samples lie in one.
    #[must_use]
    pub fn table(&self) -> Option<&Dataset> {
        match &self.samples {
            Samples::Table(table) => Some(table),
            Samples::Lazy(_) | Samples::Stream(_) => None,
        }
    }

    /// The number by which a sample is known in every run on the same data: its place in its file, where
    /// there are such; a batch's `indices` are places in this loader's own part.
    #[must_use]
    pub fn number(&self, index: i64) -> i64 {
        let place = usize::try_from(index).ok();
        let number = self.samples.numbers().zip(place).and_then(|(numbers, at)| numbers.get(at));
        number.copied().unwrap_or(index)
    }

    /// Number of samples with random access: all that there are, also those that a dropped last
    /// batch would hold. `None`: a stream does not know its samples before they come.
    #[must_use]
    pub fn numbered(&self) -> Option<usize> {
        match &self.samples {
            Samples::Table(table) => Some(table.len()),
            Samples::Lazy(table) => Some(table.len()),
            Samples::Stream(_) => None,
        }
    }

    /// The class of every sample, `[samples]`, where there is one for each and it is known.
    #[must_use]
    pub fn labels(&self) -> Option<&Tensor> {
        match &self.samples {
            Samples::Table(table) => table.labels(),
            Samples::Lazy(table) => table.labels(),
            Samples::Stream(_) => None,
        }
    }

    /// Samples per class; empty where they are not known, as of a stream.
    #[must_use]
    pub fn class_counts(&self) -> &[u64] {
        self.samples.class_counts()
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> LoaderConfig {
        self.config
    }

    /// Batches that a worker makes ahead.
    #[must_use]
    pub fn prefetch(&self) -> usize {
        self.config.prefetch.unwrap_or(match &self.samples {
            Samples::Table(_) => 0,
            Samples::Lazy(_) | Samples::Stream(_) => AHEAD,
        })
    }

    /// The same samples as they are measured: each once, in their own order, none left out. Of an
    /// endless table that is one pass.
    ///
    /// # Errors
    /// A stream without an end.
    pub fn whole(&self) -> Result<Self, DataError> {
        if self.samples.length() == Length::Endless {
            let message = "a stream without an end cannot be measured as a whole";
            return Err(DataError::Settings(message.to_owned()));
        }
        let config = LoaderConfig {
            shuffle: false,
            last_batch: LastBatch::Keep,
            endless: false,
            ..self.config
        };
        Ok(Self { samples: self.samples.share(), config, ..*self })
    }

    /// Weights for [`Draw::weights`]: one for each sample of the table, also of those that a dropped
    /// last batch would hold.
    ///
    /// # Errors
    /// A stream; what [`SampleWeights::new`] refuses.
    pub fn weights(&self, weights: &[f64]) -> Result<Arc<SampleWeights>, DataError> {
        let samples = self.numbered().ok_or_else(no_weights)?;
        Ok(Arc::new(SampleWeights::new(weights, samples)?))
    }

    /// The batches of an epoch after those that were consumed. They are made from here on; where a
    /// worker makes them, dropping them ends it.
    ///
    /// # Errors
    /// Weights for another number of samples, or for a stream; no thread for the worker.
    pub fn batches(&self, draw: &Draw) -> Result<Batches, DataError> {
        let leave = Leave::default();
        let maker = self.maker(draw, &leave)?;
        let (device, consumed) = (self.device, draw.consumed);
        let batches = match self.prefetch() {
            0 => Batches::here(maker, device, consumed),
            depth => {
                let pins = device.is_cuda() && self.samples.device() == Device::Cpu;
                Batches::ahead(Ahead::start(maker, leave, depth, pins)?, device, consumed)
            }
        };
        let left = self.batches_per_epoch().map(|all| all.saturating_sub(consumed));
        let least = left.unwrap_or(if self.is_endless() { usize::MAX } else { 0 });
        Ok(batches.with_left((least, left)))
    }

    fn maker(&self, draw: &Draw, leave: &Leave) -> Result<Maker, DataError> {
        let LoaderConfig { batch_size, last_batch, .. } = self.config;
        let rows = match (&self.samples, &draw.weights) {
            (Samples::Table(table), _) => Rows::Table(table.share()),
            (Samples::Lazy(table), _) => Rows::Lazy(table.share()),
            (Samples::Stream(stream), None) => {
                let pass = Pass { seed: self.seed, epoch: draw.epoch };
                let made = stream.batches(pass, batch_size, last_batch, draw.consumed, leave);
                return Ok(Box::new(made));
            }
            (Samples::Stream(_), Some(_)) => return Err(no_weights()),
        };
        let (seed, epoch, samples) = (self.seed, draw.epoch, self.numbered().unwrap_or(0));
        let order = Order { seed, epoch, samples, by: self.by(draw, samples)? };
        let end = self.samples().unwrap_or(usize::MAX);
        Ok(Box::new(TableBatches::new(rows, order, batch_size, draw.consumed, end)))
    }

    fn by(&self, draw: &Draw, samples: usize) -> Result<By, DataError> {
        match &draw.weights {
            Some(weights) => {
                weights.check(samples)?;
                Ok(By::Weights(Arc::clone(weights)))
            }
            None if self.config.shuffle => Ok(By::Shuffling),
            None => Ok(By::Table),
        }
    }
}

fn no_weights() -> DataError {
    let message = "a stream takes no sample weights: its samples come in its own order";
    DataError::Weights(message.to_owned())
}

#[cfg(test)]
mod tests;
