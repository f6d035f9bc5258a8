//! Progress for a person: bars on a terminal, a table row per epoch, a line per plugin at the end.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::callback::{
    Account, Joined, LogLevel, Mode, Observer, Phase, Place, Record, Signal, Verdict,
};
use crate::text::clean;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Warnings only.
    Quiet,
    /// Progress, the table, and what plugins log.
    Normal,
    /// What plugins log at level debug as well.
    Debug,
}

/// At most so many faults of one callback are shown; the journal has them all.
const FAULTS_SHOWN: u32 = 5;

/// Longest line shown, in bytes: file names and guests' words are in it.
const LINE: usize = 2_000;

/// Shows a run on standard output, warnings on standard error.
pub struct Screen {
    verbosity: Verbosity,
    terminal: bool,
    bar: ProgressBar,
    smooth: f64,
    columns: Vec<String>,
    epochs: u32,
    faults: BTreeMap<String, u32>,
    differences: BTreeMap<String, u32>,
}

impl Screen {
    /// Bars only where standard output is a terminal.
    #[must_use]
    pub fn new(verbosity: Verbosity) -> Self {
        Screen {
            verbosity,
            terminal: stdout().is_terminal(),
            bar: ProgressBar::hidden(),
            smooth: f64::NAN,
            columns: Vec::new(),
            epochs: 0,
            faults: BTreeMap::new(),
            differences: BTreeMap::new(),
        }
    }

    fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    fn say(&self, line: &str) {
        if !self.is_quiet() {
            // A reader that went away does not end the training.
            let line = clean(line, LINE);
            self.bar.suspend(|| drop(writeln!(stdout(), "{line}")));
        }
    }

    fn warn(&self, line: &str) {
        let line = clean(line, LINE);
        self.bar.suspend(|| drop(writeln!(stderr(), "{line}")));
    }

    fn joined(&self, joined: &Joined) {
        let powers = if joined.powers.is_empty() {
            "only looks on".to_owned()
        } else {
            joined.powers.join(", ")
        };
        let how = if joined.dropped { ", dropped" } else { "" };
        let mode = joined.mode.remark();
        let denied =
            joined.denied.as_ref().map_or(String::new(), |d| format!("; not granted: {d}"));
        let Joined { name, version, source, .. } = joined;
        self.say(&format!("plugin {name} {version} ({source}{how}): {powers}{mode}{denied}"));
        if let Some(changed) = &joined.changed {
            self.warn(&format!("plugin {name}: {changed}"));
        }
    }

    fn begun(&mut self, epochs: u32, metrics: &[String]) {
        self.epochs = epochs;
        self.columns = metrics.to_vec();
        let names: String =
            metrics.iter().map(|name| format!("{name:>width$}", width = width(name))).collect();
        self.say(&format!("{:>7}{names}{:>8}", "epoch", "time"));
    }

