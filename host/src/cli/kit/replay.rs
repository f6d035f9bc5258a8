//! `callbox replay`: a recorded run, played again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::stage::{Actor, open_trace, play, play_all};
use super::table;
use crate::callback::{Hook, Mode, Signal, Value};
use crate::cli::args::ReplayArgs;
use crate::cli::plugins::{Known, Reader};
use crate::cli::print::say;
use crate::cli::{Failure, typed};
use crate::trace::{Line, Moment, Part, Played, Trace, plugin_file, trace_files, trace_folder};

/// Plays a run again and says what differs.
///
/// # Errors
/// A run without a trace, a plugin that cannot take part; differences of the plugins that took part.
pub(in crate::cli) fn replay(args: &ReplayArgs) -> Result<(), Failure> {
    let traces = traces(args).map_err(Failure::Usage)?;
    let mut differences = 0;
    for (path, trace) in &traces {
        say(&format!("{}\n", title(path, trace)))?;
        differences += match &args.plugin {
            Some(file) => another(args, file, trace)?,
            None => again(path, trace, args.all)?,
        };
    }
    match differences {
        0 => Ok(()),
        1 => Err(Failure::Run(anyhow!("one signal differs; see above"))),
        n => Err(Failure::Run(anyhow!("{n} signals differ; see above"))),
    }
}

fn title(path: &Path, trace: &Trace) -> String {
    let (run, cut) = (&trace.head.run, if trace.is_cut { ", which breaks off" } else { "" });
    format!("{}{cut}: the run {} of {} epochs", path.display(), run.id, run.n_epochs)
}

/// The traces of a run, one per stage.
fn traces(args: &ReplayArgs) -> Result<Vec<(PathBuf, Trace)>> {
    let run = &args.run;
    let folder = [run.clone(), args.runs.join(run)].into_iter().find(|folder| folder.is_dir());
    let Some(folder) = folder else {
        let mut trace = open_trace(Some(&run.to_string_lossy()));
        if !run.exists() {
            trace = trace.with_context(|| {
                format!("there is no run {}, in {} either", run.display(), args.runs.display())
            });
        }
        return Ok(vec![(run.clone(), trace?)]);
    };
    let folder = trace_folder(&folder);
    if !folder.is_dir() {
        bail!("{}: the run was not recorded; train with --record", folder.display());
    }
    let paths =
        trace_files(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    if paths.is_empty() {
        bail!("{}: there is no trace in it", folder.display());
    }
    let open = |path: PathBuf| {
        let trace = Trace::open(&path).with_context(|| path.display().to_string())?;
        Ok((path, trace))
    };
    paths.into_iter().map(open).collect()
}

/// The plugins that took part; how many signals differ.
fn again(path: &Path, trace: &Trace, all: bool) -> Result<usize, Failure> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let reader = Reader::new().map_err(Failure::Usage)?;
    let mut actors = Vec::new();
    for part in trace.head.plugins.iter().filter(|part| part.mode != "shadow") {
        actors.push(recorded(&reader, folder, trace, part).map_err(Failure::Usage)?);
    }
    if actors.is_empty() {
        say("  no plugin took part\n")?;
        return Ok(0);
    }
    let names: Vec<String> = actors.iter().map(|actor| actor.name.clone()).collect();
    let played = play_all(trace, actors).map_err(Failure::Run)?;
    let mut sum = 0;
    for name in names {
        let differing = compare(trace.of(&name), &played.lines, &name, true);
        say(&told(&name, &differing, all))?;
        sum += differing.len();
    }
    Ok(sum)
}

fn recorded<'a>(
    reader: &Reader,
    folder: &Path,
    trace: &'a Trace,
    part: &'a Part,
) -> Result<Actor<'a>> {
    let file = plugin_file(folder, &part.sha256);
    let Known { prepared, .. } = reader.read(&file).with_context(|| {
        format!("`{}` took part, but its file was not kept; give one with --plugin", part.name)
    })?;
    if prepared.digest() != part.sha256 {
        bail!("{}: it is not the file that took part: its digest differs", file.display());
    }
    Ok(Actor {
        params: part.settings.iter().map(|set| (set.name.clone(), set.value.clone())).collect(),
        granted: Some(part.granted.clone()),
        mode: if part.mode == "observe" { Mode::Observe } else { Mode::Enforce },
        recorded: trace.of(&part.name).collect(),
        ..Actor::new(&part.name, prepared)
    })
}

/// What another plugin would have done in this run.
fn another(args: &ReplayArgs, file: &Path, trace: &Trace) -> Result<usize, Failure> {
    let known = Reader::new().and_then(|reader| reader.read(file)).map_err(Failure::Usage)?;
    let name = known.descriptor.name.clone();
    let params = params(args, &known, trace).map_err(Failure::Usage)?;
    let actor = Actor { params, ..Actor::new(&name, known.prepared) };
    let (played, costs) = play(trace, actor).map_err(Failure::Run)?;
    say(&table::page(trace, &played, &costs, args.all))?;
    if played.is_cut_short {
        say(&consequences(trace, &played))?;
    }
    if trace.head.plugins.iter().any(|part| part.name == name) {
        let differing = compare(trace.of(&name), &played.lines, &name, false);
        say(&told(&format!("beside the `{name}` that took part, this one"), &differing, args.all))?;
    }
    Ok(0)
}

