//! Characters of a file in UTF-8, a piece at a time.

use std::io::Read;
use std::path::Path;
use std::str;

use super::super::file::{open, shown, unreadable};
use crate::train::data::DataError;

/// Reads a file at most so many bytes at a time, and gives on the text of each piece. A character
/// that lies across the border of two pieces comes with the second one.
///
/// # Errors
/// A file that cannot be read, or that is no text, with the byte and its line; those of `each`.
pub(super) fn pieces(
    path: &Path,
    at_once: u64,
    mut each: impl FnMut(&str) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let mut file = open(path)?;
    let (mut bytes, mut at, mut lines) = (Vec::new(), 0, 0);
    loop {
        let read = file.by_ref().take(at_once).read_to_end(&mut bytes);
        let ends = read.map_err(|error| unreadable(path, &error))? == 0;
        let text = match str::from_utf8(&bytes) {
            Ok(text) => text,
            // What is missing of the last character may follow.
            Err(error) if error.error_len().is_none() && !ends => valid(&bytes, error),
            Err(error) => {
                lines += breaks(valid(&bytes, error));
                let wrong = error.valid_up_to();
                return Err(no_text(path, at + wrong as u64, lines, bytes[wrong]));
            }
        };
        each(text)?;
        (at, lines) = (at + text.len() as u64, lines + breaks(text));
        let taken = text.len();
        bytes.drain(..taken);
        if ends {
            return Ok(());
        }
    }
}

/// What lies before the first byte that is no text.
fn valid(bytes: &[u8], error: str::Utf8Error) -> &str {
    str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
}

fn breaks(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

fn no_text(path: &Path, at: u64, lines: usize, found: u8) -> DataError {
    DataError::Byte {
        file: shown(path),
        byte: at,
        expected: "text in UTF-8 (unit = \"bytes\" takes any file)".to_owned(),
        found: format!("the byte {found:02x} in line {}", lines + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::file::tests::gzip;
    use super::*;
    use std::fs;

    const SIZES: [u64; 6] = [1, 2, 3, 4, 5, 1 << 20];

    fn read(path: &Path, at_once: u64) -> Result<String, DataError> {
        let mut all = String::new();
        pieces(path, at_once, |text| {
            all.push_str(text);
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn characters_across_a_border_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        // Characters of one to four bytes, one of them across whatever border there is.
        let text = "aä→🦀\n🦀→äa🦀🦀\n→→ää".repeat(3);
        for content in [text.clone().into_bytes(), gzip(text.as_bytes())] {
            fs::write(&path, content).unwrap();
            SIZES.iter().for_each(|&size| assert_eq!(read(&path, size).unwrap(), text));
        }
        fs::write(&path, "").unwrap();
        assert_eq!(read(&path, 1).unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_told_at_its_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let told = |content: &[u8], at_once| {
            fs::write(&path, content).unwrap();
            let error = read(&path, at_once).unwrap_err().to_string();
            error.strip_prefix(&path.display().to_string()).unwrap().to_owned()
        };
        // A byte that begins nothing, one that does not go on, and a character that ends with the file.
        for (rest, byte) in
            [(&b"\xff\xfe"[..], "ff"), (b"\xe2\x86x", "e2"), (b"\xf0\x9f\xa6", "f0")]
        {
            for size in SIZES {
                let expected = format!(
                    ", byte 7: expected text in UTF-8 (unit = \"bytes\" takes any file), found the \
                     byte {byte} in line 3"
                );
                assert_eq!(told(&["ä\n→\n".as_bytes(), rest].concat(), size), expected);
            }
        }
    }
}
