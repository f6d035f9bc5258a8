use super::*;
use crate::train::optim::OptimKind;
use crate::train::specimen::{learner, train, values};
use crate::train::torch::{grad_enabled, seeding};

fn op(name: &str, slots: &mut Slots, learner: &mut Learner) {
    let slot = "a".to_owned();
    let op = match name {
        "snapshot" => SlotOp::Snapshot(slot),
        "restore" => SlotOp::Restore(slot),
        "adopt" => SlotOp::Adopt(slot),
        "forget" => SlotOp::Forget(slot),
        _ => SlotOp::Blend(slot, 0.25),
    };
    slots.carry_out(1, &op, learner).unwrap();
    assert!(grad_enabled());
}

/// All that a restored snapshot must bring back.
fn everything(learner: &Learner) -> Vec<(String, Vec<f64>)> {
    let mut all = values(learner);
    let state = learner.optimizer.state().into_iter();
    all.extend(state.map(|(name, t)| (name, Vec::try_from(t.flatten(0, -1)).unwrap())));
    let hidden = learner.hidden();
    all.extend(hidden.iter().map(|t| ("hidden".into(), Vec::try_from(t.flatten(0, -1)).unwrap())));
    all
}

fn step_count(learner: &Learner) -> f64 {
    let state = learner.optimizer.state();
    state.iter().find(|(name, _)| name == "head.weight.step").unwrap().1.double_value(&[])
}

#[test]
fn a_restored_snapshot_brings_all_back_and_training_goes_on() {
    let _lock = seeding();
    for kind in [OptimKind::Sgd, OptimKind::AdamW, OptimKind::RmsProp] {
        let (mut learner, mut slots) = (learner(kind), Slots::default());
        train(&mut learner, 2);
        let before = everything(&learner);
        op("snapshot", &mut slots, &mut learner);
        train(&mut learner, 2);
        assert_ne!(everything(&learner), before);
        // Twice: putting back does not hand the slot's own memory out.
        for _ in 0..2 {
            op("restore", &mut slots, &mut learner);
            assert_eq!(everything(&learner), before);
            train(&mut learner, 2);
        }
    }
}

#[test]
fn step_counts_come_back_and_hyper_parameters_do_not() {
    let _lock = seeding();
    let (mut learner, mut slots) = (learner(OptimKind::Adam), Slots::default());
    train(&mut learner, 2);
    op("snapshot", &mut slots, &mut learner);
    train(&mut learner, 3);
    learner.optimizer.set(crate::train::optim::Hyper::Lr, 0.5).unwrap();
    assert_eq!(step_count(&learner), 5.0);
    op("restore", &mut slots, &mut learner);
    assert_eq!((step_count(&learner), learner.optimizer.hypers()[0].lr), (2.0, 0.5));
}

#[test]
fn a_slot_is_taken_again_into_its_own_memory() {
    let _lock = seeding();
    let (mut learner, mut slots) = (learner(OptimKind::Adam), Slots::default());
    let place = |slots: &Slots| {
        let slot = slots.get(1, "a").unwrap();
        let state = slot.rest.as_ref().unwrap().optimizer.iter();
        slot.floats.iter().chain(state).map(|tensor| tensor.data_ptr() as usize).collect::<Vec<_>>()
    };
    op("snapshot", &mut slots, &mut learner);
    let first = place(&slots);
    train(&mut learner, 1);
    op("snapshot", &mut slots, &mut learner);
    let before = everything(&learner);
    assert_eq!(place(&slots), first);
    train(&mut learner, 1);
    op("restore", &mut slots, &mut learner);
    assert_eq!(everything(&learner), before);
}

#[test]
fn a_blend_averages_floats_and_takes_the_current_whole_numbers() {
    let _lock = seeding();
    let (mut learner, mut slots) = (learner(OptimKind::Sgd), Slots::default());
    train(&mut learner, 1);
    let first = values(&learner);
    op("blend", &mut slots, &mut learner);
    train(&mut learner, 2);
    let second = values(&learner);
    op("blend", &mut slots, &mut learner);
    // They are the model's, not the optimizer's: its state is not in such a slot.
    let state = everything(&learner)[second.len()..].to_vec();
    op("restore", &mut slots, &mut learner);
    assert_eq!(everything(&learner)[second.len()..], state);
    for (((name, old), (_, new)), (_, found)) in first.iter().zip(&second).zip(values(&learner)) {
        for ((old, new), found) in old.iter().zip(new).zip(found) {
            let whole = name.ends_with("num_batches_tracked");
            let expected = if whole { *new } else { old + 0.25 * (new - old) };
            assert!((found - expected).abs() < 1e-6, "{name}: {found}, not {expected}");
        }
    }
    assert_eq!(
        learner.model.params().get("norm0.num_batches_tracked").unwrap().tensor.int64_value(&[]),
        3
    );
}

#[test]
fn adopting_leaves_the_optimizer_and_the_hidden_state() {
    let _lock = seeding();
    let (mut learner, mut slots) = (learner(OptimKind::Adam), Slots::default());
    train(&mut learner, 1);
    let weights = values(&learner);
    op("snapshot", &mut slots, &mut learner);
    train(&mut learner, 2);
    let rest = everything(&learner)[weights.len()..].to_vec();
    op("adopt", &mut slots, &mut learner);
    assert_eq!(values(&learner), weights);
    assert_eq!(everything(&learner)[weights.len()..], rest);
    assert!(learner.model.params().weights().all(|param| param.tensor.requires_grad()));
}

#[test]
fn authors_do_not_share_names_and_what_is_forgotten_is_gone() {
    let _lock = seeding();
    let (mut learner, mut slots) = (learner(OptimKind::Sgd), Slots::default());
    op("snapshot", &mut slots, &mut learner);
    assert!(slots.get(1, "a").is_some() && slots.get(2, "a").is_none());
    let restore = SlotOp::Restore("a".to_owned());
    let error = slots.carry_out(2, &restore, &mut learner).unwrap_err().to_string();
    assert_eq!(error, "slot restore: there is no slot `a`; take a snapshot or blend first");
    op("forget", &mut slots, &mut learner);
    op("forget", &mut slots, &mut learner);
    assert!(slots.carry_out(1, &SlotOp::EvaluateWith("a".into()), &mut learner).is_err());
}
