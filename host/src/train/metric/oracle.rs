//! Metrics and losses against scikit-learn's and PyTorch's numbers: `tests/oracle/metrics.py` wrote
//! them.

use std::collections::BTreeMap;

use serde::Deserialize;
use tch::Kind;

use super::{Metric, MetricKind};
use crate::train::listed::Listed;
use crate::train::loss::Loss;
use crate::train::model::Output;

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/metrics.json"));

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
    losses: Vec<LossCase>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    kind: String,
    /// Whether targets are class numbers.
    classes: bool,
    batches: Vec<Batch>,
    /// `None` is NaN.
    values: BTreeMap<String, Option<f64>>,
}

#[derive(Deserialize)]
struct Batch {
    output: Listed,
    target: Listed,
}

#[derive(Deserialize)]
struct LossCase {
    name: String,
    loss: Loss,
    classes: bool,
    output: Listed,
    target: Listed,
    mean: f64,
    each: Vec<f64>,
}

fn oracle() -> Oracle {
    serde_json::from_str(ORACLE).unwrap()
}

impl Case {
    fn kind(&self) -> Kind {
        if self.kind == "float32" { Kind::Float } else { Kind::Double }
    }

    /// float32 is summed in float64, so that the numbers of one sample are all that is rounded.
    fn tolerance(&self, metric: MetricKind) -> f64 {
        match (self.kind(), metric) {
            (Kind::Float, MetricKind::Perplexity | MetricKind::Mse | MetricKind::Mae) => 1e-6,
            _ => 1e-9,
        }
    }

    fn value(&self, metric: &mut dyn Metric) -> f64 {
        metric.begin();
        for Batch { output, target } in &self.batches {
            let target = target.target(self.classes, self.kind());
            metric.update(&Output::from(output.tensor(self.kind())), &target).unwrap();
        }
        metric.finish().unwrap()
    }
}

#[test]
fn metrics_agree_with_scikit_learn_and_pytorch() {
    let mut compared = 0;
    for case in &oracle().cases {
        for (name, &expected) in &case.values {
            let kind: MetricKind = name.parse().unwrap();
            let mut metric = kind.build();
            // The second pass forgets the first.
            let values = [case.value(&mut *metric), case.value(&mut *metric)];
            assert_eq!(values[0].to_bits(), values[1].to_bits(), "{}: {kind}", case.name);
            let off = match expected {
                Some(expected) => (values[0] - expected).abs(),
                None if values[0].is_nan() => 0.0,
                None => f64::INFINITY,
            };
            assert!(off < case.tolerance(kind), "{}: {kind} is off by {off}", case.name);
            compared += 1;
        }
    }
    assert_eq!(compared, 66);
}

#[test]
fn losses_agree_with_pytorch() {
    let cases = oracle().losses;
    assert_eq!(cases.len(), 12);
    for case in &cases {
        let output = Output::from(case.output.tensor(Kind::Double));
        let target = case.target.target(case.classes, Kind::Double);
        let of = case.loss.of(&output, &target).unwrap().double_value(&[]);
        assert!((of - case.mean).abs() < 1e-12, "{}: {of}", case.name);
        let each = case.loss.per_sample(&output, &target).unwrap();
        let each = Vec::<f64>::try_from(&each).unwrap();
        assert_eq!(each.len(), case.each.len(), "{}", case.name);
        let worst = each.iter().zip(&case.each).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-12, "{}: {worst}", case.name);
        let mean = each.iter().sum::<f64>() / each.len() as f64;
        assert!((mean - of).abs() < 1e-12, "{}: {mean}", case.name);
    }
}
