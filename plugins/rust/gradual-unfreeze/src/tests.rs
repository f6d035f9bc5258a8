//! Golden values: the paper's schedule, a group per epoch from the last one down.

use callbox_sdk::testing;

use super::*;

fn start(params: Params) -> GradualUnfreeze {
    let groups = ["stem", "body", "neck", "head"].map(str::to_owned).to_vec();
    let run = Run { groups, n_epochs: 8, ..testing::run() };
    GradualUnfreeze::start(&run, params).expect("a model of four groups")
}

/// The groups that learn in each epoch.
fn learning(plugin: &mut GradualUnfreeze, epochs: std::ops::Range<u32>) -> Vec<Vec<u32>> {
    let mut on = [true; 4];
    let mut follow = |signals: Vec<Signal>| {
        for signal in signals {
            let Signal::SetTrainable((group, trainable)) = signal else { panic!("{signal:?}") };
            assert_ne!(on[group as usize], trainable, "nothing is said twice");
            on[group as usize] = trainable;
        }
        (0..4).filter(|group| on[*group as usize]).collect::<Vec<u32>>()
    };
    assert_eq!(follow(plugin.on_train_begin(&testing::state()).expect("an answer")), [3]);
    let epochs = epochs.map(|epoch| {
        let state = State { epoch, ..testing::state() };
        follow(plugin.on_epoch_begin(&state).expect("an answer"))
    });
    epochs.collect()
}

#[test]
fn one_more_group_learns_every_few_epochs() {
    let (one, two, three, four) = (vec![3], vec![2, 3], vec![1, 2, 3], vec![0, 1, 2, 3]);
    let each = learning(&mut start(Params::default()), 0..5);
    assert_eq!(each, [&one, &two, &three, &four, &four].map(Vec::clone));
    let slow = learning(&mut start(Params { every: 2, ..Params::default() }), 0..8);
    assert_eq!(slow, [&one, &one, &two, &two, &three, &three, &four, &four].map(Vec::clone));
}

#[test]
fn a_resumed_run_unfreezes_all_that_are_due() {
    let mut plugin = start(Params::default());
    plugin.open = 4;
    assert_eq!(learning(&mut plugin, 2..4), [vec![1, 2, 3], vec![0, 1, 2, 3]]);
}

#[test]
fn one_that_broke_goes_on() {
    let mut before = start(Params::default());
    learning(&mut before, 0..2);
    let mut after = start(Params::default());
    after.load(&before.save().expect("bytes")).expect("the same bytes");
    let state = State { epoch: 2, ..testing::state() };
    assert_eq!(after.on_epoch_begin(&state), Ok(vec![signal::set_trainable(1, true)]));
}

#[test]
fn norms_of_frozen_groups_are_kept_if_wanted() {
    let mut plugin = start(Params { freeze_norms: true, ..Params::default() });
    let first = plugin.on_train_begin(&testing::state()).expect("an answer");
    let pair = |group, on| [signal::set_trainable(group, on), signal::set_norm_frozen(group, !on)];
    assert_eq!(first, [pair(0, false), pair(1, false), pair(2, false)].concat());
    let state = State { epoch: 1, ..testing::state() };
    assert_eq!(plugin.on_epoch_begin(&state), Ok(pair(2, true).to_vec()));
}

#[test]
fn one_group_is_refused() {
    let refusal = GradualUnfreeze::start(&testing::run(), Params::default());
    assert!(refusal.is_err_and(|why| why.contains("one layer group")));
}
