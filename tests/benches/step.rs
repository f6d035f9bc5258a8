//! A training step of the digits, MLP 64-32-10, batch 128, Adam, one thread: the bare loop in `tch`
//! and our layers, `fit` without callbacks, and with plugins on seven hooks.
//!
//!     cargo bench -p callbox-tests --bench step
//!
//! Each figure is 20 epochs of 9 whole batches: divide by 180 for a step. Starting plugins is not in it.
//! Below them, making an epoch's batches alone, here and ahead on a worker.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failed step is a failed benchmark")]

use callbox::bridge::PluginCallback;
use callbox::callback::{Candidate, Phase, Records, Standing};
use callbox::plugin::{Engine, Limits, Prepared};
use callbox::train::data::{Data, DataConfig, Draw, LastBatch};
use callbox::train::learner::Learner;
use callbox::train::loss::Loss;
use callbox::train::model::{MlpConfig, ModelConfig};
use callbox::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use callbox::train::run::RunSpec;
use callbox::train::torch;
use callbox_tests::{guest, time_of_fits};
use criterion::{Criterion, criterion_group, criterion_main};

const EPOCHS: u32 = 20;

fn setting() -> (Learner, Data) {
    torch::set_num_threads(1).unwrap();
    torch::manual_seed(0).unwrap();
    let config = DataConfig { last_batch: LastBatch::Drop, ..DataConfig::default() };
    let mut data = Data::load(&config, 0, tch::Device::Cpu).unwrap();
    // Training alone is measured.
    data.valid = None;
    let model = ModelConfig::Mlp(MlpConfig { hidden: vec![32] });
    let model = model.build(data.spec(), tch::Device::Cpu).unwrap();
    let optimizer = HpOptimizer::new(&OptimConfig::new(OptimKind::Adam), model.params()).unwrap();
    (Learner::new(model, Loss::cross_entropy(), optimizer, Vec::new()), data)
}

/// The same lines without hooks.
fn bare(learner: &mut Learner, data: &Data) {
    for epoch in 0..EPOCHS {
        let _mode = learner.mode(Phase::Train);
        for batch in data.train.batches(&Draw::of(epoch.into())).unwrap() {
            let batch = batch.unwrap();
            let output = learner.forward(&batch).unwrap();
            let loss = learner.loss(&output, &batch).unwrap();
            learner.backward(&loss).unwrap();
            learner.step().unwrap();
            learner.zero_grad().unwrap();
        }
    }
}

fn candidates(prepared: &Prepared, count: usize, records: &Records) -> Vec<Candidate> {
    let candidate = |n| {
        let name = format!("metronome-{n}");
        let callback =
            PluginCallback::new(prepared.clone(), Limits::default(), name.clone(), records.clone());
        let native = Candidate::native(Box::new(callback));
        Candidate { alias: Some(name), standing: Standing::Named, ..native }
    };
    (0..count).map(candidate).collect()
}

fn step(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("{EPOCHS} epochs of 9 steps"));
    group.sample_size(20);
    let (mut learner, data) = setting();
    group.bench_function("bare loop", |b| b.iter(|| bare(&mut learner, &data)));
    let engine = Engine::new().unwrap();
    let prepared = Prepared::load(&engine, None, &guest("metronome"), &Limits::default()).unwrap();
    for count in [0, 1, 10, 50] {
        let (mut learner, data) = setting();
        let spec = RunSpec { name: "bench".to_owned(), epochs: EPOCHS, ..RunSpec::default() };
        group.bench_function(format!("fit, {count} plugins"), |b| {
            b.iter_custom(|times| {
                let fitted = (&mut learner, &data);
                time_of_fits(times, fitted, &spec, |records| candidates(&prepared, count, records))
            });
        });
    }
    group.finish();
}

/// What handing a batch over costs beside making it, where there is nothing else to do.
fn batches(c: &mut Criterion) {
    let mut group = c.benchmark_group("an epoch's 9 batches");
    for depth in [0, 1, 2] {
        torch::set_num_threads(1).unwrap();
        let config = DataConfig {
            last_batch: LastBatch::Drop,
            prefetch: Some(depth),
            ..DataConfig::default()
        };
        let data = Data::load(&config, 0, tch::Device::Cpu).unwrap();
        group.bench_function(format!("prefetch {depth}"), |b| {
            b.iter(|| data.train.batches(&Draw::default()).unwrap().count());
        });
    }
    group.finish();
}

criterion_group!(benches, step, batches);
criterion_main!(benches);
