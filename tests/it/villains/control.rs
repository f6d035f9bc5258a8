//! Powers used at every batch, and what is left of the training.

use callbox_tests::{Drive, Driven, member};

use super::{ALL, kinds, message, villain};

/// Under a stranger's powers.
fn driven(name: &str) -> Driven {
    let villain = villain("control", name);
    let spec = villain
        .params
        .into_iter()
        .fold(member("utter"), |spec, (key, value)| spec.with(&key, value));
    Drive::one(spec).run()
}

/// Ten batches in a row and no more, those of validation included: the eleventh is trained.
#[test]
fn skip_batch_at_every_batch_gives_in() {
    let skipping = driven("skip-batch-always");
    assert_eq!(kinds(&skipping)[0], "violation");
    assert_eq!(message(&skipping), "`skip-batch` for more than 10 batches in a row");
    assert_eq!((skipping.batches, skipping.lrs.len()), (ALL, 1), "every one is counted");
}

#[test]
fn validate_now_at_every_batch_is_granted_once() {
    let validating = driven("validate-now-always");
    assert_eq!(validating.applied(), 1);
    assert_eq!(message(&validating), "`validate-now` twice in 100 training batches");
}

/// It may ask to stop, and the run says who did.
#[test]
fn a_stranger_may_stop_and_is_named() {
    let stopped = driven("stop-before-anything");
    assert_eq!(stopped.batches, 0);
    let finished = &stopped.seen.of("finished")[0];
    assert_eq!(finished["outcome"]["stops"][0]["by"], "utter");
    assert_eq!(finished["outcome"]["stops"][0]["reason"], "because");
}
