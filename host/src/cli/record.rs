//! `callbox train --record`: a trace of every stage in the run's folder, and the plugins that took part.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::session::StageRun;
use crate::callback::{Member, Record, Records};
use crate::trace::{Recorder, plugin_file, trace_file, trace_folder};

/// The traces of a run, as they are written.
pub(super) struct Recording {
    folder: PathBuf,
    written: Vec<(PathBuf, Recorder)>,
}

impl Recording {
    /// Makes the folder `trace/` in a run's folder.
    pub(super) fn new(run: &Path) -> Result<Recording> {
        let folder = trace_folder(run);
        fs::create_dir_all(folder.join("plugins"))
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(Recording { folder, written: Vec::new() })
    }

    /// Begins the trace of a stage that is about to be trained.
    pub(super) fn begin(&mut self, stage: &mut StageRun, records: &Records) -> Result<()> {
        for member in stage.callbacks.handler().members() {
            keep(member, &self.folder)?;
        }
        let path = trace_file(&self.folder, stage.name.as_deref());
        let recorder = Recorder::new(&path, stage.callbacks.handler())
            .with_context(|| format!("cannot write the trace {}", path.display()))?;
        records.add(Box::new(recorder.clone()));
        stage.callbacks.record_hooks();
        self.written.push((path, recorder));
        Ok(())
    }

    /// Says which traces end before their stages did.
    pub(super) fn tell(self, records: &Records) {
        for (path, recorder) in self.written {
            if let Some(error) = recorder.take_error() {
                let text = format!("the trace {} is incomplete: {error}", path.display());
                records.emit(&Record::Notice(&text));
            }
        }
    }
}

/// Keeps a plugin's file under its digest: a replay runs what ran.
fn keep(member: &Member, folder: &Path) -> Result<()> {
    let Some(file) = &member.file else { return Ok(()) };
    let copy = plugin_file(folder, &member.digest);
    fs::copy(file, &copy)
        .with_context(|| format!("cannot keep {} as {}", file.display(), copy.display()))?;
    Ok(())
}
