//! Whom a user trusts: the user's own configuration, and what a run file adds.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use etcetera::BaseStrategy;
use serde::Deserialize;

use super::unknown_key::explain;
use crate::plugin::{LoadError, PluginFile, TrustedKeys};

/// `trust = "any" | "digest" | "signed"`: what a plugin's file must have to be loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Nothing: the sandbox and the grants are what holds it.
    #[default]
    Any,
    /// A digest that stands in `plugins.lock`.
    Digest,
    /// A signature by a trusted key.
    Signed,
}

/// `callbox/config.toml` in the user's folder for configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct UserFile {
    trust: Trust,
    keys: Vec<String>,
}

/// What holds for the plugins of a run.
#[derive(Debug, Clone)]
pub struct Policy {
    asked: [Trust; 2],
    keys: TrustedKeys,
}

impl Policy {
    /// The user's own.
    ///
    /// # Errors
    /// A configuration that cannot be read, or a key in it that is none.
    pub fn of_user() -> Result<Policy> {
        Policy::with(Trust::Any, &[])
    }

    /// What a run file says together with the user's own: what either of them asks for holds, and both
    /// add keys.
    ///
    /// # Errors
    /// As [`Policy::of_user`]; a key of the run file that is none.
    pub fn with(trust: Trust, keys: &[String]) -> Result<Policy> {
        let path = config_file();
        let user = path.as_ref().map_or(Ok(UserFile::default()), read)?;
        let mut all = parse_keys(keys).context("[plugins]")?;
        let of_user = parse_keys(&user.keys);
        all.extend(of_user.with_context(|| path.unwrap_or_default().display().to_string())?);
        Ok(Policy { asked: [trust, user.trust], keys: all })
    }

    /// Whether the run file or the user asks for this.
    #[must_use]
    pub fn wants(&self, trust: Trust) -> bool {
        self.asked.contains(&trust)
    }

    /// The keys that count.
    #[must_use]
    pub fn keys(&self) -> &TrustedKeys {
        &self.keys
    }

    /// Lets a file pass whose signature is as good as it must be.
    ///
    /// # Errors
    /// Why it may not be loaded.
    pub fn admit(&self, file: &PluginFile) -> Result<(), LoadError> {
        if !self.wants(Trust::Signed) {
            return Ok(());
        }
        match file.signed_by(&self.keys) {
            Ok(_) => Ok(()),
            Err(why) => Err(LoadError::Untrusted { path: file.path().into(), why }),
        }
    }
}

/// Keys as a run file or a configuration lists them.
///
/// # Errors
/// One that is none.
pub(super) fn parse_keys(keys: &[String]) -> Result<TrustedKeys> {
    let mut all = TrustedKeys::default();
    keys.iter().try_for_each(|key| all.add(key)).context("keys")?;
    Ok(all)
}

/// `CALLBOX_CONFIG_DIR`, or `callbox` in the user's folder for configuration.
pub(super) fn config_file() -> Option<PathBuf> {
    let named = std::env::var_os("CALLBOX_CONFIG_DIR").map(PathBuf::from);
    let usual = || Some(etcetera::choose_base_strategy().ok()?.config_dir().join("callbox"));
    Some(named.or_else(usual)?.join("config.toml"))
}

fn read(path: &PathBuf) -> Result<UserFile> {
    match fs::read_to_string(path) {
        Ok(text) => {
            toml::from_str(&text).map_err(|e| anyhow!("{}: {}", path.display(), explain(&e)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(UserFile::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Neither replaces the other: a user's wish for signatures is not undone by a run file's digests.
    #[test]
    fn what_either_asks_for_holds() {
        let policy = |asked| Policy { asked, keys: TrustedKeys::default() };
        let wants = |asked| [Trust::Digest, Trust::Signed].map(|trust| policy(asked).wants(trust));
        assert_eq!(wants([Trust::Any, Trust::Any]), [false, false]);
        assert_eq!(wants([Trust::Digest, Trust::Any]), [true, false]);
        assert_eq!(wants([Trust::Any, Trust::Signed]), [false, true]);
        assert_eq!(wants([Trust::Digest, Trust::Signed]), [true, true]);
    }

    #[test]
    fn a_configuration_says_what_a_run_file_says() {
        let read = |text| toml::from_str::<UserFile>(text).map(|file| file.trust);
        assert_eq!(read("trust = \"digest\"\nkeys = []"), Ok(Trust::Digest));
        assert_eq!(read("trust = \"any\""), Ok(Trust::Any));
        assert_eq!(read(""), Ok(Trust::Any));
        assert!(read("library = []").is_err());
    }
}
