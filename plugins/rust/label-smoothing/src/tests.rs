//! What is decided before there are tensors; loss and gradient are compared in a training.

use callbox_sdk::testing;

use super::*;

#[test]
fn it_needs_classes() {
    let refused = LabelSmoothing::start(&testing::run(), Params::default());
    let why = "it spreads certainty over classes, and this run's data has none";
    assert_eq!(refused.err().as_deref(), Some(why));
}

#[test]
fn it_comes_after_those_that_mix() {
    let run = Run { class_counts: vec![5; 3], ..testing::run() };
    let plugin = LabelSmoothing::start(&run, Params::default()).expect("there are classes");
    assert_eq!((plugin.epsilon, plugin.classes), (0.1, 3));
    let plan = plugin.plan();
    assert!(plan.transforms.input && !plan.transforms.in_validation);
    assert_eq!(plan.run_after, ["mixup", "cutmix"]);
}
