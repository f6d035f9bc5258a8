//! Plugins that average, keep and freeze weights.

use callbox::callback::{
    Hook, HyperName, HyperOp, HyperUpdate, Phase, Signal, SlotOp, State, Value,
};
use callbox::train::checkpoint::load_model;
use callbox_tests::{MemberSpec, Trained, Training, member, shared};
use serde_json::Value as Json;

const CNN: &str = "kind = 'cnn'\nwidth = 2";
const MEAN: &str = "blocks.0.norm.running_mean";

fn run(training: Training) -> Trained {
    let trained = training.run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    assert!(trained.outcome.is_ok(), "{:?}", trained.outcome);
    trained
}

fn all(trained: &Trained) -> Vec<f64> {
    trained.bits().into_iter().map(|bits| f32::from_bits(bits).into()).collect()
}

fn assert_near(found: &[f64], expected: &[f64]) {
    let off = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(off < 1e-6, "{off}");
}

/// The weights after so many batches of a training, the rest of which goes by.
fn after(batches: u64, plugin: Option<MemberSpec>) -> Vec<f64> {
    let training = Training::default().scripted(move |hook, state| match hook {
        Hook::BatchBegin if state.phase == Phase::Train && state.iteration >= batches => {
            vec![Signal::SkipBatch]
        }
        _ => Vec::new(),
    });
    all(&run(plugin.into_iter().fold(training, Training::and)))
}

/// The moving average by its definition, over the weights after these batches.
fn average(decay: f64, batches: &[u64], plugin: fn() -> Option<MemberSpec>) -> Vec<f64> {
    let blend = |average: Vec<f64>, weights: Vec<f64>| {
        average.iter().zip(weights).map(|(a, w)| decay * a + (1.0 - decay) * w).collect()
    };
    batches.iter().map(|batches| after(*batches, plugin())).reduce(blend).unwrap()
}

fn ema(decay: f64) -> MemberSpec {
    member("ema").named().with("decay", Value::Number(decay))
}

fn blends(trained: &Trained) -> usize {
    let signals = trained.seen.texts("signal", "signal");
    signals.iter().filter(|signal| signal.starts_with("slot blend")).count()
}

fn is_another(one: &[f64], other: &[f64]) -> bool {
    one.iter().zip(other).any(|(a, b)| (a - b).abs() > 1e-4)
}

#[test]
fn the_moving_average_is_that_of_the_weights_after_every_step() {
    let expected = average(0.7, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], || None);
    let trained = run(Training::with(ema(0.7)));
    assert_near(&all(&trained), &expected);
    assert_eq!(blends(&trained), 10);
    let plain = run(Training::default().scripted(|_, _| Vec::new()));
    assert!(is_another(&all(&plain), &expected));
    let thrown = run(Training::with(ema(0.7).with("keep", Value::Flag(false))));
    assert!(thrown.bits() == plain.bits(), "training is the same");
}

/// Five batches per epoch in windows of two: the last of an epoch stands alone.
#[test]
fn only_steps_that_were_made_are_averaged() {
    let windows = || Some(member("accumulate").named());
    let with = |ema: MemberSpec| run(Training::with(ema).and(windows().unwrap()));
    let trained = with(ema(0.7));
    assert_eq!(blends(&trained), 6);
    assert_near(&all(&trained), &average(0.7, &[2, 4, 5, 7, 9, 10], windows));
    assert_eq!(blends(&with(ema(0.7).with("assume-steps", Value::Flag(true)))), 10);

    let skipped = Training::with(ema(0.7)).scripted(|hook, state| match (hook, state.iteration) {
        (Hook::BackwardEnd, 1 | 4) => vec![Signal::SkipStep],
        (Hook::BatchBegin, 7) => vec![Signal::SkipBatch],
        _ => Vec::new(),
    });
    assert_eq!(blends(&run(skipped)), 7);
}

#[test]
fn the_average_is_validated_and_training_goes_on() {
    let losses = |plugin: Option<MemberSpec>| {
        let losses = shared::<Vec<f64>>();
        let inner = losses.clone();
        let training = Training::default().scripted(move |hook, state| {
            if hook == Hook::ValidEnd {
                inner.lock().unwrap().push(state.monitored[1]);
            }
            Vec::new()
        });
        let trained = run(plugin.into_iter().fold(training, Training::and));
        let found = losses.lock().unwrap().clone();
        (found, trained.bits())
    };
    let keep = |on| ema(0.7).with("keep", Value::Flag(on));
    let (plain, bits) = losses(None);
    let (of_average, same) = losses(Some(keep(false)));
    assert!(bits == same && plain != of_average);
    // The last validation was of what the training ends with.
    let ended = run(Training::with(keep(true)));
    let again = Training::with(keep(true).with("evaluate", Value::Flag(false)));
    assert!(ended.bits() == run(again).bits());
    let (unwatched, _) = losses(Some(keep(false).with("evaluate", Value::Flag(false))));
    assert_eq!(unwatched, plain);
}

fn swa() -> MemberSpec {
    member("swa").named().with("start", Value::Number(0.5))
}

fn epochs(n: u32) -> Training {
    Training::default().epochs(n).scripted(|_, _| Vec::new())
}