    fn pass_begun(&mut self, epoch: u32, phase: Phase, batches: Option<u64>) {
        if !self.terminal || self.is_quiet() {
            return;
        }
        let bar = ProgressBar::with_draw_target(batches, ProgressDrawTarget::stdout());
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {rate} {msg}")
        {
            // `per_sec` alone shows four digits that mean nothing.
            let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.0}/s", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate));
        }
        bar.set_prefix(format!("epoch {}/{} {phase}", epoch + 1, self.epochs));
        self.bar = bar;
    }

    fn batch(&mut self, done: u64, smooth: Option<f64>) {
        if let Some(smooth) = smooth {
            self.smooth = smooth;
            self.bar.set_message(format!("loss {smooth:.4}"));
        }
        self.bar.set_position(done);
    }

    fn epoch(&self, epoch: u32, values: &[f64], partial: bool, took: Duration) {
        let cells = self.columns.iter().zip(values);
        let cells: String = cells.map(|(name, value)| cell(name, *value)).collect();
        let note = if partial { "  (cut short)" } else { "" };
        self.say(&format!("{:>7}{cells}{:>7.1}s{note}", epoch + 1, took.as_secs_f64()));
    }

    /// A validation within an epoch: its row goes by the training batches done.
    fn validated(&self, iteration: u64, values: &[f64], partial: bool) {
        let cells = self.columns.iter().zip(values);
        let cells: String = cells.map(|(name, value)| cell(name, *value)).collect();
        let note = if partial { "  (cut short)" } else { "" };
        self.say(&format!("{:>7}{cells}{note}", format!("@{iteration}")));
    }

    fn fault(&mut self, author: &str, line: &str, ends: bool) {
        let count = self.faults.entry(author.to_owned()).or_default();
        *count += 1;
        let count = *count;
        if count <= FAULTS_SHOWN || ends {
            self.warn(line);
        }
        if count == FAULTS_SHOWN {
            self.warn(&format!("further faults of `{author}` are in the journal only"));
        }
    }

    fn log(&self, author: &str, level: LogLevel, line: &str) {
        if level == LogLevel::Debug && self.verbosity < Verbosity::Debug {
            return;
        }
        match level {
            LogLevel::Warn | LogLevel::Error => {
                self.warn(&format!("{author}: {}: {line}", level.name()))
            }
            LogLevel::Debug | LogLevel::Info => self.say(&format!("{author}: {line}")),
        }
    }

    /// Of the thousands of signals those that end something, and a callback's last word on its run.
    fn signal(&self, author: &str, at: Place, signal: &Signal, verdict: &Verdict) {
        if *verdict != Verdict::Applied {
            return;
        }
        match signal {
            Signal::StopEpoch(_) | Signal::StopValidation(_) | Signal::SkipValidation => {
                self.say(&format!("{author}: {signal}"));
            }
            Signal::Report(report) if at.hook.is_none() => {
                self.say(&format!("{author}: {} {}", report.name, number(report.value)));
            }
            _ => {}
        }
    }

    /// The first few; the journal has them all.
    fn differs(&mut self, author: &str, of: &str, at: Place, answers: [&[Signal]; 2]) {
        let count = self.differences.entry(author.to_owned()).or_default();
        *count += 1;
        if *count > FAULTS_SHOWN {
            return;
        }
        let last = *count == FAULTS_SHOWN;
        let [first, second] = answers.map(listed);
        self.say(&format!("{author} {}: {second}, where {of} asks for {first}", place(at)));
        if last {
            self.say(&format!("further differences of {author} are in the journal only"));
        }
    }

    fn finished(&mut self, accounts: &[Account]) {
        self.bar.finish_and_clear();
        if accounts.is_empty() {
            return;
        }
        self.say(&format!(
            "{:<24}{:>8}{:>11}{:>11}{:>9}{:>9}{:>9}{:>8}",
            "plugin", "calls", "total", "mean", "share", "applied", "refused", "faults"
        ));
        accounts.iter().for_each(|account| self.say(&row(account)));
        accounts.iter().filter_map(fault_report).for_each(|line| self.warn(&line));
    }
}

impl Observer for Screen {
    fn observe(&mut self, record: &Record<'_>) {
        match record {
            Record::Notice(text) => self.warn(text),
            Record::Stage { name, trial, .. } => {
                self.say(&format!("stage {name}{}", if *trial { " (trial)" } else { "" }));
            }
            Record::Joined(joined) => self.joined(joined),
            Record::Begun { epochs, metrics } => self.begun(*epochs, metrics),
            Record::PassBegun { epoch, phase, batches } => {
                self.pass_begun(*epoch, *phase, *batches)
            }
            Record::Batch { done, smooth } => self.batch(*done, *smooth),
            Record::Hook { .. } => {}
            Record::PassEnded { .. } => self.bar.finish_and_clear(),
            Record::Epoch { epoch, values, partial, took } => {
                self.epoch(*epoch, values, *partial, *took)
            }
            Record::Validated { iteration, values, partial, .. } => {
                self.validated(*iteration, values, *partial)
            }
            Record::Signal { author, at, signal, verdict } => {
                self.signal(author, *at, signal, verdict)
            }
            Record::Differs { author, of, at, first, second } => {
                self.differs(author, of, *at, [first, second]);
            }
            Record::Fault { author, at, fault, consequence } => {
                let place = place(*at);
                let kind = fault.kind();
                let line = format!("plugin `{author}`: {kind} {place}: {fault}; {consequence}");
                // What gives a plugin up, or ends the run, is told however many came before.
                let ends =
                    !consequence.ends_with("training goes on") || consequence.contains("disabled");
                self.fault(author, &line, ends);
            }
            Record::Restarted { author, at } => {
                self.warn(&format!("plugin `{author}`: restarted after {} batches", at.iteration));
            }
            Record::Swapped { author, at, before, after, kept_because } => {
                let what = swap(before, after, *kept_because);
                self.warn(&format!("plugin `{author}` {what}, {}", place(*at)));
            }
            Record::Log { author, level, line } => self.log(author, *level, line),
            Record::Finished { accounts, .. } => self.finished(accounts),
        }
    }
}

