//! Paths of files that a run reads: relative to the run file as they are written, absolute as they
//! are kept.

use std::path::{Path, absolute};

use anyhow::{Context, Result};
use toml::Value;

use crate::train::data::DataConfig;
use crate::train::model::ModelConfig;

/// The tables that name such files, and under which keys: a text, or a list of texts.
const PATHS: [(&str, &[&str]); 3] =
    [("data", &DataConfig::PATHS), ("model", &ModelConfig::PATHS), ("weights", &["from"])];

/// Makes them absolute, so that a run can be measured again from its own folder. No file is looked
/// at.
///
/// # Errors
/// A path that TOML cannot hold, since it is not in UTF-8.
pub(super) fn resolve(table: &mut toml::Table, folder: &Path) -> Result<()> {
    for (name, keys) in PATHS {
        let Some(Value::Table(part)) = table.get_mut(name) else { continue };
        for key in keys {
            let Some(value) = part.get_mut(*key) else { continue };
            resolve_all(value, folder).with_context(|| format!("[{name}]: {key}"))?;
        }
    }
    Ok(())
}

fn resolve_all(value: &mut Value, folder: &Path) -> Result<()> {
    match value {
        Value::String(path) => resolve_one(path, folder),
        Value::Array(paths) => paths.iter_mut().try_for_each(|path| resolve_all(path, folder)),
        _ => Ok(()),
    }
}

fn resolve_one(path: &mut String, folder: &Path) -> Result<()> {
    // An empty path is a mistake that is told where the file is read.
    if path.is_empty() {
        return Ok(());
    }
    let whole = absolute(folder.join(&*path)).context("cannot tell the working folder")?;
    let whole = whole.into_os_string().into_string();
    *path = whole.ok().with_context(|| {
        format!("`{path}`: the folder of the run file has a name that is not in UTF-8")
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> toml::Table {
        let mut table: toml::Table = text.parse().unwrap();
        resolve(&mut table, Path::new("/runs/a")).unwrap();
        table
    }

    #[test]
    fn paths_are_relative_to_the_run_file() {
        let path = |text: &str| resolved(text)["model"]["path"].as_str().unwrap().to_owned();
        assert_eq!(path("[model]\npath = '../x.pt'"), "/runs/a/../x.pt");
        assert_eq!(path("[model]\npath = '/x.pt'"), "/x.pt");
        assert_eq!(path("[model]\npath = ''"), "");
    }

    #[test]
    fn paths_of_data_may_be_lists() {
        let table =
            resolved("[data]\npath = '../x.csv'\ntrain = ['b', '/c']\ntarget = 'y'\ntest = ''");
        let data = table["data"].as_table().unwrap();
        assert_eq!(data["path"].as_str(), Some("/runs/a/../x.csv"));
        assert_eq!(data["train"].as_array().unwrap()[0].as_str(), Some("/runs/a/b"));
        assert_eq!(data["train"].as_array().unwrap()[1].as_str(), Some("/c"));
        assert_eq!((data["target"].as_str(), data["test"].as_str()), (Some("y"), Some("")));
    }

    #[test]
    fn what_is_resolved_stays_as_it_is() {
        let once = resolved("name = 'x'\n[model]\npath = 'x.pt'");
        assert_eq!(resolved(&once.to_string()), once);
        assert_eq!(resolved("model = 3"), "model = 3".parse().unwrap());
    }
}
