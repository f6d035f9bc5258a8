//! Those who watch a run: each makes something of the one stream of records, none can change it.

mod journal;
mod json;
mod screen;

pub use journal::Journal;
pub use json::{JsonLines, to_json, to_line};
pub use screen::{Screen, Verbosity};
