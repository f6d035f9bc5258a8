//! What a loader's samples are like: shapes, ranges, classes.

use serde_json::{Map, Value, json};
use tch::{Kind, Tensor};

use crate::train::data::{Batch, DataSpec, Targets};
use crate::train::torch::{During, TorchError};

/// Of all batches that were added.
pub(super) struct Summary {
    spec: DataSpec,
    samples: usize,
    batches: usize,
    inputs: Range,
    targets: Range,
    /// Samples, or tokens, of each class; empty where targets are numbers.
    counts: Vec<u64>,
}

/// Least, greatest, mean; and how many of how many are not finite.
struct Range {
    least: f64,
    greatest: f64,
    sum: f64,
    finite: u64,
    all: u64,
}

/// So many classes are shown with their counts.
const MOST_SHOWN: usize = 20;

impl Summary {
    pub(super) fn new(spec: &DataSpec) -> Self {
        let classes = spec.classes().and_then(|classes| usize::try_from(classes).ok());
        Self {
            spec: spec.clone(),
            samples: 0,
            batches: 0,
            inputs: Range::new(),
            targets: Range::new(),
            counts: vec![0; classes.unwrap_or(0)],
        }
    }

    pub(super) fn add(&mut self, batch: &Batch) -> Result<(), TorchError> {
        self.samples += batch.size;
        self.batches += 1;
        self.inputs.add(&batch.input)?;
        match self.spec.targets {
            Targets::Classes(classes) => {
                let what = "counting classes";
                let flat = batch.target.f_flatten(0, -1).during(what)?;
                let counts = flat.f_bincount(None::<Tensor>, classes).during(what)?;
                let counts = Vec::<i64>::try_from(&counts).during(what)?;
                for (total, count) in self.counts.iter_mut().zip(counts) {
                    *total += count.unsigned_abs();
                }
                Ok(())
            }
            Targets::Numbers(_) => self.targets.add(&batch.target),
        }
    }

    /// What no model should see.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, range) in [("inputs", &self.inputs), ("targets", &self.targets)] {
            let not_finite = range.all - range.finite;
            if not_finite > 0 {
                let all = range.all;
                problems
                    .push(format!("{not_finite} of {all} numbers of the {name} are not finite"));
            }
        }
        problems
    }

    /// For a person, in lines.
    pub(super) fn text(&self, names: &[String]) -> String {
        let (samples, batches, shape) = (self.samples, self.batches, &self.spec.input_shape);
        let what = match self.spec.vocabulary {
            Some(vocabulary) => format!("tokens of {vocabulary}"),
            None => format!("numbers {}", self.inputs.text()),
        };
        let batches = if batches == 1 { "1 batch" } else { &format!("{batches} batches") };
        let head = format!("{samples} samples in {batches}; inputs {shape:?}, {what}");
        let targets = match self.spec.targets {
            Targets::Numbers(numbers) => {
                format!("targets [{numbers}], numbers {}", self.targets.text())
            }
            Targets::Classes(classes) => {
                let each = if self.is_per_token() { ", one for each token" } else { "" };
                format!("{classes} classes{each}: {}", self.classes(names))
            }
        };
        format!("{head}\n  {targets}")
    }

    fn is_per_token(&self) -> bool {
        self.counts.iter().sum::<u64>() > self.samples as u64
    }

    fn classes(&self, names: &[String]) -> String {
        let name = |class: usize| match names.get(class) {
            Some(name) => format!("{name:?}"),
            None => class.to_string(),
        };
        let shown = self.counts.iter().enumerate().take(MOST_SHOWN);
        let shown: Vec<String> =
            shown.map(|(class, count)| format!("{}: {count}", name(class))).collect();
        let more = self.counts.len().saturating_sub(MOST_SHOWN);
        let more = if more > 0 { format!(", {more} more") } else { String::new() };
        let none = self.counts.iter().filter(|&&count| count == 0).count();
        let none = if none > 0 { format!("; {none} do not occur") } else { String::new() };
        format!("{}{more}{none}", shown.join(", "))
    }

    /// For a program. What is not a number is null.
    pub(super) fn json(&self) -> Map<String, Value> {
        let numbers = match self.spec.targets {
            Targets::Numbers(numbers) => Some(numbers),
            Targets::Classes(_) => None,
        };
        let line = json!({
            "samples": self.samples, "batches": self.batches,
            "input-shape": self.spec.input_shape, "vocabulary": self.spec.vocabulary,
            "inputs": self.inputs.json(),
            "classes": self.spec.classes(), "class-counts": self.counts,
            "numbers": numbers, "targets": numbers.map(|_| self.targets.json()),
        });
        match line {
            Value::Object(line) => line,
            _ => Map::new(),
        }
    }
}

impl Range {
    fn new() -> Self {
        Self { least: f64::INFINITY, greatest: f64::NEG_INFINITY, sum: 0.0, finite: 0, all: 0 }
    }

    fn add(&mut self, tensor: &Tensor) -> Result<(), TorchError> {
        let what = "measuring the data";
        self.all += tensor.numel() as u64;
        let finite = tensor.f_masked_select(&tensor.f_isfinite().during(what)?).during(what)?;
        let count = finite.numel() as u64;
        if count == 0 {
            return Ok(());
        }
        let number = |tensor: Tensor| tensor.f_double_value(&[]).during(what);
        self.finite += count;
        self.least = self.least.min(number(finite.f_min().during(what)?)?);
        self.greatest = self.greatest.max(number(finite.f_max().during(what)?)?);
        self.sum += number(finite.f_sum(Kind::Double).during(what)?)?;
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "a share, and a mean")]
    fn mean(&self) -> f64 {
        self.sum / self.finite as f64
    }

    #[allow(clippy::cast_precision_loss, reason = "a share, and a mean")]
    fn not_finite(&self) -> f64 {
        (self.all - self.finite) as f64 / (self.all as f64).max(1.0)
    }

    fn text(&self) -> String {
        let (least, greatest, mean) = (self.least, self.greatest, self.mean());
        let finite = match self.all - self.finite {
            0 => String::new(),
            _ => format!(", {:.2} % not finite", 100.0 * self.not_finite()),
        };
        format!("from {least:.4} to {greatest:.4}, mean {mean:.4}{finite}")
    }

    fn json(&self) -> Value {
        json!({
            "min": self.least, "max": self.greatest, "mean": self.mean(),
            "not-finite": self.not_finite(),
        })
    }
}
