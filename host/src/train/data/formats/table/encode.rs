//! From columns to the numbers that a model sees.

use std::collections::{BTreeSet, HashMap};

use tch::Tensor;

use super::super::too_large;
use super::columns::{Column, Columns, Words};
use super::{Missing, TableConfig, Tables, Task, rows};
use crate::train::data::{DataError, Dataset};
use crate::train::torch::During;

/// A column of texts with more than these is no column of categories unless the run file says so.
const MOST_CATEGORIES: usize = 256;

/// What the training part has taught.
#[derive(Debug)]
pub(super) struct Encoder {
    inputs: Vec<Input>,
    target: Target,
    /// Columns before this one are features.
    features: usize,
    memory_mib: u64,
    /// Rows of all parts together.
    rows: usize,
}

/// What a feature becomes.
#[derive(Debug)]
enum Input {
    /// (x − mean) / scale; the mean where there is no value.
    Number(Scale),
    /// 1 at its own place, 0 at the others'.
    OneHot(Vec<String>),
}

#[derive(Debug, Clone, Copy)]
struct Scale {
    /// In place of a value that is not there.
    mean: f64,
    shift: f64,
    scale: f64,
}

#[derive(Debug)]
enum Target {
    Classes(Vec<String>),
    Numbers(Vec<Scale>),
}

impl Encoder {
    /// Fits means, deviations and categories to the training part, and the classes to all parts: a
    /// class that only tests have is a class.
    ///
    /// # Errors
    /// Cells without a value; a column without any; texts that are too many for categories.
    pub(super) fn fit(tables: &Tables, config: &TableConfig) -> Result<Self, DataError> {
        let parts = || [Some(&tables.train), tables.valid.as_ref(), tables.test.as_ref()];
        for part in parts().into_iter().flatten() {
            check_missing(part, config.missing)?;
        }
        let train = &tables.train;
        let training = || rows(&tables.drawn.train);
        let input = |column: usize| match &train.columns[column] {
            Column::Numbers(values) => {
                let values = training().map(|row| values[row]);
                fit_scale(train, column, values, config.normalise).map(Input::Number)
            }
            Column::Words(words) => {
                let named = config.categories.contains(&train.names[column]);
                categories(train, column, words, training(), named).map(Input::OneHot)
            }
        };
        let inputs = (0..train.features).map(input).collect::<Result<_, _>>()?;
        let targets = train.features..train.columns.len();
        let all = parts().into_iter().flatten();
        let target = match &train.columns[train.features] {
            Column::Words(_) if targets.len() > 1 => return Err(not_numbers(train, config.task)),
            Column::Words(_) => Target::Classes(classes(all, train.features)),
            Column::Numbers(_) => {
                let scale = |column: usize| match &train.columns[column] {
                    Column::Numbers(values) => {
                        let values = training().map(|row| values[row]);
                        fit_scale(train, column, values, config.normalise_targets)
                    }
                    Column::Words(_) => Err(not_numbers(train, config.task)),
                };
                Target::Numbers(targets.map(scale).collect::<Result<_, _>>()?)
            }
        };
        let rows = parts().into_iter().flatten().map(Columns::rows).sum();
        let encoder =
            Self { inputs, target, features: train.features, memory_mib: config.memory_mib, rows };
        encoder.check_size(&train.file)?;
        Ok(encoder)
    }

    /// What classes are called; empty where targets are numbers.
    pub(super) fn class_names(&self) -> &[String] {
        match &self.target {
            Target::Classes(names) => names,
            Target::Numbers(_) => &[],
        }
    }

    /// These rows, in this order: inputs `[rows, inputs]`; classes `[rows]` or numbers
    /// `[rows, numbers]`.
    ///
    /// # Errors
    /// No memory.
    pub(super) fn encode(
        &self,
        columns: &Columns,
        rows: impl Iterator<Item = usize> + Clone,
    ) -> Result<Dataset, DataError> {
        let what = "reading a table";
        let (width, count) = (self.width(), rows.clone().count());
        let mut values = vec![0.0_f32; width * count];
        let mut at = 0;
        for (input, column) in self.inputs.iter().zip(&columns.columns) {
            let places = values.iter_mut().skip(at).step_by(width.max(1));
            match (input, column) {
                (Input::Number(scale), Column::Numbers(numbers)) => {
                    places.zip(rows.clone()).for_each(|(to, row)| *to = scale.of(numbers[row]));
                }
                (Input::OneHot(names), Column::Words(words)) => {
                    let numbers = numbers_of(words, names);
                    for (index, row) in rows.clone().enumerate() {
                        if let Some(&Some(place)) = numbers.get(words.codes[row] as usize) {
                            values[index * width + at + place] = 1.0;
                        }
                    }
                }
                // The parts are read as columns of the same kinds.
                _ => {}
            }
            at += input.width();
        }
        let inputs = Tensor::f_from_slice(&values).during(what)?;
        let inputs = inputs.f_view([signed(count), signed(width)]).during(what)?;
        self.dataset(inputs, columns, rows)
    }

