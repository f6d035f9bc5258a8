//! What a transform costs beside what it does, and how fast a plugin reads a tensor.
//!
//!     cargo bench -p callbox-tests --bench tensors

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark is a test of speed")]

use std::hint::black_box;

use callbox::callback::{Candidate, Handler, Phase, Records, Rules, RunInfo, Standing, Value};
use callbox::plugin::{Engine, Limits, Prepared};
use callbox::train::data::{Batch, Data, DataConfig};
use callbox::train::loss::Loss;
use callbox::train::model::ModelConfig;
use callbox::train::tensors::Bench;
use callbox::{bridge::PluginCallback, callback::tensors::NoTensors};
use callbox_tests::guest;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tch::{Device, Kind, Tensor};

/// Elements that the reading plugin reads: 4 MiB of float32.
const ELEMENTS: u32 = 1 << 20;

fn started(reads: u32) -> (Handler, Bench) {
    let data = Data::load(&DataConfig::default(), 0, Device::Cpu).unwrap();
    let model: ModelConfig = toml::from_str("kind = 'mlp'").unwrap();
    let model = model.build(data.spec(), Device::Cpu).unwrap();
    let mut bench = Bench::new(model.as_ref(), Loss::cross_entropy(), &data).unwrap();
    let limits = Limits::default();
    let prepared =
        Prepared::load(&Engine::new().unwrap(), None, &guest("mirror"), &limits).unwrap();
    let records = Records::default();
    let callback = PluginCallback::new(prepared, limits, "mirror".to_owned(), records.clone());
    let native = Candidate::native(Box::new(callback));
    let params = vec![("reads".to_owned(), Value::Integer(reads.into()))];
    let candidate = Candidate { standing: Standing::Named, params, ..native };
    let (run, rules) = (RunInfo::default(), Rules::default());
    let handler = Handler::start_with(vec![candidate], &run, &rules, records, &mut bench).unwrap();
    (handler, bench)
}

fn batch() -> Batch {
    let input = Tensor::zeros([1024, i64::from(ELEMENTS) / 1024], (Kind::Float, Device::Cpu));
    let target = Tensor::zeros([1024], (Kind::Int64, Device::Cpu));
    Batch { input, target, size: 1024, indices: (0..1024).collect(), position: 0 }
}

/// One transform of a batch: offered, called, taken back, and the desk cleared.
fn pass(handler: &mut Handler, bench: &Bench, batch: &Batch) {
    let flow = bench.input_flow(batch.input.shallow_clone(), batch.target.shallow_clone());
    let mut flow = black_box(flow);
    handler.transform_input(&mut flow);
    let _ = black_box(flow.into_parts());
    bench.clear();
}

fn transforms(c: &mut Criterion) {
    let mut group = c.benchmark_group("transform");
    let batch = batch();
    let (mut handler, bench) = started(0);
    handler.state_mut().phase = Phase::Train;
    group.bench_function("returns what it got", |b| {
        b.iter(|| pass(&mut handler, &bench, &batch));
    });
    let mut nobody = Handler::start_with(
        Vec::new(),
        &RunInfo::default(),
        &Rules::default(),
        Records::default(),
        &mut NoTensors::default(),
    )
    .unwrap();
    group.bench_function("nobody transforms", |b| b.iter(|| pass(&mut nobody, &bench, &batch)));
    let (mut handler, bench) = started(ELEMENTS);
    group.throughput(Throughput::Bytes(u64::from(ELEMENTS) * 4));
    group.bench_function("reads 4 MiB", |b| b.iter(|| pass(&mut handler, &bench, &batch)));
    group.finish();
}

criterion_group!(benches, transforms);
criterion_main!(benches);
