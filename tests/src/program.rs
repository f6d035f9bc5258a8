//! The binary, run as a user runs it, in a folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::guest;

/// A folder that a user works in; removed at the end.
pub struct Workplace {
    folder: tempfile::TempDir,
    program: PathBuf,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; -1 if a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Workplace {
    /// Empty. `program` is the binary's path, which cargo tells to tests alone.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Workplace { folder: tempfile::tempdir().unwrap(), program: program.into() }
    }

    /// A path in it.
    #[must_use]
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file in it, with the folders that it needs.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A copy of a guest or first-party plugin, under a name of its own.
    pub fn drop_in(&self, name: &str, plugin: &str) {
        self.write(name, fs::read(guest(plugin)).unwrap());
    }

    /// Runs the binary here; its compile cache and its configuration are here as well.
    #[must_use]
    pub fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ran {
        Ran::new(&self.command(arguments).output().unwrap())
    }

    /// The same, not yet started.
    #[must_use]
    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("CALLBOX_CACHE_DIR", self.path("cache"))
            .env("CALLBOX_CONFIG_DIR", self.path("config"));
        command
    }
}

impl Ran {
    /// Of a command that has ended.
    #[must_use]
    pub fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// The records that `--json` printed.
    #[must_use]
    pub fn records(&self) -> Vec<Json> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The records of one kind.
    #[must_use]
    pub fn of(&self, event: &str) -> Vec<Json> {
        self.records().into_iter().filter(|record| record["event"] == event).collect()
    }
}
