//! Which plugins a run file names, with what, and what it grants them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::callback::{DEFAULT_POWERS, FaultPolicy, Grant, HyperName, VIOLATIONS_IN_A_ROW};
use crate::cli::trust::Trust;
use crate::plugin::Limits;

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
    /// What a plugin's file must have to be loaded.
    pub trust: Trust,
    /// Public keys whose signatures count.
    pub keys: Vec<String>,
}

impl Default for PluginsTable {
    fn default() -> Self {
        PluginsTable {
            named: Vec::new(),
            library: vec![PathBuf::from("plugins/dist")],
            folder: PathBuf::from("plugins"),
            default_powers: DEFAULT_POWERS.map(str::to_owned).to_vec(),
            trust: Trust::default(),
            keys: Vec::new(),
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

fn violations() -> u32 {
    VIOLATIONS_IN_A_ROW
}
