//! The metrics that a run file can name.

use std::fmt;
use std::num::NonZero;
use std::str::FromStr;

use super::{Accuracy, Auc, BinaryAccuracy, F1, MeanLoss, Metric, TopK};
use crate::nearest::nearest;
use crate::train::data::DataSpec;
use crate::train::loss::Loss;

/// An entry of `metrics` in a run file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum MetricKind {
    /// `accuracy`: [`Accuracy`].
    Accuracy,
    /// `binary-accuracy`: [`BinaryAccuracy`].
    BinaryAccuracy,
    /// `top-5`, or another number: [`TopK`].
    TopK(NonZero<u32>),
    /// `f1`: [`F1`].
    F1,
    /// `auc`: [`Auc`].
    Auc,
    /// `perplexity`: [`MeanLoss::perplexity`].
    Perplexity,
    /// `mse`: [`MeanLoss::mse`].
    Mse,
    /// `mae`: [`MeanLoss::mae`].
    Mae,
}

/// Names that mean one metric each; `top-K` stands for many.
const NAMES: [(&str, MetricKind); 7] = [
    ("accuracy", MetricKind::Accuracy),
    ("binary-accuracy", MetricKind::BinaryAccuracy),
    ("f1", MetricKind::F1),
    ("auc", MetricKind::Auc),
    ("perplexity", MetricKind::Perplexity),
    ("mse", MetricKind::Mse),
    ("mae", MetricKind::Mae),
];

/// A metric that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    /// No metric has this name.
    #[error("there is no metric `{name}`; {}known are {}", suggestion(.name), known())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// `top-` with something that is no count.
    #[error("metric `{name}`: expected a whole number from 1 after `top-`, as in top-5")]
    TopK {
        /// What was asked for.
        name: String,
    },
    /// One name twice.
    #[error("metric `{0}` is named twice; name it once")]
    Twice(MetricKind),
    /// Classes are asked for, and targets are numbers.
    #[error(
        "metric `{0}`: it compares classes, and the data's targets are numbers; use mse or mae, or \
         binary-accuracy with the loss `bce-with-logits`"
    )]
    NoClasses(MetricKind),
    /// More classes are asked for than there are.
    #[error("metric `top-{k}`: the data has {classes} classes; use a lower number")]
    FewClasses {
        /// How many were asked for.
        k: NonZero<u32>,
        /// How many there are.
        classes: i64,
    },
    /// Nothing to tell apart.
    #[error("metric `auc`: it needs two classes or more, and the data has {classes}; leave it out")]
    OneClass {
        /// How many there are.
        classes: i64,
    },
    /// Outputs that are no yes or no.
    #[error(
        "metric `binary-accuracy`: it reads a logit for each label, and with the loss `{loss}` a model \
         gives none; leave it out, or use the loss `bce-with-logits`"
    )]
    NoLabels {
        /// The run's loss.
        loss: &'static str,
    },
    /// Outputs that are no logits.
    #[error(
        "metric `perplexity`: it reads logits, and with the loss `{loss}` a model gives none; \
         leave it out, or use the loss `cross-entropy`"
    )]
    NoLogits {
        /// The run's loss.
        loss: &'static str,
    },
}

fn suggestion(name: &str) -> String {
    let known = NAMES.iter().map(|(name, _)| *name).chain(["top-5"]);
    nearest(name, known).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default()
}

fn known() -> String {
    let names = NAMES.iter().map(|(name, _)| *name).chain(["top-K, as in top-5"]);
    names.collect::<Vec<_>>().join(", ")
}

impl MetricKind {
    /// A metric that has seen nothing.
    #[must_use]
    pub fn build(self) -> Box<dyn Metric> {
        match self {
            Self::Accuracy => Box::new(Accuracy::default()),
            Self::BinaryAccuracy => Box::new(BinaryAccuracy::default()),
            Self::TopK(k) => Box::new(TopK::new(k)),
            Self::F1 => Box::new(F1::default()),
            Self::Auc => Box::new(Auc::default()),
            Self::Perplexity => Box::new(MeanLoss::perplexity()),
            Self::Mse => Box::new(MeanLoss::mse()),
            Self::Mae => Box::new(MeanLoss::mae()),
        }
    }

    /// The metrics of a run, built in this order.
    ///
    /// # Errors
    /// A metric that is named twice, or that makes no sense with this data or loss.
    pub fn build_all(
        kinds: &[Self],
        data: &DataSpec,
        loss: Loss,
    ) -> Result<Vec<Box<dyn Metric>>, MetricError> {
        let build = |(index, kind): (usize, &Self)| {
            if kinds[..index].contains(kind) {
                return Err(MetricError::Twice(*kind));
            }
            kind.check(data, loss)?;
            Ok(kind.build())
        };
        kinds.iter().enumerate().map(build).collect()
    }

