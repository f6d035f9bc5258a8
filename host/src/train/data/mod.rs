//! Data: tables in memory and streams, and the loader that turns them into batches.

mod batches;
mod config;
mod digits;
mod error;
mod feed;
mod loader;
mod order;
mod prefetch;
mod samples;
mod spec;
mod stream;
mod table;
mod weights;

use tch::{Device, Kind, Tensor};

pub use batches::{Batch, Batches};
pub use config::{DataConfig, DataKind, LastBatch, LoaderConfig};
pub use digits::{bundled, parse};
pub use error::DataError;
pub use feed::Data;
pub use loader::Loader;
pub use samples::{Draw, Samples};
pub use spec::{DataSpec, Targets};
pub use stream::{Length, Pass, Sample, SampleStream, StreamError};
pub use weights::SampleWeights;

use super::torch::{During, TorchError};
use crate::random::Stream;

/// Samples with what the loss compares them with.
#[derive(Debug)]
pub struct Dataset {
    /// `[samples, …]`: numbers `f32`, or tokens `i64`.
    pub inputs: Tensor,
    /// Class numbers `[samples]`, `i64`, or numbers `[samples, numbers]`, `f32`.
    pub targets: Tensor,
    /// Shapes and kinds.
    pub spec: DataSpec,
    /// Samples per class; empty where targets are numbers.
    pub class_counts: Vec<u64>,
}

/// The parts of a dataset.
#[derive(Debug)]
pub struct Splits {
    /// Trained on.
    pub train: Dataset,
    /// Looked at during training.
    pub valid: Dataset,
    /// Looked at once, at the end.
    pub test: Dataset,
}

impl Dataset {
    /// Describes tensors: inputs `[samples, …]`, class numbers `[samples]` below `classes`.
    ///
    /// # Errors
    /// Lengths that differ, a class number out of range.
    pub fn new(inputs: Tensor, targets: Tensor, classes: i64) -> Result<Self, TorchError> {
        let (shape, samples) = (inputs.size(), targets.size());
        if shape.first() != samples.first() || samples.len() != 1 {
            let message = format!("inputs {shape:?} do not fit targets {samples:?}");
            return Err(TorchError::new("dataset", &message));
        }
        let class_counts = count_classes(&targets, classes)?;
        let spec = DataSpec::of_classes(shape[1..].to_vec(), classes);
        Ok(Self { inputs, targets, spec, class_counts })
    }

