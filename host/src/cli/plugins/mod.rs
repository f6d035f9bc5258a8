//! `callbox plugins …`: what a plugin is and asks for, without running more than its `describe`, and who
//! signed it.

mod grant;
mod inspect;
mod plan;
mod sign;

pub(super) use plan::of as made_up_plan;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::args::PluginsCommand;
use super::print::say;
use super::trust::Policy;
use super::{Failure, kit};
use crate::bridge::PluginCallback;
use crate::callback::{Callback, Descriptor, Records};
use crate::plugin::{Cache, Distrust, Engine, KeyId, Limits, PluginFile, Prepared, dropped};
use crate::trace::{Gathered, Line};

/// Does what was typed after `plugins`.
///
/// # Errors
/// A folder or file that cannot be read, or is no plugin.
pub(super) fn run(command: &PluginsCommand) -> Result<(), Failure> {
    let text = match command {
        PluginsCommand::New(args) => return kit::new(args),
        PluginsCommand::Dev(args) => return kit::dev(args),
        PluginsCommand::Check { file, set } => return kit::check(file, set),
        PluginsCommand::Test(args) => return kit::test(args),
        PluginsCommand::Bench(args) => return kit::bench(args),
        PluginsCommand::List { folder, json } => list(folder, *json),
        PluginsCommand::Inspect { file, plan, json } => inspect::inspect(file, *plan, *json),
        PluginsCommand::Grant(args) => grant::grant(args),
        PluginsCommand::Revoke(args) => grant::revoke(args),
        #[cfg(feature = "torch")]
        PluginsCommand::Lock(args) => super::lock_run::lock(args),
        PluginsCommand::Sign { file, key, force } => sign::sign(file, key, *force),
        PluginsCommand::Keygen { name, password } => sign::keygen(name, *password),
        PluginsCommand::Verify { file, key } => sign::verify(file, key),
    };
    say(&text.map_err(Failure::Usage)?)
}

/// A plugin's file, who vouches for it, and its own word on what it is.
pub(super) struct Known {
    /// As it was read, once.
    pub(super) file: PluginFile,
    pub(super) prepared: Prepared,
    pub(super) descriptor: Descriptor,
    signed: Result<KeyId, Distrust>,
    /// It, not yet started.
    pub(super) callback: PluginCallback,
}

/// Without a cache, plugins are compiled anew; looking at them works either way.
fn open_cache() -> Option<Cache> {
    Cache::open(&super::cache_folder()?).ok()
}

/// What looking at plugins needs, and who is trusted.
pub(super) struct Reader {
    engine: Engine,
    cache: Option<Cache>,
    policy: Policy,
}

impl Reader {
    pub(super) fn new() -> Result<Reader> {
        let (engine, cache) = (super::engine()?, open_cache());
        Ok(Reader { engine, cache, policy: Policy::of_user()? })
    }

    pub(super) fn read(&self, path: &Path) -> Result<Known> {
        let file = PluginFile::read(path, &Limits::default())?;
        let limits = file.limits();
        let signed = file.signed_by(self.policy.keys());
        let prepared = Prepared::from_file(&self.engine, self.cache.as_ref(), &file, &limits)?;
        let (name, records, said) =
            (path.display().to_string(), Records::default(), Gathered::default());
        records.add(Box::new(said.clone()));
        let mut callback = PluginCallback::new(prepared.clone(), limits, name, records);
        let described = callback.describe().map_err(|fault| {
            // Its own last words name the cause; the fault only says how it ended.
            let words: String = said.take().iter().filter_map(logged).take(3).collect();
            anyhow::anyhow!("`describe`: {fault}{words}")
        });
        let descriptor = described.with_context(|| path.display().to_string())?;
        Ok(Known { file, prepared, descriptor, signed, callback })
    }
}

fn logged(line: &Line) -> Option<String> {
    match line {
        Line::Log { level, line, .. } => Some(format!("\n  it logged: {}: {line}", level.name())),
        _ => None,
    }
}

fn list(folder: &Path, as_json: bool) -> Result<String> {
    let reader = Reader::new()?;
    let files: Vec<PathBuf> = dropped(folder)?.into_iter().map(|plugin| plugin.file).collect();
    if files.is_empty() && !as_json {
        bail!(
            "{}: no .wasm file here; `make plugins` builds the first-party ones",
            folder.display()
        );
    }
    let row = |file: &PathBuf| match (reader.read(file), as_json) {
        (Ok(known), true) => inspect::to_json(file, &known, None).to_string(),
        (Err(error), true) => json!({ "file": file, "error": format!("{error:#}") }).to_string(),
        (Ok(known), false) => summary(&known),
        (Err(error), false) => format!("not a plugin: {error:#}"),
    };
    Ok(files.iter().map(|file| row(file) + "\n").collect())
}

fn summary(known: &Known) -> String {
    let Descriptor { name, version, summary, .. } = &known.descriptor;
    format!("{name:<20} {version:<8} {:>6} kB  {summary}", known.prepared.size().div_ceil(1000))
}
