//! Tables as text: a header with the columns' names, then a line per row. Spaces around cells don't
//! count.

use std::io::Read;
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use super::super::file::{open, shown, unreadable, wrong};
use super::choice::Choice;
use super::columns::{Cell, Columns, Unfit};
use crate::train::data::DataError;

/// Texts that stand for no value, in small letters.
const NOTHING: [&str; 5] = ["", "na", "n/a", "nan", "null"];

type Opened = Reader<Box<dyn Read + Send>>;

/// The columns' names, in their order.
///
/// # Errors
/// A file that cannot be read; no header; a name that is empty, twice there, or not in UTF-8.
pub(super) fn names(path: &Path, delimiter: u8) -> Result<Vec<String>, DataError> {
    header(&mut reader(path, delimiter)?, path)
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
    let mut reader = reader(path, delimiter)?;
    let there = header(&mut reader, path)?;
    let places = choice.places(&there, path)?;
    let (file, mut record, mut row) = (shown(path), ByteRecord::new(), 0);
    let mut kept = Vec::with_capacity(places.len());
    while reader.read_byte_record(&mut record).map_err(|error| broken(path, error))? {
        row += 1;
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
            let text = str::from_utf8(cell)
                .map_err(|_| wrong("text in UTF-8", format!("the bytes {cell:02x?}")))?;
            kept.push(columns.cell(column, cell_of(text)).map_err(|unfit| match unfit {
                Unfit::Expected(expected) => {
                    let found = crate::text::clean(text, 80);
                    let advice = "if the column holds categories, name it in `categories`";
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

fn reader(path: &Path, delimiter: u8) -> Result<Opened, DataError> {
    let mut builder = ReaderBuilder::new();
    // Rows of another length have an error of our own.
    builder.delimiter(delimiter).flexible(true).trim(Trim::All);
    Ok(builder.from_reader(open(path)?))
}

fn header(reader: &mut Opened, path: &Path) -> Result<Vec<String>, DataError> {
    let header = reader.byte_headers().map_err(|error| broken(path, error))?;
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
    match names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)) {
        Some((_, twice)) => Err(wrong(path, format!("two columns are called `{twice}`"))),
        None => Ok(names),
    }
}

fn broken(path: &Path, error: csv::Error) -> DataError {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => unreadable(path, &error),
        _ => wrong(path, text),
    }
}
