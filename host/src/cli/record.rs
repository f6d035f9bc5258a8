//! `callbox train --record`: a trace of every stage in the run's folder, and the plugins that took part.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::session::StageRun;
use crate::callback::{Record, Records};
use crate::plugin::{Limits, PluginFile};
use crate::trace::{Recorder, Tape, plugin_file, trace_file, trace_folder};

/// The traces of a run, as they are written.
pub(super) struct Recording {
    folder: PathBuf,
    written: Vec<(PathBuf, Recorder, Tape)>,
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
            let Some(file) = &member.file else { continue };
            // A stranger's file that went or changed meanwhile must not stop the run.
            if let Err(error) = keep(file, &member.digest, &self.folder) {
                let name = &member.name;
                let text = format!("plugin `{name}` is not kept for a replay: {error:#}");
                records.emit(&Record::Notice(&text));
            }
        }
        let path = trace_file(&self.folder, stage.name.as_deref());
        let recorder = Recorder::new(&path, stage.callbacks.handler(), stage.tape.clone())
            .with_context(|| format!("cannot write the trace {}", path.display()))?;
        records.add(Box::new(recorder.clone()));
        stage.callbacks.record_hooks();
        self.written.push((path, recorder, stage.tape.clone()));
        Ok(())
    }

    /// Says which traces end before their stages did.
    pub(super) fn tell(self, records: &Records) {
        for (path, recorder, tape) in self.written {
            for plugin in tape.full() {
                let text = format!(
                    "the trace {} does not have all that `{plugin}` asked of tensors: it was too much",
                    path.display()
                );
                records.emit(&Record::Notice(&text));
            }
            if let Some(error) = recorder.take_error() {
                let text = format!("the trace {} is incomplete: {error}", path.display());
                records.emit(&Record::Notice(&text));
            }
        }
    }
}

/// Keeps a plugin's file under its digest: a replay runs what ran.
fn keep(file: &Path, digest: &str, folder: &Path) -> Result<()> {
    // What was loaded was within its own limits, and only that is kept.
    let any = Limits { file_mib: 4_096, ..Limits::default() };
    let read = PluginFile::read(file, &any)?;
    if read.digest() != digest {
        bail!("{}: it has changed since it was loaded", file.display());
    }
    let copy = plugin_file(folder, digest);
    fs::write(&copy, read.bytes()).with_context(|| format!("cannot write {}", copy.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ran_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("plugins")).unwrap();
        let file = folder.path().join("a.wasm");
        let said = |digest: &str| keep(&file, digest, folder.path()).unwrap_err().to_string();
        assert!(said("aa").contains("a.wasm"), "it is not there");

        fs::write(&file, b"\0asm\x01\0\0\0").unwrap();
        assert!(said("aa").contains("it has changed since it was loaded"));

        let digest = PluginFile::read(&file, &Limits::default()).unwrap().digest();
        keep(&file, &digest, folder.path()).unwrap();
        assert!(plugin_file(folder.path(), &digest).exists());
    }
}
