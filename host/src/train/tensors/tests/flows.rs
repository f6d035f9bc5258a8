//! What may stand in the place of what was offered.

use super::*;
use crate::callback::tensors::{Flow, Operation as Op};
use crate::train::params::Params;
use crate::train::torch::TorchError;

fn transform(f: &Fixture, hook: Hook) {
    f.at(Occasion::Transform(hook));
}

/// MixUp (Zhang et al., 2017): λ·x + (1 − λ)·x[order], and so for the targets.
#[test]
fn mixup_by_numbers_is_the_formula() {
    let f = Fixture::new();
    let batch = f.take_off();
    transform(&f, Hook::BatchBegin);
    let mut flow = f.bench.input_flow(batch.input.shallow_clone(), batch.target.shallow_clone());
    let [x, y] = flow.offer(f.number).unwrap();
    let order = f.make(Op::RandomPermutation(128));
    let weight = f.make(Op::RandomBeta(&[128], 0.4, 0.4));
    let mut wide = weight;
    for _ in 0..3 {
        wide = f.make(Op::Unsqueeze(wide, -1));
    }
    let mixed = f.make(Op::Lerp(f.make(Op::Pick(x, 0, order)), x, wide));
    let hot = f.make(Op::OneHot(y, 10));
    let other = f.make(Op::Pick(hot, 0, order));
    let soft = f.make(Op::Lerp(other, hot, f.make(Op::Unsqueeze(weight, -1))));
    flow.accept(f.number, [mixed, soft]).unwrap();

    let (order, weight) = (f.tensor(order), f.tensor(weight));
    let (w, v) = (weight.view([-1, 1, 1, 1]), weight.view([-1, 1]));
    let expected = &w * &batch.input + (1.0 - &w) * batch.input.index_select(0, &order);
    let hot = batch.target.one_hot(10).to_kind(tch::Kind::Float);
    let targets = &v * &hot + (1.0 - &v) * hot.index_select(0, &order);
    let (input, target) = flow.into_parts();
    assert!(input.allclose(&expected, 1e-5, 1e-6, false));
    assert!(target.allclose(&targets, 1e-5, 1e-6, false));
}

#[test]
fn a_batch_is_refused_with_a_sentence() {
    let f = Fixture::new();
    let batch = f.take_off();
    transform(&f, Hook::BatchBegin);
    let mut flow = f.bench.input_flow(batch.input.shallow_clone(), batch.target.shallow_clone());
    let [x, y] = flow.offer(f.number).unwrap();
    flow.accept(f.number, [x, y]).unwrap();
    let mut says = |given| flow.accept(f.number, given).unwrap_err();
    let double = f.make(Op::Convert(x, Dtype::Float64));
    assert_eq!(says([double, y]), "it returned an input of type float64; the model takes float32");
    let few = f.make(Op::Narrow(x, 0, 0, 100));
    assert_eq!(
        says([few, y]),
        "it returned an input of shape [100, 1, 8, 8]; expected [128, 1, 8, 8], the shape of the one \
         it got: this model takes no other"
    );
    // Its layers may be made for this size, and a huge one would take all memory in them.
    for other in [Op::Narrow(x, 2, 0, 0), Op::Resize(x, 4, 4), Op::Unsqueeze(x, 0)] {
        assert!(says([f.make(other), y]).contains("; expected [128, 1, 8, 8]"), "{other:?}");
    }
    assert_eq!(
        says([x, f.make(Op::Narrow(y, 0, 0, 3))]),
        "it returned a target of int64 [3]; expected int64 [128] as it was, or class probabilities \
         [128, 10]"
    );
    let far = f.make(Op::Convert(f.make(Op::Affine(y, 1.0, 5.0)), Dtype::Int64));
    assert!(says([x, far]).contains("classes are 0 to 9"));
    assert_eq!(says([x, 5]), "the target that it returned is stale, or no number of its own");
    assert!(says([y, x]).contains("an input of type int64"));
    // After all that, what was there still is.
    let (input, target) = flow.into_parts();
    assert_eq!((input, target), (batch.input, batch.target));
}

/// Takes images of any size, and has nothing else.
struct AnySize(Params);

impl Model for AnySize {
    fn forward(&mut self, input: &Tensor, _training: bool) -> Result<Output, TorchError> {
        Ok(input.shallow_clone().into())
    }

