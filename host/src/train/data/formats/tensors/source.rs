//! Files with named arrays, whatever their format.

use std::path::Path;

use tch::Tensor;

use super::super::file::{shown, size, wrong};
use super::array::{Header, Rows};
use super::npz::Npz;
use super::safetensors::Safetensors;
use crate::nearest::nearest;
use crate::text::clean;
use crate::train::data::DataError;

/// A file with named arrays, of which only names and headers were read.
pub(super) trait Source {
    /// The file.
    fn path(&self) -> &Path;

    /// The arrays' names.
    fn names(&self) -> Vec<String>;

    /// What an array is.
    ///
    /// # Errors
    /// None of this name; a header that is wrong, or of a kind of number that is not read.
    fn header(&mut self, name: &str) -> Result<Header, DataError>;

    /// An array in memory, `i64` or `f32`.
    ///
    /// # Errors
    /// Those of [`Self::header`]; an array that is cut short; no memory.
    fn whole(&mut self, name: &str) -> Result<Tensor, DataError>;

    /// An array whose rows are read when they are asked for. `memory_mib`: what does not suffice to
    /// have it in memory.
    ///
    /// # Errors
    /// Those of [`Self::header`]; an array that is cut short; no room on disk to unpack it.
    fn rows(&mut self, name: &str, memory_mib: u64) -> Result<Rows, DataError>;
}

/// Opens a file by the ending of its name.
///
/// # Errors
/// A file that cannot be read, or of another format.
pub(super) fn open(path: &Path) -> Result<Box<dyn Source>, DataError> {
    let length = size(path)?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ending.eq_ignore_ascii_case("npz") {
        return Ok(Box::new(Npz::open(path)?));
    }
    if ending.eq_ignore_ascii_case("safetensors") {
        return Ok(Box::new(Safetensors::open(path, length)?));
    }
    Err(wrong(path, "its name ends neither in .safetensors nor in .npz"))
}

/// An array that is not there; names those that are.
pub(super) fn missing(source: &impl Source, name: &str) -> DataError {
    let mut names = source.names();
    names.sort_unstable();
    let near = nearest(name, names.iter().map(String::as_str));
    let near = near.map_or(String::new(), |near| format!("; did you mean `{}`?", clean(near, 80)));
    let there = names.iter().take(20).map(|name| clean(name, 80)).collect::<Vec<_>>().join(", ");
    let file = shown(source.path());
    DataError::Settings(format!("{file} has no tensor `{name}`; there are {there}{near}"))
}
