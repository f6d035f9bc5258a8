//! Arrays: what their headers say, and their numbers, in memory or read where they lie.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tch::{Kind, Tensor};

use super::super::file::{unreadable, wrong};
use super::super::kept::Kept;
use crate::train::data::DataError;
use crate::train::torch::{During, TorchError};

const READING: &str = "reading tensors";

/// Numbers are looked through so many bytes at a time: whole ones of every kind.
const AT_ONCE: u64 = 1 << 20;

/// What an array is: rows of numbers, one row a sample, the last dimension closest together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// Kind of its numbers in the file.
    pub(super) kind: Kind,
    /// Its dimensions, the first of samples.
    pub(super) shape: Vec<i64>,
}

/// The rows of an array, read when they are asked for.
#[derive(Debug)]
pub(super) struct Rows {
    header: Header,
    place: Place,
}

/// Where an array's bytes lie.
#[derive(Debug)]
pub(super) enum Place {
    /// In a file, from a byte on.
    File { file: InPlace, from: u64 },
    /// Unpacked.
    Kept(Kept),
}

/// A file that is read as long as the run goes on, and must stay as it was when it was checked.
#[derive(Debug)]
pub(super) struct InPlace {
    path: PathBuf,
    file: File,
    as_checked: (u64, Option<SystemTime>),
}

impl InPlace {
    /// # Errors
    /// A file that cannot be opened.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let refused = |error| unreadable(path, &error);
        let file = File::open(path).map_err(refused)?;
        let as_checked = state(&file).map_err(refused)?;
        Ok(Self { path: path.to_owned(), file, as_checked })
    }

    /// The same file, whatever has come under its name.
    ///
    /// # Errors
    /// The system has no room for it.
    pub(super) fn again(&self) -> Result<Self, DataError> {
        let file = self.file().map_err(|error| unreadable(&self.path, &error))?;
        Ok(Self { path: self.path.clone(), file, as_checked: self.as_checked })
    }

    /// # Errors
    /// The system has no room for it.
    pub(super) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Samples would be others than those that were checked.
    fn check(&self) -> Result<(), DataError> {
        match state(&self.file).map_err(|error| unreadable(&self.path, &error))? {
            now if now == self.as_checked => Ok(()),
            _ => Err(wrong(&self.path, "it was changed since the run began; begin a new one")),
        }
    }

    fn read(&self, at: Option<u64>, into: &mut [u8]) -> Result<(), DataError> {
        let at = at.ok_or(io::Error::from(io::ErrorKind::UnexpectedEof));
        let read = at.and_then(|at| self.file.read_exact_at(into, at));
        read.map_err(|error| unreadable(&self.path, &error))
    }
}

/// Length, and when it was last written.
fn state(file: &File) -> io::Result<(u64, Option<SystemTime>)> {
    let about = file.metadata()?;
    Ok((about.len(), about.modified().ok()))
}

impl Header {
    /// Whether its numbers are tokens or classes. Bytes are neither: images come so.
    pub(super) fn is_integer(&self) -> bool {
        matches!(self.kind, Kind::Int8 | Kind::Int16 | Kind::Int | Kind::Int64)
    }

    /// How many bytes its numbers take in the file.
    ///
    /// # Errors
    /// More than can be counted.
    pub(super) fn bytes(&self) -> Result<u64, String> {
        let mut sides = self.shape.iter().map(|&side| u64::try_from(side).ok());
        let each = self.kind.elt_size_in_bytes() as u64;
        let all = sides.try_fold(each, |all, side| all.checked_mul(side?));
        all.ok_or_else(|| format!("its shape is {:?}", self.shape))
    }

    /// How many bytes they take in memory.
    pub(super) fn takes(&self) -> u64 {
        let used = Self { kind: self.usual(), shape: self.shape.clone() };
        used.bytes().unwrap_or(u64::MAX)
    }

    /// Integers become `i64`, numbers `f32`.
    fn usual(&self) -> Kind {
        if self.is_integer() { Kind::Int64 } else { Kind::Float }
    }

    /// All numbers as a tensor, `i64` or `f32`.
    ///
    /// # Errors
    /// Another number of bytes than the header says; no memory.
    pub(super) fn tensor(&self, bytes: &[u8]) -> Result<Tensor, TorchError> {
        if self.bytes() != Ok(bytes.len() as u64) {
            let message = format!("{} bytes do not fill {:?}", bytes.len(), self.shape);
            return Err(TorchError::new(READING, &message));
        }
        // It reads as many bytes as shape and kind say, which is what there is.
        let tensor = Tensor::f_from_data_size(bytes, &self.shape, self.kind).during(READING)?;
        tensor.f_to_kind(self.usual()).during(READING)
    }

    /// So many of its rows.
    fn of_rows(&self, rows: usize) -> Self {
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        let rest = self.shape.iter().skip(1).copied();
        Self { kind: self.kind, shape: [rows].into_iter().chain(rest).collect() }
    }
}

