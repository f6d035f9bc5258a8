//! Tables in Parquet: flat columns of numbers, booleans or texts.

use std::fs::File;
use std::path::Path;

use parquet::basic::Type as Physical;
use parquet::basic::{ConvertedType, LogicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::super::file::{shown, size, unreadable, wrong};
use super::choice::Choice;
use super::columns::{Bits, Cell, Columns, Kind, Unfit};
use crate::train::data::DataError;

/// Rows that are read at a time.
const AT_ONCE: usize = 4096;

/// What a column of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cells {
    Numbers,
    Booleans,
    Texts,
}

/// The columns' names, in their order; those within others by their path, with dots.
///
/// # Errors
/// A file that is no Parquet.
pub(super) fn names(path: &Path) -> Result<Vec<String>, DataError> {
    caught(path, || Ok(names_in(&open(path)?)))
}

/// Adds the rows of a file to the columns that are wanted.
///
/// # Errors
/// What is wrong with the file, with its place.
pub(super) fn read(path: &Path, choice: &Choice, columns: &mut Columns) -> Result<(), DataError> {
    caught(path, || {
        let reader = open(path)?;
        let places = choice.places(&names_in(&reader), path)?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let wanted = places.iter().enumerate().map(|(index, &place)| {
            let about = schema.column(place);
            let cells = cells(&about).ok_or_else(|| other_type(path, &about))?;
            let kind = columns.kind_or(index, cells.kind(index >= choice.features()));
            let (highest, signed) = (about.max_def_level(), is_signed(&about));
            Ok(Wanted { place, name: choice.names()[index].clone(), highest, kind, signed })
        });
        let wanted = wanted.collect::<Result<Vec<_>, DataError>>()?;
        let mut reading = Reading { path, reader: &reader, wanted, columns, rows: 0 };
        (0..reader.num_row_groups()).try_for_each(|group| reading.group(group))
    })
}

type Opened = SerializedFileReader<File>;

fn open(path: &Path) -> Result<Opened, DataError> {
    size(path)?;
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    SerializedFileReader::new(file).map_err(|error| broken(path, &error))
}

fn names_in(reader: &Opened) -> Vec<String> {
    let schema = reader.metadata().file_metadata().schema_descr();
    schema.columns().iter().map(|column| column.path().parts().join(".")).collect()
}

fn broken(path: &Path, error: &ParquetError) -> DataError {
    wrong(path, format!("it is cut short, or no Parquet file ({error})"))
}

/// The reader is other people's code: what it panics with is a fault of the file as well.
fn caught<T>(path: &Path, read: impl FnOnce() -> Result<T, DataError>) -> Result<T, DataError> {
    crate::callback::caught(read).unwrap_or_else(|message| {
        Err(wrong(path, format!("it is no sound Parquet file (the reader panicked: {message})")))
    })
}

/// A file on its way into columns.
struct Reading<'a> {
    path: &'a Path,
    reader: &'a Opened,
    wanted: Vec<Wanted>,
    columns: &'a mut Columns,
    /// Rows that were read.
    rows: usize,
}

impl Reading<'_> {
    /// Reads a group of rows, some rows of all columns at a time.
    fn group(&mut self, group: usize) -> Result<(), DataError> {
        let refused = |error: ParquetError| broken(self.path, &error);
        let group = self.reader.get_row_group(group).map_err(refused)?;
        let reader = |wanted: &Wanted| group.get_column_reader(wanted.place);
        let readers = self.wanted.iter().map(reader).collect::<Result<Vec<_>, _>>();
        let mut readers = readers.map_err(refused)?;
        let mut parts = vec![Vec::new(); readers.len()];
        loop {
            for (column, (reader, part)) in readers.iter_mut().zip(&mut parts).enumerate() {
                part.clear();
                self.part(column, reader, part)?;
            }
            let rows = parts.first().map_or(0, Vec::len);
            if parts.iter().any(|part| part.len() != rows) {
                return Err(wrong(self.path, "its columns have different numbers of rows"));
            }
            if rows == 0 {
                return Ok(());
            }
            let mut row = Vec::with_capacity(parts.len());
            for number in 0..rows {
                row.clear();
                row.extend(parts.iter().map(|part| part[number]));
                self.columns.push(&row)?;
            }
            self.rows += rows;
        }
    }

    /// Reads some rows of a column.
    fn part(
        &mut self,
        column: usize,
        reader: &mut ColumnReader,
        into: &mut Vec<Bits>,
    ) -> Result<(), DataError> {
        let (wanted, columns) = (&self.wanted[column], &mut *self.columns);
        let mut push = |cell: Found<'_>| {
            let wrong = |expected: &str| DataError::Cell {
                file: shown(self.path),
                row: self.rows + into.len() + 1,
                column: wanted.name.clone(),
                expected: expected.to_owned(),
                found: match cell {
                    Ok(Cell::Number(value)) => value.to_string(),
                    Ok(Cell::Integer(value)) => value.to_string(),
                    Ok(Cell::Text(text)) => format!("`{}`", crate::text::clean(text, 80)),
                    _ => "other bytes".to_owned(),
                },
            };
            let kept = cell.map_err(Unfit::Expected).and_then(|cell| columns.cell(column, cell));
            into.push(kept.map_err(|unfit| match unfit {
                Unfit::Expected(expected) => wrong(expected),
                Unfit::Data(error) => error,
            })?);
            Ok(())
        };
        wanted.read(reader, &mut push).map_err(|ended| ended.told(self.path))
    }
}

