//! What the optimizers promise beside their arithmetic.

use tch::{Device, Kind, Tensor};

use super::*;
use crate::train::params::ParamKind;
use crate::train::torch::{backward, grad_enabled, gradient};

const KINDS: [OptimKind; 4] =
    [OptimKind::Sgd, OptimKind::Adam, OptimKind::AdamW, OptimKind::RmsProp];

fn params() -> Params {
    let mut params = Params::new(Device::Cpu);
    let ones = |size: i64| Tensor::ones([size], (Kind::Float, Device::Cpu));
    params.begin_group("body");
    let _ = params.add("a".into(), ParamKind::Weight, &ones(2)).unwrap();
    let _ = params.add("count".into(), ParamKind::Buffer, &ones(1)).unwrap();
    params.begin_group("head");
    let _ = params.add("b".into(), ParamKind::Bias, &ones(3)).unwrap();
    params
}

fn optimizer(kind: OptimKind, params: &Params) -> HpOptimizer {
    HpOptimizer::new(&OptimConfig { wd: Some(0.1.into()), ..OptimConfig::new(kind) }, params)
        .unwrap()
}

fn tensor<'a>(params: &'a Params, name: &str) -> &'a Tensor {
    &params.get(name).unwrap().tensor
}

fn train(optimizer: &mut HpOptimizer, params: &Params, steps: usize) {
    for _ in 0..steps {
        let loss = tensor(params, "a").square().sum(None) + tensor(params, "b").square().sum(None);
        backward(&loss).unwrap();
        optimizer.step().unwrap();
        optimizer.unset_gradients().unwrap();
    }
}

#[test]
fn a_weight_without_a_gradient_is_left_alone() {
    for kind in KINDS {
        for true_wd in [false, true] {
            let params = params();
            let mut optimizer = optimizer(kind, &params);
            optimizer.set_true_wd(true_wd);
            backward(&tensor(&params, "b").sum(None)).unwrap();
            optimizer.step().unwrap();
            assert_eq!(tensor(&params, "a").double_value(&[0]), 1.0, "{kind:?}");
            assert!(tensor(&params, "b").double_value(&[0]) < 1.0, "{kind:?}");
            assert!(grad_enabled());
        }
    }
}

#[test]
fn a_step_leaves_the_gradients_as_callbacks_saw_them() {
    for kind in KINDS {
        let params = params();
        let mut optimizer = optimizer(kind, &params);
        optimizer.set_true_wd(false);
        backward(&tensor(&params, "b").sum(None)).unwrap();
        optimizer.step().unwrap();
        let grad = gradient(tensor(&params, "b")).unwrap().unwrap();
        assert_eq!(Vec::<f32>::try_from(&grad).unwrap(), [1.0; 3], "{kind:?}");
        optimizer.unset_gradients().unwrap();
        assert!(gradient(tensor(&params, "b")).unwrap().is_none());
        optimizer.step().unwrap();
    }
}

#[test]
fn groups_have_their_own_values() {
    let params = params();
    let mut sgd = optimizer(OptimKind::Sgd, &params);
    assert_eq!(sgd.groups().collect::<Vec<_>>(), ["body", "head"]);
    sgd.set(Hyper::Lr, 0.5).unwrap();
    sgd.set_group(0, Hyper::Lr, 0.0).unwrap();
    assert_eq!((sgd.get(0, Hyper::Lr).unwrap(), sgd.get(1, Hyper::Lr).unwrap()), (0.0, 0.5));
    train(&mut sgd, &params, 1);
    assert_eq!(tensor(&params, "a").double_value(&[0]), 1.0);
    assert!(tensor(&params, "b").double_value(&[0]) < 0.0);
}

#[test]
fn a_list_sets_every_group_or_none() {
    let params = params();
    let mut sgd = HpOptimizer::new(&OptimConfig::new(OptimKind::Sgd), &params).unwrap();
    sgd.set_each(Hyper::Lr, &[0.1, 0.2]).unwrap();
    let error = sgd.set_each(Hyper::Lr, &[0.3]).unwrap_err().to_string();
    let expected = "lr is a list of 1, and the layer groups are body, head: \
                    give one value for each of the 2, or one for all";
    assert_eq!(error, expected);
    assert!(sgd.set_each(Hyper::Lr, &[0.3, -1.0]).is_err());
    let rates = sgd.hypers().iter().map(|hypers| hypers.lr).collect::<Vec<_>>();
    assert_eq!(rates, [0.1, 0.2]);
}

