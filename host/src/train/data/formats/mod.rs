//! Formats of data that users have, one per file: each is read into tables in memory, or into what
//! reads them when they are asked for.
//!
//! A reader checks what it reads and says which file, where in it, what was expected and what was
//! found; nothing is half-loaded.

mod cifar;
mod file;
mod files;
mod idx;
mod images;
mod kept;
mod names;
#[cfg(test)]
mod oracle;
mod pixels;
mod table;
mod tensors;
mod text;

pub use cifar::CifarConfig;
pub use idx::IdxConfig;
pub use images::{Channels, Fit, ImagesConfig};
pub use names::Names;
pub use table::{Missing, TableConfig, Task};
pub use tensors::TensorsConfig;
pub use text::{TextConfig, TextOrder, Unit, Unknown};

pub(super) use idx::{DIGIT_NAMES, FASHION_NAMES};
pub(super) use table::Layout;

use super::DataError;
use super::parts::{Share, Shares};

/// MiB that data may take in memory if nothing else is said.
const MEMORY_MIB: u64 = 1024;

fn memory_mib() -> u64 {
    MEMORY_MIB
}

fn tenth() -> Share {
    Share::TENTH
}

/// What is drawn for validation and tests where a run file gives files or folders for some parts.
/// One whole is parted into a tenth each; training data that stands by itself gives validation a
/// tenth, unless that is given, and tests nothing.
fn shares(
    valid: (bool, Option<Share>),
    test: (bool, Option<Share>),
    whole: bool,
) -> Result<Shares, DataError> {
    let share = |(given, share): (bool, Option<Share>), name: &str, default| match (given, share) {
        (true, Some(_)) => Err(DataError::Settings(format!(
            "{name}-fraction: there is {name} data already, of which nothing is drawn; \
             leave one of the two out"
        ))),
        (true, None) => Ok(Share::NONE),
        (false, share) => Ok(share.unwrap_or(default)),
    };
    let rest = if whole { Share::TENTH } else { Share::NONE };
    Ok(Shares { valid: share(valid, "valid", Share::TENTH)?, test: share(test, "test", rest)? })
}

/// Data that does not fit into the memory that it may take.
fn too_large(file: &str, takes: u64, memory_mib: u64, instead: &str) -> DataError {
    let mib = takes.div_ceil(1 << 20);
    DataError::Settings(format!(
        "{file}: it takes {mib} MiB in memory, and memory-mib = {memory_mib}; raise memory-mib, or \
         {instead}"
    ))
}
