//! Checkpoints that callbacks ask for: when they are written, and what they hold.

use std::path::Path;

use callbox::callback::{Hook, Phase, Signal, SlotOp, State};
use callbox::train::checkpoint::load_model;
use callbox_tests::{Trained, Training};
use serde_json::Value as Json;

fn trained(
    folder: &Path,
    answer: impl FnMut(Hook, &State<'_>) -> Vec<Signal> + 'static,
) -> Trained {
    Training::default().checkpoints(folder).scripted(answer).run()
}

fn checkpoint(name: &str) -> Signal {
    Signal::Checkpoint(name.to_owned())
}

fn position(folder: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(folder.join("position.json")).unwrap()).unwrap()
}

#[test]
fn it_is_written_when_the_batch_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let trained = trained(folder.path(), |hook, state| match (hook, state.iteration) {
        (Hook::BatchEnd, 1) if state.phase == Phase::Train => vec![checkpoint("second")],
        _ => Vec::new(),
    });
    assert!(trained.outcome.is_ok());
    let position = position(&folder.path().join("second"));
    assert_eq!((&position["iteration"], &position["batches"]), (&2.into(), &2.into()));
    assert_eq!(position["samples"], 512);
    assert!(!folder.path().join("second.part").exists());
}

/// Whatever is evaluated in their place, a checkpoint holds the weights that are trained.
#[test]
fn one_that_falls_into_an_evaluation_holds_the_trained_weights() {
    let folder = tempfile::tempdir().unwrap();
    let slot = |op: fn(String) -> SlotOp| Signal::Slot(op("start".to_owned()));
    let trained = trained(folder.path(), move |hook, state| match (hook, state.epoch) {
        (Hook::TrainBegin, _) => vec![slot(SlotOp::Snapshot)],
        (Hook::ValidBegin, 1) => vec![slot(SlotOp::EvaluateWith)],
        // Stopped in the middle of it, so that the last epoch's end finds it unfinished.
        (Hook::BatchBegin, 1) if state.phase == Phase::Valid => {
            vec![Signal::StopTraining("enough".to_owned())]
        }
        (Hook::ValidEnd, 1) => vec![checkpoint("evaluated")],
        _ => Vec::new(),
    });
    let before = trained.bits();
    load_model(&folder.path().join("evaluated"), trained.learner.model.params()).unwrap();
    assert!(trained.bits() == before);
}

#[test]
fn a_folder_that_cannot_be_written_ends_no_run() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let trained = trained(file.path(), |hook, _| match hook {
        Hook::EpochEnd => vec![checkpoint("best")],
        _ => Vec::new(),
    });
    assert!(trained.outcome.is_ok());
    let notices = trained.seen.texts("notice", "text");
    assert!(notices[0].starts_with("the checkpoint `best` could not be written: "), "{notices:?}");
}

#[test]
fn nobody_writes_over_anothers() {
    let folder = tempfile::tempdir().unwrap();
    let at = |epoch: u32| {
        move |hook: Hook, state: &State<'_>| match hook {
            Hook::EpochEnd if state.epoch == epoch => vec![checkpoint("best")],
            _ => Vec::new(),
        }
    };
    let trained = Training::default()
        .checkpoints(folder.path())
        .scripted_as("one", at(0))
        .scripted_as("two", at(1))
        .run();
    assert!(trained.faults().is_empty(), "nobody is blamed for another's name");
    let why = trained.seen.texts("signal", "why");
    assert_eq!(why[1], "`one` has a checkpoint of this name");
    assert_eq!(position(&folder.path().join("best"))["epoch"], 1);
}