    fn params(&self) -> &Params {
        &self.0
    }

    fn takes_any_size(&self) -> bool {
        true
    }
}

#[test]
fn a_model_of_any_size_takes_other_images_of_the_batch() {
    let f = Fixture::with(|_| Box::new(AnySize(Params::new(Device::Cpu))));
    let batch = f.take_off();
    transform(&f, Hook::BatchBegin);
    let mut flow = f.bench.input_flow(batch.input, batch.target);
    let [x, y] = flow.offer(f.number).unwrap();
    let mut says = |given| flow.accept(f.number, [given, y]).unwrap_err();
    for other in [Op::Narrow(x, 2, 0, 0), Op::Narrow(x, 0, 0, 9), Op::Unsqueeze(x, 0)] {
        let expected = "; expected [128, 1, height, width]: this model takes images of any size";
        assert!(says(f.make(other)).ends_with(expected), "{other:?}");
    }
    flow.accept(f.number, [f.make(Op::Resize(x, 4, 12)), y]).unwrap();
    assert_eq!(flow.into_parts().0.size(), [128, 1, 4, 12]);
    let mut flow = f.bench.input_flow(f.tensor(y), f.tensor(y));
    let [x, y] = flow.offer(f.number).unwrap();
    let error = flow.accept(f.number, [f.make(Op::Narrow(x, 0, 0, 9)), y]).unwrap_err();
    assert!(error.ends_with("; expected [128]: only images may have another size"), "{error}");
}

#[test]
fn another_image_and_another_target_are_fine() {
    let f = Fixture::new();
    let batch = f.take_off();
    transform(&f, Hook::BatchBegin);
    let mut flow = f.bench.input_flow(batch.input, batch.target);
    let [x, y] = flow.offer(f.number).unwrap();
    let small = f.make(Op::Resize(x, 4, 4));
    let coarse = f.make(Op::Resize(small, 8, 8));
    let zeros = f.make(Op::Convert(f.make(Op::Affine(y, 0.0, 0.0)), Dtype::Int64));
    flow.accept(f.number, [coarse, zeros]).unwrap();
    let (input, target) = flow.into_parts();
    assert_eq!(input.size(), [128, 1, 8, 8]);
    assert_eq!(target.sum(tch::Kind::Int64).int64_value(&[]), 0);
}

#[test]
fn an_output_keeps_shape_and_gradient() {
    let mut f = Fixture::new();
    let (_, output, _) = f.fly();
    transform(&f, Hook::LossBegin);
    let mut flow = f.bench.output_flow(output.main.shallow_clone());
    let [given] = flow.offer(f.number).unwrap();
    let few = f.make(Op::Narrow(given, 1, 0, 5));
    let mut says = |id| flow.accept(f.number, [id]).unwrap_err();
    assert_eq!(
        says(few),
        "it returned an output of float32 [128, 5]; expected [128, 10] with fractions, as the model \
         gave it"
    );
    let constant = f.make(Op::RandomUniform(&[128, 10]));
    assert_eq!(
        says(constant),
        "it returned an output without a gradient; compute it from the one it got"
    );
    assert_eq!(says(7), "the output that it returned is stale, or no number of its own");
    flow.accept(f.number, [f.make(Op::Affine(given, 2.0, 0.0))]).unwrap();
    let doubled = flow.into_tensor();
    assert!(doubled.requires_grad());
    assert!(doubled.allclose(&(&output.main * 2.0), 1e-6, 0.0, false));
}

#[test]
fn a_loss_is_a_single_number_with_a_gradient() {
    let mut f = Fixture::new();
    let (_, _, loss) = f.fly();
    transform(&f, Hook::BackwardBegin);
    let mut flow = f.bench.loss_flow(loss.shallow_clone());
    let [given] = flow.offer(f.number).unwrap();
    let mut says = |id| flow.accept(f.number, [id]).unwrap_err();
    let (losses, _) = f.desk().sample_losses().unwrap();
    assert_eq!(
        says(losses),
        "it returned a loss of shape [128]; a loss is a single number, with a gradient"
    );
    let constant = f.create(&[], &[1.0]);
    assert!(says(constant).starts_with("it returned a loss without a gradient; compute it from"));
    assert_eq!(says(f.whole(&[1.0])), "it returned a loss of type int64; a loss has fractions");
    // One element is a single number too, and becomes a scalar.
    let boxed = f.make(Op::Unsqueeze(f.make(Op::Affine(given, 3.0, 0.0)), 0));
    flow.accept(f.number, [boxed]).unwrap();
    let tripled = flow.into_tensor();
    assert_eq!(tripled.size(), [0_i64; 0]);
    assert!((tripled.double_value(&[]) - 3.0 * loss.double_value(&[])).abs() < 1e-5);
    torch::backward(&tripled).unwrap();
}

