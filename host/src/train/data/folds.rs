//! Folds: what is trained on and looked at, parted anew, so that every sample is looked at once.

use tch::Tensor;

use super::lazy::picked;
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

    /// Parts rows that are trained on and looked at anew, before anything is fitted to them.
    ///
    /// # Errors
    /// Nothing that is looked at, or too few.
    pub(super) fn part_rows(
        self,
        train: &[i64],
        valid: &[i64],
    ) -> Result<(Vec<i64>, Vec<i64>), DataError> {
        if valid.is_empty() {
            return Err(none_to_look_at());
        }
        let all = [train, valid].concat();
        let (train, valid) = self.part(all.len())?;
        Ok((picked(&all, &train)?, picked(&all, &valid)?))
    }
}

impl Parts {
    /// Parts samples anew, if a fold says so: in the same order, this fold is looked at and the others
    /// are trained on. Nothing was fitted to them.
    ///
    /// # Errors
    /// With a fold: nothing that is looked at, or too few; data of which one part is in memory and the
    /// other is not.
    pub(super) fn folded(self, fold: Option<Fold>) -> Result<Self, DataError> {
        let parts = self.apart();
        let Some(fold) = fold else { return Ok(parts) };
        let valid = parts.valid.ok_or_else(none_to_look_at)?;
        let pool = parts.train.followed_by(&valid)?;
        let (train, valid) = fold.part(pool.length().known().unwrap_or(0))?;
        let (train, valid) = (pool.select(train)?, pool.select(valid)?);
        Ok(Self { train, valid: Some(valid), ..parts })
    }

    /// Samples are known by their numbers in their files. Where validation has a file of its own, its
    /// numbers go on behind those of training.
    fn apart(self) -> Self {
        let valid = self.valid.map(|valid| match (self.train.numbers(), valid.numbers()) {
            (Some(train), Some(numbers)) => {
                if do_meet(train, numbers) {
                    return valid.numbered_after(train.iter().copied().max().unwrap_or(-1));
                }
                valid
            }
            _ => valid,
        });
        Self { valid, ..self }
    }
}

/// Whether a number is in both lists. A byte for each is little beside the samples.
fn do_meet(some: &[i64], others: &[i64]) -> bool {
    let place = |number: &i64| usize::try_from(*number).ok();
    let mut known = vec![false; some.iter().filter_map(place).max().map_or(0, |most| most + 1)];
    some.iter().filter_map(place).for_each(|at| known[at] = true);
    others.iter().filter_map(place).any(|at| known.get(at) == Some(&true))
}

fn none_to_look_at() -> DataError {
    refused("there is no part for validation, of which every fold would be a part")
}

fn refused(why: &str) -> DataError {
    DataError::Settings(format!("folds: {why}"))
}

impl Samples {
    fn followed_by(&self, other: &Self) -> Result<Self, DataError> {
        match (self, other) {
            (Self::Table(one), Self::Table(other)) => Ok(one.followed_by(other)?.into()),
            (Self::Lazy(one), Self::Lazy(other)) => Ok(one.followed_by(other)?.into()),
            _ => Err(refused(
                "one part fits into memory and the other does not; set memory-mib so that both do, or \
                 neither",
            )),
        }
    }
}

impl Dataset {
    fn followed_by(&self, other: &Self) -> Result<Self, TorchError> {
        let cat = |one: &Tensor, other: &Tensor| Tensor::f_cat(&[one, other], 0).during("folds");
        let inputs = cat(&self.inputs, &other.inputs)?;
        let joined = Self::of(inputs, cat(&self.targets, &other.targets)?, self.spec.clone())?;
        Ok(Self { numbers: [&*self.numbers, &*other.numbers].concat().into(), ..joined })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

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
        assert_eq!(all.len(), 1257 + 180);
        let whole = bundled().unwrap();
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
        let numbers = Arc::clone(&table.numbers);
        let (spec, count, table) = (table.spec.clone(), table.len(), Mutex::new(table));
        let make = move |samples: &[i64]| {
            let selected = table.lock().unwrap().select(samples)?;
            Ok((selected.inputs, selected.targets))
        };
        LazyTable::new(spec, count, make).with_labels(labels, counts).numbered(numbers).into()
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
