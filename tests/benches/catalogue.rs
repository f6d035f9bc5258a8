//! What the catalogue's plugins cost a training step, all at once: those that can live together.
//!
//!     cargo bench -p callbox-tests --bench catalogue
//!
//! The model and its batches are as small as they can be, so that the tensor work that plugins ask for is
//! nearly nothing, and what is left is calls, answers and their merging. Each figure is 20 epochs of 104 steps:
//! divide by 2,080 for a step, and compare with the 5 ms that a step of a small network takes.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failed step is a failed benchmark")]

use callbox::callback::{Candidate, Records, Value};
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

fn candidates(specs: Vec<MemberSpec>, records: &Records) -> Vec<Candidate> {
    specs.into_iter().map(|spec| spec.named().candidate(records)).collect()
}

fn step(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("{EPOCHS} epochs of {} steps", 1_257 / BATCH_SIZE));
    group.sample_size(10);
    let all: fn() -> Vec<MemberSpec> = together;
    for (name, plugins) in [("no plugin", Vec::new as fn() -> Vec<MemberSpec>), ("all", all)] {
        let (mut learner, data) = setting();
        let spec = RunSpec { name: "bench".to_owned(), epochs: EPOCHS, ..RunSpec::default() };
        group.bench_function(name, |b| {
            b.iter_custom(|times| {
                let fitted = (&mut learner, &data);
                time_of_fits(times, fitted, &spec, |records| candidates(plugins(), records))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
