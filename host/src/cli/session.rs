//! A run, set up: device, data, model, optimizer and the callbacks of every stage, ready to be
//! trained or shown.

use std::path::Path;

use anyhow::{Context, Result};

use super::config::{Resolved, RunFile, Stage, WeightsTable};
use super::load::Loader;
use crate::callback::{Record, Records, Rules, seed_of};
use crate::trace::Tape;
use crate::train::callbacks::Callbacks;
use crate::train::checkpoint::load_groups;
use crate::train::data::Data;
use crate::train::device::{self, DeviceChoice};
use crate::train::learner::Learner;
use crate::train::metric::MetricKind;
use crate::train::optim::{HpOptimizer, Hypers};
use crate::train::run::RunSpec;
use crate::train::torch;

/// Everything that a run needs.
pub struct Session {
    /// What is trained.
    pub learner: Learner,
    /// On what.
    pub data: Data,
    /// With whom, stage by stage.
    pub stages: Vec<StageRun>,
    /// What loaded their plugins.
    pub loader: Loader,
}

/// A stage, ready to be trained: its plugins have been started.
pub struct StageRun {
    /// `None`: the run has no stages.
    pub name: Option<String>,
    /// Everything is put back when it is over.
    pub trial: bool,
    /// With whom.
    pub callbacks: Callbacks,
    /// What its plugins asked of tensors, until a recorder takes it.
    pub tape: Tape,
    /// Indices of the layer groups that don't learn in it.
    freeze: Vec<usize>,
    /// What its groups start with.
    hypers: Vec<Hypers>,
}

impl Session {
    /// Sets a run up. Notices go into the records. The plugins of all stages are started here: what
    /// is wrong with the last one is said before the first one has trained for hours.
    ///
    /// # Errors
    /// What cannot be had: device, data, model, plugin; each with what to do about it.
    pub fn new(run: &Resolved, records: &Records) -> Result<Self> {
        Session::of(run, &run.file.stages(), records)
    }

    /// The same with these stages instead of the run file's.
    ///
    /// # Errors
    /// As [`Session::new`].
    pub fn of(run: &Resolved, planned: &[Stage], records: &Records) -> Result<Self> {
        let (mut learner, data) = learner_and_data(&run.file, records)?;
        if let Some(weights) = &run.file.weights {
            load_weights(weights, &run.file.folder, &learner).context("[weights]")?;
        }
        let loader = Loader::new(records.clone(), &run.file.plugins)?;
        let mut stages = Vec::new();
        for stage in planned {
            if let Some(name) = &stage.name {
                records.emit(&Record::Stage { name, trial: stage.trial, begins: false });
            }
            let started = StageRun::start(stage, run, &loader, records, &mut learner, &data);
            stages.push(match &stage.name {
                Some(name) => started.with_context(|| format!("stage `{name}`"))?,
                None => started?,
            });
        }
        Ok(Session { learner, data, stages, loader })
    }
}

impl StageRun {
    fn start(
        stage: &Stage,
        run: &Resolved,
        loader: &Loader,
        records: &Records,
        learner: &mut Learner,
        data: &Data,
    ) -> Result<Self> {
        let groups = learner.model.params().groups();
        let freeze = places(&stage.freeze, groups).context("freeze")?;
        let hypers = stage.optimizer.hypers(groups).context("optimizer")?;
        prepare(learner, &freeze, &hypers)?;
        let rules = Rules {
            default_powers: run.file.plugins.default_powers.clone(),
            owners: stage.owners.clone(),
            seed_of,
        };
        let spec = spec(stage, &run.file, data);
        if data.train.is_endless() && spec.max_steps.is_none() {
            records.emit(&Record::Notice(ENDLESS));
        }
        let tape = Tape::default();
        let loader = if run.tapes { loader.taping(&tape) } else { loader.clone() };
        let candidates = loader.candidates(run, stage)?;
        let callbacks =
            Callbacks::start(candidates, &spec, &rules, records.clone(), learner, data)?;
        let (name, trial) = (stage.name.clone(), stage.trial);
        Ok(StageRun { name, trial, callbacks, tape, freeze, hypers })
    }

