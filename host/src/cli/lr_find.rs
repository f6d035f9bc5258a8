//! `callbox lr-find`: a trial stage with the plugin `lr-finder`, and what it suggests.

use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::json;

use super::args::LrFindArgs;
use super::config::{self, PluginTable, Resolved, Span, Stage};
use super::print::say;
use super::session::Session;
use super::{Failure, interrupt, stages};
use crate::callback::{Metrics, Records};
use crate::observe::{JsonLines, Screen, Verbosity};

/// The plugin that does the work.
const PLUGIN: &str = "lr-finder";

/// Raises the learning rate batch by batch until the loss runs away, tells which one it suggests,
/// and leaves no trace: no folder, no file.
///
/// # Errors
/// Wrong configuration; a trial that failed.
pub(super) fn find(args: &LrFindArgs) -> Result<(), Failure> {
    let run = config::read(&args.run).map_err(Failure::Usage)?;
    let records = Records::default();
    if args.json {
        records.add(Box::new(JsonLines::stdout()));
    } else {
        records.add(Box::new(Screen::new(Verbosity::Quiet)));
    }
    let session = Session::of(&run, &[stage(&run, args)], &records);
    let mut session =
        session.with_context(|| args.run.run.display().to_string()).map_err(Failure::Usage)?;
    let flag = Arc::default();
    interrupt::listen(&flag).map_err(Failure::Run)?;
    let ended = stages::train(&mut session, &records, None, &flag, None);
    ended.context("the trial failed").map_err(Failure::Run)?;
    let metrics = session.stages[0].callbacks.handler().metrics();
    say(&(tell(metrics, args) + &caution(&run, args)))
}

fn stage(run: &Resolved, args: &LrFindArgs) -> Stage {
    let mut params = toml::Table::new();
    params.insert("start-lr".to_owned(), args.start_lr.into());
    params.insert("end-lr".to_owned(), args.end_lr.into());
    params.insert("num-it".to_owned(), i64::from(args.num_it).into());
    Stage {
        name: Some("lr-find".to_owned()),
        trial: true,
        span: Span { epochs: None, max_steps: Some(args.num_it.into()), validate_every: None },
        freeze: Vec::new(),
        optimizer: run.file.optimizer.clone(),
        plugins: vec![PluginTable { params, ..PluginTable::plain(PLUGIN) }],
        takes_dropped: false,
        owners: Vec::new(),
    }
}

/// A schedule would go over it with learning rates of its own.
fn caution(run: &Resolved, args: &LrFindArgs) -> String {
    let stages = run.file.stages();
    if args.json || stages.iter().all(|stage| stage.plugins.is_empty()) {
        return String::new();
    }
    "a plugin that sets the learning rate overrides that: set its own parameter, such as \
     --set plugin.one-cycle.params.lr-max=…\n"
        .to_owned()
}

fn tell(metrics: &Metrics, args: &LrFindArgs) -> String {
    let value = |name: &str| {
        let value = metrics.find(name).map(|index| metrics.latest(index));
        value.filter(|value| value.is_finite())
    };
    let (suggestion, least) = (value("suggestion"), value("lr-min-loss"));
    if args.json {
        let found = json!({
            "event": "lr-found", "suggestion": suggestion, "lr-min-loss": least,
        });
        return format!("{found}\n");
    }
    let Some(suggestion) = suggestion else {
        return "no suggestion: too few batches before the loss ran away or the trial ended; try more \
                --num-it, or a smaller --start-lr\n"
            .to_owned();
    };
    let least = least.map_or(String::new(), |lr| format!("the loss was least at lr {lr:.2e}\n"));
    let run = args.run.run.display();
    format!(
        "suggestion: lr {suggestion:.2e}, where the loss falls most steeply\n{least}\
         to use it: callbox train {run} --set optimizer.lr={suggestion:.2e}\n"
    )
}
