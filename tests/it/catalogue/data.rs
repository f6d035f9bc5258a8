//! Data and loss: what is regularised, drawn and resized. What is mixed: `mixing.rs`.

use std::sync::{Arc, Mutex};

use callbox::callback::tensors::{Operation as Op, Tensors};
use callbox::callback::{Hook, Phase, Signal, Value};
use callbox::train::data::{DataSpec, Dataset};
use callbox::train::model::{Model, ModelConfig, Output};
use callbox::train::params::Params;
use callbox::train::torch::TorchError;
use callbox_tests::{MemberSpec, Trained, Training, shared};
use tch::{Device, Kind, Tensor};

use super::desk::{calm, close, looks, number, plugin, rows, values, whole};
use super::network::{samples, step, training};

fn regularised(alpha: f64, beta: f64) -> MemberSpec {
    let named = plugin("ar-tar").text("dropped", "layers.0").text("raw", "layers.0");
    number(number(named, "alpha", alpha), "beta", beta)
}

#[test]
fn ar_and_tar_are_fastais() {
    step(training().and(regularised(2.0, 1.0))).assert_is("ar and tar");
    step(training().and(regularised(0.5, 0.0))).assert_is("ar");
    step(training().and(regularised(0.0, 3.0))).assert_is("tar");
    step(training().and(regularised(0.0, 0.0))).assert_is("plain");
}

#[test]
fn ar_tar_names_the_activations_that_there_are() {
    let error = training().and(plugin("ar-tar")).try_run().err().unwrap().to_string();
    let expected = "the model shows no activation `rnn.dropped`, but layers.0: set dropped and raw";
    assert!(error.contains(expected), "{error}");
}

/// The training samples that were drawn, in order, and what a native callback answers.
fn drawn(
    training: Training,
    mut answer: impl FnMut(&mut dyn Tensors, Hook) -> Vec<Signal> + 'static,
) -> Vec<i64> {
    let seen: Arc<Mutex<Vec<i64>>> = shared();
    let inner = seen.clone();
    let hooks = [Hook::TrainBegin, Hook::BatchEnd, Hook::EpochEnd];
    let witness = looks(&hooks, move |desk, hook, state| {
        if state.phase == Phase::Valid {
            return Vec::new();
        }
        if hook == Hook::BatchEnd {
            let (_, ids) = desk.sample_losses().unwrap();
            inner.lock().unwrap().extend(whole(desk, ids));
        }
        answer(desk, hook)
    });
    calm(&training.native(witness).run());
    seen.lock().unwrap().clone()
}

fn weigh(desk: &mut dyn Tensors, weights: &[f32]) -> Vec<Signal> {
    let tensor = desk.compute(Op::Create(&[weights.len() as u64], weights)).unwrap();
    vec![Signal::SampleWeights(tensor)]
}

/// 900 samples of class 0, 90 of class 1, 10 of class 2, in this order.
fn unequal() -> Dataset {
    let classes: Vec<i64> =
        (0..1000).map(|at| i64::from(at >= 900) + i64::from(at >= 990)).collect();
    let images = Tensor::zeros([1000, 1, 8, 8], (Kind::Float, Device::Cpu));
    Dataset::new(images, Tensor::from_slice(&classes), 10).unwrap()
}

#[test]
fn class_balance_draws_by_the_formula() {
    let training = || Training::default().samples(unequal).batch_size(100).epochs(2);
    let counts = |ids: &[i64]| {
        let of = |from, to| ids.iter().filter(|id| (from..to).contains(*id)).count();
        [of(0, 900), of(900, 990), of(990, 1000)]
    };
    let balanced = drawn(training().and(plugin("class-balance")), |_, _| Vec::new());
    let expected = drawn(training(), |desk, hook| match hook {
        Hook::TrainBegin => {
            let labels = desk.compute(Op::Labels).unwrap();
            let weight = |class: i64| 1.0 / [900.0, 90.0, 10.0][class as usize];
            let weights: Vec<f32> = whole(desk, labels).into_iter().map(weight).collect();
            weigh(desk, &weights)
        }
        _ => Vec::new(),
    });
    assert_eq!(balanced, expected);
    // From the first epoch on; six standard deviations of a third of 2,000 are 126.
    assert!(counts(&balanced).iter().all(|count| count.abs_diff(667) < 126));
    let effective = plugin("class-balance").text("preset", "effective");
    let effective = drawn(training().and(number(effective, "beta", 0.0)), |_, _| Vec::new());
    assert!(counts(&effective)[2] < 60, "beta 0 weighs all samples alike");
}

/// The boxes as the first card index had them, by hand.
#[test]
fn leitner_draws_by_box() {
    let training = || Training::default().batch_size(100).epochs(4);
    let params = |member: MemberSpec| {
        let member = member.with("boxes", Value::Integer(3)).with("new-box", Value::Integer(2));
        number(number(member, "factor", 0.25), "max-ratio", 10.0)
    };
    let plugged = drawn(training().and(params(plugin("leitner-sampler"))), |_, _| Vec::new());
    let mut boxes = vec![1_usize; 1257];
    let by_hand = drawn(training(), move |desk, hook| {
        if hook == Hook::EpochEnd {
            let weights: Vec<f32> = boxes.iter().map(|at| [1.0, 0.25, 0.1][*at]).collect();
            return weigh(desk, &weights);
        }
        if hook == Hook::BatchEnd {
            let (_, ids) = desk.sample_losses().unwrap();
            let (output, target) = (Op::Output, Op::Target);
            let output = desk.compute(output).unwrap();
            let outputs = rows(desk, output);
            let target = desk.compute(target).unwrap();
            let answers = outputs.into_iter().zip(whole(desk, target));
            for (id, (output, class)) in whole(desk, ids).into_iter().zip(answers) {
                let best = (0..10).max_by(|a, b| output[*a].total_cmp(&output[*b])).unwrap();
                let at = &mut boxes[id as usize];
                *at = if best == class as usize { (*at + 1).min(2) } else { 0 };
            }
        }
        Vec::new()
    });
    assert_eq!(plugged, by_hand);
    let mut second = plugged[1257..2514].to_vec();
    second.sort_unstable();
    second.dedup();
    assert!(second.len() < 1000, "some are repeated");
    // Right where the loss is small: with everything right, all samples stay alike.
    let easy = number(params(plugin("leitner-sampler")), "right-below", 1e9);
    let easy = drawn(training().and(easy), |_, _| Vec::new());
    let alike = drawn(training(), |desk, hook| match hook {
        Hook::EpochEnd => weigh(desk, &[1.0; 1257]),
        _ => Vec::new(),
    });
    assert_eq!(easy, alike);
}

