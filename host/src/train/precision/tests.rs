//! What mixed precision promises beside its arithmetic.

use tch::{Device, Kind, Tensor};

use super::*;
use crate::callback::Phase;
use crate::train::data::{Batch, DataSpec};
use crate::train::learner::Learner;
use crate::train::loss::Loss;
use crate::train::model::{CnnConfig, MlpConfig, ModelConfig};
use crate::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use crate::train::params::Params;
use crate::train::torch::{During, gradient, manual_seed, mul_scalar, seeding};

const LOWERED: [(Precision, Kind); 2] =
    [(Precision::Bf16, Kind::BFloat16), (Precision::F16, Kind::Half)];

/// A perceptron of 6, 5 and 3, always with the same weights.
pub(super) fn learner(precision: Precision, optimizer: &OptimConfig) -> Learner {
    let spec = DataSpec::of_classes(vec![6], 3);
    build(&ModelConfig::Mlp(MlpConfig { hidden: vec![5] }), &spec, precision, optimizer)
}

fn build(
    model: &ModelConfig,
    spec: &DataSpec,
    precision: Precision,
    optimizer: &OptimConfig,
) -> Learner {
    let _lock = seeding();
    manual_seed(1).unwrap();
    let model = model.build(spec, Device::Cpu).unwrap();
    let optimizer = HpOptimizer::new(optimizer, model.params()).unwrap();
    Learner::new(model, Loss::cross_entropy(), optimizer, Vec::new()).with_precision(precision)
}

fn adam(precision: Precision) -> Learner {
    learner(precision, &OptimConfig { wd: Some(0.1.into()), ..OptimConfig::new(OptimKind::AdamW) })
}

pub(super) fn batch(input: &Tensor, target: &[i64]) -> Batch {
    let input = input.shallow_clone();
    Batch {
        input,
        target: Tensor::from_slice(target),
        size: target.len(),
        indices: Vec::new(),
        position: 0,
    }
}

/// Eight samples.
fn some() -> Batch {
    let input = Tensor::arange(48, (Kind::Float, Device::Cpu)).sin().view([8, 6]);
    batch(&input, &[0, 1, 2, 0, 1, 2, 0, 1])
}

/// Samples `from` to `from + 4` of them.
fn half(from: i64) -> Batch {
    let whole = some();
    let target: Vec<i64> = whole.target.narrow(0, from, 4).try_into().unwrap();
    batch(&whole.input.narrow(0, from, 4), &target)
}

/// Forward, loss and backward of `factor · loss`; gives the loss.
fn backward(learner: &mut Learner, batch: &Batch, factor: f64) -> f64 {
    let output = learner.forward(batch).unwrap();
    let loss = learner.loss(&output, batch).unwrap();
    learner.backward(&mul_scalar(&loss, factor).unwrap()).unwrap();
    loss.double_value(&[])
}

fn end(learner: &mut Learner) {
    learner.step().unwrap();
    learner.zero_grad().unwrap();
}

fn flat(tensors: impl Iterator<Item = Tensor>) -> Vec<f64> {
    tensors.flat_map(|tensor| Vec::<f64>::try_from(tensor.flatten(0, -1)).unwrap()).collect()
}

pub(super) fn gradients(learner: &Learner) -> Vec<f64> {
    flat(learner.model.params().weights().map(|p| gradient(&p.tensor).unwrap().unwrap()))
}

pub(super) fn weights(learner: &Learner) -> Vec<f64> {
    flat(learner.model.params().weights().map(|p| p.tensor.detach()))
}

/// Everything that a step moves, Adam's counts included.
fn everything(learner: &Learner) -> Vec<f64> {
    let state = learner.optimizer.state().into_iter().map(|(_, tensor)| tensor);
    weights(learner).into_iter().chain(flat(state)).collect()
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst <= tolerance, "{worst}");
}

/// Notes what it computes in.
struct Witness {
    params: Params,
    weight: Tensor,
}

impl Witness {
    fn new() -> Self {
        let mut params = Params::new(Device::Cpu);
        let ones = Tensor::ones([3, 6], (Kind::Float, Device::Cpu));
        let kind = crate::train::params::ParamKind::Weight;
        let weight = params.add("weight".to_owned(), kind, &ones).unwrap();
        Witness { params, weight }
    }
}

impl Model for Witness {
    fn forward(&mut self, input: &Tensor, _training: bool) -> Result<Output, TorchError> {
        let main = input.f_linear(&self.weight, None::<&Tensor>).during("linear")?;
        Ok(Output { named: vec![("hidden".to_owned(), main.shallow_clone())], main })
    }

    fn params(&self) -> &Params {
        &self.params
    }
}

/// An operation that has no kernel for 16 bits on the CPU.
struct Missing(Witness);

impl Model for Missing {
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError> {
        let output = self.0.forward(input, training)?;
        Ok(output.main.f_special_ndtri().during("ndtri")?.into())
    }

