//! A table whose samples are read when they are asked for.

use std::fmt;
use std::sync::Arc;

use tch::Tensor;

use super::{DataError, DataSpec, Dataset};
use crate::train::torch::{During, TorchError};

/// Makes the inputs and targets of these samples, in this order, on the CPU.
type Make = Arc<dyn Fn(&[i64]) -> Result<(Tensor, Tensor), DataError> + Send + Sync>;

/// Samples of fixed number with random access, like a [`Dataset`], but not in memory (beside a few
/// numbers for each): rows of tables and of arrays, files that are decoded, or parts of a text that are
/// cut out. Shuffling, weights and endless passes are as a table's, and so is every batch: the same
/// samples lie in it, whichever of the two they come from.
///
/// The code that makes samples runs on a worker thread if batches are prefetched. It must give the
/// same samples for the same numbers and must not draw from torch's generator.
pub struct LazyTable {
    spec: DataSpec,
    samples: usize,
    class_counts: Vec<u64>,
    /// Class numbers `[samples]`, where they are known without reading the samples.
    labels: Option<Tensor>,
    /// Each sample's number in what it was selected from, by which it is known again.
    numbers: Arc<[i64]>,
    make: Make,
}

impl fmt::Debug for LazyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyTable")
            .field("spec", &self.spec)
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}

impl LazyTable {
    /// So many samples. `make` is asked for numbers from 0 to below `samples` and gives inputs
    /// `[asked, …]` and targets `[asked]` or `[asked, …]`.
    #[allow(clippy::cast_possible_wrap, reason = "there are less than 2^63 samples")]
    pub fn new(
        spec: DataSpec,
        samples: usize,
        make: impl Fn(&[i64]) -> Result<(Tensor, Tensor), DataError> + Send + Sync + 'static,
    ) -> Self {
        let (numbers, make) = ((0..samples as i64).collect(), Arc::new(make));
        Self { spec, samples, class_counts: Vec::new(), labels: None, numbers, make }
    }

    /// The same, known by other numbers: one for each sample.
    #[must_use]
    pub(super) fn numbered(self, numbers: Arc<[i64]>) -> Self {
        Self { numbers, ..self }
    }

    /// The same, and the class of every sample is known: numbers `[samples]`, and how many there are
    /// of each.
    #[must_use]
    pub fn with_labels(self, labels: Tensor, class_counts: Vec<u64>) -> Self {
        Self { labels: Some(labels), class_counts, ..self }
    }

