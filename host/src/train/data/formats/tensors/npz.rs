//! NumPy's npz: a zip archive of npy files.
//!
//! An npy file begins with `\x93NUMPY`, the version, the length of its header (2 bytes, from version
//! 2 on 4, the lowest first) and the header, a Python dictionary with `descr`, `fortran_order` and
//! `shape`; then come the numbers. See numpy.lib.format.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use tch::{Kind, Tensor};
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::super::file::{unreadable, wrong};
use super::super::kept::Kept;
use super::array::{Header, InPlace, Place, Rows};
use super::source::{Source, missing};
use crate::text::clean;
use crate::train::data::DataError;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// A header is a line of some eighty characters.
const LONGEST_HEADER: usize = 1 << 16;
/// Arrays are unpacked so many bytes at a time.
const AT_ONCE: u64 = 1 << 20;

/// An archive, of which the list was read.
pub(super) struct Npz {
    path: PathBuf,
    in_place: InPlace,
    archive: ZipArchive<BufReader<File>>,
    /// By their places.
    names: Vec<String>,
}

/// An array behind its header.
struct Entry<'a> {
    file: ZipFile<'a>,
    header: Header,
    /// Bytes of the header, with what is before it.
    before: u64,
}

impl Npz {
    /// Reads the archive's list.
    ///
    /// # Errors
    /// A file that cannot be read, or is no npz.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let in_place = InPlace::open(path)?;
        let file = in_place.file().map_err(|error| unreadable(path, &error))?;
        let no_zip = |error| no_zip(path, &error);
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(no_zip)?;
        let mut names = Vec::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(no_zip)?;
            names.push(entry.name().trim_end_matches(".npy").to_owned());
        }
        Ok(Self { path: path.to_owned(), in_place, archive, names })
    }

    fn entry(&mut self, name: &str) -> Result<Entry<'_>, DataError> {
        let place = self.names.iter().position(|known| known == name);
        let place = place.ok_or_else(|| missing(self, name))?;
        let mut file = self.archive.by_index(place).map_err(|error| no_zip(&self.path, &error))?;
        let (header, before) =
            header(&mut file).map_err(|reason| in_array(&self.path, name, &reason))?;
        Ok(Entry { file, header, before })
    }
}

impl Source for Npz {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn header(&mut self, name: &str) -> Result<Header, DataError> {
        Ok(self.entry(name)?.header)
    }

