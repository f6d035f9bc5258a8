//! What the catalogue's plugins cost a training step, all at once: those that can live together.
//!
//!     cargo bench -p callbox-tests --bench catalogue
//!
//! The model and its batches are as small as they can be, so that the tensor work that plugins ask for is
//! nearly nothing, and what is left is calls, answers and their merging. Each figure is 20 epochs of 104 steps:
//! divide by 2,080 for a step, and compare with the 5 ms that a step of a small network takes.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failed step is a failed benchmark")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use callbox::callback::tensors::{Desk, TensorId};
use callbox::callback::{
    Callback, Candidate, Descriptor, Fault, Hook, Plan, Records, RunInfo, Setting, Signal, State,
    Value,
};
use callbox::train::data::{Data, DataConfig, LastBatch};
use callbox::train::learner::Learner;
use callbox::train::loss::Loss;
use callbox::train::model::{MlpConfig, ModelConfig};
use callbox::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use callbox::train::run::RunSpec;
use callbox::train::torch;
use callbox_tests::{MemberSpec, member, time_of_fits};
use criterion::{Criterion, criterion_group, criterion_main};

const EPOCHS: u32 = 20;
/// Batches of an epoch: 1,257 samples by 12, the short last one left out.
const BATCH_SIZE: usize = 12;
/// Steps of a fit.
const STEPS: f64 = 2_080.0;

fn setting() -> (Learner, Data) {
    torch::set_num_threads(1).unwrap();
    torch::manual_seed(0).unwrap();
    let config =
        DataConfig { batch_size: BATCH_SIZE, last_batch: LastBatch::Drop, ..DataConfig::default() };
    let mut data = Data::load(&config, 0, tch::Device::Cpu).unwrap();
    // Training alone is measured.
    data.valid = None;
    let model = ModelConfig::Mlp(MlpConfig { hidden: vec![2] });
    let model = model.build(data.spec(), tch::Device::Cpu).unwrap();
    let optimizer = HpOptimizer::new(&OptimConfig::new(OptimKind::AdamW), model.params()).unwrap();
    (Learner::new(model, Loss::cross_entropy(), optimizer, Vec::new()), data)
}

/// One schedule per hyper-parameter; none that needs a validation or ends the run.
fn together() -> Vec<MemberSpec> {
    let text = |value: &str| Value::Text(value.to_owned());
    let layer = || text("layers.0");
    vec![
        member("one-cycle"),
        member("warmup"),
        member("wd-schedule"),
        member("phases")
            .with("hyper", text("beta"))
            .with("starts", numbers(&[0.9, 0.99]))
            .with("ends", numbers(&[0.99, 0.999])),
        member("reduce-on-plateau").with("monitor", text("train-loss")),
        member("early-stopping")
            .with("monitor", text("train-loss"))
            .with("patience", Value::Integer(1_000)),
        member("terminate-on-nan"),
        member("max-time").with("steps", Value::Integer(1_000_000)),
        member("loss-spike-guard"),
        member("ema"),
        member("gradual-unfreeze"),
        member("bn-freeze"),
        member("clip"),
        member("adaptive-clip"),
        member("accumulate"),
        member("gradient-noise"),
        member("mixup"),
        member("label-smoothing"),
        member("ar-tar").with("raw", layer()).with("dropped", layer()),
        member("leitner-sampler"),
        member("class-balance"),
        member("progressive-resize"),
        member("recorder"),
        member("activation-stats"),
        member("gradient-stats"),
        member("lr-monitor"),
        member("eye-of-sauron"),
    ]
}

fn numbers(values: &[f64]) -> Value {
    Value::Numbers(values.to_vec())
}

/// What plugins cost in a step, without what they have libtorch do.
#[derive(Clone, Default)]
struct Spent(Rc<RefCell<BTreeMap<String, [Duration; 2]>>>);

impl Spent {
    fn add(&self, name: &str, calls: Duration, tensors: Duration) {
        let mut spent = self.0.borrow_mut();
        let [all_calls, all_tensors] = spent.entry(name.to_owned()).or_default();
        *all_calls += calls;
        *all_tensors += tensors;
    }

    /// In their calls, and in the operations on tensors that they asked for there.
    fn total(&self) -> [Duration; 2] {
        let spent = self.0.borrow();
        [0, 1].map(|kind| spent.values().map(|both| both[kind]).sum())
    }
}

