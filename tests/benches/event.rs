//! What one event costs: a round trip through handler and sandbox, and a plugin's start.
//!
//!     cargo bench -p callbox-tests --bench event

#![allow(clippy::unwrap_used, missing_docs, reason = "a failed step is a failed benchmark")]

use std::convert::Infallible;
use std::hint::black_box;

use callbox::bridge::{self, PluginCallback};
use callbox::callback::tensors::{NoTensors, Workbench};
use callbox::callback::{
    Callback, Candidate, Handler, Hook, Hyper, Losses, MetricSpec, Records, Rules, RunInfo,
    Setting, Standing, State, Value,
};
use callbox::plugin::{Cache, Engine, Instance, Limits, Prepared, Services, wit};
use callbox_tests::guest;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn info() -> RunInfo {
    let metric = MetricSpec { name: "train-loss".to_owned(), higher_is_better: Some(false) };
    let hypers = vec![Hyper { lr: 0.1, mom: Some(0.9), wd: 0.01, beta: Some(0.999) }];
    RunInfo { hypers, metrics: vec![metric], ..RunInfo::default() }
}

fn handler(signals: i64, reads: bool) -> Handler {
    let (engine, limits, records) = (Engine::new().unwrap(), Limits::default(), Records::default());
    let prepared = Prepared::load(&engine, None, &guest("metronome"), &limits).unwrap();
    let callback = PluginCallback::new(prepared, limits, "metronome".to_owned(), records.clone());
    let params = vec![
        ("signals".to_owned(), Value::Integer(signals)),
        ("reads".to_owned(), Value::Flag(reads)),
    ];
    let native = Candidate::native(Box::new(callback));
    let candidate = Candidate { params, standing: Standing::Named, ..native };
    Handler::start(vec![candidate], &info(), &Rules::default(), records).unwrap()
}

fn round_trip(c: &mut Criterion) {
    let mut group = c.benchmark_group("event");
    call_without_arguments(&mut group);
    sandbox_alone(&mut group);
    let losses = || Ok::<_, Infallible>(Losses { raw: 1.0, last: 1.0, smooth: 1.0 });
    for reads in [false, true] {
        for signals in [0, 1, 16] {
            let mut handler = handler(signals, reads);
            let state = if reads { "full state" } else { "empty state" };
            group.bench_function(format!("{state}, {signals} signals"), |b| {
                b.iter(|| {
                    let Ok(()) = handler.event(black_box(Hook::BatchEnd), losses);
                });
            });
        }
    }
    let mut silent =
        Handler::start(Vec::new(), &info(), &Rules::default(), Records::default()).unwrap();
    group.bench_function("nobody listens", |b| {
        b.iter(|| {
            let Ok(()) = silent.event(black_box(Hook::BatchEnd), losses);
        });
    });
    group.finish();
}

/// The same event without handler and bridge.
fn sandbox_alone(group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>) {
    let (engine, limits) = (Engine::new().unwrap(), Limits::default());
    let prepared = Prepared::load(&engine, None, &guest("metronome"), &limits).unwrap();
    let mut instance = Instance::new(&prepared, &limits, Box::new(|_, _| {}), nothing()).unwrap();
    instance.describe().unwrap();
    let hyper = wit::Hyper { lr: 0.1, mom: None, wd: 0.0, beta: None };
    let settings = [
        wit::Setting { name: "signals".to_owned(), value: wit::Value::Integer(0) },
        wit::Setting { name: "reads".to_owned(), value: wit::Value::Flag(false) },
    ];
    instance.start(&run(hyper), &settings).unwrap();
    let state = wit::State {
        epoch: 0,
        num_batch: 0,
        iteration: 0,
        samples: 0,
        phase: wit::Phase::Train,
        batch_size: 0,
        losses: None,
        partial: false,
        hypers: Vec::new(),
        monitored: Vec::new(),
    };
    group.bench_function("sandbox alone, empty state, 0 signals", |b| {
        b.iter(|| instance.on_event(black_box(wit::Hook::BatchEnd), &state).unwrap());
    });
}

