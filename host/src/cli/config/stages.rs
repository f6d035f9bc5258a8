//! A run's stages: one after another on the same model, each with callbacks of its own.

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{OwnersTable, PluginTable, RunFile};
use crate::callback::HyperName;
use crate::train::optim::{OptimConfig, PerGroup};

/// `[[stage]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StageTable {
    /// What it is called on screen and in the journal.
    pub name: String,
    /// Everything is put back when it is over: it only looks what would happen.
    #[serde(default)]
    pub trial: bool,
    /// Epochs to train; left out: the run's.
    pub epochs: Option<u32>,
    /// Training batches after which it ends; left out: the run's.
    pub max_steps: Option<u64>,
    /// Training batches between two validations; left out: the run's.
    pub validate_every: Option<u64>,
    /// Layer groups that don't learn in it.
    #[serde(default)]
    pub freeze: Vec<String>,
    /// Hyper-parameters that it starts with; left out: the run's.
    #[serde(default)]
    pub optimizer: StageHypers,
    /// Names of plugins from the library that take part in it alone.
    #[serde(default, rename = "use")]
    pub named: Vec<String>,
    /// The same with settings.
    #[serde(default)]
    pub plugin: Vec<PluginTable>,
    /// Preferred owners of hyper-parameters; left out: the run's.
    #[serde(default)]
    pub owners: OwnersTable,
}

/// `[stage.optimizer]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StageHypers {
    lr: Option<PerGroup>,
    mom: Option<PerGroup>,
    wd: Option<PerGroup>,
    beta: Option<PerGroup>,
}

/// How long a stage is, as far as the run file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Epochs to train.
    pub epochs: Option<u32>,
    /// Training batches after which it ends.
    pub max_steps: Option<u64>,
    /// Training batches between two validations.
    pub validate_every: Option<u64>,
}

/// A stage with what the run says for all of them. A run without stages is one stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// `None`: the run has no stages.
    pub name: Option<String>,
    /// Everything is put back when it is over.
    pub trial: bool,
    /// How long it is.
    pub span: Span,
    /// Layer groups that don't learn in it.
    pub freeze: Vec<String>,
    /// The optimizer's part, with the hyper-parameters that it starts with.
    pub optimizer: OptimConfig,
    /// Plugins that the run file names.
    pub plugins: Vec<PluginTable>,
    /// The drop folder's files take part.
    pub takes_dropped: bool,
    /// The preferred owner of a hyper-parameter that several plugins own.
    pub owners: Vec<(HyperName, String)>,
}

impl RunFile {
    /// The stages in their order: one if the run file has none.
    ///
    /// The run's own plugins and the drop folder take part in every stage but trials: what a trial
    /// is to find out, a schedule would only blur.
    #[must_use]
    pub fn stages(&self) -> Vec<Stage> {
        let whole = Stage {
            name: None,
            trial: false,
            span: Span {
                epochs: self.epochs,
                max_steps: self.max_steps,
                validate_every: self.validate_every,
            },
            freeze: Vec::new(),
            optimizer: self.optimizer.clone(),
            plugins: named(&self.plugins.named, &self.plugin),
            takes_dropped: true,
            owners: self.owners.pairs(),
        };
        if self.stages.is_empty() {
            return vec![whole];
        }
        self.stages.iter().map(|table| table.over(&whole)).collect()
    }
}

impl StageTable {
    fn over(&self, run: &Stage) -> Stage {
        let mut plugins = named(&self.named, &self.plugin);
        if !self.trial {
            plugins.splice(0..0, run.plugins.iter().cloned());
        }
        let owners = self.owners.pairs();
        Stage {
            name: Some(self.name.clone()),
            trial: self.trial,
            span: self.span(&run.span),
            freeze: self.freeze.clone(),
            optimizer: self.optimizer.over(&run.optimizer),
            plugins,
            takes_dropped: !self.trial,
            // The run's owners take no part in a trial.
            owners: if owners.is_empty() && !self.trial { run.owners.clone() } else { owners },
        }
    }

    /// Whether it says how long it is.
    pub(super) fn has_length(&self) -> bool {
        self.epochs.is_some() || self.max_steps.is_some()
    }

    /// A length of its own replaces the run's as a whole.
    fn span(&self, run: &Span) -> Span {
        let (epochs, max_steps) = match (self.epochs, self.max_steps) {
            (None, None) => (run.epochs, run.max_steps),
            own => own,
        };
        let validate_every = self.validate_every.or(run.validate_every);
        Span { epochs, max_steps, validate_every }
    }
}

impl StageHypers {
    fn over(&self, run: &OptimConfig) -> OptimConfig {
        let own =
            |own: &Option<PerGroup>, run: &Option<PerGroup>| own.as_ref().or(run.as_ref()).cloned();
        OptimConfig {
            lr: own(&self.lr, &run.lr),
            mom: own(&self.mom, &run.mom),
            wd: own(&self.wd, &run.wd),
            beta: own(&self.beta, &run.beta),
            ..run.clone()
        }
    }
}

/// `use` and `[[plugin]]`: a name in both is one plugin, with the settings.
fn named(names: &[String], tables: &[PluginTable]) -> Vec<PluginTable> {
    let plain = |name: &&String| tables.iter().all(|table| table.name != **name);
    let used = names.iter().filter(plain).map(|name| PluginTable::plain(name));
    used.chain(tables.iter().cloned()).collect()
}

/// Lengths that are none, names that are taken.
pub(super) fn check(file: &RunFile) -> Result<()> {
    for (index, table) in file.stages.iter().enumerate() {
        let name = &table.name;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            bail!("stage {name:?}: a name is 1 to 64 lower-case letters, digits and hyphens");
        }
        if file.stages[..index].iter().any(|other| other.name == *name) {
            bail!("two stages are called `{name}`; give one another name");
        }
    }
    for stage in file.stages() {
        let who = || stage.name.as_ref().map_or(String::new(), |name| format!("stage `{name}`"));
        let checked = check_span(&stage.span);
        if stage.name.is_some() { checked.with_context(who)? } else { checked? }
    }
    Ok(())
}

fn check_span(span: &Span) -> Result<()> {
    match *span {
        Span { epochs: None, max_steps: None, .. } => {
            bail!("neither `epochs` nor `max-steps` says how long to train; give one of them")
        }
        Span { epochs: Some(0), .. } => {
            bail!("epochs = 0: there is nothing to train; the least is 1")
        }
        Span { max_steps: Some(0), .. } => {
            bail!("max-steps = 0: there is nothing to train; the least is 1")
        }
        Span { validate_every: Some(0), .. } => bail!("validate-every = 0: the least is 1"),
        _ => Ok(()),
    }
}
