//! A play as a person reads it: how often the plugin was called where, and what it did.

use std::fmt::Write;

use crate::callback::{Hook, Place};
use crate::trace::{Costs, Line, Played, Trace};

/// Rows that are shown unless all are asked for.
const SHOWN: usize = 20;

/// Hooks, with calls and signals; then what it did; then how it ended.
pub(super) fn page(trace: &Trace, played: &Played, costs: &Costs, all: bool) -> String {
    let mut page = hooks(&played.lines, costs);
    page += &deeds(&played.lines, if all { usize::MAX } else { SHOWN });
    page + &absent(played) + &ending(trace, played)
}

/// Tensors that the trace does not have, and where to get them.
fn absent(played: &Played) -> String {
    let mut text = String::new();
    if !played.missing.is_empty() {
        let words = played.missing.iter().map(|one| format!("{} ×{}", one.operation, one.times));
        let words: Vec<String> = words.collect();
        let _ = writeln!(text, "  the trace has no answer to {}", words.join(", "));
    }
    if played.is_without_tensors {
        text += "  its transforms and metrics were not called: the trace has no tensors\n";
    }
    if !text.is_empty() {
        text += "  record a run with it for that: callbox train RUN.toml --record=tensors\n";
    }
    text
}

fn hooks(lines: &[Line], costs: &Costs) -> String {
    let mut table = String::from("  hook              calls   signals\n");
    let mut row = |name: &str, calls: usize, at: Option<Hook>| {
        let _ = writeln!(table, "  {name:<15} {calls:>7}   {}", signals_at(lines, at));
    };
    for hook in Hook::ALL.into_iter().filter(|hook| costs.calls(*hook) > 0) {
        row(hook.name(), costs.calls(hook), Some(hook));
    }
    row("finish", 1, None);
    table
}

/// `set-hyper ×460, report`, or a dash.
fn signals_at(lines: &[Line], hook: Option<Hook>) -> String {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    let given = lines.iter().filter_map(|line| match line {
        Line::Signal { at, signal, .. } if at.hook == hook => Some(signal.name()),
        _ => None,
    });
    for name in given {
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    let words = counts.iter().map(|(name, count)| match count {
        1 => (*name).to_owned(),
        count => format!("{name} ×{count}"),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

/// The first ones, and the first failures, which must not drown among signals.
fn deeds(lines: &[Line], most: usize) -> String {
    let (mut text, mut shown, mut left_out) = (String::new(), [0; 2], 0);
    for line in lines {
        let Some(row) = deed(line) else { continue };
        let shown = &mut shown[usize::from(matches!(line, Line::Fault { .. }))];
        if *shown < most {
            *shown += 1;
            let _ = writeln!(text, "  {row}");
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let _ = writeln!(text, "  … and {left_out} more; --all shows them");
    }
    text
}

fn deed(line: &Line) -> Option<String> {
    let (at, what) = match line {
        Line::Signal { at, signal, verdict, why, .. } => {
            (Some(*at), format!("{signal}{}", fate(verdict, why.as_deref())))
        }
        Line::Fault { at, kind, message, .. } => (Some(*at), format!("{kind}: {message}")),
        Line::Restarted { at, .. } => (Some(*at), "is made anew".to_owned()),
        Line::Log { level, line, .. } => (None, format!("{}: {line}", level.name())),
        Line::Hook(_) | Line::Finished(_) | Line::Turn { .. } | Line::Asked { .. } => return None,
    };
    Some(format!("{:<34} {what}", at.map_or("logs".to_owned(), place)))
}

fn fate(verdict: &str, why: Option<&str>) -> String {
    match (verdict, why) {
        ("applied", _) => String::new(),
        (verdict, None) => format!(" ({verdict})"),
        (verdict, Some(why)) => format!(" ({verdict}: {why})"),
    }
}

/// `epoch 7, step 161, epoch-end`: epochs as in the table that a run prints.
pub(super) fn place(at: Place) -> String {
    let hook = at.hook.map_or("the end", Hook::name);
    format!("epoch {}, step {}, {hook}", u64::from(at.epoch) + 1, at.iteration)
}

fn ending(trace: &Trace, played: &Played) -> String {
    let run = &trace.head.run;
    let (epochs, steps) = (played.ending.epochs, played.ending.iteration);
    if !played.is_cut_short {
        return String::new();
    }
    let planned = run.planned_iterations.map_or(String::new(), |all| format!(" of {all}"));
    format!("it ended the run after {epochs} of {} epochs, step {steps}{planned}\n", run.n_epochs)
}
