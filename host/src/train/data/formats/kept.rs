//! What readers keep of their files: bytes, in memory as long as they may be there, and else on disk.

use std::env;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::train::data::DataError;

/// Bytes on their way to disk are written so many at a time.
const AT_ONCE: usize = 1 << 20;

/// Bytes one after another, with access to any of them.
///
/// The file has no name, so that nothing is left of it however the run ends.
#[derive(Debug)]
pub(super) struct Kept {
    /// All of them; with a file, those that it does not have.
    bytes: Vec<u8>,
    file: Option<File>,
    /// Bytes in the file.
    written: u64,
    /// More bytes than that go to disk.
    most: u64,
    memory_mib: u64,
}

impl Kept {
    /// None yet; more than so many MiB will go to disk.
    pub(super) fn new(memory_mib: u64) -> Self {
        let most = memory_mib.saturating_mul(1 << 20);
        Self { bytes: Vec::new(), file: None, written: 0, most, memory_mib }
    }

    /// None yet; all will go to disk, for together with others they take more than so many MiB.
    pub(super) fn on_disk(memory_mib: u64) -> Self {
        Self { most: 0, ..Self::new(memory_mib) }
    }

    /// Adds some.
    ///
    /// # Errors
    /// No room on disk.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), DataError> {
        self.bytes.extend_from_slice(bytes);
        let most = match self.file {
            Some(_) => AT_ONCE as u64,
            None => self.most,
        };
        if self.bytes.len() as u64 > most { self.write() } else { Ok(()) }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.written + self.bytes.len() as u64
    }

    pub(super) fn is_in_memory(&self) -> bool {
        self.file.is_none()
    }

    /// As many as there is room for, from a place on.
    ///
    /// # Errors
    /// Fewer than that, or a disk that does not give them back.
    pub(super) fn read(&self, at: u64, into: &mut [u8]) -> Result<(), DataError> {
        let on_disk = usize::try_from(self.written.saturating_sub(at)).unwrap_or(usize::MAX);
        let (first, rest) = into.split_at_mut(on_disk.min(into.len()));
        if let Some(file) = self.file.as_ref().filter(|_| !first.is_empty()) {
            file.read_exact_at(first, at).map_err(|error| lost(&error))?;
        }
        let from = usize::try_from(at.saturating_sub(self.written)).unwrap_or(usize::MAX);
        let there = self.bytes.get(from..).and_then(|bytes| bytes.get(..rest.len()));
        let early = || lost(&io::ErrorKind::UnexpectedEof.into());
        rest.copy_from_slice(there.ok_or_else(early)?);
        Ok(())
    }

    fn write(&mut self) -> Result<(), DataError> {
        let written = match &mut self.file {
            Some(file) => file.write_all(&self.bytes),
            None => tempfile::tempfile_in(folder()).and_then(|mut file| {
                file.write_all(&self.bytes)?;
                self.file = Some(file);
                Ok(())
            }),
        };
        written.map_err(|error| self.refused(&error))?;
        self.written += self.bytes.len() as u64;
        self.bytes = Vec::new();
        Ok(())
    }

    fn refused(&self, error: &io::Error) -> DataError {
        let reason = format!(
            "{error}; what takes more than memory-mib = {} is kept there: make room, name another \
             folder in TMPDIR, or raise memory-mib",
            self.memory_mib
        );
        DataError::Unreadable { file: folder().display().to_string(), reason }
    }
}

/// What was written does not come back.
fn lost(error: &io::Error) -> DataError {
    let reason = format!("what was kept there cannot be read back: {error}");
    DataError::Unreadable { file: folder().display().to_string(), reason }
}

/// `/tmp` lies in memory on many systems; `/var/tmp` does not.
fn folder() -> PathBuf {
    let large = PathBuf::from("/var/tmp");
    match env::var_os("TMPDIR").filter(|named| !named.is_empty()) {
        None if large.is_dir() => large,
        None => env::temp_dir(),
        Some(named) => named.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many bytes that differ.
    fn some(count: usize) -> Vec<u8> {
        (0..count).map(|at| (at % 251) as u8).collect()
    }

    #[test]
    fn the_same_bytes_come_from_memory_and_from_disk() {
        let all = some((5 << 20) + 12_345);
        for memory_mib in [0, 1, 3, 6] {
            let mut kept = Kept::new(memory_mib);
            all.chunks(77_777).for_each(|part| kept.push(part).unwrap());
            assert_eq!((kept.len(), kept.is_in_memory()), (all.len() as u64, memory_mib == 6));
            for at in [0, 1, (1 << 20) - 7, 3 << 20, (5 << 20) - 1000] {
                let mut found = vec![0; 13_000];
                kept.read(at as u64, &mut found).unwrap();
                assert!(found == all[at..][..13_000], "{memory_mib} MiB at {at}");
            }
            let mut last = [0; 2];
            kept.read(kept.len() - 2, &mut last).unwrap();
            assert_eq!(last, all[all.len() - 2..]);
            for beyond in [kept.len() - 1, kept.len(), u64::MAX] {
                let told = kept.read(beyond, &mut last).unwrap_err().to_string();
                assert!(told.contains("what was kept there cannot be read back"), "{told}");
            }
        }
        let mut kept = Kept::on_disk(6);
        kept.push(&all).unwrap();
        assert!(!kept.is_in_memory());
    }
}
