//! Files as they are opened: plain ones, and those that gzip has packed.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::train::data::DataError;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The file's name in messages.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What the system says about a file.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> DataError {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::UnexpectedEof => "it ends early".to_owned(),
        _ => error.to_string(),
    };
    DataError::Unreadable { file: shown(path), reason }
}

/// Something that is wrong with a file as a whole.
pub(super) fn wrong(path: &Path, reason: impl Into<String>) -> DataError {
    DataError::Unreadable { file: shown(path), reason: reason.into() }
}

/// Size of a plain file, in bytes.
///
/// # Errors
/// No such file, or one that is none: a pipe would be waited for.
pub(super) fn size(path: &Path) -> Result<u64, DataError> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if about.is_dir() {
        return Err(wrong(path, "it is a folder; expected a file"));
    }
    if !about.is_file() {
        return Err(wrong(path, "it is no plain file"));
    }
    Ok(about.len())
}

/// What the file holds, unpacked if it begins as gzip's files do.
///
/// # Errors
/// A file that cannot be opened. One that gzip packed and that is broken fails where it is read.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read + Send>, DataError> {
    size(path)?;
    let refused = |error: io::Error| unreadable(path, &error);
    let mut file = BufReader::new(File::open(path).map_err(refused)?);
    let packed = file.fill_buf().map_err(refused)?.starts_with(&GZIP);
    Ok(if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// The whole content, at most `most` bytes of it.
///
/// # Errors
/// A file that cannot be read, or whose packing is broken.
pub(super) fn read_at_most(most: u64, path: &Path) -> Result<Vec<u8>, DataError> {
    let mut content = Vec::new();
    let read = open(path)?.take(most).read_to_end(&mut content);
    read.map_err(|error| unreadable(path, &error))?;
    Ok(content)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    /// The same bytes, packed.
    pub(in super::super) fn gzip(content: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(content).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn packed_or_not_the_content_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for content in [b"abc".to_vec(), gzip(b"abc")] {
            fs::write(&path, content).unwrap();
            assert_eq!(read_at_most(9, &path).unwrap(), b"abc");
            assert_eq!(read_at_most(2, &path).unwrap(), b"ab");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let told = |path: &Path| {
            let error = read_at_most(1 << 20, path).unwrap_err().to_string();
            error.strip_prefix(&format!("{}: ", path.display())).unwrap().to_owned()
        };
        assert_eq!(told(&path), "there is no such file");
        assert_eq!(told(folder.path()), "it is a folder; expected a file");
        let packed = gzip(&[7; 1000]);
        fs::write(&path, &packed[..packed.len() - 9]).unwrap();
        assert_eq!(told(&path), "it ends early");
        let mut broken = packed;
        let last = broken.len() - 5;
        broken[last] ^= 1;
        fs::write(&path, &broken).unwrap();
        assert!(!told(&path).is_empty());
    }
}
