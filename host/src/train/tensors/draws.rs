//! A callback's own random tensors: what is drawn hangs on the place in the run alone.

use std::time::Instant;

use tch::{Device, Kind, Tensor};

use super::beta::beta;
use super::call::{Call, Made};
use super::sizes;
use crate::callback::{Phase, State};
use crate::random::Stream;

/// Numbers that are drawn before the clock is looked at again: a few milliseconds.
const BETWEEN_CLOCKS: usize = 1 << 16;

/// Where the next draw stands.
#[derive(Debug)]
pub(super) struct Draws {
    pub(super) seed: u64,
    place: (Phase, u64, u32),
    count: u32,
}

impl Draws {
    pub(super) fn new() -> Self {
        Self { seed: 0, place: (Phase::Train, 0, 0), count: 0 }
    }

    /// An event begins; at another place, draws are counted anew.
    pub(super) fn arrive(&mut self, state: &State<'_>) {
        let place = (state.phase, state.iteration, state.num_batch);
        if place != self.place {
            (self.place, self.count) = (place, 0);
        }
    }

    /// The stream of the next draw: keyed by phase, iteration, batch and count, whatever was drawn
    /// elsewhere.
    pub(super) fn next(&mut self) -> Stream {
        let (phase, iteration, batch) = self.place;
        let index = u64::from(batch) << 32 | u64::from(self.count);
        self.count = self.count.wrapping_add(1);
        let name = match phase {
            Phase::Train => "tensors-train",
            Phase::Valid => "tensors-valid",
            Phase::Test => "tensors-test",
        };
        Stream::new(self.seed, name, iteration, index)
    }
}

/// Drawn on the CPU, so that a seed means the same everywhere, and copied to `device`.
impl Call<'_> {
    /// 0 to n − 1 in random order; int64.
    pub(super) fn permutation(&self, n: u64, mut stream: Stream, device: Device) -> Made {
        let shape = sizes::shape(&[n]).map_err(|reason| self.mismatch(reason))?;
        self.room(&shape, Kind::Int64)?;
        let (began, mut order) = (Instant::now(), Vec::new());
        for start in (0..shape[0]).step_by(BETWEEN_CLOCKS) {
            self.meter.check_time(began.elapsed())?;
            order.extend(start..shape[0].min(start + BETWEEN_CLOCKS as i64));
        }
        let mut end = order.len();
        while end > 1 {
            self.meter.check_time(began.elapsed())?;
            let start = end.saturating_sub(BETWEEN_CLOCKS).max(1);
            stream.shuffle_part(&mut order, start..end);
            end = start;
        }
        let order = self.run(Tensor::f_from_slice(&order))?;
        self.run(order.f_to(device))
    }

    /// In [0, 1); float32, of 24 random bits.
    pub(super) fn uniform(&self, shape: &[u64], mut stream: Stream, device: Device) -> Made {
        #[allow(clippy::cast_precision_loss, reason = "24 bits are exact in an f32")]
        self.fill(shape, device, || (stream.bits() >> 40) as f32 * (-24_f32).exp2())
    }

    /// Beta(a, b); float32.
    pub(super) fn beta(
        &self,
        shape: &[u64],
        [a, b]: [f64; 2],
        mut stream: Stream,
        device: Device,
    ) -> Made {
        let fits = |parameter: f64| parameter.is_finite() && parameter > 0.0;
        if !fits(a) || !fits(b) {
            let reason = format!("expected finite parameters above 0, found {a} and {b}");
            return Err(self.mismatch(reason));
        }
        #[allow(clippy::cast_possible_truncation, reason = "rounded to float32 on purpose")]
        self.fill(shape, device, || beta(&mut stream, a, b) as f32)
    }

    fn fill(&self, shape: &[u64], device: Device, mut draw: impl FnMut() -> f32) -> Made {
        let shape = sizes::shape(shape).map_err(|reason| self.mismatch(reason))?;
        self.room(&shape, Kind::Float)?;
        let count = sizes::elements(&shape).unwrap_or(0);
        let (began, mut values) = (Instant::now(), Vec::new());
        for start in (0..count).step_by(BETWEEN_CLOCKS) {
            self.meter.check_time(began.elapsed())?;
            let end = count.min(start + BETWEEN_CLOCKS as u64);
            values.extend((start..end).map(|_| draw()));
        }
        self.create(&shape, &values, device)
    }
}
