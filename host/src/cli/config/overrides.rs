//! `--set KEY=VALUE` and its short forms, put over a run file's tables.

use anyhow::{Context, Result, bail};

use crate::cli::args::RunArgs;
use crate::cli::typed::parse_value;

/// Parts of a key; every one is a table within a table, and their writer recurses.
const DEEPEST: usize = 32;

/// Puts what was typed over what the file says.
///
/// # Errors
/// A key that leads nowhere, a value out of range.
pub(super) fn apply(table: &mut toml::Table, args: &RunArgs) -> Result<()> {
    for entry in &args.overrides {
        let (key, value) = entry.split_once('=').with_context(|| {
            format!("--set {entry}: expected KEY=VALUE, such as optimizer.lr=0.01")
        })?;
        if key.split('.').count() > DEEPEST {
            bail!("--set: a key has more than {DEEPEST} parts; expected one such as optimizer.lr");
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn set(entry: String) -> Result<toml::Table> {
        let args = RunArgs {
            run: "run.toml".into(),
            plugins: Vec::new(),
            overrides: vec![entry],
            epochs: None,
            device: None,
            seed: None,
            locked: false,
        };
        let mut table = toml::Table::new();
        apply(&mut table, &args).map(|()| table)
    }

    /// A key of some ten thousand parts was a stack overflow where the tables were written down.
    #[test]
    fn a_key_without_an_end_is_refused() {
        let text = set(format!("{}b=1", "a.".repeat(40_000))).unwrap_err().to_string();
        assert_eq!(text, "--set: a key has more than 32 parts; expected one such as optimizer.lr");
        assert_eq!(set("a.b=1".to_owned()).unwrap().to_string(), "[a]\nb = 1\n");
    }
}
