//! A run file, understood: unknown keys refused, values checked, paths made absolute.

mod limits;
mod overrides;
mod paths;
mod plugins;
mod stages;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;

pub use limits::LimitsTable;
pub use plugins::{
    BoundedGrant, FaultEntry, GrantEntry, ModeEntry, OwnersTable, PluginTable, PluginsTable,
    SlowEntry,
};
pub use stages::{Span, Stage, StageHypers, StageTable};

use super::args::RunArgs;
use super::trust;
use super::unknown_key::explain;
use crate::cli::powers::check_power;
use crate::train::data::DataConfig;
use crate::train::loss::Loss;
use crate::train::metric::MetricKind;
use crate::train::model::ModelConfig;
use crate::train::optim::OptimConfig;
use crate::train::precision::Precision;

/// A run file as written; every key that is left out has a default here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunFile {
    /// The run's name, and its folder's.
    pub name: String,
    /// Epochs to train; may be left out where `max-steps` says when to end.
    #[serde(default)]
    pub epochs: Option<u32>,
    /// Training batches after which it ends, wherever in an epoch that is.
    #[serde(default)]
    pub max_steps: Option<u64>,
    /// Training batches between two validations, instead of one after every epoch.
    #[serde(default)]
    pub validate_every: Option<u64>,
    /// Of everything random.
    #[serde(default)]
    pub seed: u64,
    /// `auto`, `cpu` or `cuda:N`.
    #[serde(default = "auto")]
    pub device: String,
    /// `f32`, `bf16` or `f16`: what the model computes in; its weights are `f32` throughout.
    #[serde(default)]
    pub precision: Precision,
    /// Threads of libtorch's CPU kernels; another number gives other last bits.
    #[serde(default = "one")]
    pub threads: usize,
    /// What to train on.
    pub data: DataConfig,
    /// What to train.
    pub model: ModelConfig,
    /// What to minimise.
    #[serde(default)]
    pub loss: Loss,
    /// What to measure in validation and tests, in this order.
    #[serde(default = "accuracy")]
    pub metrics: Vec<MetricKind>,
    /// How.
    pub optimizer: OptimConfig,
    /// Which plugins, from where.
    #[serde(default)]
    pub plugins: PluginsTable,
    /// The preferred owner of a hyper-parameter that several plugins own.
    #[serde(default)]
    pub owners: OwnersTable,
    /// Plugins with settings.
    #[serde(default, rename = "plugin")]
    pub plugin: Vec<PluginTable>,
    /// Parts of the run, in their order; none: it is one.
    #[serde(default, rename = "stage")]
    pub stages: Vec<StageTable>,
    /// Where the run file lies; not a key.
    #[serde(skip)]
    pub folder: PathBuf,
}

fn accuracy() -> Vec<MetricKind> {
    vec![MetricKind::Accuracy]
}

fn auto() -> String {
    "auto".to_owned()
}

fn one() -> usize {
    1
}

/// A run file with what was typed in its place, as text and understood.
#[derive(Debug)]
pub struct Resolved {
    /// Understood.
    pub file: RunFile,
    /// As TOML, with the overrides: what the run's folder keeps.
    pub text: String,
    /// Drop folders, absolute or relative to the working folder.
    pub drop_folders: Vec<PathBuf>,
    /// Where the run file lies.
    pub path: PathBuf,
    /// Only plugins that the lock beside it knows take part.
    pub locked: bool,
    /// Those that it does not know take part whatever is demanded: they are about to become known.
    pub learns: bool,
    /// What plugins ask of tensors is taken down.
    pub tapes: bool,
}

/// Reads a run file and puts what was typed over it.
///
/// # Errors
/// A file that cannot be read, is no TOML, or has a key or value that it may not have: which, where,
/// and what was expected.
pub fn read(args: &RunArgs) -> Result<Resolved> {
    let path = &args.run;
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the run file {}", path.display()))?;
    let (file, text) = understand(&text, args)?;
    let drop_folders = drop_folders(&file, args)?;
    Ok(Resolved {
        file,
        text,
        drop_folders,
        path: path.clone(),
        locked: args.locked,
        learns: false,
        tapes: false,
    })
}

