//! What is decided before there are tensors; loss and gradient are compared in a training.

use callbox_sdk::testing;

use super::*;

#[test]
fn an_unknown_activation_is_refused_with_the_known_ones() {
    // Natively there are none.
    let refused = ArTar::start(&testing::run(), Params::default());
    let why = "the model shows no activation `rnn.dropped`, but none at all: set dropped and raw";
    assert_eq!(refused.err().as_deref(), Some(why));
    let second = Params { alpha: 0.0, ..Params::default() };
    let refused = ArTar::start(&testing::run(), second);
    assert!(refused.is_err_and(|why| why.contains("`rnn.raw`")));
}

#[test]
fn without_weights_it_does_nothing() {
    let off = Params { alpha: 0.0, beta: 0.0, ..Params::default() };
    let plugin = ArTar::start(&testing::run(), off).expect("no name is used");
    assert!(!plugin.plan().transforms.loss);
    let plan = ArTar(Params::default()).plan();
    assert!(plan.transforms.loss && !plan.transforms.input && plan.powers == ["transform"]);
}
