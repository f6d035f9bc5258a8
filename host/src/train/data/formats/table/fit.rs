//! What the training part teaches: means, deviations and categories.

use super::columns::{Bits, Column, Columns, Kind};
use super::{Missing, TableConfig, Task};
use crate::train::data::DataError;

/// A column of texts with more than these is no column of categories unless the run file says so.
const MOST_CATEGORIES: usize = 256;

/// What a feature becomes.
#[derive(Debug)]
pub(super) enum Input {
    /// (x − mean) / scale; the mean where there is no value.
    Number(Scale),
    /// 1 at its own place, 0 at the others'.
    OneHot(Names),
}

/// What is to be told.
#[derive(Debug)]
pub(super) enum Target {
    Classes(Names),
    Numbers(Vec<Scale>),
}

/// Texts that have a place.
#[derive(Debug)]
pub(super) struct Names {
    /// By their places.
    pub(super) names: Vec<String>,
    /// The places of a column's texts; `None` for those that have none.
    places: Vec<Option<usize>>,
}

impl Names {
    /// Sorts those of a column's texts that are wanted.
    fn new(column: &Column, wanted: impl Fn(usize) -> bool) -> Self {
        let mut chosen: Vec<usize> = (0..column.texts.len()).filter(|&text| wanted(text)).collect();
        sort(&mut chosen, &column.texts);
        let mut places = vec![None; column.texts.len()];
        chosen.iter().enumerate().for_each(|(place, &text)| places[text] = Some(place));
        Self { names: chosen.into_iter().map(|text| column.texts[text].clone()).collect(), places }
    }

    pub(super) fn place(&self, cell: Bits) -> Option<usize> {
        cell.text().and_then(|text| self.places.get(text).copied().flatten())
    }
}

