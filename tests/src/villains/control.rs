//! Villains that use the powers they have, at every batch and all at once.

use super::Villain;

const IN_BATCH: [&str; 6] =
    ["batch-begin", "loss-begin", "backward-begin", "backward-end", "step-end", "batch-end"];

const EVERYWHERE: [&str; 12] = [
    "train-begin",
    "epoch-begin",
    "batch-begin",
    "loss-begin",
    "backward-begin",
    "backward-end",
    "step-end",
    "batch-end",
    "valid-begin",
    "valid-end",
    "epoch-end",
    "finish",
];

const ALL: [&str; 12] = [
    "skip-validation",
    "skip-backward",
    "skip-step",
    "keep-gradients",
    "stop-epoch because",
    "stop-validation because",
    "scale-grad 0",
    "clip-grad-norm 5e-324",
    "noise-grad 1e300",
    "set lr 0",
    "scale wd 10",
    "report uttered inf",
];

pub(super) fn all() -> Vec<Villain> {
    let says = |name: &str, signal: &str, at: &[&str]| {
        Villain::rust(name, "utter").list("signals", &[signal]).list("at", at)
    };
    let slots = ["a", "b", "c", "d", "e"].map(|slot| format!("snapshot {slot}"));
    let slots: Vec<&str> = slots.iter().map(String::as_str).collect();
    let checkpoints: Vec<String> = (0..9).map(|n| format!("checkpoint c{n}")).collect();
    let checkpoints: Vec<&str> = checkpoints.iter().map(String::as_str).collect();
    vec![
        // It gives in after ten batches, which is more than there are of training.
        says("skip-batch-always", "skip-batch", &["batch-begin"]),
        says("skip-batch-at-the-loss", "skip-batch", &["loss-begin"]),
        says("skip-batch-everywhere", "skip-batch", &IN_BATCH),
        says("validate-now-always", "validate-now", &["batch-end"])
            .fault("violation", "`validate-now` twice in 100 training batches"),
        says("skip-backward-always", "skip-backward", &["batch-begin"]),
        says("skip-step-always", "skip-step", &["backward-end"]),
        says("keep-gradients-always", "keep-gradients", &["step-end"]),
        says("skip-validation-always", "skip-validation", &["epoch-begin"]),
        says("stop-validation-always", "stop-validation because", &["valid-begin"]),
        says("stop-epoch-always", "stop-epoch because", &["batch-begin"]),
        says("stop-before-anything", "stop-training because", &["train-begin"]),
        says("stop-at-once", "stop-training because", &["batch-begin"]),
        says("stop-everywhere", "stop-training because", &EVERYWHERE),
        says("freeze-all", "set-trainable 0 false", &["train-begin"]).granted(&["weights"]),
        says("freeze-what-is-not", "set-trainable 4294967295 false", &["batch-end"])
            .granted(&["weights"])
            .fault("violation", "there are 2 layer groups"),
        says("sample-what-is-not", "sample-weights 18446744073709551615", &["epoch-end"])
            .granted(&["sampler"])
            .fault("violation", "`sample-weights`: the tensor's batch is over"),
        Villain::rust("slots-without-end", "utter")
            .list("signals", &slots)
            .with("say", "turns")
            .granted(&["weights"])
            .fault("violation", "it has 4 slots already; `forget` one first"),
        Villain::rust("checkpoints-without-end", "utter")
            .list("signals", &checkpoints)
            .granted(&["checkpoint"])
            .fault("violation", "it has 8 checkpoints already"),
        Villain::rust("everything-everywhere", "utter")
            .list("signals", &ALL)
            .list("at", &EVERYWHERE)
            .granted(&["weights"]),
        Villain::rust("refresh-always", "utter")
            .list("signals", &["refresh-norm-statistics"])
            .list("at", &["valid-begin", "epoch-end", "finish"])
            .granted(&["weights"]),
    ]
}
