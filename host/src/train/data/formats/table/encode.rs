//! From a table's rows to the numbers that a model sees.

use tch::Tensor;

use super::TableConfig;
use super::columns::{Bits, Columns, Row};
use super::fit::{Input, Names, Target, fit};
use crate::train::data::{
    DataError, DataSpec, Dataset, LazyTable, Samples, Targets, count_classes,
};
use crate::train::torch::{During, TorchError};

/// All rows as they were read, and how a model sees them.
#[derive(Debug)]
pub(super) struct Encoder {
    columns: Columns,
    inputs: Vec<Input>,
    target: Target,
    /// What a model sees may take so much in memory.
    memory_mib: u64,
}

/// The rows of a table, of which parts are made.
pub(super) enum Rows {
    /// Encoded at once.
    InMemory(Encoder),
    /// Encoded when they are asked for.
    Lazy(LazyTable),
}

/// What is to be told of some rows.
enum Told {
    Classes(Vec<i64>),
    Numbers(Vec<f32>),
}

impl Encoder {
    /// Fits means, deviations and categories to the training rows; `file` is theirs.
    ///
    /// # Errors
    /// Cells without a value; a column without any; texts that are too many for categories.
    pub(super) fn fit(
        mut columns: Columns,
        training: &[i64],
        config: &TableConfig,
        file: &str,
    ) -> Result<Self, DataError> {
        let (inputs, target) = fit(&columns, training, config, file)?;
        columns.finish();
        Ok(Self { columns, inputs, target, memory_mib: config.memory_mib })
    }

    /// What classes are called; empty where targets are numbers.
    pub(super) fn class_names(&self) -> &[String] {
        match &self.target {
            Target::Classes(names) => &names.names,
            Target::Numbers(_) => &[],
        }
    }

    /// Rows in memory, where all that a model sees fits there.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn rows(self) -> Result<Rows, DataError> {
        let takes = 4 * (self.width() as u64).saturating_mul(self.columns.rows() as u64);
        let fits = takes <= self.memory_mib.saturating_mul(1 << 20);
        if self.columns.is_in_memory() && fits {
            return Ok(Rows::InMemory(self));
        }
        let (spec, rows, labels) = (self.spec(), self.columns.rows(), self.labels()?);
        let table = LazyTable::new(spec, rows, move |rows| self.read(rows));
        Ok(Rows::Lazy(match labels {
            Some((labels, counts)) => table.with_labels(labels, counts),
            None => table,
        }))
    }

    /// Inputs and targets of these rows.
    fn read(&self, rows: &[i64]) -> Result<(Tensor, Tensor), DataError> {
        let mut told = match &self.target {
            Target::Classes(_) => Told::Classes(Vec::new()),
            Target::Numbers(_) => Told::Numbers(Vec::new()),
        };
        let (mut inputs, mut read) =
            (Vec::with_capacity(rows.len() * self.width()), Row::default());
        for row in rows.iter().filter_map(|&row| usize::try_from(row).ok()) {
            self.columns.row(row, &mut read)?;
            let (features, targets) =
                read.cells.split_at(self.columns.features.min(read.cells.len()));
            let pairs = self.inputs.iter().zip(features);
            pairs.for_each(|(input, &cell)| input.encode(cell, &mut inputs));
            self.target.encode(targets, &mut told);
        }
        let shape = [signed(rows.len()), signed(self.width())];
        Ok((shaped(&inputs, &shape)?, told.tensor(rows.len())?))
    }

    fn dataset(&self, inputs: Tensor, targets: Tensor) -> Result<Dataset, TorchError> {
        match &self.target {
            Target::Classes(names) => Dataset::new(inputs, targets, signed(names.names.len())),
            Target::Numbers(_) => Dataset::of_numbers(inputs, targets),
        }
    }

    fn spec(&self) -> DataSpec {
        let input_shape = vec![signed(self.width())];
        match &self.target {
            Target::Classes(names) => DataSpec::of_classes(input_shape, signed(names.names.len())),
            Target::Numbers(scales) => {
                let targets = Targets::Numbers(signed(scales.len()));
                DataSpec { input_shape, vocabulary: None, targets }
            }
        }
    }

    /// The class of every row, and how often each occurs; `None`: targets are numbers.
    fn labels(&self) -> Result<Option<(Tensor, Vec<u64>)>, DataError> {
        let Target::Classes(names) = &self.target else { return Ok(None) };
        let mut classes = Vec::with_capacity(self.columns.rows());
        self.columns
            .each(|_, cells| classes.extend(cells.last().map(|&cell| class(names, cell))))?;
        let labels = shaped(&classes, &[signed(classes.len())])?;
        let counts = count_classes(&labels, signed(names.names.len()))?;
        Ok(Some((labels, counts)))
    }

    /// Numbers that a model sees of a row.
    fn width(&self) -> usize {
        self.inputs.iter().map(Input::width).sum()
    }
}

impl Rows {
    /// Some of the rows, in this order, known by their numbers: inputs `[rows, inputs]`; classes `[rows]`
    /// or numbers `[rows, numbers]`.
    ///
    /// # Errors
    /// No memory; what the disk says.
    pub(super) fn select(&self, rows: Vec<i64>) -> Result<Samples, DataError> {
        match self {
            Self::InMemory(encoder) => {
                let (inputs, targets) = encoder.read(&rows)?;
                let part = encoder.dataset(inputs, targets)?;
                Ok(Dataset { numbers: rows.into(), ..part }.into())
            }
            Self::Lazy(table) => Ok(table.select(rows)?.into()),
        }
    }
}

impl Input {
    fn width(&self) -> usize {
        match self {
            Self::Number(_) => 1,
            Self::OneHot(names) => names.names.len(),
        }
    }

    fn encode(&self, cell: Bits, into: &mut Vec<f32>) {
        match self {
            Self::Number(scale) => into.push(scale.of(cell)),
            Self::OneHot(names) => {
                let begin = into.len();
                into.resize(begin + names.names.len(), 0.0);
                if let Some(place) = names.place(cell) {
                    into[begin + place] = 1.0;
                }
            }
        }
    }
}

impl Target {
    fn encode(&self, cells: &[Bits], into: &mut Told) {
        match (self, into) {
            (Self::Classes(names), Told::Classes(classes)) => {
                classes.extend(cells.iter().map(|&cell| class(names, cell)));
            }
            (Self::Numbers(scales), Told::Numbers(numbers)) => {
                numbers.extend(scales.iter().zip(cells).map(|(scale, &cell)| scale.of(cell)));
            }
            _ => {}
        }
    }
}

impl Told {
    fn tensor(&self, rows: usize) -> Result<Tensor, TorchError> {
        match self {
            Self::Classes(classes) => shaped(classes, &[signed(rows)]),
            Self::Numbers(numbers) => {
                shaped(numbers, &[signed(rows), signed(numbers.len() / rows.max(1))])
            }
        }
    }
}

/// Every text is a class, and none is missing.
fn class(names: &Names, cell: Bits) -> i64 {
    names.place(cell).map_or(-1, signed)
}

fn shaped<T: tch::kind::Element>(values: &[T], shape: &[i64]) -> Result<Tensor, TorchError> {
    let what = "reading a table";
    Tensor::f_from_slice(values).during(what)?.f_view(shape).during(what)
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