/// A million samples of one pixel.
fn million() -> Dataset {
    let images = Tensor::zeros([1_000_000, 1, 1, 1], (Kind::Float, Device::Cpu));
    let classes = Tensor::arange(1_000_000, (Kind::Int64, Device::Cpu)).remainder(10);
    Dataset::new(images, classes, 10).unwrap()
}

#[test]
fn leitner_holds_a_million_samples_within_its_limits() {
    let training = Training::with(plugin("leitner-sampler"))
        .samples(million)
        .built(pooled)
        .batch_size(1000)
        .spec(|spec| spec.max_steps = Some(2));
    let trained = training.run();
    calm(&trained);
    let weighed = trained.seen.texts("signal", "signal");
    assert!(weighed.iter().any(|signal| signal == "sample-weights"), "{weighed:?}");
    assert!(trained.seen.texts("signal", "verdict").iter().all(|verdict| verdict == "applied"));
}

/// The mean over an image of any size, then a perceptron.
struct Pooled(Box<dyn Model>);

fn pooled(spec: &DataSpec) -> Box<dyn Model> {
    let config: ModelConfig = toml::from_str("kind = 'mlp'\nhidden = [4]").unwrap();
    let spec = DataSpec { input_shape: vec![1], ..spec.clone() };
    Box::new(Pooled(config.build(&spec, Device::Cpu).unwrap()))
}

impl Model for Pooled {
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError> {
        self.0.forward(&input.mean_dim([2_i64, 3].as_slice(), false, None::<Kind>), training)
    }

    fn params(&self) -> &Params {
        self.0.params()
    }

    fn takes_any_size(&self) -> bool {
        true
    }
}

/// Shape of an input, and the pixels of its first image.
type Seen = (Vec<u64>, Vec<f32>);

/// The input of every training batch.
fn inputs(training: Training) -> (Trained, Vec<Seen>) {
    let seen = shared::<Vec<Seen>>();
    let inner = seen.clone();
    let witness = looks(&[Hook::LossBegin], move |desk, _, state| {
        if state.phase == Phase::Train {
            let input = desk.compute(Op::Input).unwrap();
            let first = desk.compute(Op::Narrow(input, 0, 0, 1)).unwrap();
            inner.lock().unwrap().push((desk.shape(input).unwrap(), values(desk, first)));
        }
        Vec::new()
    });
    let trained = training.native(witness).run();
    let seen = seen.lock().unwrap().clone();
    (trained, seen)
}

/// Ten epochs of one batch: 0.5 until 0.5, whole from 0.8 on, by pixels.
fn growing() -> MemberSpec {
    plugin("progressive-resize").with("multiple-of", Value::Integer(1))
}

#[test]
fn images_are_coarse_and_of_their_size_until_they_have_grown() {
    let (trained, seen) = inputs(training().epochs(10).and(growing()));
    calm(&trained);
    let whole = samples().inputs.narrow(0, 0, 1);
    let sides = [4, 4, 4, 4, 4, 4, 5, 7, 8, 8];
    for ((shape, pixels), side) in seen.iter().zip(sides) {
        assert_eq!(shape, &[8, 1, 8, 8]);
        let small = whole.upsample_bilinear2d([side, side], false, None, None);
        let coarse = small.upsample_bilinear2d([8, 8], false, None, None);
        let expected = Vec::<f32>::try_from(coarse.flatten(0, -1)).unwrap();
        assert!(pixels.iter().zip(&expected).all(|(a, b)| close(*a, *b)), "{side}");
    }
    assert_eq!(seen.len(), 10);
}

#[test]
fn images_are_smaller_where_the_model_takes_any_size() {
    let small = || growing().with("keep-size", Value::Flag(false));
    let (trained, seen) = inputs(training().epochs(10).built(pooled).and(small()));
    calm(&trained);
    let heights: Vec<u64> = seen.iter().map(|(shape, _)| shape[2]).collect();
    assert_eq!(heights, [4, 4, 4, 4, 4, 4, 5, 7, 8, 8]);
    assert!(seen.iter().all(|(shape, _)| shape[..2] == [8, 1] && shape[2] == shape[3]));
    // Another model refuses, says why, and goes on with whole images.
    let (trained, seen) = inputs(training().epochs(10).and(small()));
    assert_eq!(
        trained.faults()[0],
        "it returned an input of shape [8, 1, 4, 4]; expected [8, 1, 8, 8], the shape of the one \
         it got: this model takes no other"
    );
    assert!(seen.iter().all(|(shape, _)| shape == &[8, 1, 8, 8]) && seen.len() == 10);
}
