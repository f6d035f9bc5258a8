//! The optimizers against PyTorch's own numbers: `tests/oracle/optim.py` wrote them.

use serde::Deserialize;
use tch::{Device, Tensor};

use super::{HpOptimizer, Hyper, OptimConfig, PerGroup};
use crate::train::params::{ParamKind, Params};
use crate::train::torch::backward;

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/optim.json"));
const WEIGHTS: [(ParamKind, &[i64]); 3] =
    [(ParamKind::Weight, &[2, 3]), (ParamKind::Bias, &[3]), (ParamKind::Norm, &[2, 2])];
/// Kernels and Python round in different orders; in float64 that is all that may differ.
const TOLERANCE: f64 = 1e-12;

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    config: OptimConfig,
    /// Each weight is a layer group of its own.
    grouped: bool,
    /// The second weight has no gradient in the steps from the first number to before the second.
    gap: (u32, u32),
    schedule: Vec<Change>,
    trace: Vec<Point>,
}

#[derive(Deserialize)]
struct Change {
    before: u32,
    lr: Option<PerGroup>,
    mom: Option<PerGroup>,
    wd: Option<PerGroup>,
    beta: Option<PerGroup>,
}

#[derive(Deserialize)]
struct Point {
    after: u32,
    weights: Vec<f64>,
}

#[test]
fn fifty_steps_agree_with_pytorch() {
    let oracle: Oracle = serde_json::from_str(ORACLE).unwrap();
    assert_eq!(oracle.cases.len(), 43);
    for case in &oracle.cases {
        let worst = replay(case);
        println!("{:<30} {worst:.1e}", case.name);
        assert!(worst < TOLERANCE, "{}: off by {worst:e}", case.name);
    }
}

/// The greatest difference from PyTorch, relative to weights that are greater than 1.
fn replay(case: &Case) -> f64 {
    let params = params(case.grouped);
    let mut optimizer = HpOptimizer::new(&case.config, &params).unwrap();
    let mut worst = 0.0_f64;
    for step in 0..50 {
        for change in case.schedule.iter().filter(|change| change.before == step) {
            apply(&mut optimizer, change);
        }
        give_gradients(&params, step, case);
        optimizer.step().unwrap();
        for point in case.trace.iter().filter(|point| point.after == step + 1) {
            worst = worst.max(distance(&params, &point.weights));
        }
    }
    worst
}

fn params(grouped: bool) -> Params {
    let mut params = Params::new(Device::Cpu);
    for (index, (kind, shape)) in WEIGHTS.into_iter().enumerate() {
        if grouped {
            params.begin_group(&format!("g{index}"));
        }
        let size = shape.iter().product::<i64>();
        let offset = 1.0 + 3.0 * index as f64;
        let values: Vec<f64> = (0..size).map(|e| (offset + 0.7 * e as f64).sin()).collect();
        let value = Tensor::from_slice(&values).view(shape);
        let _ = params.add(format!("w{index}"), kind, &value).unwrap();
    }
    params
}

fn apply(optimizer: &mut HpOptimizer, change: &Change) {
    let values = [&change.lr, &change.mom, &change.wd, &change.beta];
    for (hyper, value) in Hyper::ALL.into_iter().zip(values) {
        match value {
            None => {}
            Some(PerGroup::Same(value)) => optimizer.set(hyper, *value).unwrap(),
            Some(PerGroup::Each(values)) => optimizer.set_each(hyper, values).unwrap(),
            Some(PerGroup::Spread(_)) => unreachable!("a schedule has no spread"),
        }
    }
}

/// Backward of Σ w·g gives exactly g. Where the second weight is a group, its gap is a real freezing.
fn give_gradients(params: &Params, step: u32, case: &Case) {
    params.unset_gradients().unwrap();
    let absent = (case.gap.0..case.gap.1).contains(&step);
    if case.grouped {
        params.set_requires_grad(1, !absent).unwrap();
    }
    let mut loss = Tensor::from(0.0);
    for (index, param) in params.iter().enumerate() {
        if absent && index == 1 && !case.grouped {
            continue;
        }
        let gradient = |e: usize| {
            let angle = 0.3 * f64::from(step) + 1.1 * e as f64 + index as f64;
            angle.cos() / (1.0 + 0.1 * e as f64)
        };
        let values: Vec<f64> = (0..param.tensor.numel()).map(gradient).collect();
        let grad = Tensor::from_slice(&values).view_as(&param.tensor);
        loss += (&param.tensor * grad).sum(None);
    }
    backward(&loss).unwrap();
}

fn distance(params: &Params, expected: &[f64]) -> f64 {
    let found = params
        .iter()
        .flat_map(|param| Vec::<f64>::try_from(param.tensor.detach().flatten(0, -1)).unwrap());
    found.zip(expected).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max)
}
