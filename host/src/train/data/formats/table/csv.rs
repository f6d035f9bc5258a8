//! Tables as text: a header with the columns' names, then a line per row. Spaces around cells don't
//! count.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use super::super::file::{open, shown, unreadable, wrong};
use super::choice::Choice;
use super::columns::{Cell, Columns, Unfit};
use crate::train::data::DataError;

/// Texts that stand for no value, in small letters.
const NOTHING: [&str; 5] = ["", "na", "n/a", "nan", "null"];

/// More bytes have no row.
const LONGEST_ROW: u64 = 64 << 20;

type Opened = Reader<Bounded>;

/// The columns' names, in their order.
///
/// # Errors
/// A file that cannot be read; no header; a name that is empty, twice there, or not in UTF-8.
pub(super) fn names(path: &Path, delimiter: u8) -> Result<Vec<String>, DataError> {
    header(&mut reader(path, delimiter)?.0, path)
}

/// Adds the rows of a file to the columns that are wanted.
///
/// # Errors
/// What is wrong with the file, with its place.
pub(super) fn read(
    path: &Path,
    delimiter: u8,
    choice: &Choice,
    columns: &mut Columns,
) -> Result<(), DataError> {
    let (mut reader, since_a_row) = reader(path, delimiter)?;
    let there = header(&mut reader, path)?;
    let places = choice.places(&there, path)?;
    let (file, mut record, mut row): (_, _, usize) = (shown(path), ByteRecord::new(), 0);
    let mut kept = Vec::with_capacity(places.len());
    while reader.read_byte_record(&mut record).map_err(|error| broken(path, row + 1, error))? {
        row += 1;
        since_a_row.store(0, Ordering::Relaxed);
        let (expected, found) = (there.len(), record.len());
        if expected != found {
            return Err(DataError::Columns { file, row, expected, found });
        }
        kept.clear();
        for (column, &place) in places.iter().enumerate() {
            let wrong = |expected: &str, found: String| DataError::Cell {
                file: file.clone(),
                row,
                column: there[place].clone(),
                expected: expected.to_owned(),
                found,
            };
            let cell = &record[place];
            let text =
                str::from_utf8(cell).map_err(|_| wrong("text in UTF-8", shown_bytes(cell)))?;
            kept.push(columns.cell(column, cell_of(text)).map_err(|unfit| match unfit {
                Unfit::Expected(expected) => {
                    let found = crate::text::clean(text, 80);
                    let advice = match column < choice.features() {
                        true => "if the column holds categories, name it in `categories`",
                        false => "if it is a class, set task = \"classes\"",
                    };
                    wrong(expected, format!("`{found}`; {advice}"))
                }
                Unfit::Data(error) => error,
            })?);
        }
        columns.push(&kept)?;
    }
    Ok(())
}

fn cell_of(text: &str) -> Cell<'_> {
    let is_nothing = NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_nothing { Cell::Nothing } else { Cell::Text(text) }
}

/// The first of them.
fn shown_bytes(cell: &[u8]) -> String {
    let more = if cell.len() > 20 { " and more" } else { "" };
    format!("the bytes {:02x?}{more}", &cell[..cell.len().min(20)])
}

/// Reads a file as long as no row has more bytes than any row would: a quotation mark that is never
/// closed makes one row of all that follows.
struct Bounded {
    inner: Box<dyn Read + Send>,
    since_a_row: Arc<AtomicU64>,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        match self.since_a_row.fetch_add(read as u64, Ordering::Relaxed) {
            bytes if bytes > LONGEST_ROW => Err(io::Error::other(
                "it has more than 64 MiB; a quotation mark may lack its second one",
            )),
            _ => Ok(read),
        }
    }
}

/// And the bytes that it has read, to be set to 0 after each row.
fn reader(path: &Path, delimiter: u8) -> Result<(Opened, Arc<AtomicU64>), DataError> {
    let since_a_row = Arc::<AtomicU64>::default();
    let mut builder = ReaderBuilder::new();
    // Rows of another length have an error of our own.
    builder.delimiter(delimiter).flexible(true).trim(Trim::All);
    let bounded = Bounded { inner: open(path)?, since_a_row: Arc::clone(&since_a_row) };
    Ok((builder.from_reader(bounded), since_a_row))
}

fn header(reader: &mut Opened, path: &Path) -> Result<Vec<String>, DataError> {
    let header = reader.byte_headers().map_err(|error| broken(path, 0, error))?;
    let name = |(index, name): (usize, &[u8])| {
        let text = str::from_utf8(name).ok().filter(|name| !name.is_empty());
        text.map(str::to_owned).ok_or_else(|| {
            let number = index + 1;
            wrong(path, format!("column {number} has no name in UTF-8; expected a header"))
        })
    };
    let names: Vec<String> = header.iter().enumerate().map(name).collect::<Result<_, _>>()?;
    if names.is_empty() {
        return Err(wrong(path, "it is empty; expected a header with the columns' names"));
    }
    let mut known = HashSet::new();
    match names.iter().find(|name| !known.insert(name.as_str())) {
        Some(twice) => {
            let twice = crate::text::clean(twice, 80);
            Err(wrong(path, format!("two columns are called `{twice}`")))
        }
        None => Ok(names),
    }
}

/// Row 0 is the header.
fn broken(path: &Path, row: usize, error: csv::Error) -> DataError {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::Other => {
            wrong(path, format!("row {row}: {error}"))
        }
        csv::ErrorKind::Io(error) => unreadable(path, &error),
        _ => wrong(path, text),
    }
}
