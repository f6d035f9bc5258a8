//! Batches made ahead of the training, on a worker thread.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::batches::{Leave, Maker, make};
use super::{Batch, DataError};
use crate::train::torch;

/// A worker that is at most so many batches ahead. Dropping this ends it; the drop waits for the
/// sample that a stream's code is making.
///
/// The worker computes on one thread of its own, so that it does not fight the training thread. It
/// draws from no generator of torch's; a stream's own code must not either.
pub(super) struct Ahead {
    /// `None` only while it is dropped.
    made: Option<Receiver<Result<Batch, DataError>>>,
    worker: Option<JoinHandle<()>>,
    /// Asks the maker to leave its batch unfinished.
    leave: Leave,
}

impl Ahead {
    /// Starts making batches, `depth` (at least 1) ahead; `pins` puts them in page-locked memory.
    pub(super) fn start(
        maker: Maker,
        leave: Leave,
        depth: usize,
        pins: bool,
    ) -> Result<Self, DataError> {
        // The worker holds one finished batch in its hands; the others wait in the channel.
        let (sender, made) = sync_channel(depth.saturating_sub(1));
        let worker = Builder::new().name("data".to_owned());
        let worker = worker.spawn(move || work(maker, pins, &sender));
        let worker = worker.map_err(|error| DataError::Worker(error.to_string()))?;
        Ok(Self { made: Some(made), worker: Some(worker), leave })
    }

    /// The next batch, in order; waits for it. `None` after the last one.
    pub(super) fn next(&mut self) -> Option<Result<Batch, DataError>> {
        self.made.as_ref()?.recv().ok()
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.leave.store(true, Ordering::Relaxed);
        // With nobody to take it, the worker's next batch is its last.
        drop(self.made.take());
        if let Some(worker) = self.worker.take() {
            // Its panics were caught where they are told.
            drop(worker.join());
        }
    }
}

fn work(mut maker: Maker, pins: bool, sender: &SyncSender<Result<Batch, DataError>>) {
    let alone = torch::use_one_thread().map_err(DataError::from);
    let mut next = alone.map_or_else(|error| Some(Err(error)), |()| make(&mut maker));
    while let Some(made) = next {
        let made = made.and_then(|batch| if pins { Ok(batch.pinned()?) } else { Ok(batch) });
        let failed = made.is_err();
        if sender.send(made).is_err() || failed {
            return;
        }
        next = make(&mut maker);
    }
}