    /// Brings the learner to where this stage starts: its hyper-parameters, and who learns.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn prepare(&self, learner: &mut Learner) -> Result<()> {
        prepare(learner, &self.freeze, &self.hypers)
    }
}

fn prepare(learner: &mut Learner, freeze: &[usize], hypers: &[Hypers]) -> Result<()> {
    learner.optimizer.load_hypers(hypers)?;
    let params = learner.model.params();
    for group in 0..params.groups().len() {
        params.set_requires_grad(group, !freeze.contains(&group))?;
        params.set_norm_frozen(group, false);
    }
    Ok(())
}

/// Where layer groups of these names stand among the model's.
fn places(names: &[String], groups: &[String]) -> Result<Vec<usize>> {
    let place = |name: &String| {
        groups.iter().position(|group| group == name).with_context(|| {
            format!("there is no layer group `{name}`; the model has {}", groups.join(", "))
        })
    };
    names.iter().map(place).collect()
}

fn load_weights(weights: &WeightsTable, run_file: &Path, learner: &Learner) -> Result<()> {
    let params = learner.model.params();
    let groups = match &weights.groups {
        Some(names) => places(names, params.groups()).context("groups")?,
        None => (0..params.groups().len()).collect(),
    };
    load_groups(&weights.file(run_file).context("from")?, params, &groups)?;
    Ok(())
}

/// It may be meant: a plugin stops it, or the user.
const ENDLESS: &str =
    "the training data is endless and no `max-steps` is given: only a stop ends it";

fn spec(stage: &Stage, file: &RunFile, data: &Data) -> RunSpec {
    let span = stage.span;
    let epochs = match (span.epochs, span.max_steps, data.train.batches_per_epoch()) {
        (Some(epochs), ..) => epochs,
        (None, Some(steps), Some(batches)) => {
            u32::try_from(steps.div_ceil(batches as u64)).unwrap_or(u32::MAX)
        }
        // Without a known end the first epoch is the only one, unless it turns out to end sooner.
        (None, ..) if data.train.is_endless() => 1,
        (None, ..) => u32::MAX,
    };
    let name = match &stage.name {
        Some(stage) => format!("{}/{stage}", file.name),
        None => file.name.clone(),
    };
    RunSpec {
        name,
        seed: file.seed,
        epochs,
        max_steps: span.max_steps,
        validate_every: span.validate_every,
        epochs_before: 0,
    }
}

/// What is trained and on what, as a run file says, without callbacks. Notices go into the records.
///
/// # Errors
/// What cannot be had: device, data, model, optimizer.
pub fn learner_and_data(file: &RunFile, records: &Records) -> Result<(Learner, Data)> {
    // Before the first tensor: the CUDA backend registers itself when it is loaded.
    let opened = device::open(file.device.parse::<DeviceChoice>()?)?;
    if let Some(notice) = &opened.notice {
        records.emit(&Record::Notice(notice));
    }
    tracing::debug!(device = ?opened.device, "opened the device");
    torch::set_num_threads(file.threads).context("threads")?;
    torch::manual_seed(file.seed).context("seed")?;
    let data = Data::load(&file.data, file.seed, opened.device).context("[data]")?;
    let targets = data.train.table().map(|table| &table.targets);
    file.loss.check(data.spec(), targets).context("[loss]")?;
    let model = file.model.build(data.spec(), opened.device).context("[model]")?;
    tracing::debug!(
        samples = ?data.train.samples(),
        parameters = model.params().count(),
        "loaded the data and built the model"
    );
    let optimizer = HpOptimizer::new(&file.optimizer, model.params()).context("[optimizer]")?;
    let metrics = MetricKind::build_all(&file.metrics, data.spec(), file.loss);
    let learner = Learner::new(model, file.loss, optimizer, metrics.context("metrics")?);
    Ok((learner.with_precision(file.precision), data))
}