/// The same of a run file's text: understood, and as TOML with the overrides. No file is looked at.
///
/// # Errors
/// As [`read`], but for a file that cannot be read.
pub fn understand(text: &str, args: &RunArgs) -> Result<(RunFile, String)> {
    let path = &args.run;
    let in_file = |error: toml::de::Error| anyhow!("{}: {}", path.display(), explain(&error));
    // Once as written, so that a mistake is shown at its line.
    toml::from_str::<RunFile>(text).map_err(in_file)?;
    let mut table: toml::Table = text.parse().map_err(in_file)?;
    overrides::apply(&mut table, args)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    paths::resolve(&mut table, folder).with_context(|| format!("{}: [data]", path.display()))?;
    let text = toml::to_string(&table).context("cannot write the run file down again")?;
    let mut file: RunFile = toml::from_str(&text).map_err(|e| anyhow!("--set: {}", explain(&e)))?;
    file.folder = folder.to_owned();
    check(&file).with_context(|| path.display().to_string())?;
    if let Some(stage) = file.stages.iter().find(|stage| stage.has_length()) {
        let name = &stage.name;
        if args.epochs.is_some() {
            bail!(
                "--epochs: stage `{name}` has a length of its own; use --set stage.{name}.epochs=N"
            );
        }
    }
    Ok((file, text))
}

/// Reads the run file that a run's folder keeps: complete, and with what was typed in its place.
///
/// # Errors
/// A file that cannot be read, or that this version does not understand.
pub fn read_kept(path: &Path) -> Result<RunFile> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the run file {}", path.display()))?;
    let file = toml::from_str(&text);
    let file: RunFile = file.map_err(|e| anyhow!("{}: {}", path.display(), explain(&e)))?;
    check(&file).with_context(|| path.display().to_string())?;
    Ok(file)
}

fn check(file: &RunFile) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if file.name.is_empty() || file.name.starts_with('.') || !file.name.chars().all(plain) {
        bail!("name = {:?}: it names a folder; use letters, digits, `-`, `_`, `.`", file.name);
    }
    stages::check(file)?;
    if file.threads == 0 {
        bail!("threads = 0: the least is 1");
    }
    file.device.parse::<crate::train::device::DeviceChoice>().context("device")?;
    let plugins = || file.stages.iter().flat_map(|stage| &stage.plugin).chain(&file.plugin);
    if let Some(table) = plugins().find(|table| table.violations == 0) {
        bail!("plugin `{}`: violations = 0: the least is 1", table.name);
    }
    trust::parse_keys(&file.plugins.keys).context("[plugins]")?;
    for table in plugins() {
        check_grants(table).with_context(|| format!("plugin `{}`: grants", table.name))?;
    }
    let default = file.plugins.default_powers.iter();
    default.map(String::as_str).try_for_each(check_power).context("default-powers")
}

fn check_grants(table: &PluginTable) -> Result<()> {
    let given = table.grants.iter().flatten().map(GrantEntry::given);
    let given = given.collect::<Result<Vec<_>>>()?;
    let twice = |index: &usize| given[..*index].iter().any(|one| one.power == given[*index].power);
    match (0..given.len()).find(twice) {
        Some(index) => bail!("`{}` stands there twice; keep one", given[index].power),
        None => Ok(()),
    }
}

fn drop_folders(file: &RunFile, args: &RunArgs) -> Result<Vec<PathBuf>> {
    if let Some(missing) = args.plugins.iter().find(|folder| !folder.is_dir()) {
        bail!("--plugins {}: there is no such folder", missing.display());
    }
    if !args.plugins.is_empty() {
        return Ok(args.plugins.clone());
    }
    // Without a folder there is nothing dropped.
    let folder = file.folder.join(&file.plugins.folder);
    Ok(if folder.is_dir() { vec![folder] } else { Vec::new() })
}

impl RunFile {
    /// The library's folders: relative to the run file, then to the binary.
    #[must_use]
    pub fn library(&self) -> Vec<PathBuf> {
        let beside_binary = std::env::current_exe().ok();
        let beside_binary = beside_binary.as_deref().and_then(Path::parent);
        let bases = [Some(self.folder.as_path()), beside_binary];
        let bases = bases.into_iter().flatten();
        let all = bases.flat_map(|base| self.plugins.library.iter().map(|path| base.join(path)));
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in all {
            let same = |other: &PathBuf| other.canonicalize().ok() == folder.canonicalize().ok();
            if !folder.exists() || !folders.iter().any(same) {
                folders.push(folder);
            }
        }
        folders
    }
}
