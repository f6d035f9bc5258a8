//! A part of a text, cut into samples.

use std::ops::Range;
use std::sync::Arc;

use tch::Tensor;

use super::tokens::Tokens;
use crate::train::data::{DataError, DataSpec, LazyTable, Targets};
use crate::train::torch::During;

/// Samples of a part, by their numbers.
#[derive(Debug)]
pub(super) struct Windows {
    tokens: Arc<Tokens>,
    /// The first token.
    from: usize,
    time: usize,
    samples: usize,
    /// Rows of a batch; 1 if samples simply follow one another.
    rows: usize,
}

impl Windows {
    /// As many samples as there are with what follows each; `None`: not one.
    pub(super) fn new(tokens: Arc<Tokens>, part: Range<usize>, time: usize) -> Option<Self> {
        let samples = part.len().saturating_sub(1) / time;
        (samples > 0).then_some(Self { tokens, from: part.start, time, samples, rows: 1 })
    }

    /// The same in such an order that row r of every batch of so many goes on where row r of the
    /// batch before it ended. What is left over is left out; of fewer samples than a batch has, all
    /// are in one.
    pub(super) fn continuous(self, batch_size: usize) -> Self {
        let rows = batch_size.clamp(1, self.samples);
        Self { rows, samples: self.samples / rows * rows, ..self }
    }

    /// Where a sample begins. Each row of the batches has a stretch of the text to itself.
    fn start(&self, sample: usize) -> usize {
        let (batch, row) = (sample / self.rows, sample % self.rows);
        let batches = self.samples / self.rows;
        self.from + (row * batches + batch) * self.time
    }

    /// Inputs and targets, read when they are asked for.
    pub(super) fn table(self) -> LazyTable {
        let spec = DataSpec {
            input_shape: vec![signed(self.time)],
            vocabulary: Some(signed(self.tokens.vocabulary())),
            targets: Targets::Classes(signed(self.tokens.vocabulary())),
        };
        LazyTable::new(spec, self.samples, move |samples| self.cut(samples))
    }

    fn cut(&self, samples: &[i64]) -> Result<(Tensor, Tensor), DataError> {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for &sample in samples {
            let sample = usize::try_from(sample).ok().filter(|&sample| sample < self.samples);
            let sample = sample.ok_or_else(|| DataError::others(self.samples))?;
            let tokens = self.tokens.cut(self.start(sample), self.time + 1)?;
            inputs.extend_from_slice(&tokens[..self.time]);
            targets.extend_from_slice(&tokens[1..]);
        }
        let tensor = |tokens: &[i64]| {
            let tokens = Tensor::f_from_slice(tokens).during("cutting a text")?;
            tokens.f_view([-1, signed(self.time)]).during("cutting a text")
        };
        Ok((tensor(&inputs)?, tensor(&targets)?))
    }
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
