//! What each signal does to a real training: its effect, its lifetime, and what it leaves alone.

use callbox::callback::{Histogram, Hook, Phase, Signal, SlotOp, State, Table};
use callbox::train::torch::rng_state;
use callbox_tests::{Trained, Training, shared};

/// At one hook of one training batch.
fn once(
    hook: Hook,
    iteration: u64,
    signals: Vec<Signal>,
) -> impl FnMut(Hook, &State<'_>) -> Vec<Signal> {
    move |at, state| {
        let here = at == hook && state.iteration == iteration && state.phase == Phase::Train;
        if here { signals.clone() } else { Vec::new() }
    }
}

/// At every occurrence of a hook in training.
fn always(hook: Hook, signals: Vec<Signal>) -> impl FnMut(Hook, &State<'_>) -> Vec<Signal> {
    move |at, state| {
        if at == hook && state.phase == Phase::Train { signals.clone() } else { Vec::new() }
    }
}

fn slot(op: fn(String) -> SlotOp) -> Signal {
    Signal::Slot(op("kept".to_owned()))
}

fn untouched() -> Trained {
    Training::default().scripted(|_, _| Vec::new()).run()
}

fn with(answer: impl FnMut(Hook, &State<'_>) -> Vec<Signal> + 'static) -> Trained {
    Training::default().scripted(answer).run()
}

const WEIGHT: &str = "layers.0.weight";

#[test]
fn a_validation_on_demand_leaves_everything_as_it_was() {
    let seen = shared::<Vec<(Hook, u32, u64, u32)>>();
    let inner = seen.clone();
    let generator = shared::<Vec<tch::Tensor>>();
    let noted = generator.clone();
    let mut ask = once(Hook::BatchEnd, 1, vec![Signal::ValidateNow]);
    let trained = with(move |hook, state| {
        match (hook, state.iteration) {
            (Hook::BatchEnd, 1) | (Hook::BatchBegin, 2) if state.phase == Phase::Train => {
                noted.lock().unwrap().push(rng_state(tch::Device::Cpu).unwrap());
            }
            // Somebody draws from torch's generator in the middle of it.
            (Hook::ValidBegin, _) => drop(tch::Tensor::rand([7], tch::kind::FLOAT_CPU)),
            _ => {}
        }
        let place = (hook, state.num_batch, state.iteration, state.batch_size);
        inner.lock().unwrap().push(place);
        ask(hook, state)
    });
    assert_eq!(trained.bits(), untouched().bits(), "not a bit of the weights");
    let generator = generator.lock().unwrap();
    assert!(generator.len() == 2 && generator[0] == generator[1], "torch's generator");
    let seen = seen.lock().unwrap();
    let asked = seen.iter().position(|at| *at == (Hook::BatchEnd, 1, 1, 256)).unwrap();
    assert_eq!(seen[asked + 1], (Hook::ValidBegin, 0, 2, 0), "directly after the batch");
    let back = seen.iter().skip(asked).position(|at| at.0 == Hook::ValidEnd).unwrap() + asked;
    assert_eq!(seen[back + 1], (Hook::BatchBegin, 2, 2, 256), "and on where it was");
    let rows = trained.seen.of("validated");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["iteration"], 2);
    assert!(trained.seen.of("epoch").iter().all(|row| row["partial"] == false));
}

#[test]
fn a_second_validation_within_100_batches_is_a_violation() {
    let trained = with(always(Hook::BatchEnd, vec![Signal::ValidateNow]));
    assert_eq!(trained.seen.of("validated").len(), 1);
    assert_eq!(trained.faults()[0], "`validate-now` twice in 100 training batches");
}

#[test]
fn a_cut_validation_is_marked_in_state_and_history() {
    let partial = shared::<Vec<bool>>();
    let inner = partial.clone();
    let trained = Training::default().scripted(move |hook, state| {
        if matches!(hook, Hook::ValidEnd | Hook::EpochEnd) {
            inner.lock().unwrap().push(state.partial);
        }
        let cuts = hook == Hook::ValidBegin && state.epoch == 0;
        if cuts { vec![Signal::StopValidation("far off".into())] } else { Vec::new() }
    });
    let trained = trained.run();
    assert_eq!(*partial.lock().unwrap(), [true, true, false, false]);
    let rows = trained.seen.of("epoch");
    assert_eq!((&rows[0]["partial"], &rows[1]["partial"]), (&true.into(), &false.into()));
}

#[test]
fn a_batch_left_out_of_a_validation_makes_it_partial() {
    let trained = with(|hook, state| {
        let skips = hook == Hook::BatchBegin && state.phase == Phase::Valid;
        if skips { vec![Signal::SkipBatch] } else { Vec::new() }
    });
    assert!(trained.seen.of("epoch").iter().all(|row| row["partial"] == true));
}