/// What was set in the recorded run, as far as this plugin has it, and what was typed.
fn params(args: &ReplayArgs, known: &Known, trace: &Trace) -> Result<Vec<(String, Value)>> {
    let typed = typed::parameters(&args.set)?;
    let has = |name: &str| known.descriptor.params.iter().any(|param| param.name == name);
    let set = |name: &str| typed.iter().any(|(other, _)| other == name);
    let part = trace.head.plugins.iter().find(|part| part.name == known.descriptor.name);
    let recorded = part.into_iter().flat_map(|part| &part.settings);
    let kept = recorded.filter(|setting| has(&setting.name) && !set(&setting.name));
    let kept = kept.map(|setting| (setting.name.clone(), setting.value.clone()));
    Ok(kept.chain(typed.iter().cloned()).collect())
}

/// Signals in words, each with its number in the list and how many more of it were recorded than given now.
type Given = BTreeMap<String, (usize, i64)>;

/// Signals of one plugin that only one of the two lists has; in the order of the lists.
fn compare<'a>(
    before: impl Iterator<Item = &'a Line>,
    now: &'a [Line],
    name: &str,
    with_verdicts: bool,
) -> Vec<String> {
    let mut given = Given::new();
    count(&mut given, before, with_verdicts, 1);
    count(&mut given, now.iter().filter(|line| line.plugin() == Some(name)), with_verdicts, -1);
    let mut left: Vec<_> = given.into_iter().filter(|(_, (_, balance))| *balance != 0).collect();
    left.sort_by_key(|(_, (order, _))| *order);
    left.into_iter()
        .map(|(words, (_, balance))| match balance > 0 {
            true => format!("only recorded  {words}"),
            false => format!("only now       {words}"),
        })
        .collect()
}

fn count<'a>(
    given: &mut Given,
    lines: impl Iterator<Item = &'a Line>,
    with_verdicts: bool,
    sign: i64,
) {
    for (order, line) in lines.enumerate() {
        let Line::Signal { at, signal, verdict, .. } = line else { continue };
        let verdict = if with_verdicts { format!(" ({verdict})") } else { String::new() };
        let key = format!("{}  {}{verdict}", table::place(*at), written(signal));
        given.entry(key).or_insert((order, 0)).1 += sign;
    }
}

/// Every bit of it, unlike the words for a person.
fn written(signal: &Signal) -> String {
    serde_json::to_string(signal).unwrap_or_default()
}

fn told(name: &str, differing: &[String], all: bool) -> String {
    const SHOWN: usize = 20;
    if differing.is_empty() {
        return format!("  {name}: the same signals\n");
    }
    let shown = if all { usize::MAX } else { SHOWN };
    let mut text = match differing.len() {
        1 => format!("  {name}: 1 signal differs\n"),
        n => format!("  {name}: {n} signals differ\n"),
    };
    let rows = differing.iter().take(shown);
    text.extend(rows.map(|difference| format!("    {difference}\n")));
    if differing.len() > shown {
        text += &format!("    … and {} more; --all shows them\n", differing.len() - shown);
    }
    text
}

/// The metrics where it stopped, at the end of the recorded run, and at their best.
fn consequences(trace: &Trace, played: &Played) -> String {
    let rows = epochs(trace);
    let (Some(stop), Some(last)) =
        (rows.iter().take(played.ending.epochs.max(1) as usize).next_back(), rows.last())
    else {
        return String::new();
    };
    let mut text =
        format!("  {:<14} {:>12} {:>12} {:>22}\n", "", "at the stop", "at the end", "best");
    for (index, spec) in trace.head.metrics.iter().enumerate() {
        let best = best(&rows, index, spec.higher_is_better);
        text += &format!(
            "  {:<14} {:>12.4} {:>12.4} {best:>22}\n",
            spec.name, stop.metrics[index], last.metrics[index]
        );
    }
    text
}

fn best(rows: &[Moment], column: usize, higher: Option<bool>) -> String {
    let Some(higher) = higher else { return "-".to_owned() };
    let values = rows.iter().map(|row| row.metrics[column]).zip(1..);
    let values = values.filter(|(value, _)| !value.is_nan());
    let better = |a: &(f64, i32), b: &(f64, i32)| {
        let order = a.0.total_cmp(&b.0);
        // Of equals the first.
        (if higher { order } else { order.reverse() }).then(b.1.cmp(&a.1))
    };
    values
        .max_by(better)
        .map_or("-".to_owned(), |(value, epoch)| format!("{value:.4} in epoch {epoch}"))
}

/// What was known at the end of each epoch of the recorded run.
fn epochs(trace: &Trace) -> Vec<Moment> {
    let ends = trace.moments().flatten().filter(|(hook, _)| *hook == Hook::EpochEnd);
    ends.map(|(_, moment)| moment).collect()
}