fn other_type(path: &Path, about: &ColumnDescriptor) -> DataError {
    let kind = match about.logical_type_ref() {
        Some(logical) => format!("{logical:?}"),
        None => format!("{:?}", about.physical_type()),
    };
    let name = about.path().parts().join(".");
    let of_lists = if about.max_rep_level() > 0 { ", in lists" } else { "" };
    DataError::Settings(format!(
        "{}: column `{name}` is of type {kind}{of_lists}; expected numbers, booleans or texts, one \
         in a row: leave it out by `features`, or convert it",
        shown(path)
    ))
}

impl Cells {
    /// What such a column is read as if nothing else is said.
    fn kind(self, is_target: bool) -> Kind {
        match self {
            Self::Texts => Kind::Words,
            Self::Booleans if is_target => Kind::Words,
            Self::Numbers | Self::Booleans => Kind::Numbers,
        }
    }
}

/// What the column is, if it can be read.
fn cells(about: &ColumnDescriptor) -> Option<Cells> {
    if about.max_rep_level() > 0 {
        return None;
    }
    match about.physical_type() {
        Physical::BOOLEAN => Some(Cells::Booleans),
        Physical::INT32 | Physical::INT64 => {
            // Dates, times and decimals are integers as well.
            let plain = match (about.logical_type_ref(), about.converted_type()) {
                (Some(logical), _) => matches!(logical, LogicalType::Integer(_)),
                (None, converted) => !matches!(
                    converted,
                    ConvertedType::DECIMAL
                        | ConvertedType::DATE
                        | ConvertedType::TIME_MILLIS
                        | ConvertedType::TIME_MICROS
                        | ConvertedType::TIMESTAMP_MILLIS
                        | ConvertedType::TIMESTAMP_MICROS
                ),
            };
            plain.then_some(Cells::Numbers)
        }
        Physical::FLOAT | Physical::DOUBLE => Some(Cells::Numbers),
        Physical::BYTE_ARRAY => match about.logical_type_ref() {
            None | Some(LogicalType::String | LogicalType::Enum) => Some(Cells::Texts),
            Some(_) => None,
        },
        Physical::INT96 | Physical::FIXED_LEN_BYTE_ARRAY => None,
    }
}

/// Why rows were not read to their end.
enum Ended {
    /// What the file's bytes are to blame for.
    Broken(ParquetError),
    /// A value that may not be there.
    Value(DataError),
}

impl Ended {
    fn told(self, path: &Path) -> DataError {
        match self {
            Self::Broken(error) => broken(path, &error),
            Self::Value(error) => error,
        }
    }
}

/// A cell, or what was expected in its place.
type Found<'a> = Result<Cell<'a>, &'static str>;

type Push<'a> = dyn FnMut(Found<'_>) -> Result<(), DataError> + 'a;

/// A column that is wanted, and how it lies in the file.
struct Wanted {
    place: usize,
    name: String,
    /// The level of a value that is there; 0 where every row has one.
    highest: i16,
    kind: Kind,
    /// Integers may be negative.
    signed: bool,
}

impl Wanted {
    #[allow(clippy::cast_sign_loss, reason = "the type says what the bits mean")]
    fn read(&self, reader: &mut ColumnReader, push: &mut Push<'_>) -> Result<(), Ended> {
        let integer = |value: i128| Ok(Cell::Integer(value));
        // pandas writes NaN where there is no value.
        let float =
            |value: f64| Ok(if value.is_nan() { Cell::Nothing } else { Cell::Number(value) });
        match reader {
            ColumnReader::BoolColumnReader(reader) => self.values(reader, push, |value| {
                Ok(match self.kind {
                    Kind::Numbers => Cell::Number(f64::from(u8::from(*value))),
                    Kind::Words => Cell::Text(if *value { "true" } else { "false" }),
                })
            }),
            ColumnReader::Int32ColumnReader(reader) => self.values(reader, push, |&value| {
                integer(if self.signed { value.into() } else { (value as u32).into() })
            }),
            ColumnReader::Int64ColumnReader(reader) => self.values(reader, push, |&value| {
                integer(if self.signed { value.into() } else { (value as u64).into() })
            }),
            ColumnReader::FloatColumnReader(reader) => {
                self.values(reader, push, |&value| float(value.into()))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                self.values(reader, push, |&value| float(value))
            }
            ColumnReader::ByteArrayColumnReader(reader) => self.values(reader, push, text_of),
            _ => Err(Ended::Broken(ParquetError::General("a type that is not read".to_owned()))),
        }
    }

    fn values<T: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<T>,
        push: &mut Push<'_>,
        cell: impl for<'a> Fn(&'a T::T) -> Found<'a>,
    ) -> Result<(), Ended> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let wanted = (self.highest > 0).then_some(&mut levels);
        let read = reader.read_records(AT_ONCE, wanted, None, &mut values);
        let (rows, ..) = read.map_err(Ended::Broken)?;
        let mut values = values.iter();
        (0..rows).try_for_each(|row| {
            let is_there = self.highest == 0 || levels.get(row) == Some(&self.highest);
            let value = if is_there { values.next() } else { None };
            push(value.map_or(Ok(Cell::Nothing), &cell)).map_err(Ended::Value)
        })
    }
}

fn text_of(bytes: &ByteArray) -> Found<'_> {
    bytes.as_utf8().map(Cell::Text).map_err(|_| "text in UTF-8")
}

fn is_signed(about: &ColumnDescriptor) -> bool {
    match about.logical_type_ref() {
        Some(LogicalType::Integer(integer)) => integer.is_signed,
        _ => !matches!(about.converted_type(), ConvertedType::UINT_32 | ConvertedType::UINT_64),
    }
}
