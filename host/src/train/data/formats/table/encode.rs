//! From a table's rows to the numbers that a model sees.

use std::sync::Arc;

use tch::Tensor;

use super::TableConfig;
use super::columns::{Bits, Columns, Row};
use super::fit::{Input, Target, fit};
use crate::train::data::lazy::picked;
use crate::train::data::{DataError, DataSpec, Dataset, LazyTable, Samples, Targets};
use crate::train::torch::{During, TorchError};

/// All rows as they were read, and how a model sees them.
#[derive(Debug)]
pub(super) struct Encoder {
    columns: Columns,
    inputs: Vec<Input>,
    target: Target,
    /// Whether all that a model sees fits into the memory that it may take.
    fits: bool,
    /// The class of every row, where rows are read as they are needed.
    classes: Vec<u32>,
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
        let width: usize = inputs.iter().map(Input::width).sum();
        let takes = 4 * (width as u64).saturating_mul(columns.rows() as u64);
        let fits = columns.is_in_memory() && takes <= config.memory_mib.saturating_mul(1 << 20);
        columns.finish();
        let mut encoder = Self { columns, inputs, target, fits, classes: Vec::new() };
        if !fits {
            encoder.classes = encoder.classes()?;
        }
        Ok(encoder)
    }

    /// What classes are called; empty where targets are numbers.
    pub(super) fn class_names(&self) -> &[String] {
        match &self.target {
            Target::Classes(names) => &names.names,
            Target::Numbers(_) => &[],
        }
    }

    /// Some of the rows, in this order, known by their numbers: inputs `[rows, inputs]`; classes `[rows]`
    /// or numbers `[rows, numbers]`.
    ///
    /// # Errors
    /// No memory; what the disk says.
    pub(super) fn part(self: &Arc<Self>, rows: Vec<i64>) -> Result<Samples, DataError> {
        let numbers = Arc::from(rows.as_slice());
        if self.fits {
            let (inputs, targets) = self.read(&rows)?;
            return Ok(Dataset { numbers, ..self.dataset(inputs, targets)? }.into());
        }
        let (all, count) = (Arc::clone(self), rows.len());
        let labels = self.labels(&rows)?;
        let table =
            LazyTable::new(self.spec(), count, move |samples| all.read(&picked(&rows, samples)?));
        let table = table.numbered(numbers);
        Ok(match labels {
            Some((labels, counts)) => table.with_labels(labels, counts),
            None => table,
        }
        .into())
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

    /// The class of every row; none where targets are numbers.
    fn classes(&self) -> Result<Vec<u32>, DataError> {
        let Target::Classes(names) = &self.target else { return Ok(Vec::new()) };
        let mut classes = Vec::with_capacity(self.columns.rows());
        self.columns.each(|_, cells| {
            let place = cells.last().and_then(|&cell| names.place(cell));
            classes.push(place.and_then(|place| u32::try_from(place).ok()).unwrap_or_default());
        })?;
        Ok(classes)
    }

    /// The classes of these rows, and how often each occurs.
    fn labels(&self, rows: &[i64]) -> Result<Option<(Tensor, Vec<u64>)>, DataError> {
        let Target::Classes(names) = &self.target else { return Ok(None) };
        let class = |&row: &i64| self.classes.get(usize::try_from(row).ok()?).copied();
        let classes: Vec<u32> = rows.iter().filter_map(class).collect();
        let mut counts = vec![0; names.names.len()];
        classes.iter().for_each(|&class| counts[class as usize] += 1);
        let classes: Vec<i64> = classes.into_iter().map(i64::from).collect();
        Ok(Some((shaped(&classes, &[signed(classes.len())])?, counts)))
    }

    /// Numbers that a model sees of a row.
    fn width(&self) -> usize {
        self.inputs.iter().map(Input::width).sum()
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
            // Every text is a class, and none is missing.
            (Self::Classes(names), Told::Classes(classes)) => {
                classes.extend(cells.iter().map(|&cell| names.place(cell).map_or(-1, signed)));
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

fn shaped<T: tch::kind::Element>(values: &[T], shape: &[i64]) -> Result<Tensor, TorchError> {
    let what = "reading a table";
    Tensor::f_from_slice(values).during(what)?.f_view(shape).during(what)
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
