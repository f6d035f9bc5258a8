//! Writes a trace while a run goes on.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::line::{Ending, Head, Line, Part};
use super::moment::Moment;
use super::tape::Tape;
use crate::callback::{Handler, Hook, Losses, Member, Observer, Record, Standing};

/// An observer that writes a trace into a file. Clones share it.
#[derive(Clone)]
pub struct Recorder {
    sink: Arc<Mutex<Sink>>,
}

struct Sink {
    /// What plugins asked for tensors, and is not written yet.
    tape: Tape,
    /// `None`: the run is over, or writing failed.
    out: Option<GzEncoder<BufWriter<File>>>,
    last: Moment,
    failed: Option<io::Error>,
}

impl Recorder {
    /// Makes the file and writes its head: what the handler's callbacks were told, and who they are. What is
    /// on the tape is written where it was asked.
    ///
    /// # Errors
    /// A file that is there already or cannot be written.
    pub fn new(path: &Path, handler: &Handler, tape: Tape) -> io::Result<Self> {
        let head = head(handler);
        let last = Moment::start(&head.run.hypers, head.metrics.len());
        let file = BufWriter::new(File::create_new(path)?);
        let mut sink = Sink {
            tape,
            out: Some(GzEncoder::new(file, Compression::default())),
            last,
            failed: None,
        };
        sink.write(&serde_json::to_string(&head)?)?;
        Ok(Recorder { sink: Arc::new(Mutex::new(sink)) })
    }

    /// Why the trace ends before the run, if it does.
    #[must_use]
    pub fn take_error(&self) -> Option<io::Error> {
        self.lock().failed.take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Sink> {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Recorder {
    fn observe(&mut self, record: &Record<'_>) {
        let mut sink = self.lock();
        // A full disk does not end the training: the trace ends there, and the user is told.
        if let Err(error) = sink.take(record) {
            sink.out = None;
            sink.failed = Some(error);
        }
    }

    fn sees_hooks(&self) -> bool {
        true
    }
}

impl Sink {
    fn take(&mut self, record: &Record<'_>) -> io::Result<()> {
        // It came before what is recorded now.
        self.tape.take().iter().try_for_each(|line| self.write(&line.to_text()))?;
        match record {
            Record::Hook { hook, state } => {
                let now = Moment::of(state);
                let line = Line::Hook(now.since(&self.last, *hook));
                self.last = now;
                self.write(&line.to_text())?;
                // What is lost in a crash is the batch in which it came.
                if matches!(hook, Hook::BatchEnd | Hook::EpochEnd) { self.flush() } else { Ok(()) }
            }
            Record::Finished { outcome, state, .. } => {
                let ending = Ending {
                    outcome: (*outcome).clone(),
                    epochs: state.epoch,
                    iteration: state.iteration,
                    losses: state.losses.unwrap_or(Losses::NONE),
                };
                self.write(&Line::Finished(ending).to_text())?;
                self.close()
            }
            other => Line::of(other).map_or(Ok(()), |line| self.write(&line.to_text())),
        }
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(out) = self.out.take() else { return Ok(()) };
        out.finish()?.flush()
    }
}

fn head(handler: &Handler) -> Head {
    let plugins = handler.members().iter().filter(|member| member.standing != Standing::Native);
    Head {
        trace: super::VERSION,
        run: handler.run().clone(),
        metrics: handler.metrics().specs(),
        owners: handler.rules().owners.clone(),
        plugins: plugins.map(part).collect(),
    }
}

fn part(member: &Member) -> Part {
    Part {
        name: member.name.clone(),
        version: member.descriptor.version.clone(),
        sha256: member.digest.clone(),
        dropped: member.standing == Standing::Dropped,
        settings: member.settings().to_vec(),
        granted: member.granted.clone(),
        mode: member.mode.name().to_owned(),
        reports: member.plan.reports.clone(),
    }
}