/// A plugin whose calls are timed, and whose answers may be dropped.
struct Timed {
    callback: Box<dyn Callback>,
    name: String,
    desk: Option<Desk>,
    spent: Spent,
    is_heard: bool,
}

impl Timed {
    fn time<T>(&mut self, call: impl FnOnce(&mut dyn Callback) -> T) -> T {
        let began = Instant::now();
        let answer = call(&mut *self.callback);
        let spent = began.elapsed();
        let tensors = self.desk.as_ref().map_or(Duration::ZERO, |desk| desk.borrow().host_time());
        self.spent.add(&self.name, spent.saturating_sub(tensors), tensors);
        answer
    }

    fn heard<T>(&self, answer: T, silence: T) -> T {
        if self.is_heard { answer } else { silence }
    }
}

impl Callback for Timed {
    fn attach(&mut self, desk: Desk) {
        self.desk = Some(Desk::clone(&desk));
        self.callback.attach(desk);
    }

    fn name(&mut self, name: &str) {
        self.callback.name(name);
    }

    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let described = self.callback.describe()?;
        self.name.clone_from(&described.name);
        Ok(described)
    }

    fn start(&mut self, run: &RunInfo, settings: &[Setting]) -> Result<Plan, Fault> {
        self.callback.start(run, settings)
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let answer = self.time(|callback| callback.on_event(hook, state))?;
        Ok(self.heard(answer, Vec::new()))
    }

    fn transform_batch(
        &mut self,
        state: &State<'_>,
        batch: [TensorId; 2],
    ) -> Result<Option<[TensorId; 2]>, Fault> {
        let answer = self.time(|callback| callback.transform_batch(state, batch))?;
        Ok(self.heard(answer, None))
    }

    fn transform_output(
        &mut self,
        state: &State<'_>,
        output: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        let answer = self.time(|callback| callback.transform_output(state, output))?;
        Ok(self.heard(answer, None))
    }

    fn transform_loss(
        &mut self,
        state: &State<'_>,
        loss: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        let answer = self.time(|callback| callback.transform_loss(state, loss))?;
        Ok(self.heard(answer, None))
    }

    fn uses_tensors(&self) -> bool {
        self.callback.uses_tensors()
    }
}

fn candidates(specs: Vec<MemberSpec>, records: &Records) -> Vec<Candidate> {
    specs.into_iter().map(|spec| spec.named().candidate(records)).collect()
}

fn timed(is_heard: bool, spent: &Spent, records: &Records) -> Vec<Candidate> {
    let timed = |of: Candidate| {
        let spent = spent.clone();
        let (callback, name) = (of.callback, String::new());
        let callback = Box::new(Timed { callback, name, desk: None, spent, is_heard });
        Candidate { callback, ..of }
    };
    candidates(together(), records).into_iter().map(timed).collect()
}

fn step(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("{EPOCHS} epochs of {} steps", 1_257 / BATCH_SIZE));
    group.sample_size(10);
    let (mut learner, data) = setting();
    let spec = RunSpec { name: "bench".to_owned(), epochs: EPOCHS, ..RunSpec::default() };
    let mut fits = |times, candidates: &dyn Fn(&Records) -> Vec<Candidate>| {
        time_of_fits(times, (&mut learner, &data), &spec, candidates)
    };
    group.bench_function("no plugin", |b| b.iter_custom(|times| fits(times, &|_| Vec::new())));
    group.bench_function("all", |b| {
        b.iter_custom(|times| fits(times, &|records| candidates(together(), records)));
    });
    let mut last = Spent::default();
    group.bench_function("all, without the operations on tensors in their calls", |b| {
        b.iter_custom(|times| {
            let spent = Spent::default();
            let wall = fits(times, &|records| timed(true, &spent, records));
            let [_, tensors] = spent.total();
            last = spent;
            wall - tensors
        });
    });
    group.bench_function("the same, their answers dropped", |b| {
        b.iter_custom(|times| {
            let spent = Spent::default();
            let wall = fits(times, &|records| timed(false, &spent, records));
            wall - spent.total()[1]
        });
    });
    group.finish();
    for (name, both) in last.0.borrow().iter() {
        let [calls, tensors] = both.map(|all| all.as_secs_f64() * 1e6 / STEPS);
        println!("{name:24} {calls:8.2} µs a step in its calls, {tensors:8.2} µs in tensors there");
    }
}

criterion_group!(benches, step);
criterion_main!(benches);
