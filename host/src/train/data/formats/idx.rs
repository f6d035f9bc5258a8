//! MNIST and Fashion-MNIST: images and classes in IDX files, `[n, 1, 28, 28]` in [0, 1], 10 classes.
//!
//! An IDX file begins with four bytes, 0, 0, 8 (bytes follow) and the number of dimensions; then come
//! the dimensions, 32 bits each, the first byte the highest; then the content.
//! Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.

use std::path::{Path, PathBuf};

use super::file::{self, shown, wrong};
use super::pixels::Pixels;
use super::tenth;
use crate::train::data::parts::{Drawn, Share, Shares};
use crate::train::data::{DataError, Parts};

const SIDE: usize = 28;
const CLASSES: usize = 10;
/// The original sets have 70,000; larger ones of the same format are read as well.
const MOST: usize = 10_000_000;

/// What the classes of MNIST are called.
pub(in super::super) const DIGIT_NAMES: [&str; CLASSES] =
    ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// What the classes of Fashion-MNIST are called. H. Xiao, K. Rasul, R. Vollgraf, 2017.
pub(in super::super) const FASHION_NAMES: [&str; CLASSES] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// The keys of `mnist` and `fashion-mnist`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IdxConfig {
    /// The folder with `train-images-idx3-ubyte` and the other three, packed by gzip or not.
    pub path: PathBuf,
    /// Which part of the training images is for validation; drawn by `split-seed`.
    #[serde(default = "tenth")]
    pub valid_fraction: Share,
}

impl IdxConfig {
    /// Trains on `train`, validates on a part of it, tests on `t10k`.
    pub(in super::super) fn load(
        &self,
        seed: u64,
        names: &[&str; CLASSES],
    ) -> Result<Parts, DataError> {
        let (whole, test) = (read(&self.path, "train")?, read(&self.path, "t10k")?);
        let shares = Shares { valid: self.valid_fraction, test: Share::NONE };
        let drawn = Drawn::new(whole.len(), shares, seed)?;
        let part = |images: &[i64]| whole.drawn(images, CLASSES);
        let valid = (!drawn.valid.is_empty()).then(|| part(&drawn.valid)).transpose()?;
        Ok(Parts {
            train: part(&drawn.train)?.into(),
            valid: valid.map(Into::into),
            test: Some(test.dataset(0..test.len(), CLASSES)?.into()),
            class_names: names.map(str::to_owned).to_vec(),
        })
    }
}

fn read(folder: &Path, part: &str) -> Result<Pixels, DataError> {
    let images = find(folder, &format!("{part}-images"), "idx3-ubyte")?;
    let labels = find(folder, &format!("{part}-labels"), "idx1-ubyte")?;
    let (bytes, classes) = (content(&images, &[SIDE, SIDE])?, content(&labels, &[])?);
    let (found, expected) = (classes.len(), bytes.len() / (SIDE * SIDE));
    if found != expected {
        let reason = format!("{found} classes for the {expected} images of {}", shown(&images));
        return Err(wrong(&labels, reason));
    }
    if let Some(at) = classes.iter().position(|&class| usize::from(class) >= CLASSES) {
        return Err(DataError::Byte {
            file: shown(&labels),
            byte: 8 + at as u64,
            expected: "a class from 0 to 9".to_owned(),
            found: classes[at].to_string(),
        });
    }
    Ok(Pixels { bytes, shape: [1, SIDE, SIDE], classes })
}

/// `train-images-idx3-ubyte`, or the same with a dot, or packed.
fn find(folder: &Path, stem: &str, kind: &str) -> Result<PathBuf, DataError> {
    let names = ["-", "."].into_iter().flat_map(|joint| {
        ["", ".gz"].map(|ending| folder.join(format!("{stem}{joint}{kind}{ending}")))
    });
    names.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let reason = if folder.is_dir() {
            format!("there is no file {stem}-{kind}, {stem}.{kind}, or either with .gz")
        } else {
            "there is no such folder".to_owned()
        };
        wrong(folder, reason)
    })
}

/// The bytes after the header: as many items as it says, of this shape each.
fn content(path: &Path, item: &[usize]) -> Result<Vec<u8>, DataError> {
    let begins = 8 + 4 * item.len();
    let most = begins + MOST * item.iter().product::<usize>() + 1;
    let mut bytes = file::read_at_most(most as u64, path)?;
    let wanted = [0, 0, 8, u8::try_from(1 + item.len()).unwrap_or(u8::MAX)];
    let differs = |byte: usize, expected: String, found: String| DataError::Byte {
        file: shown(path),
        byte: byte as u64,
        expected,
        found,
    };
    let Some(magic) = bytes.first_chunk() else { return Err(ends(path, &bytes, begins)) };
    if *magic != wanted {
        let expected = format!("{wanted:02x?}, the beginning of an IDX file of bytes");
        return Err(differs(0, expected, format!("{magic:02x?}")));
    }
    let number = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
        let number = four.map(u32::from_be_bytes).ok_or_else(|| ends(path, &bytes, begins));
        number.map(|number| number as usize)
    };
    let items = number(4)?;
    for (dimension, &side) in item.iter().enumerate() {
        let at = 8 + 4 * dimension;
        let found = number(at)?;
        if found != side {
            return Err(differs(at, format!("{side} pixels a side"), found.to_string()));
        }
    }
    if items == 0 || items > MOST {
        let expected = format!("the number of items, from 1 to {MOST}");
        return Err(differs(4, expected, items.to_string()));
    }
    let whole = begins + items * item.iter().product::<usize>();
    match bytes.len() {
        found if found < whole => return Err(ends(path, &bytes, whole)),
        found if found > whole => {
            return Err(differs(whole, format!("the end after {items} items"), "more".to_owned()));
        }
        _ => {}
    }
    bytes.drain(..begins);
    Ok(bytes)
}

