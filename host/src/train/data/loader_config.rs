//! How samples become batches.

/// What becomes of an epoch's last batch if it is short.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastBatch {
    /// It is given like the others.
    #[default]
    Keep,
    /// It is left out.
    Drop,
}

/// How samples become batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoaderConfig {
    /// Samples per batch, at least 1.
    pub batch_size: usize,
    /// A new order every epoch, from the stream `shuffle`; otherwise the samples' own.
    pub shuffle: bool,
    /// What becomes of a short last batch. Without an end there is none.
    pub last_batch: LastBatch,
    /// Repeats a table without an end, as one epoch: no batch is short where a pass ends.
    pub endless: bool,
    /// Batches that a worker makes ahead of the training, 0 for none; `None`: none for a table,
    /// two for a stream.
    pub prefetch: Option<usize>,
}

impl Default for LoaderConfig {
    fn default() -> Self {
        Self {
            batch_size: 128,
            shuffle: false,
            last_batch: LastBatch::Keep,
            endless: false,
            prefetch: None,
        }
    }
}
