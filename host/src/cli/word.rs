//! What the user has said of a plugin's file, in the run file and in the lock beside it.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::config::PluginTable;
use super::lock::{Lock, Locked, Seen};
use crate::callback::{Earlier, Given, Grants};
use crate::plugin::Prepared;

/// The user's word on one plugin.
pub(super) struct Word {
    /// What it may do.
    pub(super) grants: Grants,
    /// How to grant more, as words before the names of powers.
    pub(super) remedy: String,
    /// The lock has this very file.
    pub(super) is_known: bool,
    /// What lay in its place when the user looked at it.
    pub(super) earlier: Option<Earlier>,
}

/// Gives the user's word, and remembers which files it has none on.
pub(super) struct Words {
    lock: Lock,
    run: PathBuf,
    /// What demands that the lock knows every file; `None`: nothing does.
    demands: Option<&'static str>,
}

impl Words {
    /// Of the lock beside this run file; `demands`: whose word it is that a file which the lock does not
    /// know takes no part.
    pub(super) fn new(run: &Path, demands: Option<&'static str>) -> Result<Words> {
        let folder = run.parent().unwrap_or(Path::new(""));
        Ok(Words { lock: Lock::read(folder)?, run: run.to_owned(), demands })
    }

    /// On a plugin that the run file names: what that grants it is the last word.
    pub(super) fn on_named(
        &self,
        table: &PluginTable,
        file: &Path,
        plugin: &Prepared,
    ) -> Result<Word> {
        self.check_locked(file, plugin)?;
        let Some(grants) = &table.grants else { return self.by_lock(file, plugin) };
        let given = grants.iter().map(super::config::GrantEntry::given);
        Ok(Word {
            grants: Grants::Given(given.collect::<Result<Vec<Given>>>()?),
            remedy: "to grant it, add to its `grants` in the run file:".to_owned(),
            is_known: false,
            earlier: None,
        })
    }

    /// On a file in the drop folder.
    pub(super) fn on_dropped(&self, file: &Path, plugin: &Prepared) -> Result<Word> {
        self.check_locked(file, plugin)?;
        self.by_lock(file, plugin)
    }

    fn by_lock(&self, file: &Path, plugin: &Prepared) -> Result<Word> {
        let remedy = format!("to grant it: {}", self.command("grant", file));
        let seen = self.lock.look_up(file, plugin.digest());
        let (grants, earlier) = match seen {
            Seen::Absent => (Grants::Standing, None),
            Seen::Same(locked) => (Grants::Given(locked.given()?), None),
            // A stranger's rights within the old limits.
            Seen::Changed(locked) => {
                let within = locked.given()?.into_iter().map(Given::within_standing);
                (Grants::Given(within.collect()), Some(earlier(locked, plugin.digest())))
            }
        };
        let is_known = matches!(seen, Seen::Same(_));
        Ok(Word { grants, remedy, is_known, earlier })
    }

    fn check_locked(&self, file: &Path, plugin: &Prepared) -> Result<()> {
        let Some(demands) = self.demands else { return Ok(()) };
        let lock = self.lock.path().display();
        let remedy = format!(
            "look at it, then type: callbox plugins lock {}",
            quoted(&self.run.to_string_lossy())
        );
        match self.lock.look_up(file, plugin.digest()) {
            Seen::Same(_) => Ok(()),
            Seen::Changed(locked) => bail!(
                "it has changed since it was locked: sha256 {} in {lock}, {} now; {remedy}",
                short(&locked.sha256),
                short(plugin.digest())
            ),
            Seen::Absent => bail!("it is not in {lock}, which {demands} demands; {remedy}"),
        }
    }

    fn command(&self, command: &str, file: &Path) -> String {
        let quoted = |path: &Path| quoted(&path.to_string_lossy());
        format!("callbox plugins {command} {} {}", quoted(&self.run), quoted(file))
    }
}

/// As a shell reads it back: a stranger chose the name, and the command is there to be pasted.
fn quoted(word: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '+' | '@' | ':');
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('-') {
        return word.to_owned();
    }
    // A leading hyphen would be read as an option.
    let word = if word.starts_with('-') { format!("./{word}") } else { word.to_owned() };
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn earlier(locked: &Locked, now: &str) -> Earlier {
    let (before, now) = (short(&locked.sha256), short(now));
    Earlier {
        words: format!(
            "{} {} ({before}) lay in the place of this file ({now})",
            locked.name, locked.version
        ),
        asked: locked.asks.clone(),
    }
}

/// Enough of a digest to compare by eye.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_pasted_whatever_a_file_is_called() {
        assert_eq!(quoted("plugins/ema.wasm"), "plugins/ema.wasm");
        assert_eq!(quoted("a b.wasm"), "'a b.wasm'");
        assert_eq!(quoted("$(touch x).wasm"), "'$(touch x).wasm'");
        assert_eq!(quoted("it's;x.wasm"), r"'it'\''s;x.wasm'");
        assert_eq!(quoted("-rf.wasm"), "'./-rf.wasm'");
    }
}
