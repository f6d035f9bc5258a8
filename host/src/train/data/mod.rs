//! Data: what a run file names is read (`formats/`) into tables or streams, and a loader turns those
//! into batches.

mod batches;
mod config;
mod digits;
mod error;
mod feed;
mod formats;
mod keys;
mod kind;
mod lazy;
mod loader;
mod loader_config;
mod order;
mod parts;
mod prefetch;
mod samples;
mod spec;
mod stream;
mod table;
mod weights;

use tch::{Device, Kind, Tensor};

pub use batches::{Batch, Batches};
pub use config::DataConfig;
pub use digits::{bundled, parse};
pub use error::DataError;
pub use feed::Data;
pub use formats::{
    Channels, CifarConfig, Fit, IdxConfig, ImagesConfig, Missing, Names, TableConfig, Task,
    TensorsConfig, TextConfig, TextOrder, Unit, Unknown,
};
pub use kind::DataKind;
pub use lazy::LazyTable;
pub use loader::Loader;
pub use loader_config::{LastBatch, LoaderConfig};
pub use parts::{Parts, Share};
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
    /// Class numbers `[samples]` or, one for each token, `[samples, time]`, `i64`; or numbers
    /// `[samples, numbers]`, `f32`.
    pub targets: Tensor,
    /// Shapes and kinds.
    pub spec: DataSpec,
    /// Samples per class; empty where targets are numbers, or a class for each token.
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
        if targets.dim() != 1 {
            return Err(do_not_fit(&inputs, &targets));
        }
        let spec = DataSpec::of_classes(shape_of_one(&inputs), classes);
        Self::of(inputs, targets, spec)
    }

    /// Describes tensors whose targets are numbers: inputs `[samples, …]`, targets
    /// `[samples, numbers]`.
    ///
    /// # Errors
    /// Lengths that differ, targets of another number of dimensions.
    pub fn of_numbers(inputs: Tensor, targets: Tensor) -> Result<Self, TorchError> {
        let numbers = targets.size().get(1).copied().unwrap_or(0);
        let targets_are = Targets::Numbers(numbers);
        let input_shape = shape_of_one(&inputs);
        Self::of(inputs, targets, DataSpec { input_shape, vocabulary: None, targets: targets_are })
    }

    /// Describes tensors whose inputs are tokens: `[samples, time]`, `i64`, below `vocabulary`; and
    /// class numbers below `classes`, one per sample `[samples]` or one per token `[samples, time]`.
    ///
    /// # Errors
    /// Lengths that differ; a token or a class number out of range.
    pub fn of_tokens(
        inputs: Tensor,
        targets: Tensor,
        vocabulary: i64,
        classes: i64,
    ) -> Result<Self, TorchError> {
        let targets_are = Targets::Classes(classes);
        let (input_shape, vocabulary) = (shape_of_one(&inputs), Some(vocabulary));
        Self::of(inputs, targets, DataSpec { input_shape, vocabulary, targets: targets_are })
    }

    /// Tensors that are as the description says.
    fn of(inputs: Tensor, targets: Tensor, spec: DataSpec) -> Result<Self, TorchError> {
        let (shape, found) = (inputs.size(), targets.size());
        let fits = match (spec.targets, found.as_slice()) {
            (Targets::Classes(_), [_]) => true,
            (Targets::Classes(_), [_, time]) => spec.input_shape == [*time],
            (Targets::Numbers(_), [_, _]) => true,
            _ => false,
        };
        if !fits || shape.first() != found.first() {
            return Err(do_not_fit(&inputs, &targets));
        }
        if let Some(vocabulary) = spec.vocabulary {
            check_range(&inputs, vocabulary, "token")?;
        }
        let class_counts = match spec.targets {
            Targets::Classes(classes) if found.len() == 1 => count_classes(&targets, classes)?,
            Targets::Classes(classes) => {
                check_range(&targets, classes, "class")?;
                Vec::new()
            }
            Targets::Numbers(_) => Vec::new(),
        };
        Ok(Self { inputs, targets, spec, class_counts })
    }

    /// The class of every sample, `[samples]`; `None` where targets are numbers, or a class for each
    /// token.
    #[must_use]
    pub fn labels(&self) -> Option<&Tensor> {
        let one_each = self.spec.classes().is_some() && self.targets.dim() == 1;
        one_each.then_some(&self.targets)
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
        Self::of(inputs, targets, self.spec.clone())
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

/// Without the dimension of samples.
fn shape_of_one(inputs: &Tensor) -> Vec<i64> {
    inputs.size().split_first().map_or(Vec::new(), |(_, rest)| rest.to_vec())
}

fn do_not_fit(inputs: &Tensor, targets: &Tensor) -> TorchError {
    let (inputs, targets) = (inputs.size(), targets.size());
    TorchError::new("dataset", &format!("inputs {inputs:?} do not fit targets {targets:?}"))
}

/// All numbers are from 0 to below a bound: on a GPU one that is not would end the device's use.
fn check_range(numbers: &Tensor, bound: i64, what: &str) -> Result<(), TorchError> {
    if numbers.numel() == 0 {
        return Ok(());
    }
    let doing = "checking tokens";
    for extreme in [numbers.f_min().during(doing)?, numbers.f_max().during(doing)?] {
        let found = extreme.f_int64_value(&[]).during(doing)?;
        if !(0..bound).contains(&found) {
            let message = format!("{what} {found} is not among 0 to {}", bound - 1);
            return Err(TorchError::new(doing, &message));
        }
    }
    Ok(())
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
        let splits = bundled().unwrap().split(0).unwrap();
        let parts = [&splits.train, &splits.valid, &splits.test];
        assert_eq!(parts.map(Dataset::len), [1257, 180, 360]);
        let total: u64 = parts.iter().flat_map(|part| &part.class_counts).sum();
        assert_eq!(total, 1797);
        assert!(parts.iter().all(|part| part.class_counts.iter().all(|&count| count > 5)));
        assert_eq!(splits.train.inputs.size(), [1257, 1, 8, 8]);
    }

    #[test]
    fn a_split_seed_repeats_its_split_and_another_does_not() {
        let targets = |split_seed| {
            let config = DataConfig { split_seed, ..DataConfig::default() };
            match config.load().unwrap().valid {
                Some(Samples::Table(valid)) => valid.targets,
                other => panic!("{other:?}"),
            }
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

    #[test]
    fn tokens_have_a_class_each_or_one_for_all() {
        let inputs = || Tensor::from_slice(&[0_i64, 3, 1, 2]).view([2, 2]);
        let each = Dataset::of_tokens(inputs(), inputs(), 4, 4).unwrap();
        assert_eq!((each.len(), each.labels(), each.class_counts.len()), (2, None, 0));
        let spec =
            DataSpec { input_shape: vec![2], vocabulary: Some(4), targets: Targets::Classes(4) };
        assert_eq!(each.spec, spec);
        assert_eq!(each.select(&[1]).unwrap().targets, inputs().narrow(0, 1, 1));
        let one = Dataset::of_tokens(inputs(), Tensor::from_slice(&[1_i64, 0]), 4, 2).unwrap();
        assert_eq!((one.labels().map(Tensor::size), one.class_counts), (Some(vec![2]), vec![1, 1]));
        let told = |inputs, targets, vocabulary, classes| {
            Dataset::of_tokens(inputs, targets, vocabulary, classes).unwrap_err().to_string()
        };
        let range = "checking tokens: token 3 is not among 0 to 2";
        assert_eq!(told(inputs(), inputs(), 3, 4), range);
        let range = "checking tokens: class 3 is not among 0 to 2";
        assert_eq!(told(inputs(), inputs(), 4, 3), range);
        let other = Tensor::from_slice(&[0_i64; 6]).view([2, 3]);
        let fits = "dataset: inputs [2, 2] do not fit targets [2, 3]";
        assert_eq!(told(inputs(), other, 4, 4), fits);
    }
}
