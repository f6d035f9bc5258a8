//! Files that others may have put there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// A plain file's beginning: a pipe or a device would be waited for, or read without end.
pub(crate) fn read_at_most(bytes: u64, path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    let mut read = Vec::new();
    File::open(path)?.take(bytes).read_to_end(&mut read)?;
    Ok(read)
}