fn run(hyper: wit::Hyper) -> wit::Run {
    wit::Run {
        id: String::new(),
        plugin: String::new(),
        seed: 0,
        granted: vec![wit::Grant { power: "lr".to_owned(), min: None, max: None }],
        n_epochs: 1,
        planned_iterations: None,
        train_batches: None,
        valid_batches: None,
        n_samples: None,
        valid_samples: None,
        metrics: Vec::new(),
        class_counts: Vec::new(),
        groups: vec!["all".to_owned()],
        hypers: vec![hyper],
        optimizer: "adam".to_owned(),
        true_wd: true,
        rank: 0,
        world_size: 1,
    }
}

/// The floor: a component's function without arguments or results.
fn call_without_arguments(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
) {
    let text = r#"(component
        (core module $m (func (export "nop")))
        (core instance $i (instantiate $m))
        (func (export "nop") (canon lift (core func $i "nop"))))"#;
    let mut config = wasmtime::Config::new();
    config.epoch_interruption(true);
    let engine = wasmtime::Engine::new(&config).unwrap();
    let component =
        wasmtime::component::Component::new(&engine, wat::parse_str(text).unwrap()).unwrap();
    let mut store = wasmtime::Store::new(&engine, ());
    store.set_epoch_deadline(1_000_000);
    let linker = wasmtime::component::Linker::new(&engine);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let nop = instance.get_typed_func::<(), ()>(&mut store, "nop").unwrap();
    group.bench_function("a call without arguments", |b| {
        b.iter(|| nop.call(&mut store, ()).unwrap());
    });
}

fn start_up(c: &mut Criterion) {
    let mut group = c.benchmark_group("start-up of one-cycle");
    group.sample_size(20);
    let (engine, limits) = (Engine::new().unwrap(), Limits::default());
    let file = guest("one-cycle");
    group.bench_function("cold", |b| {
        b.iter(|| ready(&Prepared::load(&engine, None, &file, &limits).unwrap(), &limits));
    });
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    drop(Prepared::load(&engine, Some(&cache), &file, &limits).unwrap());
    group.bench_function("from the cache", |b| {
        b.iter(|| ready(&Prepared::load(&engine, Some(&cache), &file, &limits).unwrap(), &limits));
    });
    let prepared = Prepared::load(&engine, None, &file, &limits).unwrap();
    group.bench_function("another instance", |b| {
        b.iter_batched(|| (), |()| ready(&prepared, &limits), BatchSize::PerIteration);
    });
    group.finish();
}

/// From a trap to a plugin that goes on: the event that traps, a new instance, `start`, and `load` of
/// what it last saved.
fn recovery(c: &mut Criterion) {
    let (engine, limits) = (Engine::new().unwrap(), Limits::default());
    let prepared = Prepared::load(&engine, None, &guest("trap"), &limits).unwrap();
    let name = "trap".to_owned();
    let mut plugin = PluginCallback::new(prepared, limits, name, Records::default());
    let params = plugin.describe().unwrap().params.into_iter();
    let settings: Vec<Setting> =
        params.map(|param| Setting { name: param.name, value: param.default }).collect();
    let run = RunInfo::default();
    let begin = |plugin: &mut PluginCallback| drop(plugin.start(&run, &settings).unwrap());
    begin(&mut plugin);
    let saved = plugin.save().unwrap();
    c.bench_function("recovery from a trap", |b| {
        b.iter(|| {
            plugin.on_event(Hook::BatchEnd, &State::start()).unwrap_err();
            plugin.renew().unwrap();
            begin(&mut plugin);
            plugin.load(black_box(&saved)).unwrap();
        });
    });
}

fn nothing() -> Box<dyn Services> {
    bridge::services(NoTensors::default().open().1)
}

/// As far as a plugin is before its run: it has described itself.
fn ready(prepared: &Prepared, limits: &Limits) {
    let mut instance = Instance::new(prepared, limits, Box::new(|_, _| {}), nothing()).unwrap();
    black_box(instance.describe().unwrap());
}

criterion_group!(benches, round_trip, start_up, recovery);
criterion_main!(benches);
