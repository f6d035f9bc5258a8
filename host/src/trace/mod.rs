//! A run written down hook by hook, and played again for plugins: no GPU, no data, no libtorch.
//!
//! `FORMAT.md` beside this file is the format. [`Recorder`] writes it while a run goes on, [`Trace`]
//! reads it as far as it goes, and [`Player`] gives it to a handler as a loop would. What plugins
//! answered stands in it as [`Line`]s, and what they answer in a play is gathered as the same.

mod asked;
mod course;
mod folder;
mod gather;
mod generated;
mod line;
mod moment;
mod player;
mod prompter;
mod read;
mod record;
mod rehearsal;
mod shipped;
mod stand_in;
mod tape;

pub use asked::Answer;
pub use folder::{plugin_file, trace_file, trace_files, trace_folder};
pub use gather::Gathered;
pub use generated::{generated, generated_run};
pub use line::{Ending, Head, Line, Part};
pub use moment::Moment;
pub use player::{Played, Player};
pub use prompter::{Missing, NO_ANSWER, Unanswered};
pub use read::{Trace, TraceError};
pub use record::Recorder;
pub use rehearsal::{Cost, Costs, Rehearsal};
pub use shipped::{SHIPPED, shipped};
pub use tape::{Tape, Taped};

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;
