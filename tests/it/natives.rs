//! Native callbacks have all that plugins have: tensors at a desk of their own, transforms, metrics.

use callbox::callback::tensors::{Desk, Dtype, Failure, Operation, TensorId};
use callbox::callback::{
    Callback, Descriptor, Fault, Hook, MetricSpec, Phase, Plan, Report, RunInfo, Setting, Signal,
    State, Subscription, Transforms,
};
use callbox_tests::{Trained, Training, shared};

type Ids = std::sync::Arc<std::sync::Mutex<Vec<i64>>>;

/// Draws only the first ten samples from the second epoch on, and notes which samples come.
struct Sampler {
    desk: Option<Desk>,
    seen: Ids,
}

impl Sampler {
    fn weights(&self) -> Result<TensorId, Failure> {
        let mut desk = self.desk.as_ref().unwrap().borrow_mut();
        let labels = desk.compute(Operation::Labels)?;
        let samples = desk.shape(labels)?[0];
        let few: Vec<f32> = (0..samples).map(|index| f32::from(u8::from(index < 10))).collect();
        desk.compute(Operation::Create(&[samples], &few))
    }
}

impl Callback for Sampler {
    fn attach(&mut self, desk: Desk) {
        self.desk = Some(desk);
    }

    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let needs = vec!["sampler".to_owned()];
        Ok(Descriptor { name: "sampler".to_owned(), needs, ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        let hooks = [Hook::BatchEnd, Hook::EpochEnd];
        let subscriptions = hooks.map(Subscription::to).to_vec();
        Ok(Plan { subscriptions, powers: vec!["sampler".to_owned()], ..Plan::default() })
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        if hook == Hook::EpochEnd {
            let weights = self.weights().map_err(|f| Fault::Violation(f.to_string()))?;
            return Ok(vec![Signal::SampleWeights(weights)]);
        }
        if state.epoch == 1 && state.phase == Phase::Train {
            let mut desk = self.desk.as_ref().unwrap().borrow_mut();
            let (losses, ids) = desk.sample_losses().unwrap();
            assert_eq!(desk.shape(losses).unwrap(), [u64::from(state.batch_size)]);
            let ids = desk.read_integers(ids, 0, state.batch_size.into()).unwrap();
            self.seen.lock().unwrap().extend(ids);
        }
        Ok(Vec::new())
    }
}

#[test]
fn sample_weights_steer_the_next_epoch() {
    let seen = shared::<Vec<i64>>();
    let sampler = Sampler { desk: None, seen: seen.clone() };
    let trained = Training::default().native(Box::new(sampler)).run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1257, "the epoch keeps its length");
    assert!(seen.iter().all(|id| (0..10).contains(id)));
}

/// Squashes the output towards zero, and measures how large it was.
struct Squash {
    desk: Option<Desk>,
    largest: f64,
}

impl Callback for Squash {
    fn attach(&mut self, desk: Desk) {
        self.desk = Some(desk);
    }

    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let needs = vec!["transform".to_owned()];
        Ok(Descriptor { name: "squash".to_owned(), needs, ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        Ok(Plan {
            transforms: Transforms { output: true, in_validation: true, ..Transforms::default() },
            powers: vec!["transform".to_owned()],
            reports: vec![MetricSpec { name: "largest".to_owned(), higher_is_better: None }],
            ..Plan::default()
        })
    }

    fn transform_output(
        &mut self,
        _state: &State<'_>,
        output: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        let mut desk = self.desk.as_ref().unwrap().borrow_mut();
        let squashed = desk.compute(Operation::Affine(output, 0.5, 0.0));
        squashed.map(Some).map_err(|failure| Fault::Violation(failure.to_string()))
    }

    fn is_metric(&self) -> bool {
        true
    }

    fn metric_begin(&mut self) -> Result<(), Fault> {
        self.largest = 0.0;
        Ok(())
    }

    fn metric_update(
        &mut self,
        output: TensorId,
        _target: TensorId,
        _size: u32,
    ) -> Result<(), Fault> {
        let mut desk = self.desk.as_ref().unwrap().borrow_mut();
        let summary = desk.summaries(&[output]).unwrap()[0];
        self.largest = self.largest.max(summary.max);
        Ok(())
    }

    fn metric_finish(&mut self) -> Result<Vec<Report>, Fault> {
        Ok(vec![Report { name: "largest".to_owned(), value: self.largest, weight: 1.0 }])
    }
}

#[test]
fn a_native_transform_and_metric_are_those_of_a_plugin() {
    let squash = Squash { desk: None, largest: 0.0 };
    let trained = Training::default().native(Box::new(squash)).run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    let plain = Training::default().scripted(|_, _| Vec::new()).run();
    assert_ne!(trained.bits(), plain.bits());
    let index = trained.callbacks.handler().metrics().find("largest").unwrap();
    let largest = |trained: &Trained| trained.callbacks.handler().metrics().latest(index);
    assert!(largest(&trained) > 0.0);
}

/// Counts who is wrong, and ends a validation that can no longer reach its goal.
struct Hopeless {
    goal: f64,
    desk: Option<Desk>,
    /// Samples of a whole validation.
    all: f64,
    seen: f64,
    wrong: f64,
}

impl Hopeless {
    fn right(&self, output: TensorId, target: TensorId) -> Result<f64, Failure> {
        let mut desk = self.desk.as_ref().unwrap().borrow_mut();
        let answered = desk.compute(Operation::Argmax(output, 1))?;
        let right = desk.compute(Operation::Equal(answered, target))?;
        let right = desk.compute(Operation::Convert(right, Dtype::Float32))?;
        let right = desk.compute(Operation::Sum(right, None))?;
        desk.item(right)
    }
}

impl Callback for Hopeless {
    fn attach(&mut self, desk: Desk) {
        self.desk = Some(desk);
    }

    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let needs = vec!["control".to_owned()];
        Ok(Descriptor { name: "hopeless".to_owned(), needs, ..Descriptor::default() })
    }