#[test]
fn the_mean_is_that_of_the_last_epochs() {
    let (third, fourth) = (all(&run(epochs(3))), all(&run(epochs(4))));
    let expected: Vec<f64> = third.iter().zip(&fourth).map(|(a, b)| (a + b) / 2.0).collect();
    let trained = run(Training::with(swa()).epochs(4));
    assert_near(&all(&trained), &expected);
    assert!(is_another(&expected, &fourth));
    let watched = run(Training::with(swa().with("evaluate", Value::Flag(true))).epochs(4));
    assert!(watched.bits() == trained.bits(), "whether it is looked at or not");
}

#[test]
fn statistics_are_the_means_own() {
    let mean = |op: fn(String) -> SlotOp| Signal::Slot(op("mean".to_owned()));
    let by_hand = move |hook: Hook, state: &State<'_>| match (hook, state.epoch) {
        (Hook::EpochEnd, 2) => vec![mean(SlotOp::Snapshot)],
        (Hook::EpochEnd, 3) => vec![
            Signal::Slot(SlotOp::Blend("mean".to_owned(), 0.5)),
            mean(SlotOp::Adopt),
            Signal::RefreshNormStatistics,
        ],
        _ => Vec::new(),
    };
    let cnn = |training: Training| run(training.model(CNN).epochs(4));
    let trained = cnn(Training::with(swa()));
    assert!(trained.bits() == cnn(Training::default().scripted(by_hand)).bits());
    // All 1,257 samples in five batches, once.
    assert_eq!(trained.values("blocks.0.norm.num_batches_tracked"), [5.0]);
}

#[test]
fn the_learning_rate_gets_where_swa_wants_it() {
    let lrs = shared::<Vec<f64>>();
    let inner = lrs.clone();
    let plugin = swa().with("lr", Value::Number(0.02)).with("anneal-epochs", Value::Integer(2));
    run(Training::with(plugin).epochs(8).scripted(move |hook, state| {
        if hook == Hook::BatchBegin && state.phase == Phase::Train && state.num_batch == 0 {
            inner.lock().unwrap().push(state.hypers[0].lr);
        }
        Vec::new()
    }));
    assert_near(&lrs.lock().unwrap(), &[0.1, 0.1, 0.1, 0.1, 0.1, 0.06, 0.02, 0.02]);
}

/// Better for two epochs, worse afterwards.
#[test]
fn the_best_epoch_is_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = member("save-best").named().text("name", "good");
    let training = Training::with(plugin).epochs(4).checkpoints(folder.path());
    let trained = run(training.scripted(|hook, state| match (hook, state.epoch) {
        (Hook::EpochBegin, 2) => {
            let (name, op) = (HyperName::Lr, HyperOp::Scale);
            vec![Signal::SetHyper(HyperUpdate { name, group: None, op, value: 300.0 })]
        }
        _ => Vec::new(),
    }));
    let file = std::fs::read(folder.path().join("good/position.json")).unwrap();
    let position: Json = serde_json::from_slice(&file).unwrap();
    assert_eq!((&position["epoch"], &position["iteration"]), (&2.into(), &10.into()));
    let before = trained.bits();
    let params = trained.learner.model.params();
    load_model(&folder.path().join("good"), params).unwrap();
    assert!(trained.bits() == run(epochs(2)).bits() && trained.bits() != before);
}

#[test]
fn the_body_learns_one_epoch_later() {
    let unfreeze = || member("gradual-unfreeze").named();
    let body = |trained: &Trained| trained.values("layers.0.weight");
    let head = |trained: &Trained| trained.values("layers.1.weight");
    let start = run(Training::default().scripted(|hook, _| match hook {
        Hook::BackwardEnd => vec![Signal::SkipStep],
        _ => Vec::new(),
    }));
    let one = run(Training::with(unfreeze()).epochs(1));
    assert_eq!(body(&one), body(&start));
    assert_ne!(head(&one), head(&start));
    let two = run(Training::with(unfreeze()).epochs(2));
    assert_ne!(body(&two), body(&start));
    let slow = run(Training::with(unfreeze().with("every", Value::Integer(2))).epochs(2));
    assert_eq!(body(&slow), body(&start));
}

#[test]
fn statistics_of_frozen_groups_stand_if_wanted() {
    let unfreeze = |keeps| {
        let plugin = member("gradual-unfreeze").named().with("freeze-norms", Value::Flag(keeps));
        move |epochs| plugin_on_cnn(plugin, epochs)
    };
    assert_ne!(unfreeze(false)(1).values(MEAN), [0.0; 2]);
    assert_eq!(unfreeze(true)(1).values(MEAN), [0.0; 2]);
    assert_ne!(unfreeze(true)(2).values(MEAN), [0.0; 2]);
}

fn plugin_on_cnn(plugin: MemberSpec, epochs: u32) -> Trained {
    run(Training::with(plugin).model(CNN).epochs(epochs))
}

#[test]
fn statistics_stand_while_their_weights_learn() {
    let frozen = plugin_on_cnn(member("bn-freeze").named(), 2);
    assert_eq!(frozen.values(MEAN), [0.0; 2]);
    assert_ne!(frozen.values("blocks.0.norm.weight"), [1.0; 2]);
    let unknown = member("bn-freeze").named();
    let unknown = unknown.with("groups", Value::Texts(vec!["tail".to_owned()]));
    let refusal = Training::with(unknown).model(CNN).try_run().err().unwrap().to_string();
    assert!(refusal.contains("there is no layer group `tail`; there are body, head"), "{refusal}");
}