    fn params(&self) -> &Params {
        &self.0.params
    }
}

#[test]
fn a_run_file_names_it() {
    #[derive(serde::Deserialize)]
    struct Run {
        #[serde(default)]
        precision: Precision,
    }
    let read = |text: &str| toml::from_str::<Run>(text).map(|run| run.precision);
    assert_eq!(read("").unwrap(), Precision::F32);
    for precision in [Precision::F32, Precision::Bf16, Precision::F16] {
        assert_eq!(read(&format!("precision = '{}'", precision.name())).unwrap(), precision);
    }
    let error = read("precision = 'fp16'").unwrap_err().to_string();
    assert!(error.contains("expected one of `f32`, `bf16`, `f16`"), "{error}");
}

#[test]
fn the_model_computes_in_it_and_the_loss_in_f32() {
    for (precision, kind) in LOWERED {
        let mut model = Witness::new();
        let output = precision.forward(&mut model, &some().input, true).unwrap();
        assert_eq!(output.main.kind(), Kind::Float);
        assert_eq!(output.named[0].1.kind(), kind);
        assert_eq!(model.weight.kind(), Kind::Float);
        let after = model.forward(&some().input, true).unwrap();
        assert_eq!(after.main.kind(), Kind::Float);
    }
}

#[test]
fn it_ends_after_an_error_too() {
    for (precision, _) in LOWERED {
        let mut learner = adam(precision);
        let wrong = batch(&Tensor::zeros([2, 7], (Kind::Float, Device::Cpu)), &[0, 1]);
        let error = learner.forward(&wrong).map(drop).unwrap_err().to_string();
        assert!(error.starts_with("forward failed: linear layer `layers.0`: "), "{error}");
        let after = Witness::new().forward(&some().input, true).unwrap();
        assert_eq!(after.main.kind(), Kind::Float);
    }
}

#[test]
fn a_missing_kernel_is_named_with_the_way_out() {
    let mut model = Missing(Witness::new());
    let mut explain = |precision: Precision| {
        precision.forward(&mut model, &some().input, true).map(drop).unwrap_err().to_string()
    };
    assert_eq!(
        explain(Precision::F16),
        "ndtri: \"ndtri_cpu\" not implemented for 'Half'; \
         it was asked by precision = \"f16\": use \"bf16\" or \"f32\""
    );
    assert_eq!(
        explain(Precision::Bf16),
        "ndtri: \"ndtri_cpu\" not implemented for 'BFloat16'; \
         it was asked by precision = \"bf16\": use \"f32\""
    );
}

#[test]
fn training_lowers_the_loss_and_parameters_stay_f32() {
    let cnn = ModelConfig::Cnn(CnnConfig { width: 2 });
    let mlp = ModelConfig::Mlp(MlpConfig { hidden: vec![8] });
    let spec = DataSpec::of_classes(vec![1, 8, 8], 3);
    let input = Tensor::arange(8 * 64, (Kind::Float, Device::Cpu)).sin().view([8, 1, 8, 8]);
    let batch = batch(&input, &[0, 1, 2, 0, 1, 2, 0, 1]);
    let config = OptimConfig { lr: Some(0.01.into()), ..OptimConfig::new(OptimKind::AdamW) };
    for (precision, _) in LOWERED {
        for model in [&mlp, &cnn] {
            let mut learner = build(model, &spec, precision, &config);
            let first = backward(&mut learner, &batch, 1.0);
            for _ in 0..20 {
                end(&mut learner);
                let _ = backward(&mut learner, &batch, 1.0);
            }
            end(&mut learner);
            let last = backward(&mut learner, &batch, 1.0);
            assert!(last < 0.8 * first, "{precision:?} {model:?}: {first} to {last}");
            let floats = learner.model.params().iter().filter(|p| p.tensor.kind() != Kind::Int64);
            assert!(floats.clone().all(|param| param.tensor.kind() == Kind::Float));
            let gradients = learner.model.params().weights().map(|p| gradient(&p.tensor).unwrap());
            assert!(gradients.flatten().all(|gradient| gradient.kind() == Kind::Float));
        }
    }
}

#[test]
fn gradients_are_true_ones() {
    let mut full = adam(Precision::F32);
    backward(&mut full, &some(), 1.0);
    for (precision, tolerance) in [(Precision::Bf16, 1e-2), (Precision::F16, 1e-3)] {
        let mut learner = adam(precision);
        backward(&mut learner, &some(), 1.0);
        assert_close(&gradients(&learner), &gradients(&full), tolerance);
        assert_ne!(gradients(&learner), gradients(&full));
    }
}

#[test]
fn scaling_saves_gradients_that_f16_would_lose() {
    let mut learner = adam(Precision::F16);
    // Below the least number of f16, 6e-8, without the scale.
    backward(&mut learner, &some(), 1e-8);
    let found: Vec<f64> = gradients(&learner).iter().map(|value| value * 1e8).collect();
    let mut full = adam(Precision::F32);
    backward(&mut full, &some(), 1.0);
    assert_close(&found, &gradients(&full), 1e-2);
}

