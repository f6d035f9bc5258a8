//! What may change among the callbacks of a run while it goes on: files that come, change and go.

use std::path::PathBuf;

use super::Candidate;

/// A change in a folder that a run watches.
pub enum Change {
    /// A file came, or another one in its place.
    Came(Box<Candidate>),
    /// This file is gone.
    Went(PathBuf),
    /// A file cannot be used: why. What ran before it goes on.
    Unusable {
        /// It.
        file: PathBuf,
        /// Where it lies, for people.
        source: String,
        /// One sentence.
        why: String,
    },
}

/// Where changes come from. Asked between batches, on the thread that trains: it must not wait.
pub trait Changes {
    /// The next change, if there is one by now.
    fn next(&mut self) -> Option<Change>;
}