/// By number if all are numbers, so that 10 comes after 9.
fn sort(chosen: &mut [usize], texts: &[String]) {
    let number = |text: usize| texts[text].parse::<f64>().ok();
    let numbers: Option<Vec<f64>> = chosen.iter().map(|&text| number(text)).collect();
    match numbers {
        Some(_) => chosen.sort_by(|&a, &b| {
            let [first, second] = [a, b].map(|text| number(text).unwrap_or(0.0));
            first.total_cmp(&second).then_with(|| texts[a].cmp(&texts[b]))
        }),
        None => chosen.sort_by(|&a, &b| texts[a].cmp(&texts[b])),
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// In place of a value that is not there.
    mean: f64,
    shift: f64,
    scale: f64,
}

impl Scale {
    #[allow(clippy::cast_possible_truncation, reason = "a model computes in f32")]
    pub(super) fn of(self, cell: Bits) -> f32 {
        ((cell.number().unwrap_or(self.mean) - self.shift) / self.scale) as f32
    }
}

/// What a column shows in the training rows.
#[derive(Debug, Clone, Default)]
struct Seen {
    values: usize,
    sum: f64,
    /// Sum of the squared distances to the mean.
    squares: f64,
    /// Which of its texts occur.
    texts: Vec<bool>,
}

impl Seen {
    #[allow(clippy::cast_precision_loss, reason = "a number of rows")]
    fn mean(&self) -> f64 {
        self.sum / self.values as f64
    }

    /// Mean and deviation, that of the sample itself (divided by n); where all values are one, as far as
    /// rounding lets it be seen, the deviation counts as 1. The bound is scikit-learn's.
    #[allow(clippy::cast_precision_loss, reason = "a number of rows")]
    fn scale(&self, normalise: bool) -> Scale {
        let (mean, variance, count) =
            (self.mean(), self.squares / self.values as f64, self.values as f64);
        let rounding = count * f64::EPSILON;
        let is_constant = variance <= rounding * variance + (rounding * mean).powi(2);
        let deviation = if is_constant { 1.0 } else { variance.sqrt() };
        match normalise {
            true => Scale { mean, shift: mean, scale: deviation },
            false => Scale { mean, shift: 0.0, scale: 1.0 },
        }
    }
}

/// What the columns show in the training rows, in two passes over all of them.
struct Training {
    seen: Vec<Seen>,
    is_training: Vec<bool>,
}

impl Training {
    fn look(columns: &Columns, rows: &[i64]) -> Result<Self, DataError> {
        let mut is_training = vec![false; columns.rows()];
        let places = rows.iter().filter_map(|&row| usize::try_from(row).ok());
        places.for_each(|row| is_training[row] = true);
        let texts = |column: &Column| vec![false; column.texts.len()];
        let seen = |column| Seen { texts: texts(column), ..Seen::default() };
        let seen = columns.columns.iter().map(seen).collect();
        let mut training = Self { seen, is_training };
        training.each(columns, |kind, seen, cell| match (kind, cell.number(), cell.text()) {
            (Kind::Numbers, Some(value), _) => {
                seen.values += 1;
                seen.sum += value;
            }
            (Kind::Words, _, Some(text)) => {
                seen.values += 1;
                seen.texts[text] = true;
            }
            _ => {}
        })?;
        training.each(columns, |kind, seen, cell| {
            if let (Kind::Numbers, Some(value)) = (kind, cell.number()) {
                seen.squares += (value - seen.mean()).powi(2);
            }
        })?;
        Ok(training)
    }

    /// Shows every cell of the training rows, with what was seen of its column.
    fn each(
        &mut self,
        columns: &Columns,
        show: impl Fn(Kind, &mut Seen, Bits),
    ) -> Result<(), DataError> {
        let kinds: Vec<Kind> = columns.columns.iter().map(Column::kind).collect();
        columns.each(|row, cells| {
            if self.is_training[row] {
                let pairs = kinds.iter().zip(&mut self.seen).zip(cells);
                pairs.for_each(|((&kind, seen), &cell)| show(kind, seen, cell));
            }
        })
    }
}

/// Fits means, deviations and categories to the training part, and the classes to all parts: a class
/// that only tests have is a class.
///
/// # Errors
/// Cells without a value; a column without any; texts that are too many for categories.
pub(super) fn fit(
    columns: &Columns,
    rows: &[i64],
    config: &TableConfig,
    file: &str,
) -> Result<(Vec<Input>, Target), DataError> {
    columns.check_missing(config.missing == Missing::Error)?;
    let training = Training::look(columns, rows)?;
    let (features, targets) = columns.columns.split_at(columns.features);
    let (seen, seen_targets) = training.seen.split_at(columns.features);
    let there = |column: &Column, seen: &Seen| match seen.values {
        0 => Err(DataError::Settings(format!(
            "{file}: column `{}` has no value in the training data; leave it out by `features`",
            column.name
        ))),
        _ => Ok(()),
    };
    let input = |(column, seen): (&Column, &Seen)| {
        there(column, seen)?;
        match column.kind() {
            Kind::Numbers => Ok(Input::Number(seen.scale(config.normalise))),
            Kind::Words => categories(column, seen, config, file).map(Input::OneHot),
        }
    };
    let inputs = features.iter().zip(seen).map(input).collect::<Result<_, _>>()?;
    let scale = |(column, seen): (&Column, &Seen)| match column.kind() {
        Kind::Numbers => there(column, seen).map(|()| seen.scale(config.normalise_targets)),
        Kind::Words => Err(not_numbers(config.task, file)),
    };
    let target = match targets {
        [column] if column.kind() == Kind::Words => Target::Classes(Names::new(column, |_| true)),
        _ => {
            Target::Numbers(targets.iter().zip(seen_targets).map(scale).collect::<Result<_, _>>()?)
        }
    };
    Ok((inputs, target))
}

/// The texts that occur in training.
fn categories(
    column: &Column,
    seen: &Seen,
    config: &TableConfig,
    file: &str,
) -> Result<Names, DataError> {
    let names = Names::new(column, |text| seen.texts[text]);
    let (name, count) = (&column.name, names.names.len());
    if count <= MOST_CATEGORIES || config.categories.contains(name) {
        return Ok(names);
    }
    let first = crate::text::clean(names.names.first().map_or("", String::as_str), 40);
    Err(DataError::Settings(format!(
        "{file}: column `{name}` has {count} different texts, the first is `{first}`; name it in \
         `categories` if each is to be an input, or leave it out by `features`"
    )))
}

fn not_numbers(task: Option<Task>, file: &str) -> DataError {
    let task = match task {
        Some(Task::Classes) => "classes are told from one column",
        _ => "several targets must all be numbers",
    };
    DataError::Settings(format!("{file}: target: {task}; expected one column, or numbers alone"))
}
