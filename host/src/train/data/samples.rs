//! What a loader makes batches of, and which of them are wanted.

use std::sync::Arc;

use tch::Device;

use super::{DataError, DataSpec, Dataset, LazyTable, Length, SampleStream, SampleWeights};
use crate::train::torch::TorchError;

/// What a loader makes batches of.
#[derive(Debug)]
pub enum Samples {
    /// A table in memory: of fixed length, with random access.
    Table(Dataset),
    /// Of fixed length, with random access, read when they are asked for.
    Lazy(LazyTable),
    /// One after another, of known, unknown or no length.
    Stream(SampleStream),
}

impl From<Dataset> for Samples {
    fn from(table: Dataset) -> Self {
        Self::Table(table)
    }
}

impl From<LazyTable> for Samples {
    fn from(table: LazyTable) -> Self {
        Self::Lazy(table)
    }
}

impl From<SampleStream> for Samples {
    fn from(stream: SampleStream) -> Self {
        Self::Stream(stream)
    }
}

impl Samples {
    /// What a model must know of them.
    #[must_use]
    pub fn spec(&self) -> &DataSpec {
        match self {
            Self::Table(table) => &table.spec,
            Self::Lazy(table) => table.spec(),
            Self::Stream(stream) => stream.spec(),
        }
    }

    /// How many there are in one pass.
    #[must_use]
    pub fn length(&self) -> Length {
        match self {
            Self::Table(table) => Length::Known(table.len()),
            Self::Lazy(table) => Length::Known(table.len()),
            Self::Stream(stream) => stream.length(),
        }
    }

    /// The same ones: tensors are shared, not copied.
    #[must_use]
    pub fn share(&self) -> Self {
        match self {
            Self::Table(table) => Self::Table(table.share()),
            Self::Lazy(table) => Self::Lazy(table.share()),
            Self::Stream(stream) => Self::Stream(stream.clone()),
        }
    }

    /// Samples per class; empty where they are not known, as of a stream.
    #[must_use]
    pub fn class_counts(&self) -> &[u64] {
        match self {
            Self::Table(table) => &table.class_counts,
            Self::Lazy(table) => table.class_counts(),
            Self::Stream(_) => &[],
        }
    }

    /// The same on this device, where they lie in memory: what is read later is read on the CPU.
    ///
    /// # Errors
    /// No memory there.
    pub fn to(self, device: Device) -> Result<Self, TorchError> {
        match self {
            Self::Table(table) => Ok(Self::Table(table.to(device)?)),
            other => Ok(other),
        }
    }

    /// The samples at these places, in this order.
    ///
    /// # Errors
    /// A place that there is not, or a stream, whose samples have none; no memory.
    pub(super) fn select(&self, places: Vec<i64>) -> Result<Self, DataError> {
        match self {
            Self::Table(table) => Ok(table.select(&places)?.into()),
            Self::Lazy(table) => Ok(table.select(places)?.into()),
            Self::Stream(_) => Err(DataError::Settings("a stream cannot be parted".to_owned())),
        }
    }

    /// The same, with numbers behind this one; those of a stream are known by their running numbers.
    pub(super) fn numbered_after(self, last: i64) -> Self {
        let behind = |numbers: &[i64]| numbers.iter().map(|number| last + 1 + number).collect();
        match self {
            Self::Table(table) => Self::Table(Dataset { numbers: behind(&table.numbers), ..table }),
            Self::Lazy(table) => {
                let numbers = behind(table.numbers());
                Self::Lazy(table.numbered(numbers))
            }
            stream @ Self::Stream(_) => stream,
        }
    }

    /// Each sample's number in what it was selected from; `None`: the samples of a stream are only counted.
    pub(super) fn numbers(&self) -> Option<&[i64]> {
        match self {
            Self::Table(table) => Some(&table.numbers),
            Self::Lazy(table) => Some(table.numbers()),
            Self::Stream(_) => None,
        }
    }

    /// Where batches of them are made.
    pub(super) fn device(&self) -> Device {
        match self {
            Self::Table(table) => table.targets.device(),
            Self::Lazy(_) | Self::Stream(_) => Device::Cpu,
        }
    }
}

/// Which batches are wanted: the place, and how samples are drawn.
#[derive(Debug, Clone, Default)]
pub struct Draw {
    /// The epoch, counted from 0.
    pub epoch: u64,
    /// Batches of it that were consumed: they are left out.
    pub consumed: usize,
    /// Draws a table's samples by weights, with replacement, from the stream `weighted-shuffle`; an
    /// epoch keeps its length. Of an endless table, which has no next epoch, they draw every sample
    /// after the consumed ones, so new weights are new `Batches`.
    pub weights: Option<Arc<SampleWeights>>,
}

impl Draw {
    /// A whole epoch, counted from 0.
    #[must_use]
    pub fn of(epoch: u64) -> Self {
        Self { epoch, ..Self::default() }
    }
}
