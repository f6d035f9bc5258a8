//! A table whose samples are read when they are asked for.

use std::fmt;
use std::sync::Arc;

use tch::Tensor;

use super::{DataError, DataSpec, Dataset};

/// Makes the inputs and targets of these samples, in this order, on the CPU.
type Make = Arc<dyn Fn(&[i64]) -> Result<(Tensor, Tensor), DataError> + Send + Sync>;

/// Samples of fixed number with random access, like a [`Dataset`], but not in memory: files that are
/// decoded, parts of a text that are cut out, or rows of arrays on disk. Shuffling, weights and endless passes are as a
/// table's, and so is every batch: the same samples lie in it, whichever of the two they come from.
///
/// The code that makes samples runs on a worker thread if batches are prefetched. It must give the
/// same samples for the same numbers and must not draw from torch's generator.
pub struct LazyTable {
    spec: DataSpec,
    samples: usize,
    class_counts: Vec<u64>,
    /// Class numbers `[samples]`, where they are known without reading the samples.
    labels: Option<Tensor>,
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
    pub fn new(
        spec: DataSpec,
        samples: usize,
        make: impl Fn(&[i64]) -> Result<(Tensor, Tensor), DataError> + Send + Sync + 'static,
    ) -> Self {
        Self { spec, samples, class_counts: Vec::new(), labels: None, make: Arc::new(make) }
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
            make: Arc::clone(&self.make),
        }
    }

    /// Inputs and targets of these samples, in this order.
    ///
    /// # Errors
    /// What cannot be read, with its place.
    pub fn rows(&self, samples: &[i64]) -> Result<(Tensor, Tensor), DataError> {
        (self.make)(samples)
    }
}

/// Samples with random access, wherever they are.
#[derive(Debug)]
pub(super) enum Rows {
    /// In memory.
    Table(Dataset),
    /// Read when they are asked for.
    Lazy(LazyTable),
}
