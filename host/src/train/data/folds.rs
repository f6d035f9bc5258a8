//! Folds: what is trained on and looked at, parted anew, so that every sample is looked at once.

use std::sync::Arc;

use tch::Tensor;

use super::{DataError, Dataset, Parts, Samples};
use crate::train::torch::{During, TorchError};

/// One of the folds of cross-validation: `folds` and `fold` in `[data]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// How many there are, at least 2.
    pub of: usize,
    /// Which one is looked at, from 0.
    pub number: usize,
}

impl Fold {
    /// Understands the keys `folds` and `fold`.
    ///
    /// # Errors
    /// A sentence: one without the other, a number out of range.
    pub(super) fn of_keys(
        folds: Option<usize>,
        fold: Option<usize>,
    ) -> Result<Option<Self>, String> {
        match (folds, fold) {
            (None, None) => Ok(None),
            (Some(of), Some(number)) if of >= 2 && number < of => Ok(Some(Self { of, number })),
            (Some(of), Some(_)) if of < 2 => Err(format!("folds = {of}: expected at least 2")),
            (Some(of), Some(number)) => {
                Err(format!("fold = {number}: with folds = {of} it is from 0 to {}", of - 1))
            }
            (Some(_), None) => Err("folds: `fold` says which one is looked at, from 0".to_owned()),
            (None, Some(_)) => Err("fold: `folds` says how many there are".to_owned()),
        }
    }
}

impl Fold {
    /// Parts so many samples: the others, and this fold, a run of consecutive ones.
    ///
    /// # Errors
    /// Fewer samples than folds.
    #[allow(clippy::cast_possible_wrap, reason = "there are less than 2^63 samples")]
    fn part(self, samples: usize) -> Result<(Vec<i64>, Vec<i64>), DataError> {
        if samples < self.of {
            return Err(DataError::TooFew(format!("{samples} samples make no {} folds", self.of)));
        }
        let [from, until] =
            [self.number, self.number + 1].map(|edge| (samples * edge / self.of) as i64);
        let (valid, train) = (0..samples as i64).partition(|number| (from..until).contains(number));
        Ok((train, valid))
    }
}

/// Rows of what was read that are one part, and the numbers by which they are known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) rows: Vec<i64>,
    pub(super) numbers: Arc<[i64]>,
}

/// What is trained on and what is looked at.
///
/// Samples are numbered for tables that are joined: those that are trained on and those that are looked
/// at are counted through; tests have numbers of their own. With a fold, the same samples in the same
/// order are parted so that this fold is looked at and the others are trained on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pool {
    pub(super) train: Numbered,
    pub(super) valid: Numbered,
}

impl Pool {
    /// Parts rows before anything is fitted to those that are trained on.
    ///
    /// # Errors
    /// With a fold: nothing that is looked at, or too few.
    #[allow(clippy::cast_possible_wrap, reason = "there are less than 2^63 samples")]
    pub(super) fn new(
        train: Vec<i64>,
        valid: Vec<i64>,
        fold: Option<Fold>,
    ) -> Result<Self, DataError> {
        let (border, count) = (train.len() as i64, (train.len() + valid.len()) as i64);
        let (train_numbers, valid_numbers) = match fold {
            None => ((0..border).collect(), (border..count).collect()),
            Some(_) if valid.is_empty() => return Err(none_to_look_at()),
            Some(fold) => fold.part(train.len() + valid.len())?,
        };
        let all = [train, valid].concat();
        let numbered = |numbers: Vec<i64>| Numbered {
            rows: numbers
                .iter()
                .filter_map(|&number| all.get(usize::try_from(number).ok()?))
                .copied()
                .collect(),
            numbers: numbers.into(),
        };
        Ok(Self { train: numbered(train_numbers), valid: numbered(valid_numbers) })
    }
}

impl Numbered {
    /// Rows that are counted by themselves.
    #[allow(clippy::cast_possible_wrap, reason = "there are less than 2^63 samples")]
    pub(super) fn from_zero(rows: Vec<i64>) -> Self {
        let numbers = (0..rows.len() as i64).collect();
        Self { rows, numbers }
    }
}

impl Parts {
    /// The same as a [`Pool`] does, of samples that have been read: nothing was fitted to them.
    ///
    /// # Errors
    /// With a fold: nothing that is looked at, or too few; data of which one part is in memory and the
    /// other is not.
    pub(super) fn folded(self, fold: Option<Fold>) -> Result<Self, DataError> {
        let Some(fold) = fold else {
            let border = self.train.length().known().unwrap_or(0);
            let valid = self.valid.map(|valid| valid.numbered_from(border));
            return Ok(Self { train: self.train.numbered_from(0), valid, ..self });
        };
        let (train, valid): (Samples, Samples) = match (self.train, self.valid) {
            (_, None) => return Err(none_to_look_at()),
            (Samples::Table(train), Some(Samples::Table(valid))) => {
                let pool = train.followed_by(&valid)?;
                let (train, valid) = fold.part(pool.len())?;
                (pool.select(&train)?.into(), pool.select(&valid)?.into())
            }
            (Samples::Lazy(train), Some(Samples::Lazy(valid))) => {
                let pool = train.followed_by(&valid)?;
                let (train, valid) = fold.part(pool.len())?;
                (pool.select(train)?.into(), pool.select(valid)?.into())
            }
            _ => {
                let message = "folds: one part fits into memory and the other does not; set \
                               memory-mib so that both do, or neither";
                return Err(DataError::Settings(message.to_owned()));
            }
        };
        Ok(Self { train, valid: Some(valid), ..self })
    }
}

