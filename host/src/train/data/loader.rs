//! From a dataset to batches. A position is (seed, epoch, batches consumed): nothing is prefetched.

use std::ops::Range;

use tch::Tensor;

use super::{DataError, Dataset};
use crate::train::random::Stream;
use crate::train::torch::{During, TorchError};

/// How a dataset becomes batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoaderConfig {
    /// Samples per batch, at least 1.
    pub batch_size: usize,
    /// A new order every epoch, from the stream `shuffle`; otherwise the dataset's own.
    pub shuffle: bool,
    /// Leaves out the last batch if it is short.
    pub drop_last: bool,
}

/// One batch, on the dataset's device.
#[derive(Debug)]
pub struct Batch {
    /// `[size, …]`, a copy.
    pub input: Tensor,
    /// `[size]`, a copy.
    pub target: Tensor,
    /// Number of samples.
    pub size: usize,
    /// Which samples of the dataset these are.
    pub indices: Vec<i64>,
}

/// Gives the batches of any epoch, from any position.
#[derive(Debug)]
pub struct Loader {
    dataset: Dataset,
    config: LoaderConfig,
    seed: u64,
    /// Running sums of the sample weights; `None`: every sample once per epoch.
    cumulative: Option<Vec<f64>>,
}

impl Loader {
    /// Prepares a dataset; `seed` is the run's.
    ///
    /// # Errors
    /// A batch size of 0; settings that give no batch at all.
    pub fn new(dataset: Dataset, config: LoaderConfig, seed: u64) -> Result<Self, DataError> {
        let loader = Self { dataset, config, seed, cumulative: None };
        if config.batch_size == 0 || loader.is_empty() {
            return Err(DataError::TooFew(format!(
                "{} samples give no batch of {}; use a batch-size from 1 to their number",
                loader.dataset.len(),
                config.batch_size
            )));
        }
        Ok(loader)
    }

    /// Batches per epoch.
    #[must_use]
    pub fn len(&self) -> usize {
        let (samples, size) = (self.dataset.len(), self.config.batch_size.max(1));
        if self.config.drop_last { samples / size } else { samples.div_ceil(size) }
    }

    /// Never: [`Loader::new`] refuses it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Samples per epoch: less than the dataset's if the short batch is left out.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.dataset.len().min(self.len() * self.config.batch_size)
    }

    /// The data itself.
    #[must_use]
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> LoaderConfig {
        self.config
    }

    /// Relative probability of drawing each sample, in dataset order, from the next epoch on:
    /// epochs keep their length, samples are drawn with replacement. `None`: every sample once.
    ///
    /// # Errors
    /// Another number of weights than of samples; weights that are negative, not finite, or all 0.
    pub fn set_sample_weights(&mut self, weights: Option<&[f64]>) -> Result<(), DataError> {
        self.cumulative =
            weights.map(|weights| running_sums(weights, self.dataset.len())).transpose()?;
        Ok(())
    }

    /// The batches of `epoch`, counted from 0, after the first `consumed` ones.
    #[must_use]
    pub fn batches(&self, epoch: u64, consumed: usize) -> Batches<'_> {
        Batches { loader: self, order: self.order(epoch), on_device: None, position: consumed }
    }

    /// The samples of an epoch in their order.
    #[allow(clippy::cast_possible_wrap, reason = "a dataset has less than 2^63 samples")]
    fn order(&self, epoch: u64) -> Vec<i64> {
        let samples = self.dataset.len() as i64;
        match &self.cumulative {
            Some(sums) => {
                let mut stream = Stream::new(self.seed, "weighted-shuffle", epoch, 0);
                (0..samples).map(|_| draw(sums, &mut stream)).collect()
            }
            None if self.config.shuffle => {
                Stream::new(self.seed, "shuffle", epoch, 0).permutation(samples)
            }
            None => (0..samples).collect(),
        }
    }
}

fn running_sums(weights: &[f64], samples: usize) -> Result<Vec<f64>, DataError> {
    if weights.len() != samples {
        let message = format!("{} sample weights for {samples} samples", weights.len());
        return Err(DataError::TooFew(message));
    }
    let mut sum = 0.0;
    let sums: Vec<f64> = weights
        .iter()
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect();
    if sum.is_finite() && sum > 0.0 && weights.iter().all(|&weight| weight >= 0.0) {
        return Ok(sums);
    }
    Err(DataError::TooFew("sample weights must be finite, not negative, and not all 0".into()))
}

/// A sample by its weight: the first whose running sum exceeds a point drawn below the total.
#[allow(clippy::cast_possible_wrap, reason = "an index into a dataset")]
fn draw(sums: &[f64], stream: &mut Stream) -> i64 {
    let point = stream.unit() * sums.last().copied().unwrap_or(0.0);
    sums.partition_point(|&sum| sum <= point) as i64
}

/// The rest of an epoch.
#[derive(Debug)]
pub struct Batches<'a> {
    loader: &'a Loader,
    order: Vec<i64>,
    /// The same on the dataset's device: copied once per epoch, for a copy waits for a GPU.
    on_device: Option<Tensor>,
    position: usize,
}

