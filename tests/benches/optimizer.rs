//! One step of an optimizer, gradients there: Adam, and SGD with momentum, f32, one thread.
//!
//!     cargo bench -p callbox-tests --bench optimizer
//!
//! `pytorch_optimizer.py` beside it is the same step in PyTorch. A sample is its least step: whatever
//! else runs on the machine only adds.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failed step is a failed benchmark")]

use std::time::{Duration, Instant};

use callbox::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use callbox::train::params::{ParamKind, Params};
use callbox::train::torch;
use criterion::{Criterion, criterion_group, criterion_main};
use tch::{Device, Kind, Tensor};

const SIZES: [(&str, i64); 2] = [("1 M", 1_000_000), ("100 M", 100_000_000)];

/// `size` weights in `count` tensors, each with a gradient.
fn weights(size: i64, count: i64) -> Params {
    let mut params = Params::new(Device::Cpu);
    for index in 0..count {
        let value = Tensor::f_rand([size / count], (Kind::Float, Device::Cpu)).unwrap();
        let weight = params.add(format!("w{index}"), ParamKind::Weight, &value).unwrap();
        torch::backward(&weight.f_sum(Kind::Float).unwrap()).unwrap();
    }
    params
}

fn optimizer(kind: OptimKind, params: &Params) -> HpOptimizer {
    let mom = Some(0.9.into());
    HpOptimizer::new(&OptimConfig { mom, ..OptimConfig::new(kind) }, params).unwrap()
}

fn least(optimizer: &mut HpOptimizer, times: u64) -> Duration {
    let once = |_| {
        let began = Instant::now();
        optimizer.step().unwrap();
        began.elapsed()
    };
    (0..times).map(once).min().unwrap()
}

fn step(c: &mut Criterion) {
    torch::set_num_threads(1).unwrap();
    let mut group = c.benchmark_group("optimizer step");
    group.sample_size(20);
    for kind in [OptimKind::Adam, OptimKind::Sgd] {
        for (name, size) in SIZES {
            for count in [10, 1000] {
                let id = format!("{}, {name} in {count}", kind.name());
                group.bench_function(id, |b| {
                    let params = weights(size, count);
                    let mut optimizer = optimizer(kind, &params);
                    b.iter_custom(|times| least(&mut optimizer, times) * times as u32);
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
