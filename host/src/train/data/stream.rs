//! Samples that come one after another: read or made as they are needed.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tch::Tensor;

use super::batches::Leave;
use super::{Batch, DataError, DataSpec, LastBatch};
use crate::train::torch::{During, TorchError};

/// What a stream's own code may fail with.
pub type StreamError = Box<dyn Error + Send + Sync>;

type Samples = Box<dyn Iterator<Item = Result<Sample, StreamError>> + Send>;

/// One sample on the CPU.
#[derive(Debug)]
pub struct Sample {
    /// As [`DataSpec::input_shape`] says.
    pub input: Tensor,
    /// What the loss compares with: a class number is a scalar `i64`. All of one shape.
    pub target: Tensor,
}

impl Sample {
    /// Numbers, `f32`, as a tensor of one dimension, and the class they belong to.
    ///
    /// # Errors
    /// No memory.
    pub fn of_class(numbers: &[f32], class: i64) -> Result<Self, TorchError> {
        let input = Tensor::f_from_slice(numbers).during("making a sample")?;
        let target = Tensor::f_from_slice(&[class]).during("making a sample")?;
        Ok(Self { input, target: target.f_squeeze().during("making a sample")? })
    }
}

/// How many samples an epoch of a stream has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So many. A stream that ends before is an error; what comes after is not asked for.
    Known(usize),
    /// As many as come.
    Unknown,
    /// It never ends: an epoch ends because the run does. A stream that ends is an error.
    Endless,
}

impl Length {
    /// The number, if it is known.
    #[must_use]
    pub fn known(self) -> Option<usize> {
        match self {
            Self::Known(samples) => Some(samples),
            Self::Unknown | Self::Endless => None,
        }
    }
}

/// What a pass through a stream hangs on, together with a sample's number, and on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The run's seed; [`random::Stream`](crate::random::Stream) makes numbers of it.
    pub seed: u64,
    /// The epoch, from 0.
    pub epoch: u64,
}

/// Data without random access, passed through once per epoch.
///
/// The code that makes samples runs on a worker thread if batches are prefetched. It must give the
/// same samples for the same [`Pass`] and must not draw from torch's generator.
///
/// `examples/07_own_data.rs` trains on two spirals that are made as they are needed.
#[derive(Clone)]
pub struct SampleStream {
    spec: DataSpec,
    length: Length,
    begin: Arc<dyn Fn(Pass, usize) -> Samples + Send + Sync>,
}

impl fmt::Debug for SampleStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SampleStream")
            .field("spec", &self.spec)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl SampleStream {
    /// A stream whose passes are iterators: `begin` gives one that starts at the first sample. To
    /// resume, the loader skips what was consumed by [`Iterator::nth`].
    pub fn new<I>(
        spec: DataSpec,
        length: Length,
        begin: impl Fn(Pass) -> I + Send + Sync + 'static,
    ) -> Self
    where
        I: Iterator<Item = Result<Sample, StreamError>> + Send + 'static,
    {
        let begin = move |pass, skipped| Box::new(begin(pass).skip(skipped)) as Samples;
        Self { spec, length, begin: Arc::new(begin) }
    }

    /// A stream whose samples are made from their running numbers, so that resuming costs nothing.
    pub fn numbered<F>(spec: DataSpec, length: Length, make: F) -> Self
    where
        F: Fn(Pass, u64) -> Result<Sample, StreamError> + Send + Sync + 'static,
    {
        let make = Arc::new(make);
        let begin = move |pass, skipped: usize| {
            let make = Arc::clone(&make);
            Box::new((skipped as u64..).map(move |number| make(pass, number))) as Samples
        };
        Self { spec, length, begin: Arc::new(begin) }
    }

    /// What a model must know of the samples.
    #[must_use]
    pub fn spec(&self) -> &DataSpec {
        &self.spec
    }

    /// Samples per epoch.
    #[must_use]
    pub fn length(&self) -> Length {
        self.length
    }

    pub(super) fn batches(
        &self,
        pass: Pass,
        batch_size: usize,
        last: LastBatch,
        consumed: usize,
        leave: &Leave,
    ) -> StreamBatches {
        let skipped = consumed.saturating_mul(batch_size);
        StreamBatches {
            samples: (self.begin)(pass, skipped),
            stream: self.clone(),
            epoch: pass.epoch,
            batch_size,
            last,
            next: skipped,
            position: consumed,
            ended: false,
            leave: Arc::clone(leave),
        }
    }
}

/// Makes a stream's batches, one after another, on whatever thread asks.
pub(super) struct StreamBatches {
    samples: Samples,
    stream: SampleStream,
    epoch: u64,
    batch_size: usize,
    last: LastBatch,
    /// The next sample's running number.
    next: usize,
    position: usize,
    ended: bool,
    leave: Leave,
}

impl StreamBatches {
    /// The next sample; `None` where the epoch ends as it should, or nobody wants it.
    fn sample(&mut self) -> Result<Option<Sample>, DataError> {
        let complete = matches!(self.stream.length, Length::Known(all) if self.next >= all);
        if self.ended || complete || self.leave.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match self.samples.next() {
            Some(Ok(sample)) => self.check(&sample).map(|()| {
                self.next += 1;
                Some(sample)
            }),
            Some(Err(error)) => Err(self.error(&error.to_string())),
            None => self.end().map(|()| None),
        }
    }

    fn check(&self, sample: &Sample) -> Result<(), DataError> {
        let (expected, found) = (&self.stream.spec.input_shape, sample.input.size());
        if *expected == found {
            return Ok(());
        }
        Err(self
            .error(&format!("it has shape {found:?}, but the stream promises shape {expected:?}")))
    }

