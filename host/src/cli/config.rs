//! A run file, understood: unknown keys refused, values checked, paths made absolute.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};

use super::args::RunArgs;
use super::unknown_key::explain;
use crate::callback::{DEFAULT_POWERS, FaultPolicy, Grant, HyperName, POWERS, VIOLATIONS_IN_A_ROW};
use crate::nearest::nearest;
use crate::plugin::Limits;
use crate::train::data::DataConfig;
use crate::train::loss::Loss;
use crate::train::model::ModelConfig;
use crate::train::optim::OptimConfig;

/// A run file as written; every key that is left out has a default here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunFile {
    /// The run's name, and its folder's.
    pub name: String,
    /// Epochs to train.
    pub epochs: u32,
    /// Of everything random.
    #[serde(default)]
    pub seed: u64,
    /// `auto`, `cpu` or `cuda:N`.
    #[serde(default = "auto")]
    pub device: String,
    /// Threads of libtorch's CPU kernels; another number gives other last bits.
    #[serde(default = "one")]
    pub threads: usize,
    /// What to train on.
    pub data: DataConfig,
    /// What to train.
    pub model: ModelConfig,
    /// What to minimise.
    #[serde(default)]
    pub loss: LossTable,
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
    /// Where the run file lies; not a key.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// `[loss]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LossTable {
    /// Which.
    pub kind: Loss,
}

impl Default for LossTable {
    fn default() -> Self {
        LossTable { kind: Loss::CrossEntropy }
    }
}

/// `[plugins]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PluginsTable {
    /// Names of plugins from the library.
    #[serde(rename = "use")]
    pub named: Vec<String>,
    /// Folders of the library, relative to the run file.
    pub library: Vec<PathBuf>,
    /// The drop folder, relative to the run file: everything directly in it runs.
    pub folder: PathBuf,
    /// Powers of dropped files.
    pub default_powers: Vec<String>,
}

impl Default for PluginsTable {
    fn default() -> Self {
        PluginsTable {
            named: Vec::new(),
            library: vec![PathBuf::from("plugins/dist")],
            folder: PathBuf::from("plugins"),
            default_powers: DEFAULT_POWERS.map(str::to_owned).to_vec(),
        }
    }
}

/// `[owners]`: a plugin's name per hyper-parameter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnersTable {
    lr: Option<String>,
    mom: Option<String>,
    wd: Option<String>,
    beta: Option<String>,
}

impl OwnersTable {
    /// Those that are given.
    #[must_use]
    pub fn pairs(&self) -> Vec<(HyperName, String)> {
        let all = [&self.lr, &self.mom, &self.wd, &self.beta];
        let pairs = HyperName::ALL.into_iter().zip(all);
        pairs.filter_map(|(name, by)| Some((name, by.clone()?))).collect()
    }
}

/// `[[plugin]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PluginTable {
    /// Its name in the library.
    pub name: String,
    /// Its name in this run, where one plugin is used twice.
    #[serde(default, rename = "as")]
    pub alias: Option<String>,
    /// Values for its parameters.
    #[serde(default)]
    pub params: toml::Table,
    /// What it may do; left out: what it declares.
    #[serde(default)]
    pub grants: Option<Vec<GrantEntry>>,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
    /// When it breaks: restart, disable, or stop.
    #[serde(default)]
    pub fault: FaultEntry,
    /// Violations in a row until it is given up.
    #[serde(default = "violations")]
    pub violations: u32,
}

impl PluginTable {
    /// A plugin named in `use`, without settings.
    #[must_use]
    pub fn plain(name: &str) -> Self {
        PluginTable {
            name: name.to_owned(),
            alias: None,
            params: toml::Table::new(),
            grants: None,
            limits: Limits::default(),
            fault: FaultEntry::default(),
            violations: violations(),
        }
    }
}

/// `"lr"`, or `{ power = "lr", min = 1e-6, max = 1 }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum GrantEntry {
    /// Without bounds.
    Power(String),
    /// With bounds of the value in effect.
    Bounded(BoundedGrant),
}

/// A grant with bounds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundedGrant {
    power: String,
    min: Option<f64>,
    max: Option<f64>,
}

impl GrantEntry {
    /// As the handler knows it.
    #[must_use]
    pub fn grant(&self) -> Grant {
        match self {
            GrantEntry::Power(power) => Grant { power: power.clone(), min: None, max: None },
            GrantEntry::Bounded(BoundedGrant { power, min, max }) => {
                Grant { power: power.clone(), min: *min, max: *max }
            }
        }
    }
}

/// `fault = "restart" | "disable" | "stop"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultEntry {
    /// Make it anew, at most three times.
    #[default]
    Restart,
    /// Give it up at once.
    Disable,
    /// Write a checkpoint and end the run.
    Stop,
}

