//! The network of `tests/oracle/network.py`, trained on its samples for one step.

use std::sync::{Arc, Mutex};

use callbox::callback::tensors::Operation;
use callbox::callback::{Hook, Phase};
use callbox::train::data::{DataSpec, Dataset};
use callbox::train::model::{Model, ModelConfig};
use callbox_tests::{Training, shared};
use serde_json::Value as Json;
use tch::{Device, Tensor};

use super::desk::{looks, values};

const ORACLE: &str = include_str!("../../oracle/network.json");
const WEIGHTS: [&str; 4] = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"];

pub(super) fn oracle() -> Json {
    serde_json::from_str(ORACLE).unwrap()
}

/// The case of this name.
pub(super) fn case(name: &str) -> Json {
    let cases = oracle()["cases"].as_array().unwrap().clone();
    cases.into_iter().find(|case| case["name"] == name).unwrap()
}

pub(super) fn numbers(of: &Json) -> Vec<f64> {
    of.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn wave(shape: &[i64], scale: f64, phase: f64) -> Tensor {
    let wave = |k: i64| scale * (phase + 1.3 * k as f64).sin();
    let all: Vec<f32> = (0..shape.iter().product()).map(|k| wave(k) as f32).collect();
    Tensor::from_slice(&all).reshape(shape)
}

/// Eight images and their classes.
pub(super) fn samples() -> Dataset {
    let target: Vec<i64> =
        numbers(&oracle()["fixed"]["target"]).iter().map(|c| *c as i64).collect();
    let images: Tensor = wave(&[8, 1, 8, 8], 0.5, 0.7) + 0.5;
    Dataset::new(images, Tensor::from_slice(&target), 10).unwrap()
}

/// With its first weights.
pub(super) fn model(spec: &DataSpec) -> Box<dyn Model> {
    let config: ModelConfig = toml::from_str("kind = 'mlp'\nhidden = [8]").unwrap();
    let model = config.build(spec, Device::Cpu).unwrap();
    for (phase, name) in (0..).zip(WEIGHTS) {
        let shape = model.params().get(name).unwrap().tensor.size();
        model.params().load(name, &wave(&shape, 0.5, 0.2 + f64::from(phase))).unwrap();
    }
    model
}

/// One step of all samples.
pub(super) fn training() -> Training {
    Training::default().samples(samples).built(model).batch_size(8).epochs(1)
}

/// Loss and gradients of one step.
#[derive(Default)]
pub(super) struct Step {
    loss: f64,
    biases: Vec<f64>,
    norms: Vec<f64>,
}

impl Step {
    pub(super) fn assert_is(&self, name: &str) {
        let case = case(name);
        near(&[self.loss], &[case["loss"].as_f64().unwrap()], name);
        near(&self.biases, &numbers(&case["biases"]), name);
        near(&self.norms, &numbers(&case["norms"]), name);
    }
}

/// Float32 beside float64.
pub(super) fn near(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        let off = (found - expected).abs();
        assert!(off < 2e-6 + 2e-6 * expected.abs(), "{what}: {found} is not {expected}");
    }
}

/// Runs one step and reads its gradients.
pub(super) fn step(training: Training) -> Step {
    let seen: Arc<Mutex<Step>> = shared();
    let inner = seen.clone();
    let witness = looks(&[Hook::BackwardEnd], move |desk, _, state| {
        let mut step = inner.lock().unwrap();
        step.loss = state.losses.unwrap().last;
        for name in WEIGHTS {
            let gradient = desk.compute(Operation::Gradient(name)).unwrap();
            step.norms.push(desk.summaries(&[gradient]).unwrap()[0].l2_norm);
            if name.ends_with("bias") {
                step.biases.extend(values(desk, gradient).into_iter().map(f64::from));
            }
        }
        assert_eq!((state.phase, state.iteration), (Phase::Train, 0), "one step");
        Vec::new()
    });
    let trained = training.native(witness).run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    drop(trained);
    Arc::into_inner(seen).unwrap().into_inner().unwrap()
}

#[test]
fn the_network_is_the_oracles() {
    step(training()).assert_is("plain");
}