    /// The iterator is at its end: is it where it should be?
    fn end(&mut self) -> Result<(), DataError> {
        self.ended = true;
        let broken = match self.stream.length {
            Length::Known(all) if self.next < all => {
                format!("the stream ended here, but it promises {all} samples")
            }
            Length::Endless => "the stream ended here, but it promises to be endless".to_owned(),
            Length::Unknown if self.next == 0 => "the stream has no sample".to_owned(),
            Length::Known(_) | Length::Unknown => return Ok(()),
        };
        Err(self.error(&broken))
    }

    fn error(&self, reason: &str) -> DataError {
        let (epoch, number) = (self.epoch + 1, self.next);
        DataError::Stream { epoch, number, reason: reason.to_owned() }
    }

    fn batch(&mut self) -> Result<Option<Batch>, DataError> {
        let position = self.position;
        let first = self.next;
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        while inputs.len() < self.batch_size
            && let Some(sample) = self.sample()?
        {
            inputs.push(sample.input);
            targets.push(sample.target);
        }
        let size = inputs.len();
        if size == 0 || (size < self.batch_size && self.last == LastBatch::Drop) {
            return Ok(None);
        }
        self.position += 1;
        let input = Tensor::f_stack(&inputs, 0).during("stacking a batch's inputs")?;
        let target = Tensor::f_stack(&targets, 0).during("stacking a batch's targets")?;
        #[allow(clippy::cast_possible_wrap, reason = "nobody sees 2^63 samples")]
        let indices = (first as i64..self.next as i64).collect();
        Ok(Some(Batch { input, target, size, indices, position }))
    }
}

impl Iterator for StreamBatches {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::data::{Draw, Loader, LoaderConfig};

    /// Samples 0 to `samples` − 1 of an epoch, whose class is the epoch.
    fn counting(length: Length, samples: u8) -> SampleStream {
        let spec = DataSpec::of_classes(vec![1], 9);
        SampleStream::new(spec, length, move |pass| {
            let class = i64::try_from(pass.epoch).unwrap();
            (0..samples).map(move |number| Ok(Sample::of_class(&[f32::from(number)], class)?))
        })
    }

    fn loader(stream: SampleStream, last_batch: LastBatch) -> Loader {
        Loader::new(stream, LoaderConfig { batch_size: 3, last_batch, ..Default::default() }, 0)
            .unwrap()
    }

    /// Inputs of every batch of epoch 2; an error as its text.
    fn inputs(loader: &Loader, consumed: usize) -> Result<Vec<Vec<f32>>, String> {
        let batches = loader.batches(&Draw { consumed, ..Draw::of(2) }).unwrap();
        let inputs = batches.map(|batch| {
            let batch = batch.map_err(|error| error.to_string())?;
            let inputs: Vec<f32> = Vec::try_from(batch.input.flatten(0, -1)).unwrap();
            assert_eq!(Vec::<i64>::try_from(&batch.target).unwrap(), vec![2; batch.size]);
            assert!(inputs.iter().zip(&batch.indices).all(|(&input, &id)| input == id as f32));
            Ok(inputs)
        });
        inputs.collect()
    }

    #[test]
    fn an_epoch_is_as_long_as_the_stream() {
        for length in [Length::Known(8), Length::Unknown] {
            let keep = loader(counting(length, 8), LastBatch::Keep);
            let all = vec![vec![0.0, 1.0, 2.0], vec![3.0, 4.0, 5.0], vec![6.0, 7.0]];
            assert_eq!(inputs(&keep, 0).unwrap(), all);
            assert_eq!(inputs(&keep, 2).unwrap(), all[2..]);
            assert!(inputs(&keep, 3).unwrap().is_empty());
            let drop = loader(counting(length, 8), LastBatch::Drop);
            assert_eq!(inputs(&drop, 0).unwrap(), all[..2]);
            let known = length.known().is_some();
            assert_eq!(drop.samples(), known.then_some(6));
            assert_eq!(drop.batches_per_epoch(), known.then_some(2));
            // What is measured is all of it.
            assert_eq!(inputs(&drop.whole().unwrap(), 0).unwrap(), all);
        }
        // What is not promised is not asked for.
        let less = loader(counting(Length::Known(2), 8), LastBatch::Keep);
        assert_eq!(inputs(&less, 0).unwrap(), [[0.0, 1.0]]);
    }

    #[test]
    fn a_stream_that_breaks_its_promise_is_an_error() {
        let told = |length, samples, consumed| {
            inputs(&loader(counting(length, samples), LastBatch::Keep), consumed).unwrap_err()
        };
        assert_eq!(
            told(Length::Known(9), 8, 0),
            "sample 8 of epoch 3: the stream ended here, but it promises 9 samples"
        );
        let endless = "sample 4 of epoch 3: the stream ended here, but it promises to be endless";
        assert_eq!(told(Length::Endless, 4, 0), endless);
        assert_eq!(told(Length::Endless, 4, 1), endless);
        assert_eq!(told(Length::Unknown, 0, 0), "sample 0 of epoch 3: the stream has no sample");
    }

    #[test]
    fn a_numbered_stream_skips_at_no_cost() {
        let spec = DataSpec::of_classes(vec![1], 9);
        let stream = SampleStream::numbered(spec, Length::Endless, |_, number| {
            assert!(number >= 3_000_000);
            Ok(Sample::of_class(&[1.0], 2)?)
        });
        let loader = loader(stream, LastBatch::Keep);
        let draw = Draw { consumed: 1_000_000, ..Draw::default() };
        let batch = loader.batches(&draw).unwrap().next().unwrap().unwrap();
        assert_eq!(batch.indices, [3_000_000, 3_000_001, 3_000_002]);
        let error = loader.whole().unwrap_err().to_string();
        assert_eq!(error, "a stream without an end cannot be measured as a whole");
    }
}