    fn check(self, data: &DataSpec, loss: Loss) -> Result<(), MetricError> {
        let reads_classes = !matches!(self, Self::BinaryAccuracy | Self::Mse | Self::Mae);
        let classes = match data.classes() {
            None if reads_classes => return Err(MetricError::NoClasses(self)),
            classes => classes.unwrap_or(0),
        };
        match self {
            Self::TopK(k) if i64::from(k.get()) > classes => {
                Err(MetricError::FewClasses { k, classes })
            }
            Self::Auc if classes < 2 => Err(MetricError::OneClass { classes }),
            Self::BinaryAccuracy if loss != Loss::BceWithLogits => {
                Err(MetricError::NoLabels { loss: loss.name() })
            }
            Self::Perplexity if !matches!(loss, Loss::CrossEntropy { .. }) => {
                Err(MetricError::NoLogits { loss: loss.name() })
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TopK(k) => write!(f, "top-{k}"),
            _ => {
                let name = NAMES.iter().find(|(_, kind)| kind == self);
                f.write_str(name.map_or("", |(name, _)| name))
            }
        }
    }
}

impl FromStr for MetricKind {
    type Err = MetricError;

    fn from_str(name: &str) -> Result<Self, MetricError> {
        if let Some((_, kind)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Ok(*kind);
        }
        let Some(number) = name.strip_prefix("top-") else {
            return Err(MetricError::Unknown { name: name.to_owned() });
        };
        let k = number.parse().map_err(|_| MetricError::TopK { name: name.to_owned() })?;
        Ok(Self::TopK(k))
    }
}

impl TryFrom<String> for MetricKind {
    type Error = MetricError;

    fn try_from(name: String) -> Result<Self, MetricError> {
        name.parse()
    }
}

impl From<MetricKind> for String {
    fn from(kind: MetricKind) -> Self {
        kind.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::data::Targets;

    fn kind(name: &str) -> MetricKind {
        name.parse().unwrap()
    }

    #[test]
    fn names_lead_to_metrics_and_back() {
        for name in [
            "accuracy",
            "binary-accuracy",
            "top-1",
            "top-5",
            "f1",
            "auc",
            "perplexity",
            "mse",
            "mae",
        ] {
            assert_eq!(kind(name).to_string(), name);
            assert_eq!(kind(name).build().name(), name);
        }
    }

    #[test]
    fn what_cannot_be_had_is_named() {
        let wrong = |name: &str| name.parse::<MetricKind>().unwrap_err().to_string();
        let known = "known are accuracy, binary-accuracy, f1, auc, perplexity, mse, mae, top-K, as in top-5";
        assert_eq!(
            wrong("acuracy"),
            format!("there is no metric `acuracy`; did you mean `accuracy`? {known}")
        );
        assert_eq!(wrong("zzz"), format!("there is no metric `zzz`; {known}"));
        for name in ["top-0", "top-k"] {
            assert_eq!(
                wrong(name),
                format!(
                    "metric `{name}`: expected a whole number from 1 after `top-`, as in top-5"
                )
            );
        }
    }

    #[test]
    fn what_makes_no_sense_is_said_at_the_start() {
        let built = |names: &[&str], classes, loss| {
            let kinds: Vec<MetricKind> = names.iter().map(|name| kind(name)).collect();
            let data = DataSpec::of_classes(vec![1], classes);
            MetricKind::build_all(&kinds, &data, loss).map(|metrics| metrics.len())
        };
        let refused =
            |names: &[&str], classes, loss| built(names, classes, loss).unwrap_err().to_string();
        let loss = Loss::default();
        assert_eq!(built(&["accuracy", "top-2", "top-3", "auc"], 3, loss).unwrap(), 4);
        assert_eq!(refused(&["f1", "f1"], 3, loss), "metric `f1` is named twice; name it once");
        assert_eq!(
            refused(&["top-4"], 3, loss),
            "metric `top-4`: the data has 3 classes; use a lower number"
        );
        assert_eq!(
            refused(&["auc"], 1, loss),
            "metric `auc`: it needs two classes or more, and the data has 1; leave it out"
        );
        let numbers = DataSpec { targets: Targets::Numbers(2), ..DataSpec::of_classes(vec![1], 0) };
        let built = |name| MetricKind::build_all(&[kind(name)], &numbers, Loss::Mse);
        assert!(built("mse").is_ok());
        let error = built("f1").map(drop).unwrap_err().to_string();
        let reason = "it compares classes, and the data's targets are numbers; use mse or mae, or \
                      binary-accuracy with the loss `bce-with-logits`";
        assert_eq!(error, format!("metric `f1`: {reason}"));
        let labels = |loss| MetricKind::build_all(&[kind("binary-accuracy")], &numbers, loss);
        assert!(labels(Loss::BceWithLogits).is_ok());
        let error = labels(Loss::Mse).map(drop).unwrap_err().to_string();
        assert!(error.starts_with("metric `binary-accuracy`: it reads a logit for each label"));
        assert_eq!(
            refused(&["perplexity"], 3, Loss::Mse),
            "metric `perplexity`: it reads logits, and with the loss `mse` a model gives none; \
             leave it out, or use the loss `cross-entropy`"
        );
    }
}
