//! Losses and their gradients against PyTorch's: `tests/oracle/losses.py` wrote them.

use serde::Deserialize;
use tch::{Kind, Tensor};

use super::Loss;
use crate::train::listed::Listed;
use crate::train::model::Output;
use crate::train::torch;

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/losses.json"));

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    loss: Loss,
    /// Whether targets are class numbers.
    classes: bool,
    output: Listed,
    target: Listed,
    mean: f64,
    each: Vec<f64>,
    gradient: Vec<f64>,
}

fn near(name: &str, found: &Tensor, expected: &[f64]) {
    let found = Vec::<f64>::try_from(found.detach().flatten(0, -1)).unwrap();
    assert_eq!(found.len(), expected.len(), "{name}");
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 1e-12, "{name}: {worst}");
}

#[test]
fn values_and_gradients_agree_with_pytorch() {
    let oracle: Oracle = serde_json::from_str(ORACLE).unwrap();
    assert_eq!(oracle.cases.len(), 15);
    for Case { name, loss, classes, output, target, mean, each, gradient } in &oracle.cases {
        let output = Output::from(output.tensor(Kind::Double).set_requires_grad(true));
        let target = target.target(*classes, Kind::Double);
        let of = loss.of(&output, &target).unwrap();
        near(name, &of.view([1]), &[*mean]);
        near(name, &loss.per_sample(&output, &target).unwrap(), each);
        torch::backward(&of).unwrap();
        near(name, &output.main.grad(), gradient);
    }
}
