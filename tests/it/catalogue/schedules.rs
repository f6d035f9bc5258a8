//! Schedules in real trainings: what they set and scale is what the optimizer steps with.

use std::f64::consts::PI;

use callbox::callback::{Hook, Value};
use callbox_tests::{MemberSpec, Training, member, shared};

/// Batches of an epoch: 1,257 samples in batches of 256.
const PER_EPOCH: usize = 5;
const EPOCHS: u32 = 3;

/// Learning rate and momentum of the step of each batch.
fn stepped(plugins: impl IntoIterator<Item = MemberSpec>) -> Vec<(f64, f64)> {
    let seen = shared::<Vec<(f64, f64)>>();
    let inner = seen.clone();
    let training = plugins.into_iter().fold(Training::default(), Training::and);
    let training = training.epochs(EPOCHS).scripted(move |hook, state| {
        if hook == Hook::BackwardEnd {
            let hyper = state.hypers[0];
            inner.lock().unwrap().push((hyper.lr, hyper.mom.unwrap()));
        }
        Vec::new()
    });
    let trained = training.run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    let steps = seen.lock().unwrap().clone();
    assert_eq!(steps.len(), EPOCHS as usize * PER_EPOCH);
    steps
}

fn number(value: f64) -> Value {
    Value::Number(value)
}

fn assert_near(found: f64, expected: f64, batch: usize) {
    assert!((found - expected).abs() < 1e-12, "batch {batch}: {found} is not {expected}");
}

/// Modifiers own nothing: the three multiply.
#[test]
fn a_warm_up_and_a_plateau_live_beside_a_schedule() {
    let flat =
        member("flat-cos").named().with("lr-max", number(0.2)).with("div-final", number(10.0));
    let warmup = member("warmup").named().with("steps", Value::Integer(4));
    // No epoch improves by that much, but for the first.
    let plateau = member("reduce-on-plateau").named().with("min-delta", number(1e6));
    let steps = stepped([flat, warmup, plateau]);
    let (knee, end) = (0.75 * 15.0, 15.0);
    for (batch, (lr, _)) in steps.into_iter().enumerate() {
        let k = batch as f64;
        let fallen = ((k - knee) / (end - knee)).max(0.0);
        let schedule = 0.02 + (0.2 - 0.02) / 2.0 * (1.0 + (PI * fallen).cos());
        let warm = (0.001 + 0.999 * k / 4.0).min(1.0);
        let reduced = if batch < 2 * PER_EPOCH { 1.0 } else { 0.2 };
        assert_near(lr, schedule * warm * reduced, batch);
    }
}

#[test]
fn phases_twice_move_two_hyper_parameters() {
    let phases = |hyper: &str, [start, end]: [f64; 2]| {
        let phases = member("phases").named().alias(&format!("phases-of-{hyper}"));
        phases
            .text("hyper", hyper)
            .with("lengths", Value::Numbers(vec![1.0]))
            .with("starts", Value::Numbers(vec![start]))
            .with("ends", Value::Numbers(vec![end]))
            .with("annealings", Value::Texts(vec!["linear".to_owned()]))
    };
    let steps = stepped([phases("lr", [0.1, 0.4]), phases("mom", [0.9, 0.6])]);
    for (batch, (lr, mom)) in steps.into_iter().enumerate() {
        let done = batch as f64 / 15.0;
        assert_near(lr, 0.1 + 0.3 * done, batch);
        assert_near(mom, 0.9 - 0.3 * done, batch);
    }
}

#[test]
fn steps_and_restarts_are_at_the_start_of_an_epoch() {
    let steps =
        member("step-decay").named().with("lr-max", number(0.3)).with("every", Value::Integer(1));
    let steps = stepped([steps]);
    for (batch, (lr, _)) in steps.into_iter().enumerate() {
        assert_near(lr, [0.3, 0.03, 0.003][batch / PER_EPOCH], batch);
    }
    let restarts = stepped([member("cosine-restarts").named().with("lr-max", number(0.3))]);
    for (batch, (lr, _)) in restarts.into_iter().enumerate() {
        let done = if batch < 5 { batch as f64 / 5.0 } else { (batch - 5) as f64 / 10.0 };
        assert_near(lr, 0.15 * (1.0 + (PI * done).cos()), batch);
    }
}
