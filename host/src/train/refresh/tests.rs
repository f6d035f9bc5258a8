use serde::Deserialize;
use tch::{Device, Kind, Tensor};

use super::*;
use crate::train::data::{
    DataSpec, Dataset, LastBatch, Length, LoaderConfig, Sample, SampleStream, bundled,
};
use crate::train::model::{MlpConfig, ModelConfig};
use crate::train::optim::OptimKind;
use crate::train::specimen::{Specimen, dataset, learner, learner_of, loader, train, values};
use crate::train::torch::{grad_enabled, gradients, rng_state, seeding};

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/norms.json"));

#[derive(Deserialize)]
struct Oracle {
    samples: i64,
    batch_size: usize,
    layers: Vec<Layer>,
}

/// By `update_bn`, and by one `torch.var` over all that reached the layer.
#[derive(Deserialize)]
struct Layer {
    mean: Vec<f64>,
    variance: Vec<f64>,
}

fn of(learner: &Learner, name: &str) -> Vec<f64> {
    values(learner).into_iter().find(|(found, _)| found == name).unwrap().1
}

fn assert_near(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let off = (found - expected).abs() / expected.abs().max(1.0);
        assert!(off < 1e-6, "{what}: {found}, not {expected}");
    }
}

#[test]
fn equal_batches_agree_with_pytorch() {
    let _lock = seeding();
    let oracle: Oracle = serde_json::from_str(ORACLE).unwrap();
    let mut learner = learner(OptimKind::Sgd);
    let loader = loader(oracle.samples, oracle.batch_size);
    refresh_norm_statistics(&mut learner, &loader).unwrap();
    for (index, layer) in oracle.layers.iter().enumerate() {
        let name = |suffix: &str| format!("norm{index}.{suffix}");
        assert_near(&of(&learner, &name("running_mean")), &layer.mean, &name("mean"));
        assert_near(&of(&learner, &name("running_var")), &layer.variance, &name("variance"));
        let batches = oracle.samples as f64 / oracle.batch_size as f64;
        assert_eq!(of(&learner, &name("num_batches_tracked")), [batches]);
    }
}

/// The digits' first 4 × 4 pixels, of which the number of samples is no multiple of a batch.
fn corners() -> Dataset {
    let train = bundled().unwrap().split(0).unwrap().train;
    let inputs = train.inputs.narrow(2, 2, 4).narrow(3, 2, 4).contiguous();
    Dataset::new(inputs, train.targets.remainder(3), 3).unwrap()
}

fn corners_by(batch_size: usize) -> Loader {
    let last_batch = LastBatch::Drop;
    let config = LoaderConfig { batch_size, shuffle: true, last_batch, ..LoaderConfig::default() };
    Loader::new(corners(), config, 0).unwrap()
}

#[test]
fn the_first_layers_are_those_of_all_values_whatever_the_batches() {
    let _lock = seeding();
    let mut learner = learner(OptimKind::Sgd);
    let weight = learner.model.params().get("conv0.weight").unwrap().tensor.detach();
    let conv = corners().inputs.conv2d(&weight, None::<&Tensor>, [1, 1], [1, 1], [1, 1], 1);
    let conv = conv.to_kind(Kind::Double);
    let channels = [0_i64, 2, 3];
    let mean: Vec<f64> = conv.mean_dim(&channels[..], false, None).try_into().unwrap();
    let variance: Vec<f64> = conv.var_dim(&channels[..], true, false).try_into().unwrap();
    for (size, batches) in [(128, 10.0), (100, 13.0), (1257, 1.0)] {
        refresh_norm_statistics(&mut learner, &corners_by(size)).unwrap();
        assert_near(&of(&learner, "norm0.running_mean"), &mean, "mean");
        assert_near(&of(&learner, "norm0.running_var"), &variance, "variance");
        assert_eq!(of(&learner, "norm0.num_batches_tracked"), [batches]);
    }
}

#[test]
fn nothing_else_changes() {
    let _lock = seeding();
    let mut learner = learner(OptimKind::Sgd);
    train(&mut learner, 2);
    let before = values(&learner);
    let state = || rng_state(Device::Cpu).unwrap();
    let (random, hidden) = (state(), learner.hidden());
    learner.model.params().set_norm_frozen(1, true);
    refresh_norm_statistics(&mut learner, &loader(20, 8)).unwrap();
    for ((name, old), (_, new)) in before.into_iter().zip(values(&learner)) {
        let refreshed = name.starts_with("norm0.") && name.matches('_').count() > 0;
        assert_eq!(old != new, refreshed, "{name}");
    }
    assert_eq!((state(), learner.hidden()), (random, hidden));
    assert!(grad_enabled());
    let weights: Vec<_> = learner.model.params().weights().map(|w| &w.tensor).collect();
    assert!(gradients(&weights).unwrap().iter().all(Option::is_none));
    // Batches move the statistics again.
    train(&mut learner, 1);
    assert_eq!(of(&learner, "norm0.num_batches_tracked"), [4.0]);
}

#[test]
fn after_an_error_all_is_as_before() {
    let _lock = seeding();
    let mut model = Specimen::new();
    model.least = 8;
    let mut learner = learner_of(model, OptimKind::Sgd);
    train(&mut learner, 1);
    let before = (values(&learner), learner.hidden(), rng_state(Device::Cpu).unwrap());
    // Two whole batches, then a short one, which the model refuses.
    let error = refresh_norm_statistics(&mut learner, &loader(20, 8)).unwrap_err().to_string();
    assert_eq!(error, "forward failed: specimen: a batch that is too small");
    let after = (values(&learner), learner.hidden(), rng_state(Device::Cpu).unwrap());
    assert_eq!(after, before);
    assert!(grad_enabled() && learner.model.params().norms().iter().all(|n| !n.is_pooling()));
}

/// Fails when it is asked for a sample.
fn stream(length: Length) -> Loader {
    let spec = DataSpec::of_classes(vec![1, 4, 4], 3);
    let stream = SampleStream::numbered(spec, length, |_, _| -> Result<Sample, _> {
        Err(TorchError::new("stream", "no sample").into())
    });
    Loader::new(stream, LoaderConfig { batch_size: 4, ..LoaderConfig::default() }, 0).unwrap()
}

#[test]
fn a_stream_without_an_end_is_refused() {
    let _lock = seeding();
    let mut learner = learner(OptimKind::Sgd);
    let error = refresh_norm_statistics(&mut learner, &stream(Length::Endless)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "running statistics cannot be recomputed: a stream without an end cannot be measured as a \
         whole; train on data that ends, or take out what asks for refresh-norm-statistics"
    );
}

#[test]
fn without_norms_that_follow_there_is_no_pass() {
    let _lock = seeding();
    let mut learner = learner(OptimKind::Sgd);
    let failing = stream(Length::Known(4));
    assert!(refresh_norm_statistics(&mut learner, &failing).is_err());
    learner.model.params().set_norm_frozen(0, true);
    learner.model.params().set_norm_frozen(1, true);
    refresh_norm_statistics(&mut learner, &failing).unwrap();
    let config = ModelConfig::Mlp(MlpConfig { hidden: vec![4] });
    learner.model = config.build(&dataset(3).spec, Device::Cpu).unwrap();
    refresh_norm_statistics(&mut learner, &stream(Length::Endless)).unwrap();
}