#[test]
fn a_chain_passes_on_what_was_accepted() {
    let mut f = Fixture::new();
    let (_, output, _) = f.fly();
    let (number, desk) = f.bench.open();
    desk.borrow_mut().begin(Occasion::Transform(Hook::LossBegin), &State::start());
    transform(&f, Hook::LossBegin);
    let mut flow = f.bench.output_flow(output.main.shallow_clone());
    let [first] = flow.offer(f.number).unwrap();
    let doubled = f.make(Op::Affine(first, 2.0, 0.0));
    flow.accept(f.number, [doubled]).unwrap();
    let [second] = flow.offer(number).unwrap();
    assert!(flow.accept(number, [doubled]).is_err(), "a number of another desk");
    let tripled = desk.borrow_mut().compute(Op::Affine(second, 3.0, 0.0)).unwrap();
    flow.accept(number, [tripled]).unwrap();
    assert!(flow.into_tensor().allclose(&(&output.main * 6.0), 1e-6, 0.0, false));
    assert!(f.bench.output_flow(output.main).offer(99).is_err(), "no such desk");
}

/// Whoever keeps what was accepted, such as a metric, keeps no larger tensor alive with it.
#[test]
fn a_part_of_a_large_tensor_is_copied() {
    let mut f = Fixture::new();
    let (batch, output, loss) = f.fly();
    let stored = |tensor: &Tensor| torch::storage_bytes(tensor).unwrap();
    transform(&f, Hook::BatchBegin);
    let mut flow = f.bench.input_flow(batch.input, batch.target);
    let [x, y] = flow.offer(f.number).unwrap();
    let part = f.make(Op::Narrow(f.make(Op::Resize(x, 8, 24)), 3, 0, 8));
    // In row-major order all the same.
    let few = f.make(Op::Narrow(f.make(Op::Pick(y, 0, f.whole(&[0.0; 1280]))), 0, 0, 128));
    flow.accept(f.number, [part, few]).unwrap();
    let (input, target) = flow.into_parts();
    assert_eq!((&input, &target), (&f.tensor(part), &f.tensor(few)));
    assert_eq!((stored(&input), stored(&target)), (4 * 128 * 64, 8 * 128));

    transform(&f, Hook::LossBegin);
    let mut flow = f.bench.output_flow(output.main);
    let [given] = flow.offer(f.number).unwrap();
    let part = f.make(Op::Narrow(f.make(Op::Resize(given, 128, 30)), 1, 0, 10));
    flow.accept(f.number, [part]).unwrap();
    let accepted = flow.into_tensor();
    assert!(accepted.requires_grad());
    assert_eq!(stored(&accepted), 4 * 128 * 10);

    transform(&f, Hook::BackwardBegin);
    let mut flow = f.bench.loss_flow(loss);
    let [given] = flow.offer(f.number).unwrap();
    let row = f.make(Op::Add(given, f.create(&[9], &[1.0; 9])));
    flow.accept(f.number, [f.make(Op::Narrow(row, 0, 8, 9))]).unwrap();
    let accepted = flow.into_tensor();
    assert_eq!(stored(&accepted), 4);
    torch::backward(&accepted).unwrap();
}

/// A copy costs time, so what owns half of its storage stays as it is.
#[test]
fn a_large_part_is_not_copied() {
    let f = Fixture::new();
    let batch = f.take_off();
    transform(&f, Hook::BatchBegin);
    let mut flow = f.bench.input_flow(batch.input, batch.target);
    let [x, y] = flow.offer(f.number).unwrap();
    let half = f.make(Op::Narrow(f.make(Op::Resize(x, 8, 16)), 3, 0, 8));
    flow.accept(f.number, [half, y]).unwrap();
    assert_eq!(flow.into_parts().0.data_ptr(), f.tensor(half).data_ptr());
}
