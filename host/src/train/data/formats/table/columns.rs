//! Columns of a table in memory, as they were read.

use std::collections::HashMap;

use super::super::too_large;
use super::choice::Choice;
use crate::train::data::DataError;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Numbers,
    Words,
}

/// The wanted columns of a file.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) file: String,
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// The first so many are features, the others targets.
    pub(super) features: usize,
}

/// A column, a value per row.
#[derive(Debug)]
pub(super) enum Column {
    /// NaN where there is none.
    Numbers(Vec<f64>),
    /// One of a few texts.
    Words(Words),
}

/// Texts of a column, each once, and which one each row has.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Numbers of texts; [`Words::NONE`] where there is no value.
    pub(super) codes: Vec<u32>,
    pub(super) texts: Vec<String>,
    known: HashMap<String, u32>,
}

impl Words {
    pub(super) const NONE: u32 = u32::MAX;

    /// Bytes that it takes anew.
    fn add(&mut self, cell: Cell<'_>) -> u64 {
        match cell {
            Cell::Text(text) => self.push(text),
            Cell::Number(value) => self.push(&value.to_string()),
            Cell::Nothing => {
                self.codes.push(Self::NONE);
                4
            }
        }
    }

    fn push(&mut self, text: &str) -> u64 {
        if let Some(&code) = self.known.get(text) {
            self.codes.push(code);
            return 4;
        }
        let code = u32::try_from(self.texts.len()).unwrap_or(Self::NONE);
        self.known.insert(text.to_owned(), code);
        self.texts.push(text.to_owned());
        self.codes.push(code);
        // Twice the text, and what holds it.
        2 * text.len() as u64 + 80
    }
}

impl Column {
    /// Number of rows.
    fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Words(words) => words.codes.len(),
        }
    }

    /// Whether this row has no value.
    pub(super) fn lacks(&self, row: usize) -> bool {
        match self {
            Self::Numbers(values) => values[row].is_nan(),
            Self::Words(words) => words.codes[row] == Words::NONE,
        }
    }
}

impl Columns {
    /// # Errors
    /// No rows.
    pub(super) fn new(
        file: String,
        choice: &Choice,
        columns: Vec<Column>,
    ) -> Result<Self, DataError> {
        let names = choice.names().to_vec();
        let read = Self { file, names, columns, features: choice.features() };
        match read.rows() {
            0 => Err(DataError::TooFew(format!("{}: it has no rows", read.file))),
            _ => Ok(read),
        }
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    pub(super) fn kinds(&self) -> Vec<Kind> {
        let kind = |column: &Column| match column {
            Column::Numbers(_) => Kind::Numbers,
            Column::Words(_) => Kind::Words,
        };
        self.columns.iter().map(kind).collect()
    }

    /// The first cell without a value: row, then column, both counted from 0. Features count only if
    /// they are asked for.
    pub(super) fn first_missing(&self, features: bool) -> Option<(usize, usize)> {
        let from = if features { 0 } else { self.features };
        let lacks =
            |row: usize| (from..self.columns.len()).find(|&column| self.columns[column].lacks(row));
        (0..self.rows()).find_map(|row| lacks(row).map(|column| (row, column)))
    }

    /// What is wrong with a cell; row and column are counted from 0.
    pub(super) fn cell(
        &self,
        (row, column): (usize, usize),
        expected: &str,
        found: &str,
    ) -> DataError {
        DataError::Cell {
            file: self.file.clone(),
            row: row + 1,
            column: self.names[column].clone(),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }
}

/// What columns may still take.
#[derive(Debug)]
pub(super) struct Budget {
    memory_mib: u64,
    taken: u64,
}

impl Budget {
    pub(super) fn new(memory_mib: u64) -> Self {
        Self { memory_mib, taken: 0 }
    }

    /// # Errors
    /// More than there may be.
    pub(super) fn take(&mut self, bytes: u64, file: &str) -> Result<(), DataError> {
        self.taken = self.taken.saturating_add(bytes);
        if self.taken <= self.memory_mib.saturating_mul(1 << 20) {
            return Ok(());
        }
        let instead = "choose fewer columns by `features`";
        Err(too_large(file, self.taken, self.memory_mib, instead))
    }
}

/// A column as it grows.
#[derive(Debug)]
pub(super) enum Growing {
    /// So many rows without a value: the first value will tell.
    Unknown(usize),
    /// It is known what it holds.
    Known(Column),
}

/// A cell as a file has it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Nothing,
    Number(f64),
    /// In CSV it may be a number.
    Text(&'a str),
}

impl Growing {
    pub(super) fn new(kind: Option<Kind>) -> Self {
        match kind {
            None => Self::Unknown(0),
            Some(Kind::Numbers) => Self::Known(Column::Numbers(Vec::new())),
            Some(Kind::Words) => Self::Known(Column::Words(Words::default())),
        }
    }

    /// Adds a cell; how many bytes that took, or what was expected instead.
    pub(super) fn push(&mut self, cell: Cell<'_>) -> Result<u64, &'static str> {
        if let Self::Unknown(missing) = self {
            let is_number = match cell {
                Cell::Nothing => {
                    *missing += 1;
                    return Ok(8);
                }
                Cell::Number(_) => true,
                Cell::Text(text) => text.parse::<f64>().is_ok(),
            };
            *self = Self::Known(begun(*missing, is_number));
        }
        match self {
            Self::Known(Column::Numbers(values)) => {
                values.push(number(cell)?);
                Ok(8)
            }
            Self::Known(Column::Words(words)) => Ok(words.add(cell)),
            Self::Unknown(_) => Ok(0),
        }
    }

    /// All rows are there. What never had a value is a column of numbers.
    pub(super) fn finish(self) -> Column {
        match self {
            Self::Unknown(missing) => begun(missing, true),
            Self::Known(column) => column,
        }
    }
}

fn number(cell: Cell<'_>) -> Result<f64, &'static str> {
    let value = match cell {
        Cell::Nothing => return Ok(f64::NAN),
        Cell::Number(value) => value,
        Cell::Text(text) => text.parse().map_err(|_| "a number, as in the rows before")?,
    };
    if value.is_finite() { Ok(value) } else { Err("a finite number") }
}

fn begun(missing: usize, numbers: bool) -> Column {
    if numbers {
        return Column::Numbers(vec![f64::NAN; missing]);
    }
    Column::Words(Words { codes: vec![Words::NONE; missing], ..Words::default() })
}