#[test]
fn an_overflow_changes_nothing_but_the_scale() {
    let mut learner = adam(Precision::F16);
    backward(&mut learner, &some(), 1.0);
    end(&mut learner);
    let before = everything(&learner);
    let scale = learner.loss_scale().unwrap();
    assert_eq!((scale.scale(), scale.good_steps()), (65_536.0, 1));
    for factor in [1e36, f64::NAN] {
        backward(&mut learner, &some(), factor);
        assert!(learner.overflowed());
        end(&mut learner);
        assert!(!learner.overflowed());
        assert_eq!(everything(&learner), before);
    }
    let scale = learner.loss_scale().unwrap();
    assert_eq!((scale.scale(), scale.good_steps()), (16_384.0, 0));
    backward(&mut learner, &some(), 1.0);
    end(&mut learner);
    assert_ne!(everything(&learner), before);
}

#[test]
fn an_overflow_is_told_once() {
    let mut learner = adam(Precision::F16);
    assert_eq!(learner.take_overflow(), None);
    backward(&mut learner, &some(), 1e36);
    backward(&mut learner, &some(), 1e36);
    assert_eq!((learner.take_overflow(), learner.take_overflow()), (Some(65_536.0), None));
    end(&mut learner);
    assert_eq!(learner.take_overflow(), None);
}

#[test]
fn a_loss_that_is_never_finite_leaves_the_scale_at_one() {
    let mut learner = adam(Precision::F16);
    let before = everything(&learner);
    for _ in 0..40 {
        backward(&mut learner, &some(), f64::NAN);
        end(&mut learner);
    }
    assert_eq!(learner.loss_scale().unwrap().scale(), 1.0);
    assert_eq!(everything(&learner), before);
}

#[test]
fn accumulated_halves_are_the_whole() {
    for precision in [Precision::F32, Precision::Bf16, Precision::F16] {
        let (mut whole, mut halves) = (adam(precision), adam(precision));
        backward(&mut whole, &some(), 1.0);
        backward(&mut halves, &half(0), 0.5);
        backward(&mut halves, &half(4), 0.5);
        assert_close(&gradients(&halves), &gradients(&whole), 5e-3);
        end(&mut halves);
        let steps = halves.loss_scale().map_or(1, LossScale::good_steps);
        assert_eq!(steps, 1, "one step of two batches");
    }
}

#[test]
fn an_overflow_drops_the_whole_window_and_halves_once() {
    for factors in [[1e36, 1.0], [1.0, 1e36], [1e36, 1e36]] {
        let mut learner = adam(Precision::F16);
        let before = everything(&learner);
        factors.iter().for_each(|factor| _ = backward(&mut learner, &half(0), *factor));
        assert!(learner.overflowed());
        end(&mut learner);
        assert_eq!(everything(&learner), before);
        assert_eq!(learner.loss_scale().unwrap().scale(), 32_768.0);
    }
}

#[test]
fn only_steps_that_were_due_count() {
    let mut learner = adam(Precision::F16);
    backward(&mut learner, &some(), 1.0);
    learner.zero_grad().unwrap();
    assert_eq!(learner.loss_scale().unwrap().good_steps(), 0);
    let validating = learner.mode(Phase::Valid);
    learner.zero_grad().unwrap();
    drop(validating);
    assert_eq!(learner.loss_scale().unwrap().good_steps(), 0);
}

#[test]
fn a_validation_within_a_window_does_not_end_it() {
    let mut learner = adam(Precision::F16);
    backward(&mut learner, &some(), 1e36);
    let validating = learner.mode(Phase::Valid);
    let output = learner.forward(&some()).unwrap();
    assert!(!output.main.requires_grad());
    learner.zero_grad().unwrap();
    drop(validating);
    assert!(learner.overflowed());
}

#[test]
fn a_failed_backward_leaves_the_kept_gradients() {
    let mut learner = adam(Precision::F16);
    backward(&mut learner, &some(), 1.0);
    let kept = gradients(&learner);
    let error = learner.backward(&Tensor::from_slice(&[1.0_f32])).unwrap_err().to_string();
    assert!(error.starts_with("backward failed: backward: element 0 of tensors"), "{error}");
    assert_eq!(gradients(&learner), kept);
}

#[test]
fn a_saved_scale_comes_back() {
    let saved = LossScale::restore(512.0, 12).unwrap();
    let mut learner = adam(Precision::F16);
    learner.set_loss_scale(saved);
    assert_eq!(learner.loss_scale(), Some(saved));
    backward(&mut learner, &some(), 1.0);
    end(&mut learner);
    assert_eq!(learner.loss_scale(), Some(LossScale::restore(512.0, 13).unwrap()));
    let mut full = adam(Precision::F32);
    full.set_loss_scale(saved);
    assert_eq!(full.loss_scale(), None);
}
