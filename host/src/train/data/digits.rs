//! The handwritten digits: 1,797 images of 8×8, `[n, 1, 8, 8]` in [0, 1], classes 0 to 9.
//!
//! Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning
//! Repository, CC BY 4.0. A row is 64 pixels 0 to 16, line by line, then the digit.

use std::io::Read;

use tch::Tensor;

use super::{DataError, Dataset};
use crate::train::torch::During;

const SIDE: i64 = 8;
const PIXELS: usize = 64;
/// Each pixel counts the dark ones in a 4×4 block of the scan.
const DARKEST: u8 = 16;
const CLASSES: u8 = 10;

static BUNDLED: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/digits/digits.csv.gz"));

/// The digits that the binary carries.
///
/// # Errors
/// None in a sound binary.
pub fn bundled() -> Result<Dataset, DataError> {
    let file = "digits.csv.gz";
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(BUNDLED).read_to_end(&mut text).map_err(|error| {
        DataError::Unreadable { file: file.to_owned(), reason: error.to_string() }
    })?;
    parse(file, &text)
}

/// Reads digits from CSV without a header; `file` is its name in messages.
///
/// # Errors
/// A row or a field that is not as above, with its place.
pub fn parse(file: &str, text: &[u8]) -> Result<Dataset, DataError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let (mut pixels, mut digits) = (Vec::new(), Vec::new());
    for (index, record) in reader.byte_records().enumerate() {
        let record = record.map_err(|error| DataError::Unreadable {
            file: file.to_owned(),
            reason: error.to_string(),
        })?;
        let row = Row { file, number: index + 1, record };
        row.check_length()?;
        for column in 0..PIXELS {
            let value = row.whole_number(column, DARKEST, "a whole number from 0 to 16")?;
            pixels.push(f32::from(value) / f32::from(DARKEST));
        }
        let digit = row.whole_number(PIXELS, CLASSES - 1, "a digit from 0 to 9")?;
        digits.push(i64::from(digit));
    }
    let images = Tensor::f_from_slice(&pixels).during("reading digits")?;
    let images = images.f_view([-1, 1, SIDE, SIDE]).during("reading digits")?;
    let digits = Tensor::f_from_slice(&digits).during("reading digits")?;
    Ok(Dataset::new(images, digits, i64::from(CLASSES))?)
}

struct Row<'a> {
    file: &'a str,
    number: usize,
    record: csv::ByteRecord,
}

impl Row<'_> {
    fn check_length(&self) -> Result<(), DataError> {
        let (expected, found) = (PIXELS + 1, self.record.len());
        if found == expected {
            return Ok(());
        }
        Err(DataError::Columns { file: self.file.to_owned(), row: self.number, expected, found })
    }

    fn whole_number(
        &self,
        column: usize,
        greatest: u8,
        expected: &'static str,
    ) -> Result<u8, DataError> {
        let text = String::from_utf8_lossy(&self.record[column]);
        let value = text.trim().parse().ok().filter(|&value| value <= greatest);
        value.ok_or_else(|| DataError::Field {
            file: self.file.to_owned(),
            row: self.number,
            column: column + 1,
            expected,
            found: text.into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::data::DataSpec;

    #[test]
    fn the_bundled_digits_are_whole() {
        let digits = bundled().unwrap();
        assert_eq!(digits.len(), 1797);
        assert_eq!(digits.spec, DataSpec::of_classes(vec![1, 8, 8], 10));
        assert_eq!(digits.class_counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(digits.inputs.max().double_value(&[]), 1.0);
        assert_eq!(digits.inputs.min().double_value(&[]), 0.0);
        // The first image's third pixel is 5 of 16, and it shows a zero.
        assert_eq!(digits.inputs.double_value(&[0, 0, 0, 2]), 0.3125);
        assert_eq!(digits.targets.int64_value(&[0]), 0);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let row = |digit: &str| format!("{}{digit}\n", "0,".repeat(64));
        let error = |text: String| parse("my.csv", text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            error(row("1") + &row("10")),
            "my.csv, row 2, column 65: expected a digit from 0 to 9, found `10`"
        );
        assert_eq!(
            error(row("1").replacen("0,0", "0,x", 1)),
            "my.csv, row 1, column 2: expected a whole number from 0 to 16, found `x`"
        );
        assert_eq!(error("1,2\n".into()), "my.csv, row 1: expected 65 columns, found 2");
    }
}
