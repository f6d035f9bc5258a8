//! What is decided before there are tensors; the mixing itself is tested in trainings.

use callbox_sdk::testing;

use super::*;

fn start(preset: &str, alpha: f64) -> Mixup {
    let run = Run { class_counts: vec![5; 3], ..testing::run() };
    Mixup::start(&run, Params { preset: preset.to_owned(), alpha }).expect("any run will do")
}

#[test]
fn presets_are_their_systems_defaults() {
    let settings = |plugin: Mixup| (plugin.alpha, plugin.per_sample, plugin.classes);
    assert_eq!(settings(start("fastai", 0.0)), (0.4, true, 3));
    assert_eq!(settings(start("composer", 0.0)), (0.2, false, 3));
    assert_eq!(settings(start("composer", 1.0)), (1.0, false, 3));
}

#[test]
fn it_asks_for_training_inputs_alone() {
    let plan = start("fastai", 0.0).plan();
    assert!(plan.transforms.input && !plan.transforms.in_validation);
    assert_eq!((plan.subscriptions.len(), plan.powers), (0, vec!["transform".to_owned()]));
}
