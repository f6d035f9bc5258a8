//! From a run file and its drop folders to the plugins that ask to take part.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};

use super::config::{PluginTable, PluginsTable, Resolved, Stage};
use super::trust::Policy;
use crate::bridge::{self, PluginCallback};
use crate::callback::{
    Candidate, FaultPolicy, Record, Records, Standing, VIOLATIONS_IN_A_ROW, Value,
};
use crate::plugin::{
    Cache, Dropped, Engine, Library, Limits, ParamValue, PluginFile, Prepared, dropped, orphans,
};
use crate::text::clean;

/// What turns a file into a prepared plugin.
pub struct Loader {
    engine: Engine,
    cache: Option<Cache>,
    policy: Policy,
    records: Records,
}

impl Loader {
    /// With the user's compile cache, or without one where it cannot be had.
    ///
    /// # Errors
    /// No engine on this machine; a key that is none.
    pub fn new(records: Records, plugins: &PluginsTable) -> Result<Self> {
        let policy = Policy::with(plugins.trust, &plugins.keys)?;
        Ok(Loader { engine: super::engine()?, cache: open_cache(&records), policy, records })
    }

    /// A file, read, checked, compiled and linked.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence.
    pub fn prepare(&self, file: &Path, limits: &Limits) -> Result<Prepared> {
        let began = Instant::now();
        let read = PluginFile::read(file, limits)?;
        self.policy.admit(&read)?;
        let prepared = Prepared::from_file(&self.engine, self.cache.as_ref(), &read, limits)?;
        tracing::debug!(
            file = %file.display(),
            sha256 = prepared.digest(),
            from_cache = prepared.from_cache(),
            took = ?began.elapsed(),
            "prepared a plugin"
        );
        Ok(prepared)
    }

    /// Every plugin of a stage: those that the run file names, then those that were dropped.
    ///
    /// # Errors
    /// A plugin that the run file names and that cannot be loaded; a drop folder that cannot be
    /// read. A dropped file that cannot be loaded is left out with a notice.
    pub fn candidates(&self, run: &Resolved, stage: &Stage) -> Result<Vec<Candidate>> {
        let library = Library::new(run.file.library());
        let (mut candidates, mut used) = (Vec::new(), Vec::new());
        for table in &stage.plugins {
            let file = library.find(&table.name)?;
            candidates.push(self.named(table, &file)?);
            used.push(file.canonicalize().ok());
        }
        for folder in run.drop_folders.iter().filter(|_| stage.takes_dropped) {
            for orphan in orphans(folder)? {
                let name = shown(&orphan);
                self.records.emit(&Record::Notice(&format!(
                    "{name} sets parameters of nothing: there is no .wasm file of its name beside it"
                )));
            }
            // One that the run file names as well takes part once, as named.
            let dropped = dropped(folder)?.into_iter();
            for plugin in dropped.filter(|one| !used.contains(&one.file.canonicalize().ok())) {
                match self.dropped(&plugin) {
                    Ok(candidate) => candidates.push(candidate),
                    Err(error) => self.leave_out(&error),
                }
            }
        }
        Ok(candidates)
    }

    fn leave_out(&self, error: &anyhow::Error) {
        self.records.emit(&Record::Notice(&format!("left out: {error:#}")));
    }

    fn named(&self, table: &PluginTable, file: &Path) -> Result<Candidate> {
        let who = || format!("plugin `{}`", table.name);
        let prepared = self.prepare(file, &table.limits).with_context(who)?;
        let name = table.alias.clone().unwrap_or_else(|| table.name.clone());
        let params = table.params.iter().map(|(key, value)| parameter(key, value));
        let params = params.collect::<Result<Vec<_>>>().with_context(who)?;
        let grants = table.grants.as_ref().map(|all| all.iter().map(|one| one.grant()).collect());
        Ok(Candidate {
            callback: self.callback(prepared, &table.limits, &name),
            alias: Some(name),
            source: shown(file),
            standing: Standing::Named,
            params,
            grants,
            policy: table.fault.into(),
            patience: table.violations,
        })
    }

    fn dropped(&self, plugin: &Dropped) -> Result<Candidate> {
        let limits = Limits::default();
        let prepared = self.prepare(&plugin.file, &limits)?;
        let sidecar = plugin.sidecar()?;
        Ok(Candidate {
            callback: self.callback(prepared, &limits, &format!("file {}.wasm", plugin.name)),
            alias: None,
            source: shown(&plugin.file),
            standing: Standing::Dropped,
            params: sidecar
                .params
                .into_iter()
                .map(|(key, value)| (key, bridge::value_of(value)))
                .collect(),
            grants: None,
            policy: FaultPolicy::default(),
            patience: VIOLATIONS_IN_A_ROW,
        })
    }

    fn callback(&self, prepared: Prepared, limits: &Limits, name: &str) -> Box<PluginCallback> {
        let (limits, records) = (limits.clone(), self.records.clone());
        Box::new(PluginCallback::new(prepared, limits, name.to_owned(), records))
    }
}

fn parameter(key: &str, value: &toml::Value) -> Result<(String, Value)> {
    let value = ParamValue::try_from(value).map_err(|why| anyhow!("parameter `{key}` {why}"))?;
    Ok((key.to_owned(), bridge::value_of(value)))
}

/// A path as a person would write it from here: without `..`, and relative where that is shorter.
fn shown(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    clean(&whole.strip_prefix(&here).unwrap_or(&whole).display().to_string(), 1024).into_owned()
}

fn open_cache(records: &Records) -> Option<Cache> {
    let folder = super::cache_folder()?;
    match Cache::open(&folder) {
        Ok(cache) => Some(cache),
        Err(error) => {
            let folder = folder.display();
            let text = format!("no compile cache in {folder} ({error}); plugins are compiled anew");
            records.emit(&Record::Notice(&text));
            None
        }
    }
}
