//! Where a graph is recorded, and where not.

use super::*;
use crate::callback::tensors::{Flow, Operation as Op};
use crate::train::torch::{backward, gradient, no_grad};

#[test]
fn a_panic_is_an_answer_and_leaves_the_mode_alone() {
    let f = Fixture::new();
    f.at(Occasion::Transform(Hook::BackwardBegin));
    let desk = f.bench.desks.borrow()[f.number].clone();
    let panics = |_: &mut _| -> Result<(), Failure> {
        let _mode = torch::enable_grad();
        panic!("as a binding would")
    };
    for before in [true, false] {
        let _mode = if before { torch::enable_grad() } else { no_grad() };
        let error = desk.borrow_mut().call(1, panics).unwrap_err();
        assert_eq!(text(error), "libtorch's bindings panicked: as a binding would");
        assert_eq!(grad_enabled(), before);
    }
    f.create(&[1], &[1.0]);
}

/// The gradient of a parameter after this loss.
fn gradient_of(f: &Fixture, name: &str, loss: &Tensor) -> Tensor {
    f.model.params().unset_gradients().unwrap();
    backward(loss).unwrap();
    gradient(&f.model.params().get(name).unwrap().tensor).unwrap().unwrap()
}

/// loss + 0.5 · mean(h²), by numbers and by tensors.
#[test]
fn a_penalty_in_a_transform_reaches_the_gradients() {
    let mut f = Fixture::new();
    let (_, output, loss) = f.fly();
    let expected = &loss + output.named[0].1.square().mean(tch::Kind::Float) * 0.5;
    let expected = gradient_of(&f, "layers.0.weight", &expected);
    let (_, _, loss) = f.fly();
    f.at(Occasion::Transform(Hook::BackwardBegin));
    let mut flow = f.bench.loss_flow(loss);
    let [given] = flow.offer(f.number).unwrap();
    let squares = f.make(Op::Square(f.make(Op::Activation("layers.0"))));
    let penalty = f.make(Op::Affine(f.make(Op::Mean(squares, None)), 0.5, 0.0));
    let sum = f.make(Op::Add(given, penalty));
    flow.accept(f.number, [sum]).unwrap();
    let found = gradient_of(&f, "layers.0.weight", &flow.into_tensor());
    assert!(found.allclose(&expected, 1e-5, 1e-7, false));
}

#[test]
fn everywhere_else_there_is_none() {
    let mut f = Fixture::new();
    let (_, _, loss) = f.fly();
    let grad = |f: &Fixture| {
        let output = f.make(Op::Output);
        let square = f.make(Op::Square(output));
        let view = f.make(Op::Unsqueeze(output, 0));
        let same = f.make(Op::Convert(output, Dtype::Float32));
        let target = f.make(Op::Target);
        let again = f.make(Op::LossOf(output, target));
        let (losses, _) = f.desk().sample_losses().unwrap();
        [output, square, view, same, again, losses, f.make(Op::Loss)]
            .map(|id| f.tensor(id).requires_grad())
    };
    for occasion in [
        Occasion::Event(Hook::LossBegin),
        Occasion::Event(Hook::BackwardBegin),
        Occasion::Transform(Hook::BatchBegin),
        Occasion::Finish,
    ] {
        f.at(occasion);
        assert_eq!(grad(&f), [false; 7], "{occasion:?}");
        assert!(grad_enabled());
    }
    for hook in [Hook::LossBegin, Hook::BackwardBegin] {
        f.at(Occasion::Transform(hook));
        assert_eq!(grad(&f), [true; 7], "{hook}");
        let weight = f.make(Op::Weight("layers.0.weight"));
        assert!(!f.tensor(weight).requires_grad(), "a weight is always detached");
        // In validation the loop records no gradients, so neither do its transforms.
        let validation = no_grad();
        assert_eq!(grad(&f), [false; 7], "{hook} in validation");
        drop(validation);
    }
    // A number that was made with a graph keeps it, but what is made of it elsewhere has none.
    f.at(Occasion::Transform(Hook::LossBegin));
    let made = f.make(Op::Square(f.make(Op::Output)));
    f.at(Occasion::Event(Hook::BackwardBegin));
    assert!(!f.tensor(f.make(Op::Narrow(made, 0, 0, 1))).requires_grad());
    backward(&loss).unwrap();
}
