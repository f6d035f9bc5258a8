//! Safetensors: the length of a header (8 bytes, the lowest first), the header, and then the
//! tensors' numbers one after another, at the offsets that the header says. See
//! <https://github.com/huggingface/safetensors>.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Read;
use std::path::{Path, PathBuf};

use ::safetensors::tensor::{Metadata, TensorInfo};
use tch::{Kind, Tensor};

use super::super::file::{unreadable, wrong};
use super::array::{Header, InPlace, Place, Rows};
use super::source::{Source, missing};
use crate::train::data::DataError;

/// The format's own bound.
const LONGEST_HEADER: u64 = 100_000_000;

/// A file whose header was read.
pub(super) struct Safetensors {
    path: PathBuf,
    file: InPlace,
    tensors: BTreeMap<String, TensorInfo>,
    /// The first byte behind the header.
    begin: u64,
}

impl Safetensors {
    /// Reads the header of a file of so many bytes.
    ///
    /// # Errors
    /// A file that cannot be read, or is none of the format.
    pub(super) fn open(path: &Path, length: u64) -> Result<Self, DataError> {
        let refused = |error| unreadable(path, &error);
        let in_place = InPlace::open(path)?;
        let mut file = in_place.file().map_err(refused)?;
        let Some(behind) = length.checked_sub(8) else {
            return Err(none(path, "the length of its header is missing"));
        };
        let mut long = [0; 8];
        file.read_exact(&mut long).map_err(refused)?;
        let long = u64::from_le_bytes(long);
        if long > behind.min(LONGEST_HEADER) {
            return Err(none(path, format!("its header would have {long} bytes")));
        }
        let mut header = Vec::new();
        file.take(long).read_to_end(&mut header).map_err(refused)?;
        let header: Metadata =
            serde_json::from_slice(&header).map_err(|error| none(path, error))?;
        let tensors: BTreeMap<_, _> =
            header.tensors().into_iter().map(|(name, info)| (name, info.clone())).collect();
        let end = tensors.values().map(|info| info.data_offsets.1 as u64).max().unwrap_or(0);
        if end != behind - long {
            let found = behind - long;
            return Err(none(path, format!("its tensors take {end} bytes, and there are {found}")));
        }
        Ok(Self { path: path.to_owned(), file: in_place, tensors, begin: 8 + long })
    }

    fn info(&self, name: &str) -> Result<&TensorInfo, DataError> {
        self.tensors.get(name).ok_or_else(|| missing(self, name))
    }
}

impl Source for Safetensors {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    fn header(&mut self, name: &str) -> Result<Header, DataError> {
        let info = self.info(name)?;
        let Ok(kind) = Kind::try_from(info.dtype) else {
            let reason =
                format!("`{name}` has numbers of type {:?}, which is not read", info.dtype);
            return Err(wrong(&self.path, reason));
        };
        let shape: Result<_, _> = info.shape.iter().map(|&side| i64::try_from(side)).collect();
        let header = shape.map(|shape| Header { kind, shape });
        let (from, until) = info.data_offsets;
        // The greatest of all offsets is the file's end, so that these lie in it.
        let length = until.checked_sub(from).map(|length| length as u64);
        match header {
            Ok(header) if header.bytes().ok() == length => Ok(header),
            _ => Err(none(&self.path, format!("the bytes of `{name}` do not fill its shape"))),
        }
    }

    fn whole(&mut self, name: &str) -> Result<Tensor, DataError> {
        self.rows(name, 0)?.all()
    }

    fn rows(&mut self, name: &str, _: u64) -> Result<Rows, DataError> {
        let header = self.header(name)?;
        let from = self.begin.saturating_add(self.info(name)?.data_offsets.0 as u64);
        Ok(Rows::new(header, Place::File { file: self.file.again()?, from }))
    }
}

fn none(path: &Path, why: impl Display) -> DataError {
    wrong(path, format!("it is cut short, or no safetensors file ({why})"))
}
