//! A real training with guests: a small model on the bundled digits, through the loop itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use callbox::callback::{
    Callback, Candidate, Descriptor, Fault, Hook, MetricSpec, Outcome, POWERS, Plan, Reads,
    Records, Rules, RunInfo, Setting, Signal, State, Subscription,
};
use callbox::train::callbacks::Callbacks;
use callbox::train::data::{Data, DataConfig, DataSpec, Dataset, Loader, LoaderConfig};
use callbox::train::error::FitError;
use callbox::train::fit::fit;
use callbox::train::learner::Learner;
use callbox::train::loss::Loss;
use callbox::train::metric::Accuracy;
use callbox::train::model::{Model, ModelConfig};
use callbox::train::optim::{HpOptimizer, OptimConfig, OptimKind};
use callbox::train::precision::Precision;
use callbox::train::run::RunSpec;
use callbox::train::torch;
use tch::{Device, Tensor};

use crate::drive::{MemberSpec, Seen};

/// torch's generator belongs to the process and tests run side by side: whoever draws from it, or
/// validates, which puts it back, holds this.
pub fn seeding() -> MutexGuard<'static, ()> {
    static SEEDING: Mutex<()> = Mutex::new(());
    SEEDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a model of a test's own.
type Build = fn(&DataSpec) -> Box<dyn Model>;

/// A training to be run: an MLP on the digits, SGD with lr 0.1, two epochs of batches of 256.
pub struct Training {
    members: Vec<MemberSpec>,
    natives: Vec<Candidate>,
    model: &'static str,
    built: Option<Build>,
    data: DataConfig,
    samples: Option<fn() -> Dataset>,
    optimizer: OptimConfig,
    precision: Precision,
    spec: RunSpec,
    rules: Rules,
    checkpoints: Option<PathBuf>,
}

/// What a training left behind.
pub struct Trained {
    /// Its records.
    pub seen: Seen,
    /// How it ended.
    pub outcome: Result<Outcome, FitError>,
    /// What was trained.
    pub learner: Learner,
    /// Who took part.
    pub callbacks: Callbacks,
    /// On what.
    pub data: Data,
}

impl Default for Training {
    fn default() -> Self {
        let optimizer = OptimConfig::new(OptimKind::Sgd);
        let spec = RunSpec { name: "training".to_owned(), epochs: 2, ..RunSpec::default() };
        Training {
            members: Vec::new(),
            natives: Vec::new(),
            model: "kind = 'mlp'\nhidden = [8]",
            built: None,
            samples: None,
            data: DataConfig { batch_size: 256, ..DataConfig::default() },
            optimizer: OptimConfig { lr: Some(0.1.into()), ..optimizer },
            precision: Precision::F32,
            spec,
            rules: Rules::default(),
            checkpoints: None,
        }
    }
}

impl Training {
    /// With one plugin.
    #[must_use]
    pub fn with(member: MemberSpec) -> Self {
        Training::default().and(member)
    }

    /// And another.
    #[must_use]
    pub fn and(mut self, member: MemberSpec) -> Self {
        self.members.push(member);
        self
    }