    fn start(&mut self, run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        self.all = run.valid_samples.unwrap() as f64;
        Ok(Plan {
            subscriptions: vec![Subscription::to(Hook::BatchEnd).in_phase(Phase::Valid)],
            powers: vec!["control".to_owned()],
            reports: vec![MetricSpec { name: "right".to_owned(), higher_is_better: Some(true) }],
            ..Plan::default()
        })
    }

    fn on_event(&mut self, _hook: Hook, _state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let hopeless = 1.0 - self.wrong / self.all < self.goal;
        let stop = || Signal::StopValidation("the goal is out of reach".to_owned());
        Ok(if hopeless { vec![stop()] } else { Vec::new() })
    }

    fn is_metric(&self) -> bool {
        true
    }

    fn metric_begin(&mut self) -> Result<(), Fault> {
        (self.seen, self.wrong) = (0.0, 0.0);
        Ok(())
    }

    fn metric_update(
        &mut self,
        output: TensorId,
        target: TensorId,
        size: u32,
    ) -> Result<(), Fault> {
        let right = self.right(output, target);
        let right = right.map_err(|failure| Fault::Violation(failure.to_string()))?;
        self.seen += f64::from(size);
        self.wrong += f64::from(size) - right;
        Ok(())
    }

    fn metric_finish(&mut self) -> Result<Vec<Report>, Fault> {
        let value = 1.0 - self.wrong / self.seen;
        Ok(vec![Report { name: "right".to_owned(), value, weight: self.seen }])
    }
}

#[test]
fn a_metric_ends_a_validation_that_cannot_reach_its_goal() {
    let batches = |goal: f64| {
        let hopeless = Hopeless { goal, desk: None, all: 0.0, seen: 0.0, wrong: 0.0 };
        let count = shared::<u32>();
        let inner = count.clone();
        let training = Training::default().data(|data| data.valid_batch_size = Some(20)).epochs(1);
        let trained = training.native(Box::new(hopeless)).scripted(move |hook, state| {
            let validates = hook == Hook::BatchEnd && state.phase == Phase::Valid;
            *inner.lock().unwrap() += u32::from(validates);
            Vec::new()
        });
        let trained = trained.run();
        assert!(trained.faults().is_empty(), "{:?}", trained.faults());
        let count = *count.lock().unwrap();
        (count, trained.seen.of("epoch")[0]["partial"].clone())
    };
    // After an epoch of five steps somebody in the first 20 is wrong.
    assert_eq!(batches(1.0), (1, true.into()));
    assert_eq!(batches(0.0), (9, false.into()));
}

/// Keeps what it is told at the start.
struct Listener(std::sync::Arc<std::sync::Mutex<Vec<RunInfo>>>);

impl Callback for Listener {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(Descriptor { name: "listener".to_owned(), ..Descriptor::default() })
    }

    fn start(&mut self, run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        self.0.lock().unwrap().push(run.clone());
        Ok(Plan::default())
    }
}

#[test]
fn a_callback_is_told_of_decay_groups_and_classes_at_the_start() {
    let told = shared::<Vec<RunInfo>>();
    for true_wd in [false, true] {
        let training = Training::default().epochs(1).optimizer(|c| c.true_wd = Some(true_wd));
        let _ = training.native(Box::new(Listener(told.clone()))).run();
    }
    let told = told.lock().unwrap();
    assert_eq!([told[0].true_wd, told[1].true_wd], [false, true]);
    assert_eq!((told[0].groups.len(), told[0].hypers.len()), (2, 2));
    assert_eq!(told[0].class_counts.len(), 10);
    assert_eq!(told[0].class_counts.iter().sum::<u64>(), 1257);
}

/// Whatever the order in which observers are given, the training is the same, to the last bit.
#[test]
fn permuting_observers_changes_nothing() {
    let names = ["a", "b", "c"];
    let run = |order: [usize; 3]| {
        let training = order.into_iter().fold(Training::default(), |training, index| {
            training.scripted_as(names[index], move |hook, state| match (hook, state.iteration) {
                // Each scales the gradients and skips a step of its own.
                (Hook::BackwardEnd, _) => {
                    let factor = [0.3, 1.7, 1.1][index];
                    let mut signals = vec![Signal::ScaleGrad(factor), Signal::ClipGradNorm(factor)];
                    if state.iteration == index as u64 {
                        signals.push(Signal::SkipStep);
                    }
                    signals
                }
                _ => Vec::new(),
            })
        });
        training.run().bits()
    };
    let first = run([0, 1, 2]);
    for order in [[2, 1, 0], [1, 0, 2], [1, 2, 0]] {
        assert!(run(order) == first, "{order:?}");
    }
}
