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
use super::columns::{Budget, Cell, Columns, Growing, Kind};
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

/// The columns that are wanted.
///
/// # Errors
/// What is wrong with the file, with its place.
pub(super) fn read(
    path: &Path,
    choice: &Choice,
    budget: &mut Budget,
) -> Result<Columns, DataError> {
    caught(path, || {
        let reader = open(path)?;
        let places = choice.places(&names_in(&reader), path)?;
        let mut columns = Vec::new();
        for (index, (&place, &kind)) in places.iter().zip(choice.kinds()).enumerate() {
            let is_target = index >= choice.features();
            let reading = Reading { path, reader: &reader, place, budget: &mut *budget };
            columns.push(reading.column(kind, is_target)?.finish());
        }
        Columns::new(shown(path), choice, columns)
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

/// One column on its way into memory.
struct Reading<'a> {
    path: &'a Path,
    reader: &'a Opened,
    place: usize,
    budget: &'a mut Budget,
}

impl Reading<'_> {
    fn column(mut self, kind: Option<Kind>, is_target: bool) -> Result<Growing, DataError> {
        let about = self.reader.metadata().file_metadata().schema_descr().column(self.place);
        let cells = cells(&about).ok_or_else(|| self.other_type(&about))?;
        let natural = match cells {
            Cells::Texts => Kind::Words,
            Cells::Booleans if is_target => Kind::Words,
            Cells::Numbers | Cells::Booleans => Kind::Numbers,
        };
        let kind = kind.unwrap_or(natural);
        let (mut column, mut row) = (Growing::new(Some(kind)), 0);
        let (path, file) = (self.path, shown(self.path));
        let budget = &mut self.budget;
        let mut push = |cell: Found<'_>| {
            row += 1;
            let wrong = |expected: &str| DataError::Cell {
                file: file.clone(),
                row,
                column: about.name().to_owned(),
                expected: expected.to_owned(),
                found: match cell {
                    Ok(Cell::Number(value)) => value.to_string(),
                    Ok(Cell::Text(text)) => format!("`{}`", crate::text::clean(text, 80)),
                    _ => "other bytes".to_owned(),
                },
            };
            budget.take(cell.and_then(|cell| column.push(cell)).map_err(wrong)?, &file)
        };
        for group in 0..self.reader.num_row_groups() {
            let group = self.reader.get_row_group(group);
            let reader = group.and_then(|group| group.get_column_reader(self.place));
            let reader = reader.map_err(|error| broken(path, &error))?;
            let group = Group { highest: about.max_def_level(), kind, signed: is_signed(&about) };
            let ended = group.read(reader, &mut push);
            ended.map_err(|ended| ended.told(path))?;
        }
        Ok(column)
    }

    fn other_type(&self, about: &ColumnDescriptor) -> DataError {
        let kind = match about.logical_type_ref() {
            Some(logical) => format!("{logical:?}"),
            None => format!("{:?}", about.physical_type()),
        };
        let name = about.path().parts().join(".");
        let of_lists = if about.max_rep_level() > 0 { ", in lists" } else { "" };
        DataError::Settings(format!(
            "{}: column `{name}` is of type {kind}{of_lists}; expected numbers, booleans or texts, \
             one in a row: leave it out by `features`, or convert it",
            shown(self.path)
        ))
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

/// Why a group of rows was not read to its end.
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

/// How a column lies in a group of rows.
#[derive(Clone, Copy)]
struct Group {
    /// The level of a value that is there; 0 where every row has one.
    highest: i16,
    kind: Kind,
    /// Integers may be negative.
    signed: bool,
}

impl Group {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a model sees 24 bits of a number; the type says what the bits mean"
    )]
    fn read(self, reader: ColumnReader, push: &mut Push<'_>) -> Result<(), Ended> {
        let number = |value: f64| Ok(Cell::Number(value));
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
                number(if self.signed { f64::from(value) } else { f64::from(value as u32) })
            }),
            ColumnReader::Int64ColumnReader(reader) => self.values(reader, push, |&value| {
                number(if self.signed { value as f64 } else { value as u64 as f64 })
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
        self,
        mut reader: ColumnReaderImpl<T>,
        push: &mut Push<'_>,
        cell: impl for<'a> Fn(&'a T::T) -> Found<'a>,
    ) -> Result<(), Ended> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        loop {
            levels.clear();
            values.clear();
            let wanted = (self.highest > 0).then_some(&mut levels);
            let read = reader.read_records(AT_ONCE, wanted, None, &mut values);
            let (rows, ..) = read.map_err(Ended::Broken)?;
            if rows == 0 {
                return Ok(());
            }
            let mut values = values.iter();
            for row in 0..rows {
                let is_there = self.highest == 0 || levels.get(row) == Some(&self.highest);
                let value = if is_there { values.next() } else { None };
                push(value.map_or(Ok(Cell::Nothing), &cell)).map_err(Ended::Value)?;
            }
        }
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
