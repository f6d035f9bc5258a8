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

impl Parts {
    /// Numbers samples for tables that are joined: those that are trained on and those that are looked
    /// at are counted through; tests have numbers of their own. With a fold, the same samples in the
    /// same order are parted so that this fold is looked at and the others are trained on.
    ///
    /// # Errors
    /// Data that are not in memory, have no part that is looked at, are too few, or hang together.
    pub(super) fn folded(self, fold: Option<Fold>) -> Result<Self, DataError> {
        let refused = |message: &str| Err(DataError::Settings(format!("folds: {message}")));
        match (self.train, self.valid, fold) {
            (Samples::Table(train), Some(Samples::Table(valid)), _) if fold.is_none() => {
                let valid = valid.numbered_from(train.len());
                let (train, valid) = (train.numbered_from(0).into(), Some(valid.into()));
                Ok(Self { train, valid, ..self })
            }
            (train, valid, None) => Ok(Self { train, valid, ..self }),
            (Samples::Table(train), _, _) if train.spec.vocabulary.is_some() => {
                refused("a text hangs together, so its parts cannot be left out in turn")
            }
            (Samples::Table(train), Some(Samples::Table(valid)), Some(fold)) => {
                let pool = train.followed_by(&valid)?;
                if pool.len() < fold.of {
                    let message = format!("{} samples make no {} folds", pool.len(), fold.of);
                    return Err(DataError::TooFew(message));
                }
                let (train, valid) = pool.without(fold)?;
                Ok(Self { train: train.into(), valid: Some(valid.into()), ..self })
            }
            _ => refused("they need data that fit into memory and have a part for validation"),
        }
    }
}

impl Dataset {
    /// The same samples with numbers from here on.
    #[allow(clippy::cast_possible_wrap, reason = "a table has less than 2^63 samples")]
    fn numbered_from(self, first: usize) -> Self {
        let numbers: Arc<[i64]> = (first as i64..(first + self.len()) as i64).collect();
        Self { numbers, ..self }
    }

    fn followed_by(&self, other: &Self) -> Result<Self, TorchError> {
        let cat = |one: &Tensor, other: &Tensor| Tensor::f_cat(&[one, other], 0).during("folds");
        let inputs = cat(&self.inputs, &other.inputs)?;
        Self::of(inputs, cat(&self.targets, &other.targets)?, self.spec.clone())
    }

    /// The others, and this fold: a run of consecutive samples.
    #[allow(clippy::cast_possible_wrap, reason = "a table has less than 2^63 samples")]
    fn without(&self, fold: Fold) -> Result<(Self, Self), TorchError> {
        let samples = self.len();
        let bounds = [fold.number, fold.number + 1].map(|edge| (samples * edge / fold.of) as i64);
        let in_fold = |number: &i64| (bounds[0]..bounds[1]).contains(number);
        let (valid, train): (Vec<i64>, Vec<i64>) = (0..samples as i64).partition(in_fold);
        Ok((self.select(&train)?, self.select(&valid)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DataConfig, bundled};
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
