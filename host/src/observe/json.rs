//! Records as JSON, one object per line: for programs.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::callback::{
    Account, Fault, Histogram, Observer, Outcome, Place, Record, Signal, Table, Verdict,
};
use crate::text::is_harmful;

/// Writes every record as a line of JSON, flushed at once, so that a program can follow the run.
pub struct JsonLines<W> {
    out: W,
}

impl JsonLines<io::Stdout> {
    /// To standard output.
    #[must_use]
    pub fn stdout() -> Self {
        JsonLines { out: io::stdout() }
    }
}

impl<W: Write + Send> Observer for JsonLines<W> {
    fn observe(&mut self, record: &Record<'_>) {
        // A reader that went away does not end the training.
        let _ = writeln!(self.out, "{}", to_line(record));
        let _ = self.out.flush();
    }
}

/// One record as a line that says the same to a program, and nothing to a terminal on which it is printed:
/// JSON escapes fewer characters than can drive one.
#[must_use]
pub fn to_line(record: &Record<'_>) -> String {
    let line = to_json(record).to_string();
    if !line.contains(is_harmful) {
        return line;
    }
    let escaped = |c: char| if is_harmful(c) { format!("\\u{:04x}", c as u32) } else { c.into() };
    line.chars().map(escaped).collect()
}

/// One record as an object with the key `event`. What is not a number is null.
#[must_use]
pub fn to_json(record: &Record<'_>) -> Value {
    match record {
        Record::Notice(text) => json!({ "event": "notice", "text": text }),
        Record::Stage { name, trial, begins } => json!({
            "event": if *begins { "stage-begun" } else { "stage-planned" },
            "stage": name, "trial": trial,
        }),
        Record::Joined(joined) => json!({
            "event": "joined", "plugin": joined.name, "version": joined.version,
            "source": joined.source, "sha256": joined.digest, "powers": joined.powers, "dropped": joined.dropped,
            "mode": joined.mode.name(), "denied": joined.denied, "changed": joined.changed,
        }),
        Record::Begun { epochs, metrics } => {
            json!({ "event": "begun", "epochs": epochs, "metrics": metrics })
        }
        Record::PassBegun { epoch, phase, batches } => json!({
            "event": "pass-begun", "epoch": epoch, "phase": phase.name(), "batches": batches,
        }),
        Record::Hook { hook, .. } => json!({ "event": "hook", "hook": hook.name() }),
        Record::Batch { done, smooth } => {
            json!({ "event": "batch", "done": done, "smooth": smooth })
        }
        Record::PassEnded { phase } => json!({ "event": "pass-ended", "phase": phase.name() }),
        Record::Epoch { epoch, values, partial, took } => json!({
            "event": "epoch", "epoch": epoch, "values": values, "partial": partial,
            "seconds": took.as_secs_f64(),
        }),
        Record::Validated { epoch, iteration, values, partial } => json!({
            "event": "validated", "epoch": epoch, "iteration": iteration, "values": values,
            "partial": partial,
        }),
        Record::Signal { author, at, signal, verdict } => {
            signal_to_json(author, *at, signal, verdict)
        }
        Record::Differs { author, of, at, first, second } => json!({
            "event": "differs", "plugin": author, "of": of, "at": place(*at),
            "first": texts(first), "second": texts(second),
        }),
        Record::Fault { author, at, fault, consequence } => json!({
            "event": "fault", "plugin": author, "at": place(*at), "kind": fault.kind(),
            "message": fault.to_string(), "consequence": consequence,
            "backtrace": backtrace(fault),
        }),
        Record::Restarted { author, at } => {
            json!({ "event": "restarted", "plugin": author, "at": place(*at) })
        }
        Record::Swapped { author, at, before, after, kept_because } => json!({
            "event": "swapped", "plugin": author, "at": place(*at),
            "before": digest(before), "after": digest(after), "kept-because": kept_because,
        }),
        Record::Log { author, level, line } => {
            json!({ "event": "log", "plugin": author, "level": level.name(), "line": line })
        }
        Record::Finished { outcome, accounts, .. } => json!({
            "event": "finished", "outcome": outcome_to_json(outcome),
            "plugins": accounts.iter().map(account).collect::<Vec<_>>(),
        }),
    }
}

