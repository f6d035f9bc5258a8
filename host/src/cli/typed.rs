//! Values as they are typed after `--set`, and as parameters of plugins.

use anyhow::{Context, Result, anyhow};

use crate::bridge;
use crate::callback::Value;
use crate::plugin::ParamValue;

/// A value of TOML, or else a text: `--set device=cpu` needs no quotes.
pub(super) fn parse_value(text: &str) -> toml::Value {
    let parsed = format!("value = {text}").parse::<toml::Table>();
    let value = parsed.ok().and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

/// A parameter's value in TOML.
pub(super) fn parameter(key: &str, value: &toml::Value) -> Result<(String, Value)> {
    let value = ParamValue::try_from(value).map_err(|why| anyhow!("parameter `{key}` {why}"))?;
    Ok((key.to_owned(), bridge::value_of(value)))
}

/// Parameters as `NAME=VALUE`.
pub(super) fn parameters(typed: &[String]) -> Result<Vec<(String, Value)>> {
    let one = |entry: &String| {
        let (key, value) = entry
            .split_once('=')
            .with_context(|| format!("--set {entry}: expected NAME=VALUE, such as patience=3"))?;
        parameter(key.trim(), &parse_value(value.trim()))
    };
    typed.iter().map(one).collect()
}
