//! Several callbacks at once: neither their order nor each other's mistakes decide.

use callbox::callback::{Hook, Phase, Signal, SlotOp, State};
use callbox_tests::{Trained, Training, shared};

type Script = fn(Hook, &State<'_>) -> Vec<Signal>;

/// The same callbacks in this order and in the other.
fn both_orders(one: Script, other: Script) -> [Trained; 2] {
    let run = |scripts: [(&str, Script); 2]| {
        let all = scripts.into_iter();
        all.fold(Training::default(), |training, (name, script)| training.scripted_as(name, script))
            .run()
    };
    [run([("one", one), ("two", other)]), run([("two", other), ("one", one)])]
}

fn assert_same(trained: [Trained; 2]) {
    assert!(trained[0].bits() == trained[1].bits());
    assert!(trained.iter().all(|trained| trained.outcome.is_ok() && trained.faults().is_empty()));
}

fn slot(op: fn(String) -> SlotOp) -> Signal {
    Signal::Slot(op("kept".to_owned()))
}

/// A snapshot beside another's evaluation holds the weights that are trained.
#[test]
fn a_snapshot_beside_an_evaluation_is_of_the_trained_weights() {
    assert_same(both_orders(
        |hook, state| match (hook, state.epoch) {
            (Hook::TrainBegin, _) => vec![slot(SlotOp::Snapshot)],
            (Hook::ValidBegin, 0) => vec![slot(SlotOp::EvaluateWith)],
            _ => Vec::new(),
        },
        |hook, state| match (hook, state.epoch) {
            (Hook::ValidBegin, 0) => vec![slot(SlotOp::Snapshot)],
            (Hook::EpochEnd, 1) => vec![slot(SlotOp::Restore)],
            _ => Vec::new(),
        },
    ));
}

/// What one restores is what the other sees next, not what it sees now; and it is not undone.
#[test]
fn a_restore_beside_an_evaluation_stays() {
    let trained = both_orders(
        |hook, state| match (hook, state.epoch) {
            (Hook::TrainBegin, _) => vec![slot(SlotOp::Snapshot)],
            (Hook::ValidBegin, 1) => vec![slot(SlotOp::EvaluateWith)],
            _ => Vec::new(),
        },
        |hook, state| match (hook, state.epoch) {
            (Hook::TrainBegin, _) => vec![slot(SlotOp::Snapshot)],
            (Hook::ValidBegin, 1) => vec![slot(SlotOp::Restore)],
            _ => Vec::new(),
        },
    );
    let start = Training::default().scripted(|hook, _| match hook {
        Hook::BatchBegin => vec![Signal::SkipStep],
        _ => Vec::new(),
    });
    assert!(trained[0].bits() == start.run().bits(), "the start is what was restored");
    assert_same(trained);
}

#[test]
fn clips_of_several_are_the_same_in_any_order() {
    assert_same(both_orders(
        |hook, _| match hook {
            Hook::BackwardEnd => vec![Signal::ClipGradAdaptive(0.02, 0.1), Signal::ScaleGrad(0.7)],
            _ => Vec::new(),
        },
        |hook, _| match hook {
            Hook::BackwardEnd => vec![Signal::ClipGradAdaptive(0.01, 0.3), Signal::ScaleGrad(1.3)],
            _ => Vec::new(),
        },
    ));
}

/// An answer to an event that another one broke off is not anybody's last word.
#[test]
fn what_was_answered_before_a_panic_is_not_carried_out_at_the_end() {
    let trained = Training::default()
        .scripted_as("one", |hook, state| match (hook, state.iteration) {
            (Hook::TrainBegin, _) => vec![slot(SlotOp::Snapshot)],
            (Hook::BatchEnd, 6) if state.phase == Phase::Train => vec![slot(SlotOp::Restore)],
            _ => Vec::new(),
        })
        .scripted_as("two", |hook, state| {
            assert!(hook != Hook::BatchEnd || state.iteration != 6, "boom");
            Vec::new()
        })
        .run();
    assert!(trained.outcome.is_err());
    let signals = trained.seen.texts("signal", "signal");
    assert_eq!(signals, ["slot snapshot kept"], "the restore is not even journaled");
}

#[test]
fn a_validation_that_is_skipped_is_skipped_within_the_epoch_too() {
    let training = Training::default().spec(|spec| spec.validate_every = Some(2));
    let trained = training.scripted(|hook, state| match (hook, state.epoch) {
        (Hook::EpochBegin, 0) => vec![Signal::SkipValidation],
        (Hook::ValidBegin, 0) => panic!("validated in the epoch that skips it"),
        _ => Vec::new(),
    });
    let trained = trained.run();
    assert!(trained.outcome.is_ok());
    // Batches 6, 8 and 10; the last of them is the end of the run.
    assert_eq!(trained.seen.of("validated").len(), 3);
}

#[test]
fn the_same_weights_are_not_measured_twice() {
    let begun = shared::<u32>();
    let inner = begun.clone();
    let trained = Training::default().epochs(1).scripted(move |hook, state| {
        *inner.lock().unwrap() += u32::from(hook == Hook::ValidBegin);
        let last = hook == Hook::BatchEnd && state.iteration == 4 && state.phase == Phase::Train;
        if last { vec![Signal::ValidateNow] } else { Vec::new() }
    });
    let trained = trained.run();
    assert_eq!(*begun.lock().unwrap(), 1);
    assert!(trained.seen.of("epoch")[0]["values"][1].is_number());
}

#[test]
fn an_epoch_that_was_stopped_is_marked_as_cut_short() {
    let trained = Training::default().scripted(|hook, state| match (hook, state.iteration) {
        (Hook::BatchEnd, 1) if state.phase == Phase::Train => {
            vec![Signal::StopEpoch("enough".to_owned())]
        }
        _ => Vec::new(),
    });
    let rows = trained.run().seen.of("epoch");
    assert_eq!((&rows[0]["partial"], &rows[1]["partial"]), (&true.into(), &false.into()));
}
