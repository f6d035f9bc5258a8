//! The models against the same architectures in PyTorch: `tests/oracle/models.py` wrote their numbers.

use std::collections::BTreeMap;

use serde::Deserialize;
use tch::{Device, Kind, Tensor};

use super::{Model, ModelConfig};
use crate::train::data::{DataSpec, Targets};
use crate::train::loss::Loss;
use crate::train::params::ParamKind;
use crate::train::torch::{backward, gradient, no_grad, seeding};

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/models.json"));

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    model: ModelConfig,
    batch: i64,
    input_shape: Vec<i64>,
    vocabulary: Option<i64>,
    classes: i64,
    names: Vec<String>,
    evaluated: Vec<f64>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    logits: Vec<f64>,
    loss: f64,
    norms: BTreeMap<String, f64>,
    gradients: BTreeMap<String, Vec<f64>>,
    buffers: BTreeMap<String, Vec<f64>>,
}

#[test]
fn models_agree_with_pytorch() {
    let _lock = seeding();
    let oracle: Oracle = serde_json::from_str(ORACLE).unwrap();
    assert_eq!(oracle.cases.len(), 8);
    oracle.cases.iter().for_each(Case::replay);
}

impl Case {
    fn replay(&self) {
        let data = DataSpec {
            input_shape: self.input_shape.clone(),
            vocabulary: self.vocabulary,
            targets: Targets::Classes(self.classes),
        };
        let mut model = self.model.build(&data, Device::Cpu).unwrap();
        let names: Vec<&str> = model.params().iter().map(|param| param.name.as_str()).collect();
        assert_eq!(names, self.names, "{}", self.name);
        fill(&*model);
        {
            let _mode = no_grad();
            let output = model.forward(&self.inputs(0), false).unwrap();
            self.near("evaluated", &output.main, &self.evaluated);
        }
        model.set_hidden(&[]).unwrap();
        for (number, step) in (0..).zip(&self.steps) {
            self.step(&mut *model, number, step);
        }
    }

    fn step(&self, model: &mut dyn Model, number: i64, step: &Step) {
        model.params().unset_gradients().unwrap();
        let output = model.forward(&self.inputs(number), true).unwrap();
        self.near("logits", &output.main, &step.logits);
        let loss = Loss::cross_entropy().of(&output, &self.targets(number)).unwrap();
        self.near("loss", &loss, &[step.loss]);
        backward(&loss).unwrap();
        let tensor = |name: &String| &model.params().get(name).unwrap().tensor;
        for (name, norm) in &step.norms {
            let gradient = gradient(tensor(name)).unwrap().unwrap();
            self.near(name, &gradient.norm(), &[*norm]);
        }
        for (name, values) in &step.gradients {
            self.near(name, &gradient(tensor(name)).unwrap().unwrap(), values);
        }
        for (name, values) in &step.buffers {
            self.near(name, tensor(name), values);
        }
    }

    /// float32 on both sides; another processor's kernels may round otherwise.
    fn near(&self, what: &str, found: &Tensor, expected: &[f64]) {
        let found = found.detach().to_kind(Kind::Double).flatten(0, -1);
        let found = Vec::<f64>::try_from(found).unwrap();
        assert_eq!(found.len(), expected.len(), "{}: {what}", self.name);
        let greatest = expected.iter().fold(1e-3, |most: f64, value| most.max(value.abs()));
        let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst <= 1e-3 * greatest, "{}: {what}: {worst} of {greatest}", self.name);
    }

    fn inputs(&self, step: i64) -> Tensor {
        match self.vocabulary {
            Some(vocabulary) => self.tokens(vocabulary, step),
            None => {
                let count = self.batch * self.input_shape.iter().product::<i64>();
                let values = (0..count).map(|e| (0.37 * e as f64).cos() + (0.011 * e as f64).sin());
                self.shaped(&values.map(|value| value as f32).collect::<Vec<_>>())
            }
        }
    }

    fn targets(&self, step: i64) -> Tensor {
        match self.vocabulary {
            Some(_) => self.tokens(self.classes, step + 1),
            None => Tensor::arange(self.batch, (Kind::Int64, Device::Cpu)).remainder(self.classes),
        }
    }

    fn tokens(&self, vocabulary: i64, step: i64) -> Tensor {
        let count = self.batch * self.input_shape.iter().product::<i64>();
        let values = (0..count).map(|e| (e * e + 3 * e + 5 * step) % vocabulary);
        self.shaped(&values.collect::<Vec<_>>())
    }

    fn shaped<T: tch::kind::Element>(&self, values: &[T]) -> Tensor {
        let shape: Vec<i64> =
            [self.batch].into_iter().chain(self.input_shape.iter().copied()).collect();
        Tensor::from_slice(values).view(shape.as_slice())
    }
}

/// The numbers of the script's `formula`.
fn fill(model: &dyn Model) {
    for (index, param) in model.params().iter().enumerate() {
        if param.kind == ParamKind::Buffer {
            continue;
        }
        let (shape, size) = (param.tensor.size(), param.tensor.numel());
        let waves = (0..size).map(|e| (1.0 + 3.0 * index as f64 + 0.7 * e as f64).sin());
        let waves = Tensor::from_slice(&waves.collect::<Vec<f64>>()).view(shape.as_slice());
        let values = if shape.len() > 1 {
            waves * (2.0 * shape[0] as f64 / size as f64).sqrt()
        } else {
            waves * 0.1 + if param.name.ends_with("weight") { 1.0 } else { 0.0 }
        };
        model.params().load(&param.name, &values.to_kind(Kind::Float)).unwrap();
    }
}
