//! The optimizers against PyTorch's own numbers: `tests/oracle/optim.py` wrote them.

use serde::Deserialize;
use tch::{Device, Tensor};

use super::{HpOptimizer, Hyper, OptimConfig, OptimKind};
use crate::train::params::{ParamKind, Params};
use crate::train::torch::backward;

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/optim.json"));
const SHAPES: [&[i64]; 2] = [&[2, 3], &[3]];
/// Kernels and Python round in different orders; in float64 that is all that may differ.
const TOLERANCE: f64 = 1e-12;

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Case {
    name: String,
    kind: OptimKind,
    true_wd: bool,
    /// The second weight has no gradient before step 20.
    late: bool,
    hypers: Values,
    schedule: Vec<Change>,
    trace: Vec<Point>,
}

#[derive(Deserialize)]
struct Values {
    lr: Option<f64>,
    mom: Option<f64>,
    wd: Option<f64>,
    beta: Option<f64>,
}

#[derive(Deserialize)]
struct Change {
    before: u32,
    #[serde(flatten)]
    values: Values,
}

#[derive(Deserialize)]
struct Point {
    after: u32,
    weights: Vec<f64>,
}

#[test]
fn fifty_steps_agree_with_pytorch() {
    let oracle: Oracle = serde_json::from_str(ORACLE).unwrap();
    assert_eq!(oracle.cases.len(), 16);
    for case in &oracle.cases {
        let worst = replay(case);
        println!("{:<24} {worst:.1e}", case.name);
        assert!(worst < TOLERANCE, "{}: off by {worst:e}", case.name);
    }
}

/// The greatest difference from PyTorch, relative to weights that are greater than 1.
fn replay(case: &Case) -> f64 {
    let params = params();
    let mut optimizer = HpOptimizer::new(&OptimConfig::new(case.kind), &params).unwrap();
    optimizer.set_true_wd(case.true_wd);
    apply(&mut optimizer, &case.hypers);
    let mut worst = 0.0_f64;
    for step in 0..50 {
        for change in case.schedule.iter().filter(|change| change.before == step) {
            apply(&mut optimizer, &change.values);
        }
        give_gradients(&params, step, case.late);
        optimizer.step().unwrap();
        for point in case.trace.iter().filter(|point| point.after == step + 1) {
            worst = worst.max(distance(&params, &point.weights));
        }
    }
    worst
}

fn params() -> Params {
    let mut params = Params::new(Device::Cpu);
    for (index, shape) in SHAPES.iter().enumerate() {
        let size = shape.iter().product::<i64>();
        let offset = 1.0 + 3.0 * index as f64;
        let values: Vec<f64> = (0..size).map(|e| (offset + 0.7 * e as f64).sin()).collect();
        let value = Tensor::from_slice(&values).view(*shape);
        let _ = params.add(format!("w{index}"), ParamKind::Weight, &value).unwrap();
    }
    params
}

fn apply(optimizer: &mut HpOptimizer, values: &Values) {
    let values = [values.lr, values.mom, values.wd, values.beta];
    for (hyper, value) in Hyper::ALL.into_iter().zip(values) {
        if let Some(value) = value {
            optimizer.set(hyper, value).unwrap();
        }
    }
}

/// Backward of Σ w·g gives exactly g.
fn give_gradients(params: &Params, step: u32, late: bool) {
    params.unset_gradients().unwrap();
    for (index, param) in params.iter().enumerate() {
        if late && index == 1 && step < 20 {
            continue;
        }
        let gradient = |e: usize| {
            let angle = 0.3 * f64::from(step) + 1.1 * e as f64 + index as f64;
            angle.cos() / (1.0 + 0.1 * e as f64)
        };
        let values: Vec<f64> = (0..param.tensor.numel()).map(gradient).collect();
        let grad = Tensor::from_slice(&values).view_as(&param.tensor);
        backward(&(&param.tensor * grad).sum(None)).unwrap();
    }
}

fn distance(params: &Params, expected: &[f64]) -> f64 {
    let found = params
        .iter()
        .flat_map(|param| Vec::<f64>::try_from(param.tensor.detach().flatten(0, -1)).unwrap());
    found.zip(expected).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max)
}
