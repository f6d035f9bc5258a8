use callbox::callback::hypers::Bounds;
use callbox::callback::{
    Decisions, Hyper, HyperName, HyperOp, HyperTable, HyperUpdate, Merged, Signal, SlotOp, merge,
};
use proptest::prelude::*;

const AUTHORS: usize = 5;

fn signal() -> impl Strategy<Value = Signal> {
    let scale = (0.0..4.0f64).prop_map(|value| {
        Signal::SetHyper(HyperUpdate {
            name: HyperName::Lr,
            group: None,
            op: HyperOp::Scale,
            value,
        })
    });
    prop_oneof![
        "[a-z]{1,8}".prop_map(Signal::StopTraining),
        "[a-z]{1,8}".prop_map(Signal::StopEpoch),
        Just(Signal::SkipBatch),
        Just(Signal::SkipBackward),
        Just(Signal::SkipStep),
        Just(Signal::SkipValidation),
        Just(Signal::ValidateNow),
        Just(Signal::KeepGradients),
        Just(Signal::RefreshNormStatistics),
        (0.1..4.0f64).prop_map(Signal::ScaleGrad),
        (0.1..4.0f64).prop_map(Signal::ClipGradNorm),
        (0.1..4.0f64).prop_map(Signal::ClipGradValue),
        (0.1..4.0f64, 0.1..4.0f64)
            .prop_map(|(factor, floor)| { Signal::ClipGradAdaptive(factor, floor) }),
        (0.1..4.0f64).prop_map(Signal::NoiseGrad),
        "[a-b]".prop_map(|name| Signal::Slot(SlotOp::Snapshot(name))),
        "[a-b]".prop_map(|name| Signal::Slot(SlotOp::EvaluateWith(name))),
        scale,
    ]
}

/// A list per author, and an order in which they were heard. Author 0 alone sets lr: it owns it.
fn lists() -> impl Strategy<Value = (Vec<(usize, Vec<Signal>)>, Vec<usize>)> {
    let list = prop::collection::vec(signal(), 0..4);
    let lists = prop::collection::vec(list, AUTHORS).prop_map(|lists| {
        let mut lists: Vec<(usize, Vec<Signal>)> = lists.into_iter().enumerate().collect();
        let set = HyperUpdate { name: HyperName::Lr, group: None, op: HyperOp::Set, value: 0.2 };
        lists[0].1.push(Signal::SetHyper(set));
        lists
    });
    (lists, Just((0..AUTHORS).collect::<Vec<_>>()).prop_shuffle())
}

fn outcome(lists: &[(usize, Vec<Signal>)]) -> (Decisions, Merged, u64) {
    let mut decisions = Decisions::default();
    let merged = merge(&mut decisions, lists, |author| format!("plugin-{author}"));
    let mut table = HyperTable::new(vec![Hyper { lr: 0.1, mom: Some(0.9), wd: 0.0, beta: None }]);
    let strangers = Bounds { min: 0.0, max: 1.0 };
    let bounds = |author: usize| {
        HyperName::ALL
            .map(|name| if author > 2 { Bounds::of(name).and(strangers) } else { Bounds::of(name) })
    };
    table.bind((0..AUTHORS).map(bounds).collect());
    table.apply(&merged.updates);
    (decisions, merged, table.effective()[0].lr.to_bits())
}

/// What is done to gradients, to the last bit.
fn gradients(merged: &Merged) -> Option<[u64; 2]> {
    let work = merged.work.as_ref()?.gradients.as_ref()?;
    Some([work.scale().to_bits(), work.noise_variance().to_bits()])
}

proptest! {
    /// Decisions, updates and the learning rate in effect, to the last bit.
    #[test]
    fn any_permutation_gives_the_same_result((lists, order) in lists()) {
        let shuffled: Vec<_> = order.iter().map(|author| lists[*author].clone()).collect();
        let (one, other) = (outcome(&lists), outcome(&shuffled));
        prop_assert_eq!(gradients(&one.1), gradients(&other.1));
        prop_assert_eq!(one, other);
    }

    /// A request once made is not undone by anybody's later list.
    #[test]
    fn stops_and_skips_only_accumulate((lists, _) in lists(), more in signal()) {
        let before = outcome(&lists).0;
        let after = outcome(&[lists, vec![(AUTHORS - 1, vec![more])]].concat()).0;
        prop_assert!(before.stop_training.iter().all(|stop| after.stop_training.contains(stop)));
        prop_assert!(!before.skip_batch || after.skip_batch);
        prop_assert!(!before.skip_step || after.skip_step);
        prop_assert!(!before.stop_epoch || after.stop_epoch);
    }
}
