//! What a loader gives: batches, one after another, made here or ahead on a worker.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tch::{Device, Tensor};

use super::DataError;
use super::prefetch::Ahead;
use crate::train::torch::{During, TorchError, no_grad, pin_memory};

/// One batch, on the loader's device.
#[derive(Debug)]
pub struct Batch {
    /// `[size, …]`, a copy.
    pub input: Tensor,
    /// `[size]`, a copy; for a stream `[size, …]`, as its samples are.
    pub target: Tensor,
    /// Number of samples.
    pub size: usize,
    /// Which samples these are: their numbers in the table, or their running numbers in the stream.
    pub indices: Vec<i64>,
    /// Batches of the epoch before this one.
    pub position: usize,
}

impl Batch {
    /// Moves the batch; from page-locked memory without waiting for the device.
    fn to(self, device: Device) -> Result<Self, TorchError> {
        if self.input.device() == device {
            return Ok(self);
        }
        let moved = |tensor: &Tensor| {
            let kind = tensor.f_kind().during("moving a batch")?;
            tensor.f_to_device_(device, kind, true, false).during("moving a batch")
        };
        Ok(Self { input: moved(&self.input)?, target: moved(&self.target)?, ..self })
    }

    /// The same in page-locked memory.
    pub(super) fn pinned(self) -> Result<Self, TorchError> {
        let (input, target) = (pin_memory(&self.input)?, pin_memory(&self.target)?);
        Ok(Self { input, target, ..self })
    }
}

/// Makes batches on whatever thread asks.
pub(super) type Maker = Box<dyn Iterator<Item = Result<Batch, DataError>> + Send>;

/// Set when nobody wants the batch any more that is being made.
pub(super) type Leave = Arc<AtomicBool>;

/// The maker's next batch, without gradients. A panic, which only code that makes samples can raise, is
/// an error of that batch.
pub(super) fn make(maker: &mut Maker) -> Option<Result<Batch, DataError>> {
    let _guard = no_grad();
    crate::callback::caught(|| maker.next())
        .unwrap_or_else(|message| Some(Err(DataError::Panic(message))))
}

enum Making {
    Here(Maker),
    Ahead(Ahead),
}

/// The rest of an epoch. After an error it is over.
pub struct Batches {
    making: Making,
    device: Device,
    position: usize,
    /// Batches that are left: the least and, where it is known, the most.
    left: (usize, Option<usize>),
    ended: bool,
}

impl Batches {
    pub(super) fn here(maker: Maker, device: Device, consumed: usize) -> Self {
        Self::new(Making::Here(maker), device, consumed)
    }

    pub(super) fn ahead(ahead: Ahead, device: Device, consumed: usize) -> Self {
        Self::new(Making::Ahead(ahead), device, consumed)
    }

    fn new(making: Making, device: Device, consumed: usize) -> Self {
        Self { making, device, position: consumed, left: (0, None), ended: false }
    }

    pub(super) fn with_left(self, left: (usize, Option<usize>)) -> Self {
        Self { left, ..self }
    }

    /// Batches of this epoch that were consumed: handed out, however many are prefetched. A loader
    /// goes on from here by [`Draw::consumed`](super::Draw).
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    fn step(&mut self) -> Option<Result<Batch, DataError>> {
        let made = match &mut self.making {
            Making::Here(maker) => make(maker),
            Making::Ahead(ahead) => ahead.next(),
        };
        made.map(|made| Ok(made?.to(self.device)?))
    }
}

impl Iterator for Batches {
    type Item = Result<Batch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.step();
        self.ended = !matches!(next, Some(Ok(_)));
        if !self.ended {
            self.position += 1;
            self.left = match self.left {
                // What is not known does not get less, nor does what has no end.
                (least, None) => (least, None),
                (least, Some(most)) => (least.saturating_sub(1), Some(most.saturating_sub(1))),
            };
        }
        next
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.ended { (0, Some(0)) } else { self.left }
    }
}
