//! The journal in the run's folder: every signal with its author and what became of it, every
//! fault, every log line, every epoch.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

use super::json::to_line;
use crate::callback::{Observer, Record};

/// Lines of JSON, kept in memory until the run has a folder. Clones share it.
#[derive(Clone)]
pub struct Journal {
    sink: Arc<Mutex<Sink>>,
}

enum Sink {
    Waiting(Vec<String>),
    Open(BufWriter<File>),
}

impl Journal {
    /// Not yet on disk.
    #[must_use]
    pub fn waiting() -> Self {
        Journal { sink: Arc::new(Mutex::new(Sink::Waiting(Vec::new()))) }
    }

    /// Writes what has come so far, and everything from now on.
    ///
    /// # Errors
    /// A file that cannot be made.
    pub fn open(&self, path: &Path) -> Result<()> {
        let file =
            File::create_new(path).with_context(|| format!("cannot make {}", path.display()))?;
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = BufWriter::new(file);
        if let Sink::Waiting(lines) = &*sink {
            for line in lines {
                writeln!(out, "{line}")
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
        }
        *sink = Sink::Open(out);
        Ok(())
    }
}

impl Observer for Journal {
    fn observe(&mut self, record: &Record<'_>) {
        // The state of a batch is in the signals; a line per batch would only be noise here.
        if matches!(record, Record::Batch { .. }) {
            return;
        }
        let line = to_line(record);
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *sink {
            Sink::Waiting(lines) => lines.push(line),
            Sink::Open(out) => {
                // A full disk does not end the training.
                let _ = writeln!(out, "{line}");
                if matches!(
                    record,
                    Record::Begun { .. }
                        | Record::Epoch { .. }
                        | Record::Fault { .. }
                        | Record::Finished { .. }
                ) {
                    let _ = out.flush();
                }
            }
        }
    }
}