    fn whole(&mut self, name: &str) -> Result<Tensor, DataError> {
        let path = self.path.clone();
        let mut entry = self.entry(name)?;
        let mut content = Vec::new();
        pour(&mut entry, &|reason: &str| in_array(&path, name, reason), |bytes| {
            content.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(entry.header.tensor(&content)?)
    }

    /// What is not packed is read in place; it is gone through once nevertheless, for its checksum.
    fn rows(&mut self, name: &str, memory_mib: u64) -> Result<Rows, DataError> {
        let (path, file) = (self.path.clone(), self.in_place.again()?);
        let mut entry = self.entry(name)?;
        let wrong = |reason: &str| in_array(&path, name, reason);
        if entry.file.compression() == CompressionMethod::Stored {
            pour(&mut entry, &wrong, |_| Ok(()))?;
            let from = entry.file.data_start().saturating_add(entry.before);
            return Ok(Rows::new(entry.header, Place::File { file, from }));
        }
        let mut kept = Kept::on_disk(memory_mib);
        pour(&mut entry, &wrong, |bytes| kept.push(bytes))?;
        Ok(Rows::new(entry.header, Place::Kept(kept)))
    }
}

/// Unpacks an array's numbers a part at a time.
fn pour(
    entry: &mut Entry<'_>,
    wrong: &dyn Fn(&str) -> DataError,
    mut each: impl FnMut(&[u8]) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let expected = entry.header.bytes().map_err(|reason| wrong(&reason))?;
    // One byte more would show that there are more.
    let mut content = (&mut entry.file).take(expected.saturating_add(1));
    let (mut bytes, mut found) = (Vec::new(), 0);
    loop {
        bytes.clear();
        let read = content.by_ref().take(AT_ONCE).read_to_end(&mut bytes);
        let read = read.map_err(|error| wrong(&early(&error)))?;
        if read == 0 {
            break;
        }
        found += read as u64;
        each(&bytes)?;
    }
    if found == expected {
        return Ok(());
    }
    let found = if found > expected { "more".to_owned() } else { found.to_string() };
    let shape = &entry.header.shape;
    Err(wrong(&format!("its shape {shape:?} needs {expected} bytes, found {found}")))
}

/// An npy's header, and how many bytes lie before the numbers.
fn header(entry: &mut impl Read) -> Result<(Header, u64), String> {
    let early = |error| early(&error);
    let mut begin = [0; 8];
    entry.read_exact(&mut begin).map_err(early)?;
    if begin[..6] != *MAGIC {
        return Err(format!("expected it to begin with {MAGIC:02x?}, found {:02x?}", &begin[..6]));
    }
    let mut length = [0; 4];
    let digits = if begin[6] == 1 { 2 } else { 4 };
    entry.read_exact(&mut length[..digits]).map_err(early)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST_HEADER {
        return Err(format!("its header has {length} bytes; expected at most {LONGEST_HEADER}"));
    }
    let mut header = vec![0; length];
    entry.read_exact(&mut header).map_err(early)?;
    let header = parse(&String::from_utf8_lossy(&header))?;
    header.bytes()?;
    Ok((header, (begin.len() + digits + length) as u64))
}

fn parse(text: &str) -> Result<Header, String> {
    let value = |key: &str| {
        let (_, rest) = text.split_once(&format!("'{key}':"))?;
        Some(rest.trim_start())
    };
    let quoted = value("descr").and_then(|rest| rest.strip_prefix('\'')?.split('\'').next());
    let descr = quoted.ok_or("its header has no type of number; expected a plain array")?;
    let kind = kind(descr).ok_or_else(|| {
        format!("its numbers are of type `{}`, which is not read", clean(descr, 40))
    })?;
    if value("fortran_order").is_none_or(|rest| !rest.starts_with("False")) {
        return Err("it lies column by column; write it with numpy.ascontiguousarray".to_owned());
    }
    let inner = value("shape").and_then(|rest| rest.strip_prefix('(')?.split(')').next());
    let inner = inner.ok_or("its header has no shape")?;
    let sides = inner.split(',').map(str::trim).filter(|side| !side.is_empty());
    let side = |side: &str| side.parse().ok().filter(|&side: &i64| side >= 0);
    let shape: Option<Vec<i64>> = sides.map(side).collect();
    let shape = shape.ok_or_else(|| format!("its shape is ({})", clean(inner, 80)))?;
    Ok(Header { kind, shape })
}

fn early(error: &std::io::Error) -> String {
    format!("it is cut short ({error})")
}

fn in_array(path: &Path, name: &str, reason: &str) -> DataError {
    wrong(path, format!("array `{name}`: {reason}"))
}

fn no_zip(path: &Path, error: &ZipError) -> DataError {
    wrong(path, format!("it is cut short, or no npz file ({error})"))
}

/// Kinds with the lowest byte first, as NumPy writes them on usual machines.
fn kind(descr: &str) -> Option<Kind> {
    Some(match descr.trim_start_matches(['<', '|', '=']) {
        "f2" => Kind::Half,
        "f4" => Kind::Float,
        "f8" => Kind::Double,
        "i1" => Kind::Int8,
        "i2" => Kind::Int16,
        "i4" => Kind::Int,
        "i8" => Kind::Int64,
        "u1" => Kind::Uint8,
        "b1" => Kind::Bool,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_understood() {
        let told = |text: &str| parse(text).unwrap_err();
        let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
        let header = parse(text).unwrap();
        assert_eq!(header, Header { kind: Kind::Double, shape: vec![2, 3] });
        assert_eq!(header.bytes(), Ok(48));
        let one = parse("{'descr': '|u1', 'fortran_order': False, 'shape': (7,), }").unwrap();
        assert_eq!(one, Header { kind: Kind::Uint8, shape: vec![7] });
        assert!(told(&text.replace("False", "True")).starts_with("it lies column by column;"));
        assert_eq!(
            told(&text.replace("<f8", ">f8")),
            "its numbers are of type `>f8`, which is not read"
        );
        assert_eq!(told(&text.replace("(2, 3)", "(2, -3)")), "its shape is (2, -3)");
        assert_eq!(
            told(&text.replace("(2, 3)", "(x,)")),
            "its shape is (x)".replace("(x)", "(x,)")
        );
        assert!(told("{}").starts_with("its header has no type of number"));
        let list = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }";
        assert!(told(list).starts_with("its header has no type of number"));
    }
}