    /// Describes tensors whose targets are numbers: inputs `[samples, …]`, targets
    /// `[samples, numbers]`.
    ///
    /// # Errors
    /// Lengths that differ, targets of another number of dimensions.
    pub fn of_numbers(inputs: Tensor, targets: Tensor) -> Result<Self, TorchError> {
        let shape = inputs.size();
        match targets.size()[..] {
            [samples, numbers] if shape.first() == Some(&samples) => {
                let input_shape = shape[1..].to_vec();
                let targets_are = Targets::Numbers(numbers);
                let spec = DataSpec { input_shape, vocabulary: None, targets: targets_are };
                Ok(Self { inputs, targets, spec, class_counts: Vec::new() })
            }
            ref other => {
                let message = format!("inputs {shape:?} do not fit targets {other:?}");
                Err(TorchError::new("dataset", &message))
            }
        }
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.targets.size().first().map_or(0, |&samples| usize::try_from(samples).unwrap_or(0))
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same samples: the tensors are shared, not copied.
    #[must_use]
    pub fn share(&self) -> Self {
        Self {
            inputs: self.inputs.shallow_clone(),
            targets: self.targets.shallow_clone(),
            spec: self.spec.clone(),
            class_counts: self.class_counts.clone(),
        }
    }

    /// Moves the samples to a device.
    ///
    /// # Errors
    /// No memory there.
    pub fn to(self, device: Device) -> Result<Self, TorchError> {
        let inputs = self.inputs.f_to(device).during("moving the data")?;
        let targets = self.targets.f_to(device).during("moving the data")?;
        Ok(Self { inputs, targets, ..self })
    }

    /// The samples with these numbers, in this order; a copy.
    ///
    /// # Errors
    /// A number out of range.
    pub fn select(&self, indices: &[i64]) -> Result<Self, TorchError> {
        let (inputs, targets) = self.rows(&self.index(indices)?)?;
        match self.spec.targets {
            Targets::Classes(classes) => Self::new(inputs, targets, classes),
            Targets::Numbers(_) => Self::of_numbers(inputs, targets),
        }
    }

    /// Inputs and targets of these samples; copies, so that changing a batch spares the data.
    fn rows(&self, index: &Tensor) -> Result<(Tensor, Tensor), TorchError> {
        let what = "selecting samples";
        let inputs = self.inputs.f_index_select(0, index).during(what)?;
        let targets = self.targets.f_index_select(0, index).during(what)?;
        Ok((inputs, targets))
    }

    /// Samples' numbers, on the dataset's device.
    fn index(&self, indices: &[i64]) -> Result<Tensor, TorchError> {
        let what = "selecting samples";
        let index = Tensor::f_from_slice(indices).during(what)?;
        index.f_to(self.targets.device()).during(what)
    }

    /// Splits into 70 % train, 10 % valid and the rest test, drawn by the stream `split` of `seed`.
    ///
    /// # Errors
    /// Fewer than ten samples.
    pub fn split(&self, seed: u64) -> Result<Splits, DataError> {
        let samples = self.len();
        if samples < 10 {
            return Err(DataError::TooFew(format!("{samples} samples cannot be split, 10 can")));
        }
        let order = Stream::new(seed, "split", 0, 0).permutation(samples as i64);
        let (train, rest) = order.split_at(samples * 7 / 10);
        let (valid, test) = rest.split_at((samples + 5) / 10);
        Ok(Splits {
            train: self.select(train)?,
            valid: self.select(valid)?,
            test: self.select(test)?,
        })
    }
}

fn count_classes(targets: &Tensor, classes: i64) -> Result<Vec<u64>, TorchError> {
    let what = "counting classes";
    let list = targets.f_to_device(Device::Cpu).during(what)?;
    let mut counts = vec![0; usize::try_from(classes).unwrap_or(0)];
    for class in Vec::<i64>::try_from(&list.f_to_kind(Kind::Int64).during(what)?).during(what)? {
        let count = usize::try_from(class).ok().and_then(|class| counts.get_mut(class));
        *count.ok_or_else(|| {
            TorchError::new(what, &format!("class {class} is not among 0 to {}", classes - 1))
        })? += 1;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_split_has_its_sizes_and_loses_nothing() {
        let splits = DataConfig::default().load(Device::Cpu).unwrap();
        let parts = [&splits.train, &splits.valid, &splits.test];
        assert_eq!(parts.map(Dataset::len), [1257, 180, 360]);
        let total: u64 = parts.iter().flat_map(|part| &part.class_counts).sum();
        assert_eq!(total, 1797);
        assert!(parts.iter().all(|part| part.class_counts.iter().all(|&count| count > 5)));
        assert_eq!(splits.train.inputs.size(), [1257, 1, 8, 8]);
    }

    #[test]
    fn a_split_seed_repeats_its_split_and_another_does_not() {
        let targets = |seed| {
            let config = DataConfig { split_seed: seed, ..DataConfig::default() };
            config.load(Device::Cpu).unwrap().valid.targets
        };
        assert_eq!(targets(1), targets(1));
        assert_ne!(targets(1), targets(2));
    }

    #[test]
    fn tensors_that_do_not_fit_are_refused() {
        let inputs = || Tensor::zeros([2, 3], (Kind::Float, Device::Cpu));
        let error = Dataset::new(inputs(), Tensor::from_slice(&[0_i64]), 2).unwrap_err();
        assert_eq!(error.to_string(), "dataset: inputs [2, 3] do not fit targets [1]");
        let error = Dataset::new(inputs(), Tensor::from_slice(&[0_i64, 2]), 2).unwrap_err();
        assert_eq!(error.to_string(), "counting classes: class 2 is not among 0 to 1");
    }
}
