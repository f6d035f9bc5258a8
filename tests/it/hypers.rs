//! Hyper-parameters in a real training: one that the optimizer lacks, and a decay that is annealed.

use callbox::callback::{Hook, HyperName, HyperOp, HyperUpdate, Phase, Signal, State};
use callbox::train::optim::OptimKind;
use callbox::train::precision::Precision;
use callbox_tests::{Trained, Training, shared};

const WEIGHT: &str = "layers.0.weight";
const LR: f64 = 0.1;
const WD: f64 = 0.5;

fn scale(name: HyperName, value: f64) -> Signal {
    Signal::SetHyper(HyperUpdate { name, group: None, op: HyperOp::Scale, value })
}

#[test]
fn one_that_the_optimizer_lacks_is_inapplicable_and_journaled_so() {
    let seen = shared::<Vec<(f64, Option<f64>)>>();
    let inner = seen.clone();
    let trained = Training::default().epochs(1).scripted(move |hook, state| {
        if hook == Hook::BackwardEnd {
            inner.lock().unwrap().push((state.hypers[0].lr, state.hypers[0].beta));
        }
        let now = hook == Hook::BatchEnd && state.iteration == 0;
        if now { vec![scale(HyperName::Beta, 0.5), scale(HyperName::Lr, 0.5)] } else { Vec::new() }
    });
    let trained = trained.run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    assert_eq!(trained.seen.texts("signal", "verdict"), ["inapplicable", "applied"]);
    assert_eq!(trained.seen.texts("signal", "why")[0], "this optimizer has no beta");
    // What stood beside it is in effect from the next batch on.
    assert_eq!(seen.lock().unwrap()[..3], [(0.1, None), (0.05, None), (0.05, None)]);
}

/// A decay of WD / (1 + batch) over ten batches, and gradients of nothing else.
fn annealed(kind: OptimKind, true_wd: bool, precision: Precision) -> Trained {
    let schedule = |hook: Hook, state: &State<'_>| match hook {
        Hook::BatchBegin if state.phase == Phase::Train => {
            vec![scale(HyperName::Wd, 1.0 / (1.0 + state.iteration as f64))]
        }
        Hook::BackwardEnd => vec![Signal::ScaleGrad(0.0)],
        _ => Vec::new(),
    };
    let training = Training::default().precision(precision).optimizer(|config| {
        (config.kind, config.true_wd) = (kind, Some(true_wd));
        (config.lr, config.wd) = (Some(LR.into()), Some(WD.into()));
    });
    training.scripted(schedule).run()
}

fn start() -> Vec<f32> {
    let still = |hook: Hook, _: &State<'_>| match hook {
        Hook::BatchBegin => vec![Signal::SkipStep],
        _ => Vec::new(),
    };
    Training::default().scripted(still).run().values(WEIGHT)
}

/// The greatest difference from weights that shrank by lr · wd in each of the ten batches.
fn beyond_decay(trained: &Trained) -> f32 {
    let left: f64 = (0..10).map(|batch| 1.0 - LR * WD / f64::from(1 + batch)).product();
    let pairs = trained.values(WEIGHT).into_iter().zip(start());
    pairs.map(|(weight, start)| (weight - start * left as f32).abs()).fold(0.0, f32::max)
}

#[test]
fn a_true_decay_is_annealed_alike_in_every_optimizer() {
    use OptimKind::{Adam, AdamW, RmsProp, Sgd};
    for kind in [Sgd, Adam, AdamW, RmsProp] {
        let beyond = beyond_decay(&annealed(kind, true, Precision::F32));
        assert!(beyond < 1e-6, "{kind:?}: {beyond}");
    }
    // L2 is a gradient: to plain descent that is the same, Adam divides it by its own size.
    assert!(beyond_decay(&annealed(Sgd, false, Precision::F32)) < 1e-6);
    assert!(beyond_decay(&annealed(Adam, false, Precision::F32)) > 1e-2);
}

/// The weights that decay are those in f32, whatever the model computes in: no bit is rounded away.
#[test]
fn mixed_precision_decays_in_f32() {
    for true_wd in [false, true] {
        let bits = |precision| annealed(OptimKind::Sgd, true_wd, precision).bits();
        let expected = bits(Precision::F32);
        assert!(bits(Precision::F16) == expected, "f16, true-wd {true_wd}");
        assert!(bits(Precision::Bf16) == expected, "bf16, true-wd {true_wd}");
    }
}
