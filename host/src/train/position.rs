//! Where in the training data a run stands. It means consumed, not prefetched.

/// What of the training data was consumed: where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// The epoch to go on with, from 0; as many were completed.
    pub epoch: u32,
    /// Its training batches that were consumed.
    pub batches: u32,
}
