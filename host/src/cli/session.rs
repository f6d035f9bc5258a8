//! A run, set up: device, data, model, optimizer and callbacks, ready to be trained or shown.

use anyhow::{Context, Result};

use super::config::Resolved;
use super::load::Loader;
use crate::callback::{Record, Records, Rules};
use crate::train::callbacks::Callbacks;
use crate::train::data::Data;
use crate::train::device::{self, DeviceChoice};
use crate::train::learner::Learner;
use crate::train::metric::{Accuracy, Metric};
use crate::train::optim::HpOptimizer;
use crate::train::run::{RunSpec, callback_seed};
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
    pub fn new(run: &Resolved, records: &Records) -> Result<Self> {
        let file = &run.file;
        // Before the first tensor: the CUDA backend registers itself when it is loaded.
        let opened = device::open(file.device.parse::<DeviceChoice>()?)?;
        if let Some(notice) = &opened.notice {
            records.emit(&Record::Notice(notice));
        }
        tracing::debug!(device = ?opened.device, "opened the device");
        torch::set_num_threads(file.threads).context("threads")?;
        torch::manual_seed(file.seed).context("seed")?;
        let data = Data::load(&file.data, file.seed, opened.device).context("[data]")?;
        let model = file.model.build(data.spec(), opened.device).context("[model]")?;
        tracing::debug!(
            samples = data.train.samples(),
            parameters = model.params().count(),
            "loaded the data and built the model"
        );
        let optimizer = HpOptimizer::new(&file.optimizer, model.params()).context("[optimizer]")?;
        let metrics: Vec<Box<dyn Metric>> = vec![Box::new(Accuracy::default())];
        let learner =
            Learner::new(model, file.loss.kind, optimizer, metrics).with_precision(file.precision);
        let candidates = Loader::new(records.clone())?.candidates(run)?;
        let spec = RunSpec { name: file.name.clone(), seed: file.seed, epochs: file.epochs };
        let rules = Rules {
            default_powers: file.plugins.default_powers.clone(),
            owners: file.owners.pairs(),
            seed_of: callback_seed,
        };
        let records = records.clone();
        let callbacks = Callbacks::start(candidates, &spec, &rules, records, &learner, &data)?;
        Ok(Session { learner, data, callbacks })
    }
}