#[test]
fn nesterov_without_momentum_is_plain_descent_until_it_is_raised() {
    let params = params();
    let config = OptimConfig { nesterov: Some(true), ..OptimConfig::new(OptimKind::Sgd) };
    let mut sgd = HpOptimizer::new(&config, &params).unwrap();
    sgd.set(Hyper::Lr, 0.25).unwrap();
    let step = |sgd: &mut HpOptimizer| {
        backward(&tensor(&params, "a").sum(None)).unwrap();
        sgd.step().unwrap();
        sgd.unset_gradients().unwrap();
        tensor(&params, "a").double_value(&[0])
    };
    assert_eq!(step(&mut sgd), 0.75);
    sgd.set(Hyper::Mom, 0.5).unwrap();
    // The buffer begins at the gradient: 0.25 · (1 + 0.5 · 1).
    assert_eq!(step(&mut sgd), 0.375);
}

#[test]
fn what_is_not_there_is_named() {
    let params = params();
    let mut sgd = optimizer(OptimKind::Sgd, &params);
    let error = sgd.set(Hyper::Beta, 0.9).unwrap_err();
    assert!(matches!(error, OptimError::NoSuchHyper { hyper: Hyper::Beta, .. }));
    assert_eq!(error.to_string(), "sgd has no hyper-parameter `beta`");
    assert!(sgd.get(0, Hyper::Beta).is_err());
    let error = sgd.set_group(2, Hyper::Lr, 0.1).unwrap_err().to_string();
    assert_eq!(error, "there is no layer group 2: the model has 2");
    assert!(sgd.set(Hyper::Lr, f64::INFINITY).is_err());
    assert_eq!(sgd.get(1, Hyper::Lr).unwrap(), 1e-3);
}

/// Every optimizer with all the state that it can have.
fn full(kind: OptimKind) -> OptimConfig {
    let adam = matches!(kind, OptimKind::Adam | OptimKind::AdamW);
    OptimConfig {
        wd: Some(0.1.into()),
        nesterov: (kind == OptimKind::Sgd).then_some(true),
        centered: (kind == OptimKind::RmsProp).then_some(true),
        amsgrad: adam.then_some(true),
        ..OptimConfig::new(kind)
    }
}

#[test]
fn saved_state_goes_on_bit_for_bit() {
    for kind in KINDS {
        let (first, second) = (params(), params());
        let mut one = HpOptimizer::new(&full(kind), &first).unwrap();
        one.set(Hyper::Mom, 0.7).unwrap();
        train(&mut one, &first, 5);

        let mut two = HpOptimizer::new(&full(kind), &second).unwrap();
        two.load_hypers(&one.hypers()).unwrap();
        two.load_state(&one.state()).unwrap();
        for param in &first {
            second.load(&param.name, &param.tensor).unwrap();
        }
        train(&mut one, &first, 5);
        train(&mut two, &second, 5);
        assert_eq!(tensor(&first, "b"), tensor(&second, "b"), "{kind:?}");
    }
}

#[test]
fn state_has_pytorchs_names_and_is_checked() {
    let params = params();
    let mut adam = optimizer(OptimKind::Adam, &params);
    let state = adam.state();
    let names: Vec<_> = state.iter().map(|(name, _)| name.as_str()).collect();
    let expected = ["a.exp_avg", "a.exp_avg_sq", "a.step", "b.exp_avg", "b.exp_avg_sq", "b.step"];
    assert_eq!(names, expected);
    let last = |kind| HpOptimizer::new(&full(kind), &params).unwrap().state().pop().unwrap().0;
    assert_eq!(last(OptimKind::Sgd), "b.momentum_buffer");
    assert_eq!(last(OptimKind::AdamW), "b.max_exp_avg_sq");
    assert_eq!(last(OptimKind::RmsProp), "b.grad_avg");
    let error = |adam: &mut HpOptimizer, saved: &[(String, Tensor)]| {
        adam.load_state(saved).unwrap_err().to_string()
    };
    let missing = "the optimizer's saved state does not fit: `b.step` is missing";
    assert_eq!(error(&mut adam, &state[..5]), missing);
    let strange = [("c.step".to_owned(), Tensor::from(0.0))];
    assert!(error(&mut adam, &strange).ends_with("`c.step` is not among it"));
    let mut wrong = adam.state();
    wrong[0].1 = Tensor::from(0.0);
    assert!(error(&mut adam, &wrong).ends_with("`a.exp_avg` has shape [], expected [2]"));
}
