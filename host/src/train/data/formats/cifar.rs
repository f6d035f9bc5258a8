//! CIFAR-10 in its binary form: `[n, 3, 32, 32]` in [0, 1], red, green, blue; 10 classes.
//!
//! A record is a byte with the class, then 1,024 bytes each of red, green and blue, line by line.
//! A. Krizhevsky, Learning multiple layers of features from tiny images, 2009.

use std::path::{Path, PathBuf};

use super::file::{self, shown, wrong};
use super::pixels::Pixels;
use super::tenth;
use crate::train::data::parts::{Drawn, Share, Shares};
use crate::train::data::{DataError, Parts};

const SIDE: usize = 32;
const PIXELS: usize = 3 * SIDE * SIDE;
const RECORD: usize = 1 + PIXELS;
/// An original file has 10,000.
const MOST_RECORDS: usize = 1_000_000;
const TRAINING_FILES: usize = 5;
const NAMES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
/// What unpacking the original archive makes.
const INNER: &str = "cifar-10-batches-bin";

/// The keys of `cifar10`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CifarConfig {
    /// The folder with `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or the one
    /// around it.
    pub path: PathBuf,
    /// Which part of the training images is for validation; drawn by `split-seed`.
    #[serde(default = "tenth")]
    pub valid_fraction: Share,
}

impl CifarConfig {
    /// Trains on the five batches, validates on a part of them, tests on the test batch.
    pub(in super::super) fn load(&self, seed: u64) -> Result<Parts, DataError> {
        let inner = self.path.join(INNER);
        let folder = if inner.is_dir() { &inner } else { &self.path };
        let mut whole = empty();
        for number in 1..=TRAINING_FILES {
            read(&folder.join(format!("data_batch_{number}.bin")), &mut whole)?;
        }
        let mut test = empty();
        read(&folder.join("test_batch.bin"), &mut test)?;
        let shares = Shares { valid: self.valid_fraction, test: Share::NONE };
        let drawn = Drawn::new(whole.len(), shares, seed)?;
        let part = |images: &[i64]| whole.drawn(images, NAMES.len());
        let valid = (!drawn.valid.is_empty()).then(|| part(&drawn.valid)).transpose()?;
        Ok(Parts {
            train: part(&drawn.train)?.into(),
            valid: valid.map(Into::into),
            test: Some(test.dataset(0..test.len(), NAMES.len())?.into()),
            class_names: NAMES.map(str::to_owned).to_vec(),
        })
    }
}

fn empty() -> Pixels {
    Pixels { bytes: Vec::new(), shape: [3, SIDE, SIDE], classes: Vec::new() }
}

/// Adds a file's records.
fn read(path: &Path, to: &mut Pixels) -> Result<(), DataError> {
    let most = (RECORD * MOST_RECORDS) as u64;
    let bytes = file::read_at_most(most + 1, path)?;
    let (length, records) = (bytes.len(), bytes.len() / RECORD);
    if records == 0 || records * RECORD != length || length as u64 > most {
        let expected = format!("expected from 1 to {MOST_RECORDS} records of {RECORD} bytes");
        return Err(wrong(path, format!("it has {length} bytes; {expected}")));
    }
    for (number, record) in bytes.chunks_exact(RECORD).enumerate() {
        let (class, pixels) = (record[0], &record[1..]);
        if usize::from(class) >= NAMES.len() {
            return Err(DataError::Byte {
                file: shown(path),
                byte: (number * RECORD) as u64,
                expected: format!("the class of record {number}, from 0 to 9"),
                found: class.to_string(),
            });
        }
        to.classes.push(class);
        to.bytes.extend_from_slice(pixels);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::data::Samples;
    use std::fs;

    /// Two records, of this class and the next.
    fn batch(class: u8) -> Vec<u8> {
        let record = |class: u8| {
            let pixels = (0..PIXELS).map(move |at| class + (at % 7) as u8);
            std::iter::once(class).chain(pixels)
        };
        record(class).chain(record(class + 1)).collect()
    }

    fn folder(inner: &str) -> (tempfile::TempDir, CifarConfig) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(inner);
        fs::create_dir_all(&path).unwrap();
        for number in 1..=5_u8 {
            let name = format!("data_batch_{number}.bin");
            fs::write(path.join(name), batch(number)).unwrap();
        }
        fs::write(path.join("test_batch.bin"), batch(0)).unwrap();
        let path = folder.path().to_owned();
        (folder, CifarConfig { path, valid_fraction: Share::TENTH })
    }

    #[test]
    fn the_six_files_are_read() {
        for inner in ["", INNER] {
            let (_folder, config) = folder(inner);
            let parts = config.load(0).unwrap();
            assert_eq!(parts.train.length().known(), Some(9));
            assert_eq!(parts.valid.unwrap().length().known(), Some(1));
            assert_eq!(parts.class_names[9], "truck");
            let Some(Samples::Table(test)) = parts.test else { panic!("a table") };
            assert_eq!(test.inputs.size(), [2, 3, 32, 32]);
            // Record 1, green, line 2, column 3: 1 + (1024 + 67) mod 7.
            let value = test.inputs.double_value(&[1, 1, 2, 3]);
            assert_eq!(value, f64::from(7.0_f32 / 255.0));
            assert_eq!(Vec::<i64>::try_from(&test.targets).unwrap(), [0, 1]);
        }
    }

    #[test]
    fn rubbish_is_told_with_its_place() {
        let (folder, config) = folder("");
        let told = |name: &str, bytes: &[u8]| {
            fs::write(folder.path().join(name), bytes).unwrap();
            let error = config.load(0).unwrap_err().to_string();
            error.replace(&format!("{}/", folder.path().display()), "")
        };
        let expected = "expected from 1 to 1000000 records of 3073 bytes";
        let cut = told("test_batch.bin", &batch(0)[..4000]);
        assert_eq!(cut, format!("test_batch.bin: it has 4000 bytes; {expected}"));
        let empty = told("data_batch_5.bin", b"");
        assert_eq!(empty, format!("data_batch_5.bin: it has 0 bytes; {expected}"));
        let class = told("data_batch_2.bin", &batch(9));
        assert_eq!(
            class,
            "data_batch_2.bin, byte 3073: expected the class of record 1, from 0 to 9, found 10"
        );
        fs::remove_file(folder.path().join("data_batch_1.bin")).unwrap();
        let missing = config.load(0).unwrap_err().to_string();
        assert!(missing.ends_with("data_batch_1.bin: there is no such file"), "{missing}");
    }
}