#[test]
fn skipping_leaves_out_what_it_names() {
    let first = |hook, signal| with(once(hook, 0, vec![signal])).values(WEIGHT);
    let skipped = first(Hook::BatchBegin, Signal::SkipBatch);
    assert_eq!(skipped, first(Hook::BackwardEnd, Signal::SkipStep), "no momentum, no trace");
    assert_eq!(skipped, first(Hook::BackwardBegin, Signal::SkipBackward));
    assert_ne!(skipped, untouched().values(WEIGHT));
}

#[test]
fn kept_gradients_add_up_and_are_stepped_on_without_a_backward() {
    // One step on the sum of two batches' gradients, at half the learning rate of their mean.
    let summed =
        Training::default().epochs(1).scripted(|hook, state| match (hook, state.iteration) {
            (Hook::BackwardEnd, 0) => vec![Signal::SkipStep, Signal::KeepGradients],
            (Hook::BatchBegin, 2..) => vec![Signal::SkipBatch],
            _ => Vec::new(),
        });
    let pending =
        Training::default().epochs(1).scripted(|hook, state| match (hook, state.iteration) {
            (Hook::BackwardEnd, 0) => vec![Signal::SkipStep, Signal::KeepGradients],
            (Hook::BackwardEnd, 1) => vec![Signal::SkipStep, Signal::KeepGradients],
            // Nothing is added here, and what is pending is stepped on.
            (Hook::BackwardBegin, 2) => vec![Signal::SkipBackward],
            (Hook::BatchBegin, 3..) => vec![Signal::SkipBatch],
            _ => Vec::new(),
        });
    let (summed, pending) = (summed.run(), pending.run());
    assert_eq!(summed.bits(), pending.bits());
    let once =
        Training::default().epochs(1).scripted(|hook, state| match (hook, state.iteration) {
            (Hook::BatchBegin, 1..) => vec![Signal::SkipBatch],
            _ => Vec::new(),
        });
    assert_ne!(once.run().bits(), summed.bits());
}

#[test]
fn a_validation_in_between_spares_pending_gradients() {
    let accumulate = |validates: bool| {
        Training::default().epochs(1).scripted(move |hook, state| match (hook, state.iteration) {
            (Hook::BackwardEnd, 0) => vec![Signal::SkipStep, Signal::KeepGradients],
            (Hook::BatchEnd, 0) if validates => vec![Signal::ValidateNow],
            _ => Vec::new(),
        })
    };
    assert_eq!(accumulate(false).run().bits(), accumulate(true).run().bits());
}

#[test]
fn gradients_are_scaled_then_clipped() {
    let doubled =
        Training::default().scripted(always(Hook::BackwardEnd, vec![Signal::ScaleGrad(2.0)]));
    let twice_the_rate = Training::default().optimizer(|config| config.lr = Some(0.2.into()));
    let (doubled, expected) = (doubled.run(), twice_the_rate.scripted(|_, _| Vec::new()).run());
    let close = |a: &f32, b: &f32| (a - b).abs() <= 1e-6 * b.abs().max(1.0);
    let all = doubled.values(WEIGHT);
    assert!(all.iter().zip(&expected.values(WEIGHT)).all(|(a, b)| close(a, b)));
    // A bound of next to nothing leaves next to nothing of the steps.
    let clipped = with(always(Hook::BackwardEnd, vec![Signal::ClipGradNorm(1e-6)]));
    let start = with(always(Hook::BatchBegin, vec![Signal::SkipStep])).values(WEIGHT);
    let moved =
        clipped.values(WEIGHT).iter().zip(&start).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(moved > 0.0 && moved < 1e-5, "{moved}");
}

/// What float32 cannot hold is refused by libtorch; no amount that a callback names ends a run.
#[test]
fn an_amount_beyond_float32_ends_no_run() {
    for signal in [
        Signal::ClipGradValue(1e39),
        Signal::ClipGradNorm(1e300),
        Signal::ClipGradAdaptive(1.0, 1e39),
        Signal::ClipGradAdaptive(1e300, 1.0),
        Signal::ScaleGrad(1e300),
        Signal::NoiseGrad(1e200),
    ] {
        let trained = with(once(Hook::BackwardEnd, 8, vec![signal.clone()]));
        assert!(trained.outcome.is_ok(), "{signal}: {:?}", trained.outcome);
    }
}

#[test]
fn noise_is_the_same_for_the_same_seed() {
    let noisy = |deviation| with(always(Hook::BackwardEnd, vec![Signal::NoiseGrad(deviation)]));
    assert_eq!(noisy(0.1).bits(), noisy(0.1).bits());
    assert_ne!(noisy(0.1).bits(), untouched().bits());
    assert_eq!(noisy(0.0).bits(), untouched().bits());
}