fn ends(path: &Path, bytes: &[u8], expected: usize) -> DataError {
    let found = bytes.len();
    wrong(path, format!("it ends after {found} bytes; expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::super::file::tests::gzip;
    use super::*;
    use crate::train::data::{Dataset, Samples};
    use std::fs;

    fn images(count: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28];
        bytes.extend((0..count).flat_map(|image| (0..784).map(move |at| image + (at % 5) as u8)));
        bytes
    }

    fn labels(count: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, 1, 0, 0, 0, count];
        bytes.extend((0..count).map(|image| image % 10));
        bytes
    }

    fn folder() -> (tempfile::TempDir, IdxConfig) {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();
        write("train-images-idx3-ubyte", images(20));
        write("train-labels.idx1-ubyte", labels(20));
        write("t10k-images-idx3-ubyte.gz", gzip(&images(4)));
        write("t10k-labels.idx1-ubyte.gz", gzip(&labels(4)));
        let config = IdxConfig { path: folder.path().to_owned(), valid_fraction: Share::TENTH };
        (folder, config)
    }

    fn table(part: Samples) -> Dataset {
        match part {
            Samples::Table(table) => table,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_four_files_are_read_whatever_they_are_called() {
        let (_folder, config) = folder();
        let parts = config.load(1, &DIGIT_NAMES).unwrap();
        let [train, valid, test] =
            [parts.train, parts.valid.unwrap(), parts.test.unwrap()].map(table);
        assert_eq!([train.len(), valid.len(), test.len()], [18, 2, 4]);
        assert_eq!(train.inputs.size(), [18, 1, 28, 28]);
        // Image 3 begins with 3, 4, 5, 6, 7 of 255, line by line.
        assert_eq!(test.inputs.double_value(&[3, 0, 0, 1]), f64::from(4.0_f32 / 255.0));
        assert_eq!(test.inputs.double_value(&[3, 0, 1, 0]), f64::from(6.0_f32 / 255.0));
        assert_eq!(Vec::<i64>::try_from(&test.targets).unwrap(), [0, 1, 2, 3]);
        let counts: Vec<u64> =
            train.class_counts.iter().zip(&valid.class_counts).map(|(a, b)| a + b).collect();
        assert_eq!(counts, [2; 10]);
        let none = IdxConfig { valid_fraction: Share::NONE, ..config };
        assert!(none.load(1, &DIGIT_NAMES).unwrap().valid.is_none());
    }

    /// What is told if a file holds these bytes instead.
    fn told(folder: &Path, config: &IdxConfig, name: &str, bytes: &[u8]) -> String {
        let path = folder.join(name);
        let before = fs::read(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        let error = config.load(1, &DIGIT_NAMES).unwrap_err().to_string();
        fs::write(&path, before).unwrap();
        error.replace(&format!("{}/", folder.display()), "")
    }

    fn with(mut bytes: Vec<u8>, at: usize, byte: u8) -> Vec<u8> {
        bytes[at] = byte;
        bytes
    }

    #[test]
    fn images_that_are_none_are_told_with_their_place() {
        let (folder, config) = folder();
        let name = "train-images-idx3-ubyte";
        let told = |bytes: &[u8]| {
            let told = told(folder.path(), &config, name, bytes);
            told.strip_prefix(name).unwrap().to_owned()
        };
        assert_eq!(
            told(&labels(20)),
            ", byte 0: expected [00, 00, 08, 03], the beginning of an IDX file of bytes, \
             found [00, 00, 08, 01]"
        );
        assert_eq!(
            told(&with(images(20), 11, 32)),
            ", byte 8: expected 28 pixels a side, found 32"
        );
        let number = ", byte 4: expected the number of items, from 1 to 10000000, found";
        assert_eq!(told(&with(images(20), 4, 255)), format!("{number} 4278190100"));
        assert_eq!(told(&images(0)), format!("{number} 0"));
        assert_eq!(told(&images(20)[..9000]), ": it ends after 9000 bytes; expected 15696");
        assert_eq!(
            told(&[&images(20)[..], &[1]].concat()),
            ", byte 15696: expected the end after 20 items, found more"
        );
        for length in [0, 3, 6, 10] {
            let expected = format!(": it ends after {length} bytes; expected 16");
            assert_eq!(told(&images(20)[..length]), expected);
        }
    }

    #[test]
    fn classes_that_are_none_and_files_that_are_missing_are_told() {
        let (folder, config) = folder();
        let name = "train-labels.idx1-ubyte";
        let told = |name: &str, bytes: &[u8]| told(folder.path(), &config, name, bytes);
        assert_eq!(
            told(name, &labels(19)),
            format!("{name}: 19 classes for the 20 images of train-images-idx3-ubyte")
        );
        assert_eq!(
            told(name, &with(labels(20), 9, 77)),
            format!("{name}, byte 9: expected a class from 0 to 9, found 77")
        );
        let packed = gzip(&images(4));
        let early = told("t10k-images-idx3-ubyte.gz", &packed[..packed.len() / 2]);
        assert_eq!(early, "t10k-images-idx3-ubyte.gz: it ends early");
        fs::remove_file(folder.path().join(name)).unwrap();
        let missing = config.load(1, &DIGIT_NAMES).unwrap_err().to_string();
        assert!(missing.ends_with(
            ": there is no file train-labels-idx1-ubyte, train-labels.idx1-ubyte, or either with .gz"
        ));
        let nowhere = IdxConfig { path: folder.path().join("nowhere"), ..config };
        let missing = nowhere.load(1, &DIGIT_NAMES).unwrap_err().to_string();
        assert!(missing.ends_with("nowhere: there is no such folder"), "{missing}");
    }
}
