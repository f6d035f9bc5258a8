//! What can be wrong with data.

use crate::train::torch::TorchError;

/// Data that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file cannot be read or unpacked.
    #[error("{file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's words.
        reason: String,
    },
    /// A row of another length.
    #[error("{file}, row {row}: expected {expected} columns, found {found}")]
    Columns {
        /// The file.
        file: String,
        /// Row, counted from 1.
        row: usize,
        /// How many columns there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A field that is not what it should be.
    #[error("{file}, row {row}, column {column}: expected {expected}, found `{found}`")]
    Field {
        /// The file.
        file: String,
        /// Row, counted from 1.
        row: usize,
        /// Column, counted from 1.
        column: usize,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// Too few samples to split or to make a batch.
    #[error("{0}")]
    TooFew(String),
    /// Settings that this data cannot have.
    #[error("{0}")]
    Settings(String),
    /// Sample weights that mean nothing, or that this data cannot take.
    #[error("{0}")]
    Weights(String),
    /// There is no such loader.
    #[error("{0}")]
    NoLoader(String),
    /// A stream failed, or did not keep what it promised.
    #[error("sample {number} of epoch {epoch}: {reason}")]
    Stream {
        /// Counted from 1.
        epoch: u64,
        /// The sample's running number, counted from 0.
        number: usize,
        /// What went wrong.
        reason: String,
    },
    /// Bytes that are not what they should be.
    #[error("{file}, byte {byte}: expected {expected}, found {found}")]
    Byte {
        /// The file.
        file: String,
        /// The first wrong byte, counted from 0 (in what a compressed file holds).
        byte: u64,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A cell of a table whose columns have names.
    #[error("{file}, row {row}, column `{column}`: expected {expected}, found {found}")]
    Cell {
        /// The file.
        file: String,
        /// Row, counted from 1, the header left out.
        row: usize,
        /// Name of the column.
        column: String,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// The code that makes samples panicked.
    #[error("the code that makes samples panicked: {0}")]
    Panic(String),
    /// The system gives no thread to make batches on.
    #[error("cannot start the thread that makes batches: {0}; use prefetch = 0")]
    Worker(String),
    /// libtorch refused.
    #[error(transparent)]
    Torch(#[from] TorchError),
}

impl DataError {
    /// A sample was asked for that is none of so many.
    pub(super) fn others(samples: usize) -> Self {
        Self::Settings(format!("there are {samples} samples, and others were asked for"))
    }
}
