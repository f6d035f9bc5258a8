//! From a run file and its drop folders to the plugins that ask to take part.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use super::config::{LimitsTable, PluginTable, PluginsTable, Resolved, Stage};
use super::lock::place;
use super::trust::{Policy, Trust};
use super::typed::parameter;
use super::word::{Word, Words};
use crate::bridge::{self, PluginCallback};
use crate::callback::{
    Callback, Candidate, FaultPolicy, Mode, Record, Records, Share, Standing, VIOLATIONS_IN_A_ROW,
};
use crate::plugin::{
    Cache, Dropped, Engine, Library, Limits, LoadError, PluginFile, Prepared, dropped, orphans,
};
use crate::text::clean;
use crate::trace::{Tape, Taped};

/// What turns a file into a prepared plugin.
#[derive(Clone)]
pub struct Loader {
    engine: Engine,
    cache: Option<Cache>,
    policy: Policy,
    records: Records,
    /// Where what plugins ask of tensors is taken down.
    tape: Option<Tape>,
}

impl Loader {
    /// With the user's compile cache, or without one where it cannot be had.
    ///
    /// # Errors
    /// No engine on this machine; a key that is none.
    pub fn new(records: Records, plugins: &PluginsTable) -> Result<Self> {
        let policy = Policy::with(plugins.trust, &plugins.keys)?;
        let (engine, cache) = (super::engine()?, open_cache(&records));
        Ok(Loader { engine, cache, policy, records, tape: None })
    }

    /// The same, and what its plugins ask of tensors is taken down onto this tape.
    pub(super) fn taping(&self, tape: &Tape) -> Self {
        Loader { tape: Some(tape.clone()), ..self.clone() }
    }

    /// What the user has said of plugins' files by now.
    pub(super) fn words(&self, run: &Resolved) -> Result<Words> {
        let demands = match (run.locked, self.policy.wants(Trust::Digest)) {
            _ if run.learns => None,
            (true, _) => Some("--locked"),
            (false, true) => Some("`trust = \"digest\"`"),
            (false, false) => None,
        };
        Words::new(&run.path, demands)
    }

    /// A file, read, checked, compiled and linked, with these limits over those of its kind.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence.
    pub fn prepare(&self, file: &Path, given: &LimitsTable) -> Result<Prepared, LoadError> {
        let began = Instant::now();
        let read = PluginFile::read(file, &given.over(&Limits::default()))?;
        self.policy.admit(&read)?;
        let limits = given.over(&read.limits());
        let prepared = Prepared::from_file(&self.engine, self.cache.as_ref(), &read, &limits)?;
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
        let words = self.words(run)?;
        let (mut candidates, mut used) = (Vec::new(), Vec::new());
        for table in &stage.plugins {
            let file = library.find(&table.name)?;
            candidates.push(self.named(table, &file, &words)?);
            used.push(file.canonicalize().ok());
            if let Some(second) = &table.shadow {
                let file = library.find(second)?;
                candidates.push(self.shadow(table, &file, &words)?);
                used.push(file.canonicalize().ok());
            }
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
                match self.dropped(&plugin, run, &words) {
                    Ok(candidate) => candidates.push(candidate),
                    // Left out in silence, it would be what --locked is to notice.
                    Err(error) if run.locked && !run.learns => return Err(error),
                    Err(error) => self.leave_out(&error),
                }
            }
        }
        Ok(candidates)
    }

    fn leave_out(&self, error: &anyhow::Error) {
        self.records.emit(&Record::Notice(&format!("left out: {error:#}")));
    }

    fn named(&self, table: &PluginTable, file: &Path, words: &Words) -> Result<Candidate> {
        let who = || format!("plugin `{}`", table.name);
        let prepared = self.prepare(file, &table.limits).with_context(who)?;
        let limits = table.limits.over(&prepared.limits());
        let word = words.on_named(table, file, &prepared).with_context(who)?;
        let name = table.alias.clone().unwrap_or_else(|| table.name.clone());
        let params = table.params.iter().map(|(key, value)| parameter(key, value));
        let params = params.collect::<Result<Vec<_>>>().with_context(who)?;
        Ok(Candidate {
            alias: Some(name.clone()),
            params,
            mode: table.mode.into(),
            share: table.slow.share(&limits),
            policy: table.fault.into(),
            patience: table.violations,
            ..self.candidate(file, prepared, &limits, &name, Standing::Named, word)
        })
    }

    /// A second version of a plugin, with the settings of the first. It can be lost.
    fn shadow(&self, table: &PluginTable, file: &Path, words: &Words) -> Result<Candidate> {
        let first = table.alias.clone().unwrap_or_else(|| table.name.clone());
        let name = format!("{first}-shadow");
        Ok(Candidate {
            alias: Some(name),
            mode: Mode::Shadow(first),
            policy: FaultPolicy::Disable,
            ..self.named(table, file, words)?
        })
    }

    fn dropped(&self, plugin: &Dropped, run: &Resolved, words: &Words) -> Result<Candidate> {
        plugin.check_name()?;
        let prepared = self.prepare(&plugin.file, &LimitsTable::default())?;
        self.came(plugin, prepared, run, words)
    }

    /// A prepared file of a drop folder, with what lies beside it.
    ///
    /// # Errors
    /// A sidecar that says what it may not; a lock that does not know the file.
    pub(super) fn came(
        &self,
        plugin: &Dropped,
        prepared: Prepared,
        run: &Resolved,
        words: &Words,
    ) -> Result<Candidate> {
        let limits = prepared.limits();
        let sidecar = plugin.sidecar()?;
        let word = words
            .on_dropped(&plugin.file, &prepared)
            .with_context(|| format!("plugin {}", shown(&plugin.file)))?;
        let params = sidecar.params.into_iter();
        let name = format!("file {}.wasm", plugin.name);
        Ok(Candidate {
            params: params.map(|(key, value)| (key, bridge::value_of(value))).collect(),
            mode: if sidecar.observe { Mode::Observe } else { Mode::Enforce },
            share: run.file.plugins.slow.share(&limits),
            ..self.candidate(&plugin.file, prepared, &limits, &name, Standing::Dropped, word)
        })
    }

    fn candidate(
        &self,
        file: &Path,
        prepared: Prepared,
        limits: &Limits,
        name: &str,
        standing: Standing,
        word: Word,
    ) -> Candidate {
        Candidate {
            source: shown(file),
            file: Some(place(file)),
            digest: prepared.digest().to_owned(),
            callback: self.callback(prepared, limits, name),
            alias: None,
            standing,
            is_known: word.is_known,
            params: Vec::new(),
            grants: word.grants,
            remedy: word.remedy,
            earlier: word.earlier,
            mode: Mode::Enforce,
            share: Share::default(),
            policy: FaultPolicy::default(),
            patience: VIOLATIONS_IN_A_ROW,
        }
    }

    fn callback(&self, prepared: Prepared, limits: &Limits, name: &str) -> Box<dyn Callback> {
        let (limits, records) = (limits.clone(), self.records.clone());
        let plugin = Box::new(PluginCallback::new(prepared, limits, name.to_owned(), records));
        match &self.tape {
            Some(tape) => Box::new(Taped::new(plugin, tape.clone())),
            None => plugin,
        }
    }
}

/// A path as a person would write it from here: without `..`, and relative where that is shorter.
pub(super) fn shown(path: &Path) -> String {
    let whole = place(path);
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