fn signal_to_json(author: &str, at: Place, signal: &Signal, verdict: &Verdict) -> Value {
    let (verdict, why) = words(verdict);
    json!({
        "event": "signal", "plugin": author, "at": place(at), "signal": signal.to_string(),
        "verdict": verdict, "why": why,
        "shows": (verdict == "applied").then(|| shown(signal)).flatten(),
    })
}

fn words(verdict: &Verdict) -> (&'static str, Option<String>) {
    match verdict {
        Verdict::Applied => ("applied", None),
        Verdict::Overruled(by) => ("overruled", Some(by.clone())),
        Verdict::Inapplicable(why) => ("inapplicable", Some(why.clone())),
        Verdict::Refused(why) => ("refused", Some(why.clone())),
        Verdict::Observed(would) => ("observed", Some(would_be(would))),
    }
}

/// What would have become of a signal whose author is only observed.
fn would_be(verdict: &Verdict) -> String {
    match words(verdict) {
        (word, None) => format!("would be {word}"),
        (word, Some(why)) => format!("would be {word}: {why}"),
    }
}

/// What a signal holds beside its words: a page draws it.
fn shown(signal: &Signal) -> Option<Value> {
    match signal {
        Signal::Table(Table { rows, columns, values, .. }) => {
            Some(json!({ "rows": rows, "columns": columns, "values": values }))
        }
        Signal::Histogram(Histogram { edges, counts, .. }) => {
            Some(json!({ "edges": edges, "counts": counts }))
        }
        _ => None,
    }
}

/// The guest's own call stack, innermost first, where its binary has names.
fn backtrace(fault: &Fault) -> Option<&str> {
    match fault {
        Fault::Violation(_) => None,
        Fault::Broken(breakage) => breakage.backtrace.as_deref(),
    }
}

fn texts(signals: &[Signal]) -> Vec<String> {
    signals.iter().map(Signal::to_string).collect()
}

fn digest(digest: &str) -> Option<&str> {
    (!digest.is_empty()).then_some(digest)
}

fn place(at: Place) -> Value {
    let hook = at.hook.map(crate::callback::Hook::name);
    json!({ "hook": hook, "epoch": at.epoch, "iteration": at.iteration })
}

fn outcome_to_json(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Completed => json!({ "kind": "completed" }),
        Outcome::Failed(message) => json!({ "kind": "failed", "message": message }),
        Outcome::Stopped(stops) => {
            let stops = stops.iter().map(|stop| json!({ "by": stop.by, "reason": stop.reason }));
            json!({ "kind": "stopped", "stops": stops.collect::<Vec<_>>() })
        }
    }
}

fn account(account: &Account) -> Value {
    json!({
        "plugin": account.name, "calls": account.calls, "seconds": account.spent.as_secs_f64(),
        "share": account.share, "applied": account.applied, "refused": account.refused,
        "observed": account.observed, "faults": account.faults, "faults-by-kind": account.faults_by_kind,
        "last-fault": account.last_fault.as_ref().map(|(at, text)| {
            json!({ "at": place(*at), "message": text })
        }),
        "restarts": account.restarts, "mode": account.mode.name(),
        "differences": account.differences, "disabled": account.disabled,
        "went": account.went,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of a dropped plugin's sidecar comes into a notice as it is.
    #[test]
    fn what_json_would_not_escape_is_escaped() {
        let text = "no parameter `\u{7f}\u{9b}2J\u{202e}ä\n`";
        let line = to_line(&Record::Notice(text));
        assert_eq!(line, r#"{"event":"notice","text":"no parameter `\u007f\u009b2J\u202eä\n`"}"#);
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["text"], text);
    }
}