#[test]
fn a_frozen_group_does_not_move_until_it_is_unfrozen() {
    let start = with(always(Hook::BatchBegin, vec![Signal::SkipStep])).values(WEIGHT);
    let frozen = with(once(Hook::TrainBegin, 0, vec![Signal::SetTrainable(0, false)]));
    assert_eq!(frozen.values(WEIGHT), start);
    assert_ne!(frozen.values("layers.1.weight"), untouched().values("layers.1.weight"));
    let thawed = with(|hook, state| match (hook, state.epoch) {
        (Hook::TrainBegin, _) => vec![Signal::SetTrainable(0, false)],
        (Hook::EpochEnd, 0) => vec![Signal::SetTrainable(0, true)],
        _ => Vec::new(),
    });
    assert_ne!(thawed.values(WEIGHT), start);
}

#[test]
fn with_everything_frozen_batches_go_by() {
    let freeze = vec![Signal::SetTrainable(0, false), Signal::SetTrainable(1, false)];
    let frozen = with(once(Hook::TrainBegin, 0, freeze));
    assert!(frozen.outcome.is_ok(), "{:?}", frozen.outcome);
    let notices = frozen.seen.texts("notice", "text");
    assert_eq!(notices, ["every layer group is frozen: batches go by without gradients"]);
    assert_eq!(frozen.seen.of("epoch").len(), 2);
}

const CNN: &str = "kind = 'cnn'\nwidth = 2";

#[test]
fn frozen_norms_keep_their_statistics_while_their_weights_learn() {
    let signals = vec![Signal::SetNormFrozen(0, true)];
    let training = Training::default().model(CNN).epochs(1);
    let frozen = training.scripted(once(Hook::TrainBegin, 0, signals)).run();
    assert_eq!(frozen.values("blocks.0.norm.running_mean"), [0.0; 2]);
    assert_ne!(frozen.values("blocks.0.norm.weight"), [1.0; 2]);
    assert_eq!(frozen.values("blocks.0.norm.num_batches_tracked"), [0.0]);
}

#[test]
fn statistics_are_recomputed_over_the_whole_data_and_leave_the_run_alone() {
    let refresh = |at: Hook| {
        let signals = move |hook: Hook, _: &State<'_>| {
            if hook == at { vec![Signal::RefreshNormStatistics] } else { Vec::new() }
        };
        Training::default().model(CNN).epochs(1).scripted(signals).run()
    };
    let plain = Training::default().model(CNN).epochs(1).scripted(|_, _| Vec::new()).run();
    let refreshed = refresh(Hook::EpochEnd);
    assert_eq!(refreshed.values("blocks.0.conv.weight"), plain.values("blocks.0.conv.weight"));
    let mean = "blocks.0.norm.running_mean";
    assert_ne!(refreshed.values(mean), plain.values(mean));
    // All 1,257 samples in five batches of 256.
    assert_eq!(refreshed.values("blocks.0.norm.num_batches_tracked"), [5.0]);
    assert_eq!(refresh(Hook::ValidBegin).values(mean), refreshed.values(mean));
}

