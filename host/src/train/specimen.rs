//! A small learner for tests: two convolutions with norms, dropout, and a hidden state that counts
//! batches.

use tch::{Device, Kind, Tensor};

use super::data::{Batch, Dataset, Loader, LoaderConfig};
use super::layers::{BatchNorm2d, Conv2d, Linear, flatten, relu};
use super::learner::Learner;
use super::loss::Loss;
use super::model::{Model, Output};
use super::optim::{HpOptimizer, OptimConfig, OptimKind};
use super::params::Params;
use super::torch::{During, TorchError, add_scalar};
use crate::callback::Phase;

/// Layer groups `first`, `second` and `head`. For images `[batch, 1, 4, 4]` in three classes.
pub(super) struct Specimen {
    params: Params,
    layers: Vec<(Conv2d, BatchNorm2d)>,
    head: Linear,
    seen: Option<Tensor>,
    /// Refuses batches of less than this.
    pub(super) least: i64,
}

impl Specimen {
    pub(super) fn new() -> Self {
        let mut params = Params::new(Device::Cpu);
        let mut layer = |index: usize, channels| {
            params.begin_group(["first", "second"][index]);
            let conv = Conv2d::new(&mut params, &format!("conv{index}"), channels, 3).unwrap();
            let norm = BatchNorm2d::new(&mut params, &format!("norm{index}"), channels[1]).unwrap();
            (conv, norm)
        };
        let layers = vec![layer(0, [1, 2]), layer(1, [2, 3])];
        params.begin_group("head");
        let head = Linear::new(&mut params, "head", 3 * 16, 3).unwrap();
        let model = Self { params, layers, head, seen: None, least: 0 };
        model.fill();
        model
    }

    /// The same numbers in every test and in the oracles' scripts.
    fn fill(&self) {
        for (index, param) in self.params.weights().enumerate() {
            let offset = 1.0 + 3.0 * index as f64;
            let values = (0..param.tensor.numel()).map(|e| (offset + 0.7 * e as f64).sin());
            let values = Tensor::from_slice(&values.collect::<Vec<_>>()).view_as(&param.tensor);
            self.params.load(&param.name, &values).unwrap();
        }
    }
}

impl Model for Specimen {
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError> {
        if input.size()[0] < self.least {
            return Err(TorchError::new("specimen", "a batch that is too small"));
        }
        let mut x = input.shallow_clone();
        for (conv, norm) in &mut self.layers {
            x = relu(&norm.forward(&conv.forward(&x)?, training)?)?;
        }
        let x = flatten(&x)?.f_dropout(0.5, training).during("dropout")?;
        let seen = self.seen.take().unwrap_or_else(|| Tensor::from(0.0_f32));
        self.seen = Some(add_scalar(&seen, 1.0)?);
        Ok(self.head.forward(&x)?.into())
    }

    fn params(&self) -> &Params {
        &self.params
    }

    fn hidden(&self) -> Vec<Tensor> {
        self.seen.iter().map(Tensor::shallow_clone).collect()
    }

    fn set_hidden(&mut self, hidden: &[Tensor]) -> Result<(), TorchError> {
        self.seen = hidden.first().map(Tensor::shallow_clone);
        Ok(())
    }
}

pub(super) fn learner(kind: OptimKind) -> Learner {
    learner_of(Specimen::new(), kind)
}

pub(super) fn learner_of(model: Specimen, kind: OptimKind) -> Learner {
    let config = OptimConfig { lr: Some(0.01.into()), ..OptimConfig::new(kind) };
    let mut optimizer = HpOptimizer::new(&config, model.params()).unwrap();
    optimizer.set(super::optim::Hyper::Mom, 0.9).unwrap();
    Learner::new(Box::new(model), Loss::cross_entropy(), optimizer, Vec::new())
}

/// Images that are a formula of their place.
pub(super) fn dataset(samples: i64) -> Dataset {
    let values = (0..samples * 16).map(|e| (0.37 * e as f64).cos() + (0.011 * e as f64).sin());
    let inputs = Tensor::from_slice(&values.collect::<Vec<f64>>()).view([samples, 1, 4, 4]);
    let targets = Tensor::arange(samples, (Kind::Int64, Device::Cpu)).remainder(3);
    Dataset::new(inputs.to_kind(Kind::Float), targets, 3).unwrap()
}

pub(super) fn loader(samples: i64, batch_size: usize) -> Loader {
    let config = LoaderConfig { batch_size, ..LoaderConfig::default() };
    Loader::new(dataset(samples), config, 0).unwrap()
}

/// So many steps, each on the same twelve samples.
pub(super) fn train(learner: &mut Learner, steps: usize) {
    let Dataset { inputs: input, targets: target, .. } = dataset(12);
    let batch = Batch { input, target, size: 12, indices: (0..12).collect(), position: 0 };
    let _mode = learner.mode(Phase::Train);
    for _ in 0..steps {
        let output = learner.forward(&batch).unwrap();
        let loss = learner.loss(&output, &batch).unwrap();
        learner.backward(&loss).unwrap();
        learner.step().unwrap();
        learner.zero_grad().unwrap();
    }
}

/// Names and numbers of all weights and buffers.
pub(super) fn values(learner: &Learner) -> Vec<(String, Vec<f64>)> {
    let params = learner.model.params().iter();
    let numbers =
        |tensor: &Tensor| Vec::try_from(tensor.detach().flatten(0, -1).to_kind(Kind::Double));
    params.map(|param| (param.name.clone(), numbers(&param.tensor).unwrap())).collect()
}
