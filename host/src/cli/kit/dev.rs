//! `callbox plugins dev`: build and test again whenever a source changes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::cli::Failure;
use crate::cli::args::DevArgs;
use crate::cli::print::say;

/// How often the folder is looked at.
const INTERVAL: Duration = Duration::from_millis(200);
/// Folders that tools write into; hidden ones are left out as well.
const BUILT: [&str; 4] = ["target", "dist", "node_modules", "__pycache__"];
/// More than any plugin has: somebody gave the wrong folder.
const MOST_FILES: usize = 20_000;

/// Goes on until it is interrupted.
///
/// # Errors
/// A folder that cannot be read, or that is too large; a command that cannot be started.
pub(in crate::cli) fn dev(args: &DevArgs) -> Result<(), Failure> {
    let mut seen = None;
    loop {
        let sources = sources(&args.folder).map_err(Failure::Usage)?;
        if seen.as_ref() != Some(&sources) {
            say(&attempt(args).map_err(Failure::Usage)?)?;
            // As they were before: what was changed during a build is not built yet.
            seen = Some(sources);
        }
        thread::sleep(INTERVAL);
    }
}

/// Builds and tests; how that went, in a line.
fn attempt(args: &DevArgs) -> Result<String> {
    let (program, arguments) = match args.command.split_first() {
        Some((program, arguments)) => (program.as_str(), arguments),
        None => ("make", &["test".to_owned()][..]),
    };
    let own = std::env::current_exe().context("cannot find callbox's own binary")?;
    let status = Command::new(program)
        .args(arguments)
        .current_dir(&args.folder)
        .env("CALLBOX", own)
        .status()
        .with_context(|| format!("cannot run `{program}` in {}", args.folder.display()))?;
    let verdict = if status.success() { "passed" } else { "FAILED" };
    Ok(format!("{verdict}; waiting for a change in {}\n", args.folder.display()))
}

/// Last change and length of each source file.
type Sources = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

fn sources(top: &Path) -> Result<Sources> {
    let mut found = Sources::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if folder == top => return Err(error).context(folder.display().to_string()),
            Err(_gone_meanwhile) => continue,
        };
        for entry in entries.flatten().filter(|entry| is_source(&entry.file_name())) {
            // What went in between is seen at the next look.
            let Ok(meta) = entry.metadata() else { continue };
            match meta.is_dir() {
                true => folders.push(entry.path()),
                false => drop(found.insert(entry.path(), (meta.modified().ok(), meta.len()))),
            }
        }
        if found.len().max(folders.len()) > MOST_FILES {
            bail!("{}: more than {MOST_FILES} files; name the plugin's folder", top.display());
        }
    }
    Ok(found)
}

fn is_source(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let is_made = name.contains(".wasm") || name == "Cargo.lock" || BUILT.contains(&&*name);
    !name.starts_with('.') && !is_made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_make_is_no_source() {
        let folder = tempfile::tempdir().unwrap();
        for file in
            ["plugin.js", "sdk/a.js", "dist/a.wasm", "x.wasm.part", ".toolchain/node", "target/a"]
        {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = sources(folder.path()).unwrap();
        let names: Vec<_> =
            found.keys().map(|path| path.strip_prefix(folder.path()).unwrap().to_owned()).collect();
        assert_eq!(names, [Path::new("plugin.js"), Path::new("sdk/a.js")]);
    }
}