    fn dataset(
        &self,
        inputs: Tensor,
        columns: &Columns,
        rows: impl Iterator<Item = usize> + Clone,
    ) -> Result<Dataset, DataError> {
        let what = "reading a table";
        let targets = &columns.columns[self.features..];
        match (&self.target, targets) {
            (Target::Classes(names), [Column::Words(words)]) => {
                let numbers = numbers_of(words, names);
                let class = |row: usize| numbers.get(words.codes[row] as usize).copied().flatten();
                // Every text is a class, and none is missing.
                let classes: Vec<i64> = rows.map(|row| class(row).map_or(-1, signed)).collect();
                let classes = Tensor::f_from_slice(&classes).during(what)?;
                Ok(Dataset::new(inputs, classes, signed(names.len()))?)
            }
            (Target::Numbers(scales), targets) => {
                let number = |row: usize, (scale, target): (&Scale, &Column)| match target {
                    Column::Numbers(numbers) => scale.of(numbers[row]),
                    Column::Words(_) => f32::NAN,
                };
                let each = |row| scales.iter().zip(targets).map(move |pair| number(row, pair));
                let values: Vec<f32> = rows.flat_map(each).collect();
                let numbers = Tensor::f_from_slice(&values).during(what)?;
                let numbers = numbers.f_view([-1, signed(scales.len())]).during(what)?;
                Ok(Dataset::of_numbers(inputs, numbers)?)
            }
            (Target::Classes(_), _) => Err(not_numbers(columns, None)),
        }
    }

    /// Numbers that a model sees of a row.
    fn width(&self) -> usize {
        self.inputs.iter().map(Input::width).sum()
    }

    fn check_size(&self, file: &str) -> Result<(), DataError> {
        let takes = 4 * (self.width() as u64).saturating_mul(self.rows as u64);
        if takes <= self.memory_mib.saturating_mul(1 << 20) {
            return Ok(());
        }
        let instead = format!(
            "choose fewer columns by `features`: categories make {} numbers of each row",
            self.width()
        );
        Err(too_large(file, takes, self.memory_mib, &instead))
    }
}

impl Input {
    fn width(&self) -> usize {
        match self {
            Self::Number(_) => 1,
            Self::OneHot(names) => names.len(),
        }
    }
}

impl Scale {
    #[allow(clippy::cast_possible_truncation, reason = "a model computes in f32")]
    fn of(self, value: f64) -> f32 {
        let value = if value.is_nan() { self.mean } else { value };
        ((value - self.shift) / self.scale) as f32
    }
}

fn check_missing(part: &Columns, missing: Missing) -> Result<(), DataError> {
    let Some(place) = part.first_missing(missing == Missing::Error) else { return Ok(()) };
    let is_target = place.1 >= part.features;
    let found = if is_target {
        "none; a target must be there"
    } else {
        "none; `missing = \"mean\"` takes the training data's mean"
    };
    Err(part.cell(place, "a value", found))
}

/// Mean and deviation, that of the sample itself (divided by n); a deviation of 0 counts as 1.
fn fit_scale(
    train: &Columns,
    column: usize,
    values: impl Iterator<Item = f64> + Clone,
    normalise: bool,
) -> Result<Scale, DataError> {
    let there = values.filter(|value| !value.is_nan());
    let count = there.clone().count();
    if count == 0 {
        let (file, name) = (&train.file, &train.names[column]);
        return Err(DataError::Settings(format!(
            "{file}: column `{name}` has no value in the training data; leave it out by `features`"
        )));
    }
    #[allow(clippy::cast_precision_loss, reason = "a number of rows")]
    let count = count as f64;
    let mean = there.clone().sum::<f64>() / count;
    let variance = there.map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    Ok(match normalise {
        true => Scale { mean, shift: mean, scale: deviation },
        false => Scale { mean, shift: 0.0, scale: 1.0 },
    })
}

/// The texts that occur in training, sorted.
fn categories(
    train: &Columns,
    column: usize,
    words: &Words,
    rows: impl Iterator<Item = usize>,
    named: bool,
) -> Result<Vec<String>, DataError> {
    let codes: BTreeSet<u32> =
        rows.map(|row| words.codes[row]).filter(|&code| code != Words::NONE).collect();
    let (file, name, count) = (&train.file, &train.names[column], codes.len());
    if count == 0 {
        return Err(DataError::Settings(format!(
            "{file}: column `{name}` has no value in the training data; leave it out by `features`"
        )));
    }
    if count > MOST_CATEGORIES && !named {
        let first = crate::text::clean(&words.texts[0], 40);
        return Err(DataError::Settings(format!(
            "{file}: column `{name}` has {count} different texts, the first is `{first}`; name it in \
             `categories` if each is to be an input, or leave it out by `features`"
        )));
    }
    let texts = codes.into_iter().filter_map(|code| words.texts.get(code as usize));
    Ok(sorted(texts.cloned().collect()))
}

/// The texts that occur in any part, sorted.
fn classes<'a>(parts: impl Iterator<Item = &'a Columns>, column: usize) -> Vec<String> {
    let texts = parts.filter_map(|part| match &part.columns[column] {
        Column::Words(words) => Some(&words.texts),
        Column::Numbers(_) => None,
    });
    let texts: BTreeSet<&String> = texts.flatten().collect();
    sorted(texts.into_iter().cloned().collect())
}

/// By number if all are numbers, so that 10 comes after 9.
fn sorted(mut texts: Vec<String>) -> Vec<String> {
    let number = |text: &String| text.parse::<f64>().ok();
    if texts.iter().all(|text| number(text).is_some()) {
        texts.sort_by(|a, b| {
            let (first, second) = (number(a).unwrap_or(0.0), number(b).unwrap_or(0.0));
            first.total_cmp(&second).then_with(|| a.cmp(b))
        });
    } else {
        texts.sort_unstable();
    }
    texts
}

/// The place of each of a column's texts among these names.
fn numbers_of(words: &Words, names: &[String]) -> Vec<Option<usize>> {
    let places: HashMap<&str, usize> =
        names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    words.texts.iter().map(|text| places.get(text.as_str()).copied()).collect()
}

fn not_numbers(train: &Columns, task: Option<Task>) -> DataError {
    let file = &train.file;
    let task = match task {
        Some(Task::Classes) => "classes are told from one column",
        _ => "several targets must all be numbers",
    };
    DataError::Settings(format!("{file}: target: {task}; expected one column, or numbers alone"))
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