impl Rows {
    pub(super) fn new(header: Header, place: Place) -> Self {
        Self { header, place }
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// The rows with these numbers, in this order: `[rows, …]`, `i64` or `f32`.
    ///
    /// # Errors
    /// What cannot be read, or is not there.
    pub(super) fn select(&self, rows: &[i64]) -> Result<Tensor, DataError> {
        let wanted = self.header.of_rows(rows.len());
        let each = self.header.of_rows(1).bytes().map_err(DataError::Settings)?;
        let each_here = usize::try_from(each).unwrap_or(usize::MAX);
        let mut bytes = vec![0; rows.len().saturating_mul(each_here)];
        self.place.check()?;
        for (place, &row) in rows.iter().enumerate() {
            let into = &mut bytes[place * each_here..][..each_here];
            // A negative number is one that is not there.
            let from = u64::try_from(row).unwrap_or(u64::MAX).saturating_mul(each);
            self.place.read(from, into)?;
        }
        Ok(wanted.tensor(&bytes)?)
    }

    /// All rows.
    ///
    /// # Errors
    /// What cannot be read; no memory.
    pub(super) fn all(&self) -> Result<Tensor, DataError> {
        let count = self.header.bytes().map_err(DataError::Settings)?;
        let mut bytes = vec![0; usize::try_from(count).unwrap_or(usize::MAX)];
        self.place.read(0, &mut bytes)?;
        Ok(self.header.tensor(&bytes)?)
    }

    /// The least and the greatest of integers; `None`: these are none.
    ///
    /// # Errors
    /// What cannot be read.
    pub(super) fn extremes(&self) -> Result<Option<[i64; 2]>, DataError> {
        if !self.header.is_integer() {
            return Ok(None);
        }
        let all = self.header.bytes().map_err(DataError::Settings)?;
        let (mut found, mut from, mut bytes): (Option<[i64; 2]>, _, _) = (None, 0, Vec::new());
        while from < all {
            bytes.resize(usize::try_from(AT_ONCE.min(all - from)).unwrap_or(0), 0);
            self.place.read(from, &mut bytes)?;
            from += bytes.len() as u64;
            let numbers = bytes.len() / self.header.kind.elt_size_in_bytes();
            let part = Header { kind: self.header.kind, shape: Vec::new() }.of_rows(numbers);
            let part = extremes(&part.tensor(&bytes)?)?;
            found = match (found, part) {
                (Some([least, most]), Some(part)) => Some([part[0].min(least), part[1].max(most)]),
                (found, part) => found.or(part),
            };
        }
        Ok(found)
    }
}

impl Place {
    /// Whether it is as it was.
    fn check(&self) -> Result<(), DataError> {
        match self {
            Self::Kept(_) => Ok(()),
            Self::File { file, .. } => file.check(),
        }
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Result<(), DataError> {
        match self {
            Self::Kept(kept) => kept.read(at, into),
            Self::File { file, from } => file.read(from.checked_add(at), into),
        }
    }
}

/// The least and the greatest of `i64` numbers; `None`: these are others, or there are none.
pub(super) fn extremes(tensor: &Tensor) -> Result<Option<[i64; 2]>, TorchError> {
    if tensor.f_kind().during(READING)? != Kind::Int64 || tensor.numel() == 0 {
        return Ok(None);
    }
    let number = |one: Tensor| one.f_int64_value(&[]).during(READING);
    let (least, most) = (tensor.f_min().during(READING)?, tensor.f_max().during(READING)?);
    Ok(Some([number(least)?, number(most)?]))
}

/// One number for each sample is a column of them.
pub(super) fn columns(targets: Tensor) -> Result<Tensor, TorchError> {
    if targets.dim() == 1 { targets.f_unsqueeze(1).during(READING) } else { Ok(targets) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(kind: Kind, shape: &[i64], bytes: &[u8]) -> Rows {
        let mut kept = Kept::new(0);
        kept.push(bytes).unwrap();
        Rows::new(Header { kind, shape: shape.to_vec() }, Place::Kept(kept))
    }

    #[test]
    fn rows_come_in_the_order_asked_for() {
        let bytes = rows(Kind::Uint8, &[3, 2], &[1, 2, 3, 4, 5, 255]);
        let found = bytes.select(&[2, 0, 2]).unwrap();
        assert_eq!(found, Tensor::from_slice(&[5_f32, 255.0, 1.0, 2.0, 5.0, 255.0]).view([3, 2]));
        assert_eq!(bytes.all().unwrap().size(), [3, 2]);
        assert!(bytes.select(&[3]).is_err() && bytes.select(&[-1]).is_err());
        assert_eq!(bytes.select(&[]).unwrap().size(), [0, 2]);
        assert_eq!(rows(Kind::Float, &[4, 0], &[]).select(&[1, 3]).unwrap().size(), [2, 0]);
    }

    #[test]
    fn integers_are_looked_through_to_the_end() {
        let mut numbers = vec![7_i16; (2 << 19) + 3];
        (numbers[5], numbers[1 << 20]) = (-3, 12);
        let bytes: Vec<u8> = numbers.iter().flat_map(|one| one.to_le_bytes()).collect();
        let integers = rows(Kind::Int16, &[(2 << 19) + 3], &bytes);
        assert_eq!(integers.extremes().unwrap(), Some([-3, 12]));
        let numbers = rows(Kind::Uint8, &[2], &[1, 2]);
        assert_eq!(numbers.extremes().unwrap(), None);
    }

    #[test]
    fn bytes_that_do_not_fill_a_shape_are_refused() {
        let header = Header { kind: Kind::Float, shape: vec![2, 3] };
        assert_eq!((header.bytes(), header.takes()), (Ok(24), 24));
        let told = header.tensor(&[0; 23]).unwrap_err().to_string();
        assert_eq!(told, "reading tensors: 23 bytes do not fill [2, 3]");
        let huge = Header { kind: Kind::Double, shape: vec![1 << 32, 1 << 32] };
        assert_eq!(huge.bytes(), Err("its shape is [4294967296, 4294967296]".to_owned()));
        assert_eq!(huge.takes(), u64::MAX);
    }
}