impl From<FaultEntry> for FaultPolicy {
    fn from(entry: FaultEntry) -> FaultPolicy {
        match entry {
            FaultEntry::Restart => FaultPolicy::Restart,
            FaultEntry::Disable => FaultPolicy::Disable,
            FaultEntry::Stop => FaultPolicy::Stop,
        }
    }
}

fn auto() -> String {
    "auto".to_owned()
}

fn one() -> usize {
    1
}

fn violations() -> u32 {
    VIOLATIONS_IN_A_ROW
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
    let in_file = |error: toml::de::Error| anyhow!("{}: {}", path.display(), explain(&error));
    // Once as written, so that a mistake is shown at its line.
    toml::from_str::<RunFile>(&text).map_err(in_file)?;
    let mut table: toml::Table = text.parse().map_err(in_file)?;
    override_table(&mut table, args)?;
    let text = toml::to_string(&table).context("cannot write the run file down again")?;
    let mut file: RunFile = toml::from_str(&text).map_err(|e| anyhow!("--set: {}", explain(&e)))?;
    file.folder = path.parent().unwrap_or(Path::new("")).to_owned();
    check(&file).with_context(|| path.display().to_string())?;
    let drop_folders = drop_folders(&file, args)?;
    Ok(Resolved { file, text, drop_folders })
}

fn override_table(table: &mut toml::Table, args: &RunArgs) -> Result<()> {
    for entry in &args.overrides {
        let (key, value) = entry.split_once('=').with_context(|| {
            format!("--set {entry}: expected KEY=VALUE, such as optimizer.lr=0.01")
        })?;
        put(table, key.trim(), parse_value(value.trim()))?;
    }
    if let Some(epochs) = args.epochs {
        put(table, "epochs", toml::Value::Integer(epochs.into()))?;
    }
    if let Some(device) = &args.device {
        put(table, "device", toml::Value::String(device.clone()))?;
    }
    if let Some(seed) = args.seed {
        let seed = i64::try_from(seed).context("--seed: at most 9223372036854775807")?;
        put(table, "seed", toml::Value::Integer(seed))?;
    }
    Ok(())
}

/// A value of TOML, or else a text: `--set device=cpu` needs no quotes.
fn parse_value(text: &str) -> toml::Value {
    let parsed = format!("value = {text}").parse::<toml::Table>();
    let value = parsed.ok().and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

fn put(table: &mut toml::Table, key: &str, value: toml::Value) -> Result<()> {
    let Some((first, rest)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return Ok(());
    };
    let inner = table.entry(first).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    match inner {
        toml::Value::Table(inner) => put(inner, rest, value),
        toml::Value::Array(entries) => put_in_entry(entries, key, rest, value),
        _ => bail!("--set {key}: `{first}` is not a table"),
    }
}

/// `plugin.one-cycle.params.lr-max`: an entry of `[[plugin]]` goes by its name.
fn put_in_entry(
    entries: &mut [toml::Value],
    key: &str,
    rest: &str,
    value: toml::Value,
) -> Result<()> {
    let (name, rest) = rest.split_once('.').with_context(|| {
        format!("--set {key}: expected the entry's name and a key, as in plugin.NAME.params.KEY")
    })?;
    let goes_by = |entry: &&mut toml::Table| {
        let word = entry.get("as").or_else(|| entry.get("name"));
        word.and_then(toml::Value::as_str) == Some(name)
    };
    let mut tables = entries.iter_mut().filter_map(toml::Value::as_table_mut);
    match tables.find(goes_by) {
        Some(entry) => put(entry, rest, value),
        None => bail!("--set {key}: the run file has no entry named `{name}`"),
    }
}

fn check(file: &RunFile) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if file.name.is_empty() || file.name.starts_with('.') || !file.name.chars().all(plain) {
        bail!("name = {:?}: it names a folder; use letters, digits, `-`, `_`, `.`", file.name);
    }
    if file.epochs == 0 {
        bail!("epochs = 0: there is nothing to train; the least is 1");
    }
    if file.threads == 0 {
        bail!("threads = 0: the least is 1");
    }
    file.device.parse::<crate::train::device::DeviceChoice>().context("device")?;
    if let Some(table) = file.plugin.iter().find(|table| table.violations == 0) {
        bail!("plugin `{}`: violations = 0: the least is 1", table.name);
    }
    let granted = file.plugin.iter().flat_map(|table| table.grants.iter().flatten());
    let granted: Vec<Grant> = granted.map(GrantEntry::grant).collect();
    let powers = file.plugins.default_powers.iter().chain(granted.iter().map(|grant| &grant.power));
    powers.map(String::as_str).try_for_each(check_power)
}

/// A mistyped power would silently be one that nobody asks for.
fn check_power(power: &str) -> Result<()> {
    if POWERS.contains(&power) {
        return Ok(());
    }
    match nearest(power, POWERS) {
        Some(near) => bail!("there is no power `{power}`; did you mean `{near}`?"),
        None => bail!("there is no power `{power}`; there are {}", POWERS.join(", ")),
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
