//! `callbox data check`.

use anyhow::{Context, Result, anyhow};
use serde_json::json;
use tch::Device;

use super::args::{DataCheckArgs, RunArgs};
use super::data_summary::Summary;
use super::print::say;
use super::{Failure, config};
use crate::train::data::{Data, DataConfig, DataError, Draw, Loader};

/// So many mistakes are shown; the others are counted.
const MOST_SHOWN: usize = 100;

/// What was found.
struct Report {
    kind: &'static str,
    class_names: Vec<String>,
    parts: Vec<(&'static str, Summary)>,
    problems: Vec<String>,
}

/// Reads all data of a run file, each sample once, and says what there is and what is wrong.
///
/// # Errors
/// A wrong run file, or settings that the data cannot have; data that is unreadable or wrong.
pub(super) fn check(args: &DataCheckArgs) -> Result<(), Failure> {
    let run = RunArgs {
        run: args.run.clone(),
        plugins: Vec::new(),
        overrides: args.overrides.clone(),
        epochs: None,
        device: None,
        seed: None,
        locked: false,
    };
    let file = config::read(&run).map_err(Failure::Usage)?.file;
    let report = examine(&file.data, file.seed)
        .context("[data]")
        .with_context(|| args.run.display().to_string())
        .map_err(Failure::Usage)?;
    say(&if args.json { report.json() } else { report.text() })?;
    match report.problems.len() {
        0 => Ok(()),
        1 => Err(Failure::Run(anyhow!("the data has 1 problem"))),
        count => Err(Failure::Run(anyhow!("the data has {count} problems"))),
    }
}

/// An error is one of the run file; what is wrong with the data is in the report.
fn examine(config: &DataConfig, seed: u64) -> Result<Report> {
    let mut report = Report {
        kind: config.kind.name(),
        class_names: Vec::new(),
        parts: Vec::new(),
        problems: Vec::new(),
    };
    let faults = sorted_out(config.faults(), &mut report)?.unwrap_or_default();
    report.problems.extend(faults.iter().map(ToString::to_string));
    if !report.problems.is_empty() {
        return Ok(report);
    }
    let Some(parts) = sorted_out(config.load(), &mut report)? else { return Ok(report) };
    report.class_names.clone_from(&parts.class_names);
    let made = Data::of(parts, config, seed, Device::Cpu);
    let Some(data) = sorted_out(made, &mut report)? else { return Ok(report) };
    for name in Data::NAMES {
        let Ok(loader) = data.loader(name) else { continue };
        match summary(loader) {
            Ok(summary) => {
                let problems = summary.problems();
                report
                    .problems
                    .extend(problems.into_iter().map(|found| format!("{name}: {found}")));
                report.parts.push((name, summary));
            }
            Err(error) => report.problems.push(format!("{name}: {error}")),
        }
    }
    Ok(report)
}

/// What was read; `None`: the data is wrong, and it was said.
fn sorted_out<T>(read: Result<T, DataError>, report: &mut Report) -> Result<Option<T>> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error @ DataError::Settings(_)) => Err(error.into()),
        Err(error) => {
            report.problems.push(error.to_string());
            Ok(None)
        }
    }
}

/// Every batch of a loader, once; of a stream without an end the first one.
fn summary(loader: &Loader) -> Result<Summary> {
    let mut summary = Summary::new(loader.spec());
    match loader.whole() {
        Ok(whole) => {
            for batch in whole.batches(&Draw::default())? {
                summary.add(&batch?)?;
            }
        }
        Err(_) => {
            for batch in loader.batches(&Draw::default())?.take(1) {
                summary.add(&batch?)?;
            }
        }
    }
    Ok(summary)
}

impl Report {
    fn text(&self) -> String {
        let mut lines = vec![format!("data: {}", self.kind)];
        for (name, summary) in &self.parts {
            lines.push(format!("{name}: {}", summary.text(&self.class_names)));
        }
        lines.extend(self.problems.iter().take(MOST_SHOWN).map(|found| format!("wrong: {found}")));
        match self.problems.len() {
            0 => lines.push("nothing is wrong".to_owned()),
            count if count > MOST_SHOWN => {
                lines.push(format!("wrong: {} more of the kind", count - MOST_SHOWN));
            }
            _ => {}
        }
        lines.join("\n") + "\n"
    }

    fn json(&self) -> String {
        let parts = self.parts.iter().map(|(name, summary)| {
            let mut line = summary.json();
            line.insert("event".to_owned(), "data".into());
            line.insert("loader".to_owned(), (*name).into());
            serde_json::Value::Object(line)
        });
        let last = json!({
            "event": "data-checked", "kind": self.kind, "classes": self.class_names,
            "problems": self.problems,
        });
        parts.chain([last]).map(|line| format!("{line}\n")).collect()
    }
}
