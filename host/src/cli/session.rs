//! A run, set up: device, data, model, optimizer and callbacks, ready to be trained or shown.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};

use super::config::{Resolved, RunFile};
use super::load::Loader;
use crate::callback::{Handler, Hyper, MetricSpec, Record, Records, Rules, RunInfo};
use crate::train::callbacks::{Callbacks, Planned};
use crate::train::data::Data;
use crate::train::device::{self, DeviceChoice};
use crate::train::learner::Learner;
use crate::train::metric::{Accuracy, Metric};
use crate::train::optim::{self, HpOptimizer};
use crate::train::random::Stream;
use crate::train::torch;

/// Everything that a fit needs.
pub struct Session {
    /// What is trained.
    pub learner: Learner,
    /// On what.
    pub data: Data,
    /// With whom.
    pub callbacks: Callbacks,
}

impl Session {
    /// Sets a run up. Notices go into the records.
    ///
    /// # Errors
    /// What cannot be had: device, data, model, plugin; each with what to do about it.
    pub fn new(run: &Resolved, records: &Records, interrupt: Arc<AtomicBool>) -> Result<Self> {
        let file = &run.file;
        // Before the first tensor: the CUDA backend registers itself when it is loaded.
        let opened = device::open(file.device.parse::<DeviceChoice>()?)?;
        if let Some(notice) = &opened.notice {
            records.emit(&Record::Notice(notice));
        }
        torch::set_num_threads(file.threads).context("threads")?;
        torch::manual_seed(file.seed).context("seed")?;
        let data = Data::load(&file.data, file.seed, opened.device)?;
        let model = file.model.build(data.spec(), opened.device)?;
        let optimizer = HpOptimizer::new(&file.optimizer, model.params())?;
        let metrics: Vec<Box<dyn Metric>> = vec![Box::new(Accuracy::default())];
        let learner = Learner::new(model, file.loss.kind, optimizer, metrics);
        let handler = start_callbacks(run, &learner, &data, records)?;
        let planned = planned(file, &data);
        let callbacks = Callbacks::new(handler, opened.device, planned, interrupt)?;
        Ok(Session { learner, data, callbacks })
    }
}

fn start_callbacks(
    run: &Resolved,
    learner: &Learner,
    data: &Data,
    records: &Records,
) -> Result<Handler> {
    let loader = Loader::new(records.clone())?;
    let candidates = loader.candidates(run)?;
    let info = run_info(&run.file, learner, data);
    let rules = Rules {
        default_powers: run.file.plugins.default_powers.clone(),
        owners: run.file.owners.pairs(),
        seed_of: |seed, name| Stream::new(seed, name, 0, 0).next_u64(),
    };
    Ok(Handler::start(candidates, &info, &rules, records.clone())?)
}

fn planned(file: &RunFile, data: &Data) -> Planned {
    Planned {
        epochs: file.epochs,
        train_batches: Some(data.train.len() as u64),
        valid_batches: data.valid.as_ref().map(|valid| valid.len() as u64),
    }
}

/// What callbacks are told once.
fn run_info(file: &RunFile, learner: &Learner, data: &Data) -> RunInfo {
    let planned = planned(file, data);
    let optimizer = &learner.optimizer;
    RunInfo {
        id: file.name.clone(),
        plugin: String::new(),
        seed: file.seed,
        granted: Vec::new(),
        n_epochs: file.epochs,
        planned_iterations: planned.train_batches.map(|n| n * u64::from(file.epochs)),
        train_batches: planned.train_batches,
        valid_batches: planned.valid_batches,
        n_samples: Some(data.train.samples_per_epoch() as u64),
        valid_samples: data.valid.as_ref().map(|valid| valid.samples_per_epoch() as u64),
        metrics: metric_specs(learner),
        class_counts: data.train.dataset().class_counts.clone(),
        groups: optimizer.groups().to_vec(),
        hypers: optimizer.hypers().iter().map(hyper).collect(),
        optimizer: optimizer.kind().to_string(),
        true_wd: optimizer.true_wd(),
    }
}

fn hyper(from: &optim::Hypers) -> Hyper {
    Hyper { lr: from.lr, mom: from.mom, wd: from.wd, beta: from.beta }
}

fn metric_specs(learner: &Learner) -> Vec<MetricSpec> {
    let spec = |name: &str, higher| MetricSpec { name: name.to_owned(), higher_is_better: Some(higher) };
    let own = learner.metrics.iter().map(|metric| spec(metric.name(), metric.higher_is_better()));
    [spec("train-loss", false), spec("valid-loss", false)].into_iter().chain(own).collect()
}