impl Batches<'_> {
    /// Batches of this epoch that were consumed.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    #[allow(clippy::cast_possible_wrap, reason = "a dataset has less than 2^63 samples")]
    fn batch(&mut self, samples: Range<usize>) -> Result<Batch, TorchError> {
        let order = match self.on_device.take() {
            Some(order) => order,
            None => self.loader.dataset.index(&self.order)?,
        };
        let (start, size) = (samples.start as i64, samples.len() as i64);
        let index = order.f_narrow(0, start, size).during("selecting samples")?;
        self.on_device = Some(order);
        let (input, target) = self.loader.dataset.rows(&index)?;
        Ok(Batch { input, target, size: samples.len(), indices: self.order[samples].to_vec() })
    }

    fn samples(&self) -> Range<usize> {
        let size = self.loader.config.batch_size;
        let start = self.position * size;
        start..self.order.len().min(start + size)
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch, TorchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.loader.len() {
            return None;
        }
        let samples = self.samples();
        self.position += 1;
        Some(self.batch(samples))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.loader.len().saturating_sub(self.position);
        (left, Some(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    fn loader(batch_size: usize, shuffle: bool, drop_last: bool) -> Loader {
        let inputs = Tensor::arange(10, (Kind::Float, Device::Cpu)).view([10, 1]);
        let targets = Tensor::arange(10, (Kind::Int64, Device::Cpu));
        let data = Dataset::new(inputs, targets, 10).unwrap();
        Loader::new(data, LoaderConfig { batch_size, shuffle, drop_last }, 42).unwrap()
    }

    fn indices(loader: &Loader, epoch: u64, consumed: usize) -> Vec<Vec<i64>> {
        loader.batches(epoch, consumed).map(|batch| batch.unwrap().indices).collect()
    }

    #[test]
    fn the_last_batch_is_kept_or_dropped() {
        let keep = loader(4, false, false);
        assert_eq!(indices(&keep, 0, 0), [vec![0, 1, 2, 3], vec![4, 5, 6, 7], vec![8, 9]]);
        assert_eq!((keep.len(), keep.samples()), (3, 10));
        let drop = loader(4, false, true);
        assert_eq!((indices(&drop, 0, 0).len(), drop.len(), drop.samples()), (2, 2, 8));
    }

    #[test]
    fn an_epoch_is_shuffled_anew_and_the_same_again() {
        let loader = loader(3, true, false);
        let flat = |epoch| indices(&loader, epoch, 0).concat();
        assert_eq!(flat(0), flat(0));
        assert_ne!(flat(0), flat(1));
        let mut all = flat(5);
        all.sort_unstable();
        assert!(all.into_iter().eq(0..10));
    }

    #[test]
    fn a_position_resumes_in_the_middle() {
        let loader = loader(3, true, false);
        assert_eq!(indices(&loader, 7, 2), indices(&loader, 7, 0)[2..]);
        let mut batches = loader.batches(7, 1);
        assert_eq!((batches.position(), batches.size_hint()), (1, (3, Some(3))));
        batches.next();
        assert_eq!(batches.position(), 2);
        assert!(indices(&loader, 7, 4).is_empty());
        assert!(indices(&loader, 7, 400).is_empty());
    }

    #[test]
    fn a_batch_holds_its_samples_and_spares_the_data() {
        let loader = loader(3, true, false);
        let mut batch = loader.batches(0, 0).next().unwrap().unwrap();
        assert_eq!(Vec::<i64>::try_from(&batch.target).unwrap(), batch.indices);
        assert_eq!((batch.input.size(), batch.size), (vec![3, 1], 3));
        let _ = batch.input.zero_();
        assert_eq!(loader.dataset().inputs.sum(Kind::Float).double_value(&[]), 45.0);
    }

    #[test]
    fn weights_steer_what_is_drawn() {
        let mut loader = loader(10, true, false);
        let mut weights = [0.0; 10];
        (weights[3], weights[8]) = (1.0, 3.0);
        loader.set_sample_weights(Some(&weights)).unwrap();
        let drawn: Vec<i64> =
            (0..100).flat_map(|epoch| indices(&loader, epoch, 0).concat()).collect();
        let threes = drawn.iter().filter(|&&index| index == 3).count();
        assert!(drawn.iter().all(|index| [3, 8].contains(index)));
        assert!((190..310).contains(&threes), "{threes}");
        loader.set_sample_weights(None).unwrap();
        assert_eq!(indices(&loader, 0, 0)[0].len(), 10);
        for bad in [&[1.0][..], &[0.0; 10], &[-1.0; 10], &[f64::NAN; 10]] {
            assert!(loader.set_sample_weights(Some(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn settings_without_a_batch_are_refused() {
        let data = || {
            let targets = Tensor::from_slice(&[0_i64]);
            Dataset::new(Tensor::zeros([1, 1], (Kind::Float, Device::Cpu)), targets, 1).unwrap()
        };
        for (batch_size, drop_last) in [(0, false), (2, true)] {
            let config = LoaderConfig { batch_size, shuffle: false, drop_last };
            let error = Loader::new(data(), config, 0).unwrap_err().to_string();
            assert!(error.starts_with("1 samples give no batch of"), "{error}");
        }
    }
}
