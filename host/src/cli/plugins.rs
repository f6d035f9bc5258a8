//! `callbox plugins …`: what a plugin is and asks for, without running more than its `describe`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};

use super::Failure;
use super::args::PluginsCommand;
use crate::bridge::PluginCallback;
use crate::callback::{Callback, Descriptor, Param, Records};
use crate::plugin::{Cache, Engine, Limits, Prepared};

/// Does what was typed after `plugins`.
///
/// # Errors
/// A folder or file that cannot be read, or is no plugin.
pub fn run(command: &PluginsCommand) -> Result<(), Failure> {
    match command {
        PluginsCommand::List { folder, json } => list(folder, *json),
        PluginsCommand::Inspect { file, json } => inspect(file, *json),
    }
    .map_err(Failure::Usage)
}

/// A plugin's file and its own word on what it is.
struct Known {
    prepared: Prepared,
    descriptor: Descriptor,
}

fn read(engine: &Engine, file: &Path) -> Result<Known> {
    let limits = Limits::default();
    let folder = std::env::var_os("CALLBOX_CACHE_DIR").map(PathBuf::from);
    let cache = folder.or_else(Cache::default_folder).and_then(|folder| Cache::open(&folder).ok());
    let prepared = Prepared::load(engine, cache.as_ref(), file, &limits)?;
    let (name, records) = (file.display().to_string(), Records::default());
    let mut callback = PluginCallback::new(prepared.clone(), limits, name, records);
    let described = callback.describe().map_err(|fault| anyhow::anyhow!("`describe`: {fault}"));
    Ok(Known { prepared, descriptor: described.with_context(|| file.display().to_string())? })
}

#[allow(clippy::print_stdout, reason = "the result is what the command was called for")]
fn list(folder: &Path, as_json: bool) -> Result<()> {
    let engine = Engine::new()?;
    let files = wasm_files(folder)?;
    if files.is_empty() && !as_json {
        bail!("{}: no .wasm file here; `make plugins` builds the first-party ones", folder.display());
    }
    for file in files {
        match (read(&engine, &file), as_json) {
            (Ok(known), true) => println!("{}", to_json(&file, &known)),
            (Err(error), true) => println!("{}", json!({ "file": file, "error": format!("{error:#}") })),
            (Ok(known), false) => {
                let Descriptor { name, version, summary, .. } = &known.descriptor;
                println!("{name:<20} {version:<8} {:>6} kB  {summary}", known.prepared.size().div_ceil(1000));
            }
            (Err(error), false) => println!("not a plugin: {error:#}"),
        }
    }
    Ok(())
}

fn wasm_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut files = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<PathBuf>>>()
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    files.sort();
    Ok(files)
}

#[allow(clippy::print_stdout, reason = "the result is what the command was called for")]
fn inspect(file: &Path, as_json: bool) -> Result<()> {
    let known = read(&Engine::new()?, file)?;
    if as_json {
        println!("{}", to_json(file, &known));
        return Ok(());
    }
    let Known { prepared, descriptor } = &known;
    println!("{} {}: {}", descriptor.name, descriptor.version, descriptor.summary);
    println!("file       {} ({} bytes{})", file.display(), prepared.size(), wrapped(prepared));
    println!("sha256     {}", prepared.digest());
    println!("imports    {}", listed(prepared.imports()));
    println!("exports    {}", listed(prepared.exports()));
    println!("needs      {}", listed(&descriptor.needs));
    println!("wants      {}", listed(&descriptor.wants));
    println!("parameters {}", if descriptor.params.is_empty() { "none" } else { "" });
    for param in &descriptor.params {
        println!("  {:<14} {} (default {}{})", param.name, param.doc, param.default, bounds(param));
    }
    Ok(())
}

fn wrapped(prepared: &Prepared) -> &'static str {
    if prepared.was_core_module() { ", a core module" } else { ", a component" }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

fn bounds(param: &Param) -> String {
    let number = match (param.min, param.max) {
        (None, None) => String::new(),
        (Some(min), None) => format!(", at least {min}"),
        (None, Some(max)) => format!(", at most {max}"),
        (Some(min), Some(max)) => format!(", {min} to {max}"),
    };
    let choices = if param.choices.is_empty() { String::new() } else { format!(", one of {}", param.choices.join(" ")) };
    format!("{number}{choices}")
}

fn to_json(file: &Path, known: &Known) -> Json {
    let Known { prepared, descriptor } = known;
    json!({
        "file": file, "name": descriptor.name, "version": descriptor.version,
        "summary": descriptor.summary, "sha256": prepared.digest(), "size": prepared.size(),
        "imports": prepared.imports(), "exports": prepared.exports(),
        "needs": descriptor.needs, "wants": descriptor.wants,
        "state-version": descriptor.state_version,
        "params": descriptor.params.iter().map(param_to_json).collect::<Vec<_>>(),
    })
}

fn param_to_json(param: &Param) -> Json {
    json!({
        "name": param.name, "doc": param.doc, "type": param.default.kind(),
        "default": param.default.to_string(), "min": param.min, "max": param.max,
        "choices": param.choices,
    })
}
