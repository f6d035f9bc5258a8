//! Mixed precision against PyTorch's autocast and `GradScaler`: `tests/oracle/precision.py` wrote them.

use serde::Deserialize;
use tch::{Device, Kind, Tensor};

use super::Precision;
use super::tests::{batch, gradients, learner, weights};
use crate::train::optim::{OptimConfig, OptimKind};
use crate::train::torch;

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/precision.json"));

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    precision: Precision,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    factor: f64,
    loss: f64,
    /// After the step.
    scale: f64,
    /// `None` where they overflowed.
    gradients: Option<Vec<f64>>,
    weights: Vec<f64>,
}

#[test]
fn six_steps_agree_with_pytorch() {
    let oracle: Oracle = serde_json::from_str(ORACLE).unwrap();
    assert_eq!(oracle.cases.len(), 3);
    oracle.cases.iter().for_each(replay);
}

/// What kernels of another processor may round otherwise: one unit of the kind's last place.
fn tolerance(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 1e-6,
        Precision::Bf16 => 2_f64.powi(-8),
        Precision::F16 => 2_f64.powi(-11),
    }
}

fn replay(case: &Case) {
    let sgd = OptimConfig {
        lr: Some(0.1.into()),
        mom: Some(0.9.into()),
        wd: Some(0.05.into()),
        ..OptimConfig::new(OptimKind::Sgd)
    };
    let mut learner = learner(case.precision, &sgd);
    for (index, param) in learner.model.params().iter().enumerate() {
        learner.model.params().load(&param.name, &formula(index, &param.tensor.size())).unwrap();
    }
    let batch = batch(&formula(9, &[8, 6]), &[0, 1, 2, 0, 1, 2, 0, 1]);
    for (number, step) in case.steps.iter().enumerate() {
        let near = |what: &str, found: &[f64], expected: &[f64]| {
            let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let name = case.precision.name();
            assert_eq!(found.len(), expected.len());
            assert!(worst <= tolerance(case.precision), "{name} {number} {what}: {worst}");
        };
        let output = learner.forward(&batch).unwrap();
        let loss = learner.loss(&output, &batch).unwrap();
        near("loss", &[loss.double_value(&[])], &[step.loss]);
        learner.backward(&torch::mul_scalar(&loss, step.factor).unwrap()).unwrap();
        assert_eq!(learner.overflowed(), step.gradients.is_none());
        if let Some(expected) = &step.gradients {
            near("gradients", &gradients(&learner), expected);
        }
        learner.step().unwrap();
        learner.zero_grad().unwrap();
        near("weights", &weights(&learner), &step.weights);
        let scale = learner.loss_scale().map_or(1.0, |scale| scale.scale());
        assert_eq!(scale, step.scale, "{number}");
    }
}

fn formula(index: usize, shape: &[i64]) -> Tensor {
    let size: i64 = shape.iter().product();
    let elements = Tensor::arange(size, (Kind::Double, Device::Cpu));
    (elements * 0.7 + (1.0 + 3.0 * index as f64)).sin().to_kind(Kind::Float).view(shape)
}
