//! Which plugins a run file names, with what, and what it grants them.

use std::path::PathBuf;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::limits::LimitsTable;
use crate::callback::{
    DEFAULT_POWERS, FaultPolicy, Given, HyperName, Mode, Share, VIOLATIONS_IN_A_ROW, WhenSlow,
};
use crate::cli::powers::{self, Bound};
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
    /// When a dropped file goes on taking more than its share of the time.
    pub slow: SlowEntry,
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
            slow: SlowEntry::default(),
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
    pub limits: LimitsTable,
    /// When it breaks: restart, disable, or stop.
    #[serde(default)]
    pub fault: FaultEntry,
    /// Violations in a row until it is given up.
    #[serde(default = "violations")]
    pub violations: u32,
    /// Whether what it asks for takes effect.
    #[serde(default)]
    pub mode: ModeEntry,
    /// Another version of it, by its name in the library, whose answers are compared with its own.
    #[serde(default)]
    pub shadow: Option<String>,
    /// When it goes on taking more than its share of the time.
    #[serde(default)]
    pub slow: SlowEntry,
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
            limits: LimitsTable::default(),
            fault: FaultEntry::default(),
            violations: violations(),
            mode: ModeEntry::default(),
            shadow: None,
            slow: SlowEntry::default(),
        }
    }
}

/// `"lr"`, `{ power = "lr", min = 1e-6, max = 1 }`, or `{ power = "control", from-step = 1000 }`.
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
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BoundedGrant {
    power: String,
    min: Option<f64>,
    max: Option<f64>,
    from_step: Option<u64>,
}

impl GrantEntry {
    /// As the handler knows it.
    ///
    /// # Errors
    /// A power that there is not, a bound that it does not have.
    pub fn given(&self) -> Result<Given> {
        match self {
            GrantEntry::Power(power) => powers::given(power, Bound::default()),
            GrantEntry::Bounded(BoundedGrant { power, min, max, from_step }) => {
                powers::given(power, Bound { min: *min, max: *max, from_step: *from_step })
            }
        }
    }
}

/// `slow = "warn" | "disable"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlowEntry {
    /// Tell the user once.
    #[default]
    Warn,
    /// Disable it if it goes on.
    Disable,
}

impl SlowEntry {
    /// As the handler knows it.
    #[must_use]
    pub fn share(self, limits: &Limits) -> Share {
        let when_slow = match self {
            SlowEntry::Warn => WhenSlow::Warn,
            SlowEntry::Disable => WhenSlow::Disable,
        };
        Share { percent: limits.share_percent, when_slow }
    }
}

/// `mode = "enforce" | "observe"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModeEntry {
    /// What it asks for takes effect.
    #[default]
    Enforce,
    /// What it asks for is journaled, and nothing more.
    Observe,
}

impl From<ModeEntry> for Mode {
    fn from(entry: ModeEntry) -> Mode {
        match entry {
            ModeEntry::Enforce => Mode::Enforce,
            ModeEntry::Observe => Mode::Observe,
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
