//! Paths under `[data]`: relative to the run file as they are written, absolute as they are kept.

use std::path::{Path, absolute};

use anyhow::{Context, Result};
use toml::Value;

use crate::train::data::DataConfig;

/// Makes them absolute, so that a run can be measured again from its own folder. No file is looked
/// at.
///
/// # Errors
/// A path that TOML cannot hold, since it is not in UTF-8.
pub(super) fn resolve(table: &mut toml::Table, folder: &Path) -> Result<()> {
    let Some(Value::Table(data)) = table.get_mut("data") else { return Ok(()) };
    for key in DataConfig::PATHS {
        match data.get_mut(key) {
            Some(Value::String(path)) => resolve_one(path, folder).context(key)?,
            Some(Value::Array(paths)) => {
                for path in paths {
                    if let Value::String(path) = path {
                        resolve_one(path, folder).context(key)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn resolve_one(path: &mut String, folder: &Path) -> Result<()> {
    // An empty path is a mistake that is told where the data is read.
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
        let once = resolved("name = 'x'\n[data]\npath = 'x.csv'");
        assert_eq!(resolved(&once.to_string()), once);
        assert_eq!(resolved("data = 3"), "data = 3".parse().unwrap());
    }
}
