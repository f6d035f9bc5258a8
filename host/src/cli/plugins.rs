//! `callbox plugins …`: what a plugin is and asks for, without running more than its `describe`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};

use super::Failure;
use super::args::PluginsCommand;
use super::print::print;
use crate::bridge::PluginCallback;
use crate::callback::{Callback, Descriptor, Param, Records, Value};
use crate::plugin::{Cache, Engine, Limits, Prepared, dropped};

/// Does what was typed after `plugins`.
///
/// # Errors
/// A folder or file that cannot be read, or is no plugin.
pub(super) fn run(command: &PluginsCommand) -> Result<(), Failure> {
    let text = match command {
        PluginsCommand::List { folder, json } => list(folder, *json),
        PluginsCommand::Inspect { file, json } => inspect(file, *json),
    };
    print(&text.map_err(Failure::Usage)?).map_err(|error| Failure::Run(error.into()))
}

/// A plugin's file and its own word on what it is.
struct Known {
    prepared: Prepared,
    descriptor: Descriptor,
}

/// Without a cache, plugins are compiled anew; looking at them works either way.
fn open_cache() -> Option<Cache> {
    Cache::open(&super::cache_folder()?).ok()
}

fn read(engine: &Engine, cache: Option<&Cache>, file: &Path) -> Result<Known> {
    let limits = Limits::default();
    let prepared = Prepared::load(engine, cache, file, &limits)?;
    let (name, records) = (file.display().to_string(), Records::default());
    let mut callback = PluginCallback::new(prepared.clone(), limits, name, records);
    let described = callback.describe().map_err(|fault| anyhow::anyhow!("`describe`: {fault}"));
    Ok(Known { prepared, descriptor: described.with_context(|| file.display().to_string())? })
}

fn list(folder: &Path, as_json: bool) -> Result<String> {
    let (engine, cache) = (super::engine()?, open_cache());
    let files: Vec<PathBuf> = dropped(folder)?.into_iter().map(|plugin| plugin.file).collect();
    if files.is_empty() && !as_json {
        bail!(
            "{}: no .wasm file here; `make plugins` builds the first-party ones",
            folder.display()
        );
    }
    let row = |file: &PathBuf| match (read(&engine, cache.as_ref(), file), as_json) {
        (Ok(known), true) => to_json(file, &known).to_string(),
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

fn inspect(file: &Path, as_json: bool) -> Result<String> {
    let known = read(&super::engine()?, open_cache().as_ref(), file)?;
    Ok(if as_json { format!("{}\n", to_json(file, &known)) } else { page(file, &known) })
}

fn page(file: &Path, known: &Known) -> String {
    let Known { prepared, descriptor } = known;
    let mut lines = vec![
        format!("{} {}: {}", descriptor.name, descriptor.version, descriptor.summary),
        format!("file       {} ({} bytes{})", file.display(), prepared.size(), wrapped(prepared)),
        format!("sha256     {}", prepared.digest()),
        format!("imports    {}", listed(prepared.imports())),
        format!("exports    {}", listed(prepared.exports())),
        format!("needs      {}", listed(&descriptor.needs)),
        format!("wants      {}", listed(&descriptor.wants)),
    ];
    let params = descriptor.params.iter();
    let names: Vec<String> = params.clone().map(|param| param.name.clone()).collect();
    lines.push(format!("parameters {}", listed(&names)));
    lines.extend(params.map(|param| {
        format!("  {:<14} {} (default {}{})", param.name, param.doc, param.default, bounds(param))
    }));
    lines.join("\n") + "\n"
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
    let choices = if param.choices.is_empty() {
        String::new()
    } else {
        format!(", one of {}", param.choices.join(" "))
    };
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
        "default": value_to_json(&param.default), "min": param.min, "max": param.max,
        "choices": param.choices,
    })
}

fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Flag(flag) => json!(flag),
        Value::Integer(n) => json!(n),
        Value::Number(x) => json!(x),
        Value::Text(text) => json!(text),
        Value::Numbers(numbers) => json!(numbers),
        Value::Texts(texts) => json!(texts),
    }
}
