//! NumPy's npz: a zip archive of npy files.
//!
//! An npy file begins with `\x93NUMPY`, the version, the length of its header (2 bytes, from version
//! 2 on 4, the lowest first) and the header, a Python dictionary with `descr`, `fortran_order` and
//! `shape`; then come the numbers. See numpy.lib.format.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use tch::{Kind, Tensor};
use zip::ZipArchive;

use super::super::file::{unreadable, wrong};
use crate::train::data::DataError;
use crate::train::torch::During;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// A header is a line of some eighty characters.
const LONGEST_HEADER: usize = 1 << 16;

/// The arrays of these names, and only the names of the others.
///
/// # Errors
/// A file that is no npz, or an array that is cut short or of a kind that is not read.
pub(super) fn read(path: &Path, wanted: &[&str]) -> Result<Vec<(String, Tensor)>, DataError> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let no_zip = |error: zip::result::ZipError| {
        wrong(path, format!("it is cut short, or no npz file ({error})"))
    };
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(no_zip)?;
    let mut arrays = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(no_zip)?;
        let name = entry.name().trim_end_matches(".npy").to_owned();
        let array = if wanted.contains(&name.as_str()) {
            let in_file = |reason| wrong(path, format!("array `{name}`: {reason}"));
            array(&mut entry).map_err(in_file)?
        } else {
            Tensor::f_from_slice(&[0_i64; 0]).during("reading tensors")?
        };
        arrays.push((name, array));
    }
    Ok(arrays)
}

fn array(entry: &mut impl Read) -> Result<Tensor, String> {
    let early = |error: std::io::Error| format!("it is cut short ({error})");
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
    let header = Header::parse(&String::from_utf8_lossy(&header))?;
    let expected = header.bytes()?;
    let mut content = Vec::new();
    // One byte more would show that there are more.
    entry.take(expected as u64 + 1).read_to_end(&mut content).map_err(early)?;
    if content.len() != expected {
        let found =
            if content.len() > expected { "more".to_owned() } else { content.len().to_string() };
        let shape = &header.shape;
        return Err(format!("its shape {shape:?} needs {expected} bytes, found {found}"));
    }
    // It reads as many bytes as shape and kind say, which is what there is.
    Tensor::f_from_data_size(&content, &header.shape, header.kind)
        .map_err(|error| error.to_string())
}

#[derive(Debug, PartialEq, Eq)]
struct Header {
    kind: Kind,
    shape: Vec<i64>,
}

impl Header {
    fn parse(text: &str) -> Result<Self, String> {
        let value = |key: &str| {
            let (_, rest) = text.split_once(&format!("'{key}':"))?;
            Some(rest.trim_start())
        };
        let quoted = value("descr").and_then(|rest| rest.strip_prefix('\'')?.split('\'').next());
        let descr = quoted.ok_or("its header has no type of number; expected a plain array")?;
        let kind = kind(descr)
            .ok_or_else(|| format!("its numbers are of type `{descr}`, which is not read"))?;
        if value("fortran_order").is_none_or(|rest| !rest.starts_with("False")) {
            return Err(
                "it lies column by column; write it with numpy.ascontiguousarray".to_owned()
            );
        }
        let inner = value("shape").and_then(|rest| rest.strip_prefix('(')?.split(')').next());
        let inner = inner.ok_or("its header has no shape")?;
        let sides = inner.split(',').map(str::trim).filter(|side| !side.is_empty());
        let side = |side: &str| side.parse().ok().filter(|&side: &i64| side >= 0);
        let shape: Option<Vec<i64>> = sides.map(side).collect();
        let shape = shape.ok_or_else(|| format!("its shape is ({inner})"))?;
        Ok(Self { kind, shape })
    }

    /// How many bytes the numbers take.
    fn bytes(&self) -> Result<usize, String> {
        let mut sides = self.shape.iter().map(|&side| usize::try_from(side).ok());
        let each = self.kind.elt_size_in_bytes();
        let all = sides.try_fold(each, |all, side| all.checked_mul(side?));
        all.ok_or_else(|| format!("its shape is {:?}", self.shape))
    }
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
        let told = |text: &str| Header::parse(text).unwrap_err();
        let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
        let header = Header::parse(text).unwrap();
        assert_eq!(header, Header { kind: Kind::Double, shape: vec![2, 3] });
        assert_eq!(header.bytes(), Ok(48));
        let one =
            Header::parse("{'descr': '|u1', 'fortran_order': False, 'shape': (7,), }").unwrap();
        assert_eq!(one, Header { kind: Kind::Uint8, shape: vec![7] });
        let huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }";
        assert_eq!(
            Header::parse(huge).unwrap().bytes(),
            Err("its shape is [4294967296, 4294967296]".to_owned())
        );
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