/// Between hooks, and at the end, only the batches say where.
fn place(at: Place) -> String {
    match at.hook {
        Some(hook) => format!("at epoch {}, iteration {}, {hook}", at.epoch + 1, at.iteration),
        None => format!("after {} batches", at.iteration),
    }
}

fn listed(signals: &[Signal]) -> String {
    let texts: Vec<String> = signals.iter().map(Signal::to_string).collect();
    if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") }
}

fn swap(before: &str, after: &str, kept_because: Option<&str>) -> String {
    let short = |digest: &str| digest.get(..12).unwrap_or(digest).to_owned();
    match (kept_because, before, after) {
        (Some(why), "", after) => format!("was not taken back ({}): {why}", short(after)),
        (Some(why), before, after) => {
            format!("goes on as {}; {} was not taken: {why}", short(before), short(after))
        }
        (None, "", after) => format!("came ({})", short(after)),
        (None, before, "") => format!("went ({})", short(before)),
        (None, before, after) if before == after => "goes on with other parameters".to_owned(),
        (None, before, after) => format!("changed from {} to {}", short(before), short(after)),
    }
}

fn width(name: &str) -> usize {
    (name.len() + 2).max(12)
}

fn cell(name: &str, value: f64) -> String {
    let width = width(name);
    if value.is_nan() { format!("{:>width$}", "-") } else { format!("{:>width$}", number(value)) }
}

/// Four places, or three digits of what would be nothing in four places, or would fill the line.
fn number(value: f64) -> String {
    let size = value.abs();
    let is_far = value.is_finite() && value != 0.0 && !(1e-3..1e6).contains(&size);
    if is_far { format!("{value:.2e}") } else { format!("{value:.4}") }
}

fn row(account: &Account) -> String {
    #[allow(clippy::cast_precision_loss, reason = "a mean for a person to read")]
    let mean = account.spent.as_secs_f64() / account.calls.max(1) as f64;
    let note = match (&account.mode, account.disabled) {
        _ if account.went => "  went".to_owned(),
        (_, true) => "  disabled".to_owned(),
        (Mode::Enforce, false) => String::new(),
        (Mode::Observe, false) => format!("  {} observed", account.observed),
        (Mode::Shadow(of), false) => {
            format!("  {} differences from {of}", account.differences)
        }
    };
    format!(
        "{:<24}{:>8}{:>11}{:>11}{:>8.2}%{:>9}{:>9}{:>8}{note}",
        account.name,
        account.calls,
        time(account.spent.as_secs_f64()),
        time(mean),
        100.0 * account.share,
        account.applied,
        account.refused,
        account.faults
    )
}

/// What went wrong with a plugin over the whole run, in one line.
fn fault_report(account: &Account) -> Option<String> {
    let (at, message) = account.last_fault.as_ref()?;
    let kinds = account.faults_by_kind.iter().map(|(kind, count)| format!("{count} {kind}"));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let restarts = match account.restarts {
        0 => String::new(),
        1 => ", restarted once".to_owned(),
        n => format!(", restarted {n} times"),
    };
    let end = if account.disabled { ", disabled" } else { "" };
    let name = &account.name;
    Some(format!("faults of {name}: {kinds}{restarts}{end}; the last {}: {message}", place(*at)))
}

/// Seconds in the unit that a person would choose.
fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.2} µs", s * 1e6),
    }
}