    /// And a native callback at every hook that answers as the test wants.
    #[must_use]
    pub fn scripted(self, answer: impl FnMut(Hook, &State<'_>) -> Vec<Signal> + 'static) -> Self {
        self.scripted_as("scripted", answer)
    }

    /// The same under a name of its own.
    #[must_use]
    pub fn scripted_as(
        mut self,
        name: &str,
        answer: impl FnMut(Hook, &State<'_>) -> Vec<Signal> + 'static,
    ) -> Self {
        let callback = Scripted { name: name.to_owned(), answer: Box::new(answer) };
        self.natives.push(Candidate::native(Box::new(callback)));
        self
    }

    /// And this native callback.
    #[must_use]
    pub fn native(mut self, callback: Box<dyn Callback>) -> Self {
        self.natives.push(Candidate::native(callback));
        self
    }

    /// Another model, as a run file describes it.
    #[must_use]
    pub fn model(mut self, model: &'static str) -> Self {
        self.model = model;
        self
    }

    /// A model of the test's own.
    #[must_use]
    pub fn built(mut self, build: fn(&DataSpec) -> Box<dyn Model>) -> Self {
        self.built = Some(build);
        self
    }

    /// On samples of the test's own, in their order unless there are weights; validation keeps its
    /// digits.
    #[must_use]
    pub fn samples(mut self, samples: fn() -> Dataset) -> Self {
        self.samples = Some(samples);
        self
    }

    /// Another optimizer.
    #[must_use]
    pub fn optimizer(mut self, change: impl FnOnce(&mut OptimConfig)) -> Self {
        change(&mut self.optimizer);
        self
    }

    /// Under other rules.
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// In another precision.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// On other data, or in other batches.
    #[must_use]
    pub fn data(mut self, change: impl FnOnce(&mut DataConfig)) -> Self {
        change(&mut self.data);
        self
    }

    /// For another length.
    #[must_use]
    pub fn spec(mut self, change: impl FnOnce(&mut RunSpec)) -> Self {
        change(&mut self.spec);
        self
    }

    /// With a folder for the checkpoints that callbacks ask for.
    #[must_use]
    pub fn checkpoints(mut self, folder: &Path) -> Self {
        self.checkpoints = Some(folder.to_owned());
        self
    }

    /// So many epochs.
    #[must_use]
    pub fn epochs(mut self, epochs: u32) -> Self {
        self.spec.epochs = epochs;
        self
    }

    /// So many samples per batch.
    #[must_use]
    pub fn batch_size(mut self, size: usize) -> Self {
        self.data.batch_size = size;
        self
    }

    /// Runs it; panics if it cannot be started.
    #[must_use]
    pub fn run(self) -> Trained {
        self.try_run().unwrap()
    }

    /// Runs it.
    ///
    /// # Errors
    /// What the start refuses.
    pub fn try_run(self) -> Result<Trained, FitError> {
        let _lock = seeding();
        torch::manual_seed(self.spec.seed).unwrap();
        torch::set_num_threads(1).unwrap();
        let data = self.load();
        let config: ModelConfig = toml::from_str(self.model).unwrap();
        let model = match self.built {
            Some(build) => build(data.spec()),
            None => config.build(data.spec(), Device::Cpu).unwrap(),
        };
        let mut learner = learner(model, &self.optimizer, self.precision);
        let (records, seen) = (Records::default(), Seen::default());
        records.add(Box::new(seen.clone()));
        let plugins = self.members.into_iter().map(|member| member.candidate(&records));
        let candidates = plugins.chain(self.natives).collect();
        let mut callbacks =
            Callbacks::start(candidates, &self.spec, &self.rules, records, &learner, &data)?;
        if let Some(folder) = self.checkpoints {
            callbacks.keep_checkpoints_in(folder);
        }
        let outcome = fit(&mut learner, &data, &mut callbacks);
        Ok(Trained { seen, outcome, learner, callbacks, data })
    }
}

impl Training {
    fn load(&self) -> Data {
        let mut data = Data::load(&self.data, self.spec.seed, Device::Cpu).unwrap();
        if let Some(samples) = self.samples {
            let config = LoaderConfig { shuffle: false, ..self.data.train_loader() };
            data.train = Loader::new(samples(), config, self.spec.seed).unwrap();
        }
        data
    }
}

/// How long so many fits of a learner take, each with these candidates anew; starting them is not in it.
///
/// # Panics
/// A fit that fails.
pub fn time_of_fits(
    times: u64,
    (learner, data): (&mut Learner, &Data),
    spec: &RunSpec,
    candidates: impl Fn(&Records) -> Vec<Candidate>,
) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..times {
        let records = Records::default();
        let (candidates, rules) = (candidates(&records), Rules::default());
        let mut cb = Callbacks::start(candidates, spec, &rules, records, learner, data).unwrap();
        let began = Instant::now();
        fit(learner, data, &mut cb).unwrap();
        spent += began.elapsed();
    }
    spent
}

fn learner(model: Box<dyn Model>, optimizer: &OptimConfig, precision: Precision) -> Learner {
    let optimizer = HpOptimizer::new(optimizer, model.params()).unwrap();
    let metrics = vec![Box::new(Accuracy::default()) as _];
    Learner::new(model, Loss::cross_entropy(), optimizer, metrics).with_precision(precision)
}

impl Trained {
    /// All weights and buffers, one after another, as their bits.
    #[must_use]
    pub fn bits(&self) -> Vec<u32> {
        let params = self.learner.model.params().iter();
        let values = params.flat_map(|param| values(&param.tensor));
        values.map(f32::to_bits).collect()
    }

    /// One tensor's values.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<f32> {
        values(&self.learner.model.params().get(name).unwrap().tensor)
    }

    /// What plugins logged.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.seen.texts("log", "line")
    }

    /// What plugins were blamed for.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.seen.texts("fault", "message")
    }
}

fn values(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.detach().to_kind(tch::Kind::Float).flatten(0, -1);
    Vec::try_from(&flat).unwrap()
}

type Answer = Box<dyn FnMut(Hook, &State<'_>) -> Vec<Signal>>;

/// A native callback at every hook, with every power and every hyper-parameter but none owned.
struct Scripted {
    name: String,
    answer: Answer,
}

impl Callback for Scripted {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let needs = POWERS.map(str::to_owned).to_vec();
        Ok(Descriptor { name: self.name.clone(), needs, ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        let reads = Reads { losses: true, hypers: true, monitored: true, late: false };
        let report = MetricSpec { name: format!("{}-score", self.name), higher_is_better: None };
        Ok(Plan {
            subscriptions: Hook::ALL.map(|hook| Subscription::to(hook).reading(reads)).to_vec(),
            monitors: ["train-loss", "valid-loss", "accuracy"].map(str::to_owned).to_vec(),
            reports: vec![report],
            powers: POWERS.map(str::to_owned).to_vec(),
            ..Plan::default()
        })
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        Ok((self.answer)(hook, state))
    }
}

/// A value that a scripted callback writes and the test reads.
#[must_use]
pub fn shared<T: Default>() -> Arc<Mutex<T>> {
    Arc::default()
}
