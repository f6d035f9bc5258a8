//! Freezing, thawing, and which weights decay.

use tch::{Device, Kind, Tensor};

use super::*;
use crate::train::torch::backward;

const KINDS: [OptimKind; 4] =
    [OptimKind::Sgd, OptimKind::Adam, OptimKind::AdamW, OptimKind::RmsProp];
const NAMES: [&str; 4] = ["body.weight", "body.norm", "head.weight", "head.bias"];

fn params() -> Params {
    use ParamKind::{Bias, Norm, Weight};
    let mut params = Params::new(Device::Cpu);
    let kinds = [Weight, Norm, Weight, Bias];
    for (index, (name, kind)) in NAMES.into_iter().zip(kinds).enumerate() {
        if index % 2 == 0 {
            params.begin_group(&name[..4]);
        }
        let ones = Tensor::ones([2], (Kind::Float, Device::Cpu));
        let _ = params.add(name.to_owned(), kind, &ones).unwrap();
    }
    params
}

fn values(params: &Params) -> [f64; 4] {
    NAMES.map(|name| params.get(name).unwrap().tensor.double_value(&[0]))
}

/// A step with a gradient of `slope` for all that is not frozen.
fn step(optimizer: &mut HpOptimizer, params: &Params, slope: f64) {
    give(params, slope);
    optimizer.step().unwrap();
    optimizer.unset_gradients().unwrap();
}

fn give(params: &Params, slope: f64) {
    let sums = params.iter().filter(|param| param.tensor.requires_grad());
    let loss = sums.fold(Tensor::from(0.0), |sum, param| sum + param.tensor.sum(None) * slope);
    backward(&loss).unwrap();
}

fn count(optimizer: &HpOptimizer, name: &str) -> f64 {
    let state = optimizer.state();
    state.iter().find(|(entry, _)| entry == name).unwrap().1.double_value(&[])
}

#[test]
fn a_frozen_group_stands_still_and_learns_again() {
    for kind in KINDS {
        let params = params();
        let config = OptimConfig { wd: Some(0.1.into()), ..OptimConfig::new(kind) };
        let mut optimizer = HpOptimizer::new(&config, &params).unwrap();
        optimizer.set(Hyper::Mom, 0.9).unwrap();
        step(&mut optimizer, &params, 1.0);
        params.set_requires_grad(0, false).unwrap();
        let [body, _, head, _] = values(&params);
        step(&mut optimizer, &params, 1.0);
        let frozen = values(&params);
        assert!(frozen[0] == body && frozen[2] < head, "{kind:?}");
        params.set_requires_grad(0, true).unwrap();
        step(&mut optimizer, &params, 1.0);
        assert!(values(&params)[0] < body, "{kind:?}");
    }
}

#[test]
fn freezing_between_backward_and_step_holds_for_that_step() {
    let params = params();
    let mut optimizer = HpOptimizer::new(&OptimConfig::new(OptimKind::Adam), &params).unwrap();
    give(&params, 1.0);
    params.set_requires_grad(0, false).unwrap();
    optimizer.step().unwrap();
    let [body, norm, head, _] = values(&params);
    assert!(body == 1.0 && norm == 1.0 && head < 1.0);
}

#[test]
fn every_weight_counts_the_steps_that_it_took() {
    let params = params();
    let mut adam = HpOptimizer::new(&OptimConfig::new(OptimKind::Adam), &params).unwrap();
    step(&mut adam, &params, 1.0);
    params.set_requires_grad(0, false).unwrap();
    (0..3).for_each(|_| step(&mut adam, &params, 1.0));
    params.set_requires_grad(0, true).unwrap();
    step(&mut adam, &params, 1.0);
    assert_eq!(count(&adam, "body.weight.step"), 2.0);
    assert_eq!(count(&adam, "head.weight.step"), 5.0);
    // With a constant gradient and its own count every step of Adam is lr · g/(|g| + eps).
    let [body, _, head, _] = values(&params);
    assert!((1.0 - body - 2e-3).abs() < 1e-6 && (1.0 - head - 5e-3).abs() < 1e-6);
}

#[test]
fn norms_and_biases_may_go_without_decay() {
    for kind in KINDS {
        for true_wd in [false, true] {
            let params = params();
            let config = OptimConfig {
                lr: Some(0.1.into()),
                wd: Some(0.5.into()),
                true_wd: Some(true_wd),
                decay_norm_bias: Some(false),
                ..OptimConfig::new(kind)
            };
            let mut optimizer = HpOptimizer::new(&config, &params).unwrap();
            step(&mut optimizer, &params, 0.0);
            let [body, norm, head, bias] = values(&params);
            assert!(body < 1.0 && head < 1.0, "{kind:?} {true_wd}");
            assert_eq!((norm, bias), (1.0, 1.0), "{kind:?} {true_wd}");
            assert_eq!(optimizer.get(1, Hyper::Wd).unwrap(), 0.5);
        }
    }
}

#[test]
fn a_group_splits_only_where_values_differ() {
    let params = params();
    let parts = |decay_norm_bias: bool, wd: f64| {
        let config = OptimConfig {
            wd: Some(wd.into()),
            decay_norm_bias: Some(decay_norm_bias),
            ..OptimConfig::new(OptimKind::Adam)
        };
        let optimizer = HpOptimizer::new(&config, &params).unwrap();
        let group = &optimizer.groups[0];
        let parts = group.live().unwrap().parts(group.hypers);
        parts.iter().map(|(live, hypers)| (live.params().len(), hypers.wd)).collect::<Vec<_>>()
    };
    give(&params, 1.0);
    assert_eq!(parts(true, 0.1), [(2, 0.1)]);
    assert_eq!(parts(false, 0.0), [(2, 0.0)]);
    assert_eq!(parts(false, 0.1), [(1, 0.1), (1, 0.0)]);
}
