//! Where a run's folder has its traces, and the plugins that took part.

use std::path::{Path, PathBuf};
use std::{fs, io};

const EXTENSION: &str = ".jsonl.gz";

/// The folder of traces in a run's folder.
#[must_use]
pub fn trace_folder(run: &Path) -> PathBuf {
    run.join("trace")
}

/// The trace of a stage in a folder of traces; `None`: the run has no stages.
#[must_use]
pub fn trace_file(folder: &Path, stage: Option<&str>) -> PathBuf {
    folder.join(format!("{}{EXTENSION}", stage.unwrap_or("run")))
}

/// All traces in a folder of traces, in the order of their names.
///
/// # Errors
/// A folder that cannot be read.
pub fn trace_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(EXTENSION));
    paths.sort();
    Ok(paths)
}

/// Where a folder of traces has the plugin of this digest.
#[must_use]
pub fn plugin_file(folder: &Path, digest: &str) -> PathBuf {
    folder.join("plugins").join(format!("{digest}.wasm"))
}