fn none_to_look_at() -> DataError {
    let message = "folds: there is no part for validation, of which every fold would be a part";
    DataError::Settings(message.to_owned())
}

impl Dataset {
    fn followed_by(&self, other: &Self) -> Result<Self, TorchError> {
        let cat = |one: &Tensor, other: &Tensor| Tensor::f_cat(&[one, other], 0).during("folds");
        let inputs = cat(&self.inputs, &other.inputs)?;
        Self::of(inputs, cat(&self.targets, &other.targets)?, self.spec.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::{DataConfig, LazyTable, bundled};
    use super::*;

    fn parts(fold: Option<Fold>) -> (Dataset, Dataset) {
        let parts = Parts::from(bundled().unwrap().split(0).unwrap()).folded(fold).unwrap();
        match (parts.train, parts.valid) {
            (Samples::Table(train), Some(Samples::Table(valid))) => (train, valid),
            _ => panic!("the digits are tables"),
        }
    }

    #[test]
    fn every_sample_is_looked_at_once() {
        let (train, valid) = parts(None);
        let mut all: Vec<i64> = train.numbers.iter().chain(valid.numbers.iter()).copied().collect();
        assert!(all.is_sorted() && all.len() == 1257 + 180);
        let whole = train.followed_by(&valid).unwrap();
        let mut seen = Vec::new();
        for number in 0..5 {
            let (train, valid) = parts(Some(Fold { of: 5, number }));
            assert!(train.len() + valid.len() == all.len() && (287..=288).contains(&valid.len()));
            assert!(train.numbers.iter().all(|one| !valid.numbers.contains(one)));
            // A number means the same sample in every fold.
            let same = whole.select(&valid.numbers).unwrap();
            assert!(same.inputs == valid.inputs && same.targets == valid.targets);
            seen.extend(valid.numbers.iter().copied());
        }
        seen.sort_unstable();
        all.sort_unstable();
        assert_eq!(seen, all);
    }

    /// The digits, read as they are needed.
    fn lazy(part: Samples) -> Samples {
        let Samples::Table(table) = part else { panic!("the digits are tables") };
        let (labels, counts) = (table.targets.shallow_clone(), table.class_counts.clone());
        let (spec, count, table) = (table.spec.clone(), table.len(), Mutex::new(table));
        let make = move |samples: &[i64]| {
            let selected = table.lock().unwrap().select(samples)?;
            Ok((selected.inputs, selected.targets))
        };
        LazyTable::new(spec, count, make).with_labels(labels, counts).into()
    }

    #[test]
    fn samples_that_are_read_later_are_folded_alike() {
        let read = || Parts::from(bundled().unwrap().split(0).unwrap());
        let later = || {
            let Parts { train, valid, test, class_names } = read();
            Parts { train: lazy(train), valid: valid.map(lazy), test, class_names }
        };
        for fold in [None, Some(Fold { of: 9, number: 8 }), Some(Fold { of: 9, number: 0 })] {
            let (now, later) = (read().folded(fold).unwrap(), later().folded(fold).unwrap());
            for pair in [(now.train, later.train), (now.valid.unwrap(), later.valid.unwrap())] {
                let (Samples::Table(now), Samples::Lazy(later)) = pair else { panic!("{pair:?}") };
                assert_eq!((&*now.numbers, now.len()), (later.numbers(), later.len()));
                assert_eq!(now.class_counts, later.class_counts());
                assert_eq!(now.labels(), later.labels());
                // From both sides of the border, in no order.
                let some: Vec<i64> = (0..60).map(|at| at * 37 % now.len() as i64).collect();
                let (expected, found) = (now.select(&some).unwrap(), later.rows(&some).unwrap());
                assert!(expected.inputs == found.0 && expected.targets == found.1);
            }
        }
        let Parts { train, valid, test, class_names } = read();
        let mixed = Parts { train: lazy(train), valid, test, class_names };
        let told = mixed.folded(Some(Fold { of: 2, number: 0 })).unwrap_err().to_string();
        assert!(
            told.starts_with("folds: one part fits into memory and the other does not"),
            "{told}"
        );
    }

    #[test]
    fn keys_that_make_no_fold_are_named() {
        let told =
            |text: &str| toml::from_str::<DataConfig>(text).unwrap_err().message().to_owned();
        assert!(toml::from_str::<DataConfig>("folds = 5\nfold = 4").unwrap().fold.is_some());
        assert!(told("folds = 5").contains("`fold` says which one is looked at"));
        assert!(told("fold = 0").contains("`folds` says how many there are"));
        assert!(told("folds = 1\nfold = 0").contains("folds = 1: expected at least 2"));
        assert!(told("folds = 3\nfold = 3").contains("fold = 3: with folds = 3 it is from 0 to 2"));
        let few = bundled().unwrap().select(&(0..20).collect::<Vec<i64>>()).unwrap();
        let few = Parts::from(few.split(0).unwrap());
        let error = few.folded(Some(Fold { of: 30, number: 0 })).unwrap_err().to_string();
        assert_eq!(error, "16 samples make no 30 folds");
    }
}
