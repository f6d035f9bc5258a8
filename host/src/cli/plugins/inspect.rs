//! `callbox plugins inspect`: everything about one plugin.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};

use super::{Known, Reader, plan};
use crate::callback::{Param, Plan, Value};
use crate::plugin::{Distrust, KeyId, Prepared};

/// One plugin, for people or for programs.
pub(super) fn inspect(file: &Path, with_plan: bool, as_json: bool) -> Result<String> {
    let mut known = Reader::new()?.read(file)?;
    let plan = with_plan.then(|| plan::of(&known.descriptor, &mut known.callback, &[])).transpose();
    let plan = plan.with_context(|| file.display().to_string())?;
    if as_json {
        return Ok(format!("{}\n", to_json(file, &known, plan.as_ref())));
    }
    Ok(page(file, &known) + &plan.as_ref().map(plan::page).unwrap_or_default())
}

fn page(file: &Path, known: &Known) -> String {
    let Known { prepared, descriptor, signed, .. } = known;
    let mut lines = vec![
        format!("{} {}: {}", descriptor.name, descriptor.version, descriptor.summary),
        format!("file       {} ({} bytes{})", file.display(), prepared.size(), wrapped(prepared)),
        format!("sha256     {}", prepared.digest()),
        format!("signature  {}", signature(signed)),
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

fn signature(signed: &Result<KeyId, Distrust>) -> String {
    match signed {
        Ok(key) => format!("by the trusted key {key}"),
        Err(Distrust::Unsigned(_)) => "none".to_owned(),
        Err(distrust) => distrust.to_string(),
    }
}

/// A word for programs, and the key if one is named.
fn signature_to_json(signed: &Result<KeyId, Distrust>) -> Json {
    let (state, key) = match signed {
        Ok(key) => ("trusted", Some(key)),
        Err(Distrust::Unsigned(_)) => ("none", None),
        Err(Distrust::Unknown(key)) => ("unknown", Some(key)),
        Err(Distrust::Changed(key)) => ("changed", Some(key)),
        Err(Distrust::Malformed(_)) => ("malformed", None),
    };
    json!({ "state": state, "key": key.map(KeyId::to_string) })
}

fn wrapped(prepared: &Prepared) -> &'static str {
    if prepared.was_core_module() { ", a core module" } else { ", a component" }
}

pub(super) fn listed(names: &[String]) -> String {
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

/// All that is known of a plugin.
pub(super) fn to_json(file: &Path, known: &Known, plan: Option<&Plan>) -> Json {
    let Known { prepared, descriptor, signed, .. } = known;
    json!({
        "file": file, "name": descriptor.name, "version": descriptor.version,
        "summary": descriptor.summary, "sha256": prepared.digest(), "size": prepared.size(),
        "signature": signature_to_json(signed), "imports": prepared.imports(), "exports": prepared.exports(),
        "needs": descriptor.needs, "wants": descriptor.wants,
        "state-version": descriptor.state_version, "plan": plan.map(plan::to_json),
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
