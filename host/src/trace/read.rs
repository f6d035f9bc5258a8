//! Reads a trace as far as it goes: one that a crash cut off is whole up to its last line.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use super::line::{Ending, Head, Line, Part};
use super::moment::Moment;
use crate::callback::Hook;
use crate::plain_file::read_at_most;

/// What unpacks to more is no trace.
const LARGEST: u64 = 1 << 30;
/// More plugins, metrics or layer groups than a run has.
const MOST: usize = 1_024;

/// A recorded run.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// What is the same for the whole run.
    pub head: Head,
    /// What happened.
    pub lines: Vec<Line>,
    /// It has no end: its run was killed, or the file was cut.
    pub is_cut: bool,
}

/// Why a file is no trace.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// It cannot be read.
    #[error("cannot read {path}: {error}")]
    File {
        /// Its path.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// It is not compressed, or unpacks to nothing.
    #[error(
        "it is no trace: a trace is JSON lines in gzip, as `callbox train --record` writes them"
    )]
    NoTrace,
    /// Its first line is of another format.
    #[error("its first line is not the head of a trace: {0}")]
    Head(String),
    /// It is of another version.
    #[error("it is a trace of version {0}; this callbox reads version {ours}: record the run again", ours = super::VERSION)]
    Version(u64),
    /// A line is not what it should be.
    #[error("line {number}: {message}")]
    Line {
        /// From 1.
        number: usize,
        /// What is wrong.
        message: String,
    },
}

impl Trace {
    /// A trace in a file.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn open(path: &Path) -> Result<Trace, TraceError> {
        let failed = |error| TraceError::File { path: path.display().to_string(), error };
        let packed = read_at_most(LARGEST, path).map_err(failed)?;
        Trace::parse(&packed)
    }

    /// A trace in memory, as it stands in a file.
    ///
    /// # Errors
    /// As [`Trace::open`].
    pub fn parse(packed: &[u8]) -> Result<Trace, TraceError> {
        let mut text = Vec::new();
        // A cut stream gives what it had before it fails.
        let whole = GzDecoder::new(packed).take(LARGEST).read_to_end(&mut text).is_ok();
        if text.is_empty() {
            return Err(TraceError::NoTrace);
        }
        let complete = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut lines =
            text[..complete].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let head = head(lines.next().unwrap_or_default())?;
        let lines = lines.zip(2..).map(|(text, number)| line(text, number));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        let is_cut = !whole || !matches!(lines.last(), Some(Line::Finished(_)));
        Ok(Trace { head, lines, is_cut })
    }

    /// Every hook, with the whole state there.
    ///
    /// # Errors
    /// In the place of a hook whose line does not fit the head: why.
    pub fn moments(&self) -> impl Iterator<Item = Result<(Hook, Moment), String>> {
        let mut now = Moment::start(&self.head.run.hypers, self.head.metrics.len());
        self.lines.iter().filter_map(move |line| {
            let Line::Hook(change) = line else { return None };
            Some(now.take(change.clone()).map(|()| (change.hook, now.clone())))
        })
    }

    /// How the run ended; `None`: the trace breaks off before.
    #[must_use]
    pub fn ending(&self) -> Option<&Ending> {
        match self.lines.last() {
            Some(Line::Finished(ending)) => Some(ending),
            _ => None,
        }
    }

    /// Everything that one plugin did.
    pub fn of<'a>(&'a self, plugin: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.plugin() == Some(plugin))
    }
}

fn head(text: &[u8]) -> Result<Head, TraceError> {
    /// What every version has.
    #[derive(serde::Deserialize)]
    struct Any {
        trace: u64,
    }
    let wrong = |error: serde_json::Error| TraceError::Head(error.to_string());
    let Any { trace } = serde_json::from_slice(text).map_err(wrong)?;
    if trace != u64::from(super::VERSION) {
        return Err(TraceError::Version(trace));
    }
    let head = serde_json::from_slice(text).map_err(wrong)?;
    check(&head).map_err(TraceError::Head)?;
    Ok(head)
}

/// What no run has, and what would cost a play without bound.
fn check(head: &Head) -> Result<(), String> {
    let lists = [
        ("plugins", head.plugins.len()),
        ("metrics", head.metrics.len()),
        ("metrics of the run", head.run.metrics.len()),
        ("layer groups", head.run.hypers.len()),
    ];
    if let Some((what, count)) = lists.into_iter().find(|(_, count)| *count > MOST) {
        return Err(format!("{count} {what}, where {MOST} are the most"));
    }
    let mut names = HashSet::new();
    for Part { name, sha256, .. } in &head.plugins {
        if !names.insert(name) {
            return Err(format!("two plugins are called `{name}`"));
        }
        // It names a file in the trace's folder.
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!("the digest of `{name}` is none"));
        }
    }
    Ok(())
}

fn line(text: &[u8], number: usize) -> Result<Line, TraceError> {
    serde_json::from_slice(text)
        .map_err(|error| TraceError::Line { number, message: error.to_string() })
}