#[test]
fn a_restored_slot_brings_back_weights_and_optimizer() {
    let training = || Training::default().optimizer(|config| config.mom = Some(0.9.into()));
    let short = training().epochs(1).scripted(|_, _| Vec::new()).run();
    let undone = training().scripted(|hook, state| match (hook, state.epoch) {
        (Hook::EpochEnd, 0) => vec![slot(SlotOp::Snapshot)],
        (Hook::EpochEnd, 1) => vec![slot(SlotOp::Restore)],
        _ => Vec::new(),
    });
    let undone = undone.run();
    assert_eq!(undone.bits(), short.bits());
    let state = |trained: &Trained| {
        let all = trained.learner.optimizer.state();
        all.into_iter()
            .map(|(_, tensor)| Vec::<f32>::try_from(tensor.flatten(0, -1)).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(state(&undone), state(&short));
}

#[test]
fn a_slot_is_evaluated_and_the_current_weights_come_back() {
    let losses = shared::<Vec<f64>>();
    let inner = losses.clone();
    let evaluated = with(move |hook, state| match (hook, state.epoch) {
        (Hook::TrainBegin, _) => vec![slot(SlotOp::Snapshot)],
        (Hook::ValidBegin, 1) => vec![slot(SlotOp::EvaluateWith)],
        (Hook::ValidEnd, _) => {
            inner.lock().unwrap().push(state.monitored[1]);
            Vec::new()
        }
        _ => Vec::new(),
    });
    assert_eq!(evaluated.bits(), untouched().bits());
    let losses = losses.lock().unwrap();
    // The weights at the start are worse than those after an epoch.
    assert!(losses[1] > losses[0], "{losses:?}");
}

#[test]
fn of_two_evaluated_slots_neither_stays() {
    let evaluate = |slot: &str| Signal::Slot(SlotOp::EvaluateWith(slot.to_owned()));
    let snapshot = |slot: &str| Signal::Slot(SlotOp::Snapshot(slot.to_owned()));
    let trained = with(move |hook, state| match (hook, state.epoch) {
        (Hook::TrainBegin, _) => vec![snapshot("a")],
        (Hook::BatchEnd, 0) if state.iteration == 1 => vec![snapshot("b")],
        (Hook::ValidBegin, 1) => vec![evaluate("a"), evaluate("b")],
        _ => Vec::new(),
    });
    assert_eq!(trained.bits(), untouched().bits());
}

#[test]
fn the_current_weights_come_back_when_a_callback_breaks_the_evaluation() {
    let broken = Training::default().scripted(|hook, state| match (hook, state.epoch) {
        (Hook::TrainBegin, _) => vec![slot(SlotOp::Snapshot)],
        (Hook::ValidBegin, 1) => vec![slot(SlotOp::EvaluateWith)],
        (Hook::LossBegin, 1) if state.phase == Phase::Valid => panic!("in the middle"),
        _ => Vec::new(),
    });
    let broken = broken.run();
    assert!(broken.outcome.is_err());
    assert_eq!(broken.bits(), untouched().bits());
}

#[test]
fn an_average_of_weights_is_blended_and_adopted_at_the_end() {
    let blend = |hook: Hook, state: &State<'_>| match hook {
        Hook::TrainBegin => vec![Signal::Slot(SlotOp::Blend("kept".into(), 1.0))],
        Hook::EpochEnd => {
            let weight = 1.0 / f64::from(state.epoch + 2);
            vec![Signal::Slot(SlotOp::Blend("kept".into(), weight))]
        }
        _ => Vec::new(),
    };
    let run = |epochs| Training::default().epochs(epochs).scripted(|_, _| Vec::new()).run();
    let start = with(always(Hook::BatchBegin, vec![Signal::SkipStep])).values(WEIGHT);
    let (one, two) = (run(1).values(WEIGHT), run(2).values(WEIGHT));
    let averaged = with(move |hook, state| {
        let mut signals = blend(hook, state);
        if hook == Hook::EpochEnd && state.epoch == 1 {
            signals.push(slot(SlotOp::Adopt));
            signals.push(slot(SlotOp::Forget));
        }
        signals
    });
    for (index, average) in averaged.values(WEIGHT).iter().enumerate() {
        let expected = (start[index] + one[index] + two[index]) / 3.0;
        assert!((average - expected).abs() < 1e-6, "{average} {expected}");
    }
}

#[test]
fn slots_belong_to_one_callback() {
    let trained = Training::default()
        .scripted_as("one", once(Hook::TrainBegin, 0, vec![slot(SlotOp::Snapshot)]))
        .scripted_as("two", once(Hook::EpochEnd, 5, vec![slot(SlotOp::Restore)]))
        .run();
    assert_eq!(trained.faults(), ["`slot restore kept`: the plugin has no such slot; it has none"]);
    assert_eq!(trained.bits(), untouched().bits());
}

#[test]
fn two_who_restore_at_once_are_both_refused_and_not_blamed() {
    let both = |hook: Hook, state: &State<'_>| match (hook, state.epoch) {
        (Hook::TrainBegin, _) => vec![slot(SlotOp::Snapshot)],
        (Hook::EpochEnd, 1) => vec![slot(SlotOp::Restore)],
        _ => Vec::new(),
    };
    let trained = Training::default().scripted_as("one", both).scripted_as("two", both).run();
    assert!(trained.faults().is_empty());
    let why = trained.seen.texts("signal", "why").join("\n");
    assert!(why.contains("`two` asks for something else") && why.contains("`one` asks"), "{why}");
    assert_eq!(trained.bits(), untouched().bits());
}

#[test]
fn what_is_shown_is_kept_in_the_journal() {
    let table = Table {
        name: "confusion".into(),
        rows: vec!["a".into()],
        columns: vec!["b".into(), "c".into()],
        values: vec![1.0, 2.0],
    };
    let histogram =
        Histogram { name: "norms".into(), edges: vec![0.0, 1.0, 2.0], counts: vec![3.0, 4.0] };
    let signals = vec![Signal::Table(table), Signal::Histogram(histogram)];
    let shown = with(once(Hook::EpochEnd, 5, signals)).seen.of("signal");
    assert_eq!(shown[0]["shows"]["values"], serde_json::json!([1.0, 2.0]));
    assert_eq!(shown[1]["shows"]["edges"], serde_json::json!([0.0, 1.0, 2.0]));
}