    /// What a model must know of the samples.
    #[must_use]
    pub fn spec(&self) -> &DataSpec {
        &self.spec
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.samples
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// Samples per class; empty where they are not known.
    #[must_use]
    pub fn class_counts(&self) -> &[u64] {
        &self.class_counts
    }

    /// The class of every sample, `[samples]`, where it is known without reading them.
    #[must_use]
    pub fn labels(&self) -> Option<&Tensor> {
        self.labels.as_ref()
    }

    /// The same samples: what makes them is shared.
    #[must_use]
    pub fn share(&self) -> Self {
        Self {
            spec: self.spec.clone(),
            samples: self.samples,
            class_counts: self.class_counts.clone(),
            labels: self.labels.as_ref().map(Tensor::shallow_clone),
            numbers: Arc::clone(&self.numbers),
            make: Arc::clone(&self.make),
        }
    }

    /// The samples with these numbers, in this order.
    ///
    /// # Errors
    /// A number out of range.
    pub(super) fn select(&self, samples: Vec<i64>) -> Result<Self, DataError> {
        let labels = self.labels.as_ref().map(|labels| {
            let index = Tensor::f_from_slice(&samples).during("selecting samples")?;
            labels.f_index_select(0, &index).during("selecting samples")
        });
        let labels = labels.transpose()?;
        let class_counts = match (&labels, self.spec.classes()) {
            (Some(labels), Some(classes)) => super::count_classes(labels, classes)?,
            _ => Vec::new(),
        };
        let numbers = picked(&self.numbers, &samples)?.into();
        let (make, count) = (Arc::clone(&self.make), samples.len());
        let make: Make = Arc::new(move |asked: &[i64]| make(&picked(&samples, asked)?));
        Ok(Self { spec: self.spec.clone(), samples: count, class_counts, labels, numbers, make })
    }

    /// These samples, and then the other ones.
    ///
    /// # Errors
    /// No memory.
    #[allow(clippy::cast_possible_wrap, reason = "there are less than 2^63 samples")]
    pub(super) fn followed_by(&self, other: &Self) -> Result<Self, TorchError> {
        let labels = match (&self.labels, &other.labels) {
            (Some(one), Some(other)) => {
                Some(Tensor::f_cat(&[one, other], 0).during("joining samples")?)
            }
            _ => None,
        };
        let counts = self.class_counts.iter().zip(&other.class_counts);
        let class_counts = counts.map(|(one, other)| one + other).collect();
        let makes = [Arc::clone(&self.make), Arc::clone(&other.make)];
        let border = self.samples as i64;
        let numbers = [&*self.numbers, &*other.numbers].concat().into();
        let joined = Self::new(self.spec.clone(), self.samples + other.samples, move |asked| {
            from_both(&makes, border, asked)
        });
        let joined = joined.numbered(numbers);
        Ok(Self { labels, class_counts, ..joined })
    }

    /// Each sample's number in what it was selected from.
    #[must_use]
    pub fn numbers(&self) -> &[i64] {
        &self.numbers
    }

    /// Inputs and targets of these samples, in this order.
    ///
    /// # Errors
    /// What cannot be read, with its place.
    pub fn rows(&self, samples: &[i64]) -> Result<(Tensor, Tensor), DataError> {
        (self.make)(samples)
    }
}

/// What a list has at these places.
///
/// # Errors
/// A place that it has not.
pub(super) fn picked(all: &[i64], places: &[i64]) -> Result<Vec<i64>, DataError> {
    let one = |&place: &i64| usize::try_from(place).ok().and_then(|place| all.get(place)).copied();
    let found: Option<Vec<i64>> = places.iter().map(one).collect();
    found.ok_or_else(|| DataError::others(all.len()))
}

/// Samples before the border come from the first, the others from the second.
#[allow(clippy::cast_possible_wrap, reason = "a batch has less than 2^63 samples")]
fn from_both(makes: &[Make; 2], border: i64, asked: &[i64]) -> Result<(Tensor, Tensor), DataError> {
    let what = "joining samples";
    let (mut order, mut parts) = (Vec::with_capacity(asked.len()), Vec::new());
    for (make, is_first) in makes.iter().zip([true, false]) {
        let places = asked.iter().enumerate().filter(|(_, sample)| (**sample < border) == is_first);
        let (at, samples): (Vec<i64>, Vec<i64>) = places
            .map(|(at, sample)| (at as i64, if is_first { *sample } else { sample - border }))
            .unzip();
        if !samples.is_empty() {
            parts.push(make(&samples)?);
            order.extend(at);
        }
    }
    // Place n of the joined parts is what was asked for at `order[n]`.
    let back = Tensor::f_from_slice(&order).and_then(|order| order.f_argsort(0, false));
    let back = back.during(what)?;
    let joined = |tensors: Vec<&Tensor>| {
        let joined = Tensor::f_cat(&tensors, 0).and_then(|joined| joined.f_index_select(0, &back));
        joined.during(what)
    };
    Ok((
        joined(parts.iter().map(|(inputs, _)| inputs).collect())?,
        joined(parts.iter().map(|(_, targets)| targets).collect())?,
    ))
}

/// Samples with random access, wherever they are.
#[derive(Debug)]
pub(super) enum Rows {
    /// In memory.
    Table(Dataset),
    /// Read when they are asked for.
    Lazy(LazyTable),
}
