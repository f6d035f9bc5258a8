//! The wanted columns of a table, as they were read: all files' rows one after another.

use std::collections::HashMap;
use std::ops::Range;

use super::super::kept::Kept;
use super::super::too_large;
use super::choice::Choice;
use crate::train::data::DataError;

/// Bytes that are read back at a time, or a row.
const AT_ONCE: usize = 1 << 20;

/// Texts are looked up for every cell, so they stay in memory, and may take so many MiB in any case.
const TEXTS_MIB: u64 = 64;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Numbers,
    Words,
}

/// A cell as a file has it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Nothing,
    Number(f64),
    /// As a text it keeps all of its digits.
    Integer(i128),
    /// In CSV it may be a number.
    Text(&'a str),
}

/// A cell as it is kept: a finite number's bits, or the number of one of its column's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits([u8; 8]);

impl Bits {
    /// No value. As a number it would be none, and nobody has so many texts.
    const NOTHING: Self = Self([u8::MAX; 8]);

    /// The number, in a column of numbers.
    pub(super) fn number(self) -> Option<f64> {
        (self != Self::NOTHING).then(|| f64::from_le_bytes(self.0))
    }

    /// Which text, in a column of words.
    pub(super) fn text(self) -> Option<usize> {
        if self == Self::NOTHING {
            return None;
        }
        usize::try_from(u64::from_le_bytes(self.0)).ok()
    }
}

/// What is known of a column beside its cells.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// `None`: the first value will tell.
    kind: Option<Kind>,
    /// Texts of a column of words, each once, in the order in which they came.
    pub(super) texts: Vec<String>,
    known: HashMap<String, usize>,
}

impl Column {
    /// What never had a value is a column of numbers.
    pub(super) fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Numbers)
    }

    /// What is kept of a cell, or what was expected in its place.
    fn bits(&mut self, cell: Cell<'_>) -> Result<Bits, &'static str> {
        let is_number = match cell {
            Cell::Nothing => return Ok(Bits::NOTHING),
            Cell::Number(_) | Cell::Integer(_) => true,
            Cell::Text(text) => self.kind.is_none() && text.parse::<f64>().is_ok(),
        };
        let natural = if is_number { Kind::Numbers } else { Kind::Words };
        match (*self.kind.get_or_insert(natural), cell) {
            (Kind::Numbers, cell) => Ok(Bits(number(cell)?.to_le_bytes())),
            (Kind::Words, Cell::Text(text)) => Ok(self.text(text)),
            (Kind::Words, Cell::Number(value)) => Ok(self.text(&value.to_string())),
            (Kind::Words, Cell::Integer(value)) => Ok(self.text(&value.to_string())),
            (Kind::Words, Cell::Nothing) => Ok(Bits::NOTHING),
        }
    }

    fn text(&mut self, text: &str) -> Bits {
        let number = match self.known.get(text) {
            Some(&number) => number,
            None => {
                let number = self.texts.len();
                self.known.insert(text.to_owned(), number);
                self.texts.push(text.to_owned());
                number
            }
        };
        Bits((number as u64).to_le_bytes())
    }
}

