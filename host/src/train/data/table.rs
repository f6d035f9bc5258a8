//! Batches out of a table, in memory or not.

use std::ops::Range;

use tch::Tensor;

use super::lazy::Rows;
use super::order::Order;
use super::{Batch, DataError};
use crate::train::torch::{During, TorchError};

/// Makes a table's batches, one after another, on whatever thread asks.
#[derive(Debug)]
pub(super) struct TableBatches {
    rows: Rows,
    order: Order,
    /// The pass that the next batch begins in, once it was needed.
    pass: Option<Pass>,
    batch_size: usize,
    /// The next batch's number within the epoch.
    position: usize,
    /// Samples of the epoch, all its passes together.
    end: usize,
}

/// The order of one pass.
#[derive(Debug)]
struct Pass {
    number: usize,
    samples: Vec<i64>,
    /// The same on the device of a table in memory: copied once per pass, for a copy waits for a GPU.
    on_device: Option<Tensor>,
}

impl TableBatches {
    /// The batches after the first `consumed` ones; the epoch ends after `end` samples.
    pub(super) fn new(
        rows: Rows,
        order: Order,
        batch_size: usize,
        consumed: usize,
        end: usize,
    ) -> Self {
        Self { rows, order, pass: None, batch_size, position: consumed, end }
    }

    /// The samples with these numbers, counted through all passes of the epoch.
    #[allow(clippy::cast_possible_wrap, reason = "a table has less than 2^63 samples")]
    fn batch(&mut self, samples: Range<usize>) -> Result<Batch, DataError> {
        let (mut on_device, mut indices) = (Vec::new(), Vec::with_capacity(samples.len()));
        let mut at = samples.start;
        // More than one round only where a batch lies across the seam of two passes.
        while at < samples.end {
            let from = at % self.order.samples;
            let until = self.order.samples.min(from + (samples.end - at));
            let pass = self.pass(at / self.order.samples)?;
            if let Some(all) = &pass.on_device {
                let part = all.f_narrow(0, from as i64, (until - from) as i64);
                on_device.push(part.during("selecting samples")?);
            }
            indices.extend_from_slice(&pass.samples[from..until]);
            at += until - from;
        }
        let (input, target) = self.content(&on_device, &indices)?;
        Ok(Batch { input, target, size: samples.len(), indices, position: self.position })
    }

    /// Inputs and targets; `on_device` are parts of the same numbers where the table is in memory.
    fn content(
        &self,
        on_device: &[Tensor],
        indices: &[i64],
    ) -> Result<(Tensor, Tensor), DataError> {
        match (&self.rows, on_device) {
            (Rows::Lazy(table), _) => table.rows(indices),
            (Rows::Table(table), [whole]) => Ok(table.rows(whole)?),
            (Rows::Table(table), parts) => {
                let index = Tensor::f_cat(parts, 0).during("selecting samples")?;
                Ok(table.rows(&index)?)
            }
        }
    }

    fn pass(&mut self, number: usize) -> Result<&Pass, TorchError> {
        let pass = match self.pass.take() {
            Some(pass) if pass.number == number => pass,
            _ => {
                let samples = self.order.pass(number);
                let on_device = match &self.rows {
                    Rows::Table(table) => Some(table.index(&samples)?),
                    Rows::Lazy(_) => None,
                };
                Pass { number, samples, on_device }
            }
        };
        Ok(self.pass.insert(pass))
    }
}

impl Iterator for TableBatches {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.position.saturating_mul(self.batch_size);
        if start >= self.end {
            return None;
        }
        let batch = self.batch(start..self.end.min(start.saturating_add(self.batch_size)));
        self.position += 1;
        Some(batch)
    }
}
