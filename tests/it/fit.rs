use std::sync::{Arc, Mutex};

use callbox::callback::{
    BreakKind, Breakage, Callback, Candidate, Descriptor, Fault, Hook, Outcome, Phase, Plan, Reads,
    Records, Rules, RunInfo, Setting, Signal, State, Subscription,
};
use callbox::train::callbacks::Callbacks;
use callbox::train::data::{Data, DataConfig};
use callbox::train::error::FitError;
use callbox::train::fit::fit;
use callbox::train::learner::Learner;
use callbox::train::loss::Loss;
use callbox::train::metric::Accuracy;
use callbox::train::model::{MlpConfig, ModelConfig};
use callbox::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use callbox::train::position::Position;
use callbox::train::run::RunSpec;
use callbox::train::torch::{grad_enabled, gradient};
use callbox_tests::seeding;
use tch::Tensor;

type Answer = Box<dyn FnMut(Hook, &State<'_>) -> Result<Vec<Signal>, Fault>>;

/// A native callback at every hook that answers as a test wants, and remembers how it ended.
struct Scripted {
    answer: Answer,
    ended: Arc<Mutex<Vec<Outcome>>>,
}

impl Callback for Scripted {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let needs = vec!["control".to_owned()];
        Ok(Descriptor { name: "scripted".to_owned(), needs, ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        let reads = Reads { losses: true, hypers: true, monitored: true, late: false };
        Ok(Plan {
            subscriptions: Hook::ALL.map(|hook| Subscription::to(hook).reading(reads)).to_vec(),
            monitors: vec!["valid-loss".to_owned(), "accuracy".to_owned()],
            powers: vec!["control".to_owned()],
            ..Plan::default()
        })
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        (self.answer)(hook, state)
    }

    fn finish(&mut self, _state: &State<'_>, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        self.ended.lock().unwrap().push(outcome.clone());
        Ok(Vec::new())
    }
}

fn learner(data: &Data) -> Learner {
    let model = ModelConfig::Mlp(MlpConfig { hidden: vec![8] });
    let model = model.build(data.spec(), tch::Device::Cpu).unwrap();
    let optimizer = HpOptimizer::new(&OptimConfig::new(OptimKind::Adam), model.params()).unwrap();
    Learner::new(model, Loss::cross_entropy(), optimizer, vec![Box::new(Accuracy::default()) as _])
}

/// Two epochs of an MLP on the digits; how `fit` ended, and what `finish` was told.
fn run(
    answer: impl FnMut(Hook, &State<'_>) -> Result<Vec<Signal>, Fault> + 'static,
) -> (Result<Outcome, FitError>, Vec<Outcome>) {
    let _lock = seeding();
    let data = Data::load(&DataConfig::default(), 0, tch::Device::Cpu).unwrap();
    let mut learner = learner(&data);
    let ended = Arc::default();
    let scripted = Scripted { answer: Box::new(answer), ended: Arc::clone(&ended) };
    let spec = RunSpec { name: "fit".to_owned(), epochs: 2, ..RunSpec::default() };
    let (rules, records) = (Rules::default(), Records::default());
    let candidates = vec![Candidate::native(Box::new(scripted))];
    let mut cb = Callbacks::start(candidates, &spec, &rules, records, &learner, &data).unwrap();
    let outcome = fit(&mut learner, &data, &mut cb);
    let ended = ended.lock().unwrap().clone();
    (outcome, ended)
}

#[test]
fn losses_exist_exactly_where_the_contract_says() {
    let (outcome, _) = run(|hook, state| {
        let losses = state.losses.unwrap();
        let known = match hook {
            Hook::BatchBegin | Hook::LossBegin | Hook::BackwardBegin => hook == Hook::BackwardBegin,
            Hook::TrainBegin => false,
            Hook::EpochBegin => state.epoch > 0,
            Hook::BatchEnd | Hook::BackwardEnd | Hook::StepEnd => true,
            Hook::ValidBegin | Hook::ValidEnd | Hook::EpochEnd => true,
        };
        assert_eq!(losses.last.is_finite(), known, "{hook} {state:?}");
        assert_eq!(
            losses.smooth.is_finite(),
            state.iteration > 0 || (known && hook != Hook::TrainBegin)
        );
        Ok(Vec::new())
    });
    assert_eq!(outcome.unwrap(), Outcome::Completed);
}

#[test]
fn metrics_are_there_after_validation() {
    let (outcome, _) = run(|hook, state| {
        let there = state.epoch > 0 || hook >= Hook::ValidEnd;
        assert!(state.monitored.iter().all(|value| value.is_finite() == there), "{hook} {state:?}");
        Ok(Vec::new())
    });
    assert_eq!(outcome.unwrap(), Outcome::Completed);
}

#[test]
fn gradients_are_on_in_training_only_and_restored_at_the_end() {
    let (outcome, _) = run(|hook, state| {
        if hook.is_in_batch() {
            assert_eq!(grad_enabled(), state.phase == Phase::Train, "{hook}");
        }
        Ok(Vec::new())
    });
    assert_eq!(outcome.unwrap(), Outcome::Completed);
    assert!(grad_enabled());
}

#[test]
fn a_panic_in_a_callback_is_an_error_and_finish_still_comes() {
    let (outcome, ended) = run(|hook, state| {
        assert!(hook != Hook::BatchEnd || state.phase == Phase::Train, "boom");
        Ok(Vec::new())
    });
    assert_eq!(outcome.unwrap_err().to_string(), "panicked: boom");
    assert_eq!(ended, [Outcome::Failed("panicked: boom".to_owned())]);
    assert!(grad_enabled(), "it panicked where gradients were off");
}

#[test]
fn a_batch_left_out_of_validation_counts_in_no_metric() {
    // All of validation but its first batch is left out, where the output exists already.
    let (outcome, _) = run(|hook, state| {
        if hook == Hook::ValidEnd {
            assert!(state.monitored.iter().all(|value| value.is_finite()), "{state:?}");
            assert!(state.partial, "what was left out might have been the hard part");
        }
        let skip = hook == Hook::LossBegin && state.phase == Phase::Valid && state.num_batch > 0;
        Ok(if skip { vec![Signal::SkipBatch] } else { Vec::new() })
    });
    assert_eq!(outcome.unwrap(), Outcome::Completed);
}

#[test]
fn a_stop_at_the_last_validation_batch_leaves_a_whole_validation() {
    let (outcome, _) = run(|hook, state| {
        if hook == Hook::ValidEnd {
            assert!(!state.partial);
        }
        // 180 samples in batches of 128: the second is the last.
        let last = hook == Hook::BatchEnd && state.phase == Phase::Valid && state.num_batch == 1;
        Ok(if last { vec![Signal::StopTraining("done".into())] } else { Vec::new() })
    });
    assert!(matches!(outcome.unwrap(), Outcome::Stopped(stops) if stops.len() == 1));
}

/// Position of the data, epochs told to `finish`, and gradients, after a run was stopped.
fn stopped_at(hook: Hook, iteration: u64) -> (Position, u32) {
    let _lock = seeding();
    let data = Data::load(&DataConfig::default(), 0, tch::Device::Cpu).unwrap();
    let mut learner = learner(&data);
    let stop = move |at: Hook, state: &State<'_>| {
        let now = at == hook && state.iteration == iteration;
        Ok(if now { vec![Signal::StopTraining("enough".into())] } else { Vec::new() })
    };
    let scripted = Scripted { answer: Box::new(stop), ended: Arc::default() };
    let spec = RunSpec { name: "fit".to_owned(), epochs: 2, ..RunSpec::default() };
    let (rules, records) = (Rules::default(), Records::default());
    let candidates = vec![Candidate::native(Box::new(scripted))];
    let mut cb = Callbacks::start(candidates, &spec, &rules, records, &learner, &data).unwrap();
    fit(&mut learner, &data, &mut cb).unwrap();
    let left = learner.model.params().weights().any(|p| gradient(&p.tensor).unwrap().is_some());
    assert!(!left, "gradients are left behind");
    (cb.position(), cb.handler().state().epoch)
}

#[test]
fn the_position_is_what_was_consumed() {
    let at = |epoch, batches| Position { epoch, batches };
    // Ten batches an epoch; iteration counts those before the current one.
    assert_eq!(stopped_at(Hook::BatchEnd, 4), (at(0, 5), 0));
    assert_eq!(stopped_at(Hook::BatchEnd, 9), (at(1, 0), 1));
    assert_eq!(stopped_at(Hook::BatchEnd, 12), (at(1, 3), 1));
    assert_eq!(stopped_at(Hook::EpochEnd, 10), (at(1, 0), 1));
    assert_eq!(stopped_at(Hook::EpochEnd, 1_000), (at(2, 0), 2));
}

/// Weights before and after a run in which every batch is asked the same.
fn weights_move(signal: &Signal) -> bool {
    let _lock = seeding();
    let data = Data::load(&DataConfig::default(), 0, tch::Device::Cpu).unwrap();
    let mut learner = learner(&data);
    let before: Vec<Tensor> = learner.model.params().weights().map(|p| p.tensor.copy()).collect();
    let signal = signal.clone();
    let answer = move |hook: Hook, state: &State<'_>| {
        let asked = hook == Hook::BackwardBegin && state.phase == Phase::Train;
        Ok(if asked { vec![signal.clone()] } else { Vec::new() })
    };
    let scripted = Scripted { answer: Box::new(answer), ended: Arc::default() };
    let spec = RunSpec { name: "fit".to_owned(), epochs: 1, ..RunSpec::default() };
    let (rules, records) = (Rules::default(), Records::default());
    let candidates = vec![Candidate::native(Box::new(scripted))];
    let mut cb = Callbacks::start(candidates, &spec, &rules, records, &learner, &data).unwrap();
    fit(&mut learner, &data, &mut cb).unwrap();
    let after = learner.model.params().weights();
    after.zip(&before).any(|(after, before)| after.tensor != *before)
}

#[test]
fn skipped_steps_leave_the_weights_alone() {
    assert!(!weights_move(&Signal::SkipStep));
    assert!(!weights_move(&Signal::SkipBackward));
    assert!(weights_move(&Signal::SkipValidation), "an inapplicable signal stops nothing");
}

/// Panics where the host asks it to save.
struct Hoarder {
    ended: Arc<Mutex<Vec<Outcome>>>,
}

impl Callback for Hoarder {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(Descriptor { name: "hoarder".to_owned(), ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        Ok(Plan::default())
    }

    fn save(&mut self) -> Result<Vec<u8>, Fault> {
        panic!("mine")
    }

    fn finish(&mut self, _state: &State<'_>, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        self.ended.lock().unwrap().push(outcome.clone());
        Ok(Vec::new())
    }
}

#[test]
fn a_panic_in_save_is_a_fault_and_finish_still_comes() {
    let _lock = seeding();
    let data = Data::load(&DataConfig::default(), 0, tch::Device::Cpu).unwrap();
    let mut learner = learner(&data);
    let ended: Arc<Mutex<Vec<Outcome>>> = Arc::default();
    let hoarder = Candidate::native(Box::new(Hoarder { ended: Arc::clone(&ended) }));
    let spec = RunSpec { name: "fit".to_owned(), epochs: 1, ..RunSpec::default() };
    let (rules, records) = (Rules::default(), Records::default());
    let mut cb = Callbacks::start(vec![hoarder], &spec, &rules, records, &learner, &data).unwrap();
    assert_eq!(fit(&mut learner, &data, &mut cb).unwrap(), Outcome::Completed);
    assert_eq!(*ended.lock().unwrap(), [Outcome::Completed]);
}

#[test]
fn a_broken_native_callback_is_restarted_like_a_plugin() {
    let mut broke = false;
    let (outcome, ended) = run(move |hook, _| {
        if hook == Hook::BatchEnd && !std::mem::replace(&mut broke, true) {
            let message = "lost its mind".to_owned();
            return Err(Fault::Broken(Breakage {
                kind: BreakKind::Trap,
                message,
                backtrace: None,
            }));
        }
        Ok(Vec::new())
    });
    assert_eq!(outcome.unwrap(), Outcome::Completed);
    assert_eq!(ended, [Outcome::Completed]);
}

/// Batches that each hook saw when one signal is given at the first occurrence of a hook.
fn counts(at: Hook, signal: Signal) -> Vec<(Hook, u32)> {
    let seen: Arc<Mutex<Vec<(Hook, Phase)>>> = Arc::default();
    let (mut given, all) = (false, Arc::clone(&seen));
    let (outcome, _) = run(move |hook, state| {
        all.lock().unwrap().push((hook, state.phase));
        let now = hook == at && !given;
        given |= now;
        Ok(if now { vec![signal.clone()] } else { Vec::new() })
    });
    assert!(outcome.is_ok());
    let seen = seen.lock().unwrap();
    let count =
        |hook: &Hook| seen.iter().filter(|(h, phase)| h == hook && *phase == Phase::Train).count();
    Hook::ALL.iter().map(|hook| (*hook, u32::try_from(count(hook)).unwrap())).collect()
}

#[test]
fn skips_and_stops_leave_out_what_they_say() {
    let per_epoch = 10;
    let at =
        |counts: &[(Hook, u32)], hook: Hook| counts.iter().find(|(h, _)| *h == hook).unwrap().1;
    let skip = counts(Hook::BatchBegin, Signal::SkipBatch);
    assert_eq!(at(&skip, Hook::BatchEnd), 2 * per_epoch);
    assert_eq!(at(&skip, Hook::LossBegin), 2 * per_epoch - 1);
    let skip = counts(Hook::LossBegin, Signal::SkipBatch);
    assert_eq!(at(&skip, Hook::BackwardBegin), 2 * per_epoch - 1);
    let stop = counts(Hook::BatchEnd, Signal::StopEpoch("enough".into()));
    assert_eq!(at(&stop, Hook::BatchEnd), per_epoch + 1);
    assert_eq!(at(&stop, Hook::EpochEnd), 2);
    let stop = counts(Hook::BatchEnd, Signal::StopTraining("enough".into()));
    assert_eq!((at(&stop, Hook::BatchEnd), at(&stop, Hook::EpochEnd)), (1, 1));
    let stop = counts(Hook::TrainBegin, Signal::StopTraining("at once".into()));
    assert_eq!((at(&stop, Hook::EpochBegin), at(&stop, Hook::BatchEnd)), (0, 0));
}

#[test]
fn a_stopped_validation_is_marked_partial() {
    let (outcome, _) = run(|hook, state| {
        if hook == Hook::ValidEnd || hook == Hook::EpochEnd {
            assert_eq!(state.partial, state.epoch == 0);
        }
        let stop = hook == Hook::BatchEnd && state.phase == Phase::Valid && state.epoch == 0;
        Ok(if stop { vec![Signal::StopValidation("hopeless".into())] } else { Vec::new() })
    });
    assert_eq!(outcome.unwrap(), Outcome::Completed);
}

#[test]
fn a_skipped_validation_has_no_hooks() {
    let (outcome, _) = run(|hook, state| {
        assert!(state.phase == Phase::Train, "{hook}");
        Ok(if hook == Hook::EpochBegin { vec![Signal::SkipValidation] } else { Vec::new() })
    });
    assert_eq!(outcome.unwrap(), Outcome::Completed);
}