#[allow(clippy::cast_precision_loss, reason = "a model sees 24 bits of a number")]
fn number(cell: Cell<'_>) -> Result<f64, &'static str> {
    let value: f64 = match cell {
        Cell::Number(value) => value,
        Cell::Integer(value) => value as f64,
        Cell::Text(text) => text.parse().map_err(|_| "a number, as in the rows before")?,
        Cell::Nothing => return Err("a number"),
    };
    match value {
        _ if !value.is_finite() => Err("a finite number"),
        _ if value.abs() > f64::from(f32::MAX) => Err("a number of at most 3.4e38"),
        _ => Ok(value),
    }
}

/// The wanted columns.
#[derive(Debug)]
pub(super) struct Columns {
    /// The file that is read now, and at which of the rows it began.
    file: (String, usize),
    pub(super) columns: Vec<Column>,
    /// The first so many are features, the others targets.
    pub(super) features: usize,
    /// Row after row, eight bytes a cell.
    cells: Kept,
    rows: usize,
    /// The first cells without a value, of all columns and of the targets.
    missing: Option<Place>,
    missing_target: Option<Place>,
    memory_mib: u64,
    /// What the texts take.
    texts: u64,
}

/// Room for a row.
#[derive(Debug, Default)]
pub(super) struct Row {
    bytes: Vec<u8>,
    /// A cell for each column.
    pub(super) cells: Vec<Bits>,
}

/// Where a cell is: row and column are counted from 0.
#[derive(Debug, Clone)]
struct Place {
    file: String,
    row: usize,
    column: usize,
}

impl Columns {
    /// No rows yet.
    pub(super) fn new(choice: &Choice, memory_mib: u64) -> Self {
        let column = |(name, kind): (&String, &Option<Kind>)| Column {
            name: name.clone(),
            kind: *kind,
            texts: Vec::new(),
            known: HashMap::new(),
        };
        Self {
            file: (String::new(), 0),
            columns: choice.names().iter().zip(choice.kinds()).map(column).collect(),
            features: choice.features(),
            cells: Kept::new(memory_mib),
            rows: 0,
            missing: None,
            missing_target: None,
            memory_mib,
            texts: 0,
        }
    }

    /// Adds the rows of a file, which `read` pushes; says which rows these are.
    ///
    /// # Errors
    /// What `read` says; no rows.
    pub(super) fn file(
        &mut self,
        file: String,
        read: impl FnOnce(&mut Self) -> Result<(), DataError>,
    ) -> Result<Range<usize>, DataError> {
        let begin = self.rows;
        self.file = (file, begin);
        read(self)?;
        match self.rows == begin {
            true => Err(DataError::TooFew(format!("{}: it has no rows", self.file.0))),
            false => Ok(begin..self.rows),
        }
    }

    /// What a column holds: this, unless the run file or the rows before say something else.
    pub(super) fn kind_or(&mut self, column: usize, natural: Kind) -> Kind {
        *self.columns[column].kind.get_or_insert(natural)
    }

    /// What a column keeps of a cell.
    ///
    /// # Errors
    /// What was expected in its place; no memory for its text.
    pub(super) fn cell(&mut self, column: usize, cell: Cell<'_>) -> Result<Bits, Unfit> {
        let texts = self.columns[column].texts.len();
        let bits = self.columns[column].bits(cell).map_err(Unfit::Expected)?;
        if let Some(text) = self.columns[column].texts.get(texts) {
            // Twice the text, and what holds it.
            self.texts += 2 * text.len() as u64 + 80;
            self.check_texts(column).map_err(Unfit::Data)?;
        }
        Ok(bits)
    }

    /// Adds a row, a cell for each column.
    ///
    /// # Errors
    /// No room on disk.
    pub(super) fn push(&mut self, row: &[Bits]) -> Result<(), DataError> {
        for (column, &bits) in row.iter().enumerate() {
            if bits == Bits::NOTHING {
                self.note_missing(column);
            }
            self.cells.push(&bits.0)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether no cell had to go to disk.
    pub(super) fn is_in_memory(&self) -> bool {
        self.cells.is_in_memory()
    }

    /// One row, a cell for each column.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn row(&self, row: usize, into: &mut Row) -> Result<(), DataError> {
        into.bytes.resize(self.width(), 0);
        let at = (row as u64).saturating_mul(into.bytes.len() as u64);
        self.cells.read(at, &mut into.bytes)?;
        into.cells.clear();
        into.cells.extend(into.bytes.as_chunks().0.iter().copied().map(Bits));
        Ok(())
    }

    /// All rows are there: texts need not be found again.
    pub(super) fn finish(&mut self) {
        self.columns.iter_mut().for_each(|column| column.known = HashMap::new());
    }

    /// Shows all rows, one after another.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn each(&self, mut show: impl FnMut(usize, &[Bits])) -> Result<(), DataError> {
        let (width, mut cells) = (self.width(), Vec::new());
        let at_once = (AT_ONCE / width.max(1)).max(1);
        for begin in (0..self.rows).step_by(at_once) {
            let rows = at_once.min(self.rows - begin);
            let mut bytes = vec![0; rows * width];
            self.cells.read(begin as u64 * width as u64, &mut bytes)?;
            cells.clear();
            cells.extend(bytes.as_chunks().0.iter().copied().map(Bits));
            let in_a_row = self.columns.len().max(1);
            cells.chunks_exact(in_a_row).zip(begin..).for_each(|(row, number)| show(number, row));
        }
        Ok(())
    }

    /// Bytes of a row.
    fn width(&self) -> usize {
        8 * self.columns.len()
    }

    /// # Errors
    /// A cell without a value; features count only if they are asked for.
    pub(super) fn check_missing(&self, features: bool) -> Result<(), DataError> {
        let place = if features { &self.missing } else { &self.missing_target };
        let Some(Place { file, row, column }) = place else { return Ok(()) };
        let found = match *column >= self.features {
            true => "none; a target must be there",
            false => "none; `missing = \"mean\"` takes the training data's mean",
        };
        Err(DataError::Cell {
            file: file.clone(),
            row: row + 1,
            column: self.columns[*column].name.clone(),
            expected: "a value".to_owned(),
            found: found.to_owned(),
        })
    }

    fn note_missing(&mut self, column: usize) {
        let (file, begin) = &self.file;
        let place = || Place { file: file.clone(), row: self.rows - begin, column };
        if self.missing.is_none() {
            self.missing = Some(place());
        }
        if column >= self.features && self.missing_target.is_none() {
            self.missing_target = Some(place());
        }
    }

    fn check_texts(&self, column: usize) -> Result<(), DataError> {
        if self.texts <= self.memory_mib.max(TEXTS_MIB).saturating_mul(1 << 20) {
            return Ok(());
        }
        let (file, name) = (&self.file.0, &self.columns[column].name);
        let what = format!("{file}: column `{name}`, whose texts differ");
        let instead = match column < self.features {
            true => "leave it out by `features`",
            false => "tell another column",
        };
        Err(too_large(&what, self.texts, self.memory_mib, instead))
    }
}

/// Why a cell cannot be kept.
#[derive(Debug)]
pub(super) enum Unfit {
    /// What should stand there.
    Expected(&'static str),
    /// It is not the cell's fault.
    Data(DataError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_that_is_a_text_keeps_its_digits() {
        let (name, kind) = ("id".to_owned(), Some(Kind::Words));
        let mut column = Column { name, kind, texts: Vec::new(), known: HashMap::new() };
        let large = [9_007_199_254_740_992, 9_007_199_254_740_993];
        let bits = large.map(|id| column.bits(Cell::Integer(id)).unwrap());
        assert_eq!(bits.map(Bits::text), [Some(0), Some(1)]);
        assert_eq!(column.texts, large.map(|id| id.to_string()));
        let mut column = Column { kind: None, texts: Vec::new(), ..column };
        assert_eq!(column.bits(Cell::Integer(-3)).unwrap().number(), Some(-3.0));
        assert_eq!(column.bits(Cell::Number(1e39)), Err("a number of at most 3.4e38"));
    }
}
