//! What can be read when.

use super::*;
use crate::callback::tensors::Operation as Op;

const BATCH: [Op<'static>; 5] =
    [Op::Input, Op::Target, Op::Output, Op::Loss, Op::Activation("layers.0")];

#[test]
fn start_knows_names_only() {
    let mut f = Fixture::new();
    let _flight = f.fly();
    f.at(Occasion::Start);
    for operation in BATCH {
        let error = f.compute(operation).unwrap_err();
        assert_eq!(missing(error), "there is no batch in flight");
    }
    for operation in [Op::Labels, Op::Weight("layers.0.bias"), Op::Create(&[1], &[1.0])] {
        assert_eq!(
            missing(f.compute(operation).unwrap_err()),
            "`start` knows the model's names only; ask for tensors at a hook"
        );
    }
    assert_eq!(f.desk().activations(), ["layers.0"]);
    let all = f.desk().parameters();
    let described: Vec<_> =
        all.iter().map(|p| (p.name.as_str(), p.group, p.shape.as_slice(), p.trainable)).collect();
    assert_eq!(described[0], ("layers.0.weight", 0, &[32, 64][..], true));
    assert_eq!(described[3], ("layers.1.bias", 1, &[10][..], true));
    f.model.params().set_requires_grad(0, false).unwrap();
    assert!(!f.desk().parameters()[0].trainable);
}

#[test]
fn outside_a_batch_there_is_the_model_and_the_labels() {
    let f = Fixture::new();
    f.at(Occasion::Event(Hook::EpochBegin));
    for operation in BATCH {
        let error = f.compute(operation).unwrap_err();
        assert_eq!(missing(error), "there is no batch in flight");
    }
    assert!(f.desk().sample_losses().is_err());
    let (labels, bias) = (f.make(Op::Labels), f.make(Op::Weight("layers.1.bias")));
    assert_eq!(f.shape(labels), Ok(vec![1257]));
    assert_eq!(f.shape(f.make(Op::Square(bias))), Ok(vec![10]));
    assert_eq!(f.tensor(labels), f.data.train.table().unwrap().targets);
    f.bench.clear();
    assert_eq!(f.shape(labels), Err(Failure::Stale));
}

#[test]
fn a_batch_fills_from_hook_to_hook() {
    let mut f = Fixture::new();
    let batch = f.take_off();
    assert_eq!(f.shape(f.make(Op::Input)), Ok(vec![128, 1, 8, 8]));
    assert_eq!(
        missing(f.compute(Op::Output).unwrap_err()),
        "the batch has no output: the model runs between batch-begin and loss-begin"
    );
    assert_eq!(
        missing(f.compute(Op::Loss).unwrap_err()),
        "the batch has no loss: it is computed between loss-begin and backward-begin"
    );
    let mixed = Tensor::zeros_like(&batch.input);
    f.bench.put_input(&mixed, &batch.target);
    assert_eq!(f.item(f.make(Op::Sum(f.make(Op::Input), None))), Ok(0.0));
    let (_, output, loss) = f.fly();
    assert_eq!(f.tensor(f.make(Op::Output)), output.main.detach());
    assert_eq!(f.tensor(f.make(Op::Loss)), loss.detach());
    let hidden = f.make(Op::Activation("layers.0"));
    assert_eq!(f.shape(hidden), Ok(vec![128, 32]));
    assert!(f.summaries(&[hidden]).unwrap()[0].min >= 0.0, "after the ReLU");
    f.bench.put_transformed(&output.main.zeros_like());
    assert_eq!(f.item(f.make(Op::Sum(f.make(Op::Output), None))), Ok(0.0));
    f.bench.land();
    assert_eq!(f.shape(hidden), Err(Failure::Stale));
    assert_eq!(missing(f.compute(Op::Loss).unwrap_err()), "there is no batch in flight");
}

#[test]
fn a_cnn_shows_its_blocks() {
    let mut f = Fixture::cnn();
    let _flight = f.fly();
    assert_eq!(f.desk().activations(), ["blocks.0", "blocks.1", "blocks.2"]);
    for (name, size) in [("blocks.0", [128, 2, 8, 8]), ("blocks.2", [128, 8, 2, 2])] {
        let id = f.make(Op::Activation(name));
        assert_eq!(f.shape(id), Ok(size.to_vec()));
    }
    let known: Vec<String> = f.desk().parameters().into_iter().map(|p| p.name).collect();
    assert!(!known.iter().any(|name| name.contains("running")), "buffers are no parameters");
}

#[test]
fn unknown_names_get_a_suggestion() {
    let mut f = Fixture::new();
    let _flight = f.fly();
    assert_eq!(
        missing(f.compute(Op::Weight("layers.0.weigth")).unwrap_err()),
        "the model has no parameter `layers.0.weigth`; did you mean `layers.0.weight`?"
    );
    assert_eq!(
        missing(f.compute(Op::Activation("layer.0")).unwrap_err()),
        "the model has no activation `layer.0`; did you mean `layers.0`?"
    );
    assert_eq!(
        missing(f.compute(Op::Gradient("?")).unwrap_err()),
        "the model has no parameter `?`"
    );
}

#[test]
fn gradients_are_there_after_backward() {
    let mut f = Fixture::new();
    let (_, _, loss) = f.fly();
    assert_eq!(
        missing(f.compute(Op::Gradient("layers.0.bias")).unwrap_err()),
        "`layers.0.bias` has no gradient now: gradients live from backward-end to step-end"
    );
    assert!(missing(f.desk().gradient_norm().unwrap_err()).contains("no parameter has a gradient"));
    torch::backward(&loss).unwrap();
    f.at(Occasion::Event(Hook::BackwardEnd));
    let names: Vec<String> = f.desk().parameters().into_iter().map(|p| p.name).collect();
    let ids: Vec<TensorId> = names.iter().map(|name| f.make(Op::Gradient(name))).collect();
    let norms = f.summaries(&ids).unwrap();
    let together = norms.iter().map(|s| s.l2_norm.powi(2)).sum::<f64>().sqrt();
    let norm = f.desk().gradient_norm().unwrap();
    assert!((norm / together - 1.0).abs() < 1e-5, "{norm}, {together}");
}

#[test]
fn sample_losses_are_those_of_the_untransformed_batch() {
    let mut f = Fixture::new();
    let (batch, output, loss) = f.fly();
    f.bench.put_input(&batch.input, &batch.target.zeros_like());
    f.bench.put_transformed(&output.main.zeros_like());
    let (losses, ids) = f.desk().sample_losses().unwrap();
    let mean = f.item(f.make(Op::Mean(losses, None))).unwrap();
    assert!((mean - loss.double_value(&[])).abs() < 1e-6);
    assert_eq!(f.read_integers(ids, 0, 128).unwrap(), batch.indices);
    // The loss of another target: the mean over the batch.
    let (main, target) = (f.make(Op::Output), f.make(Op::Target));
    let even = f.item(f.make(Op::LossOf(main, target))).unwrap();
    assert!((even - 10.0_f64.ln()).abs() < 1e-6, "{even}");
    let soft = f.make(Op::OneHot(target, 10));
    let soft = f.item(f.make(Op::LossOf(main, soft))).unwrap();
    assert!((soft - even).abs() < 1e-6);
}

#[test]
fn sample_weights_are_judged() {
    let f = Fixture::new();
    let weights = |values: Vec<f32>| {
        let id = f.create(&[values.len() as u64], &values);
        f.desk().sample_weights(id)
    };
    let mut good = vec![1.0; 1257];
    good[3] = 0.0;
    let taken = weights(good.clone()).unwrap();
    assert_eq!((taken.len(), taken[3], taken[4]), (1257, 0.0, 1.0));
    good[5] = -1.0;
    assert_eq!(
        text(weights(good.clone()).unwrap_err()),
        "`sample-weights` of float32 [1257]: sample 5 has weight -1; weights are finite, at least 0"
    );
    good[5] = f32::NAN;
    assert!(text(weights(good).unwrap_err()).contains("sample 5 has weight NaN"));
    assert!(text(weights(vec![0.0; 1257]).unwrap_err()).contains("all 0"));
    assert!(text(weights(vec![1.0; 3]).unwrap_err()).contains("one weight per sample: [1257]"));
}
