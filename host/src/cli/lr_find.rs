//! `callbox lr-find`: a trial stage with the plugin `lr-finder`, what it suggests, and its plot.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use serde_json::json;

use super::args::{LrFindArgs, LrFindPreset};
use super::config::{self, PluginTable, Resolved, Span, Stage};
use super::print::say;
use super::session::Session;
use super::{Failure, interrupt, stages};
use crate::callback::{Metrics, Observer, Record, Records, Signal};
use crate::observe::{JsonLines, Screen, Verbosity};
use crate::plot::{Axis, Curve, Mark, Plot};

/// The plugin that does the work.
const PLUGIN: &str = "lr-finder";

/// What it reports at the end: the name of each point, and what it is.
const POINTS: [(&str, &str); 4] = [
    ("valley", "a good third into the longest fall of the loss"),
    ("steepest", "where the loss falls most steeply"),
    ("minimum-tenth", "a tenth of where the loss was least"),
    ("lr-min-loss", "where the loss was least"),
];

/// Raises the learning rate batch by batch until the loss runs away, tells which one it suggests,
/// draws the curve, and leaves no trace in the model: nothing is kept but the picture.
///
/// # Errors
/// Wrong configuration; a trial that failed; a picture that cannot be written.
pub(super) fn find(args: &LrFindArgs) -> Result<(), Failure> {
    let run = config::read(&args.run).map_err(Failure::Usage)?;
    let (records, points) = (Records::default(), Points::default());
    records.add(Box::new(points.clone()));
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
    let found = Found::of(session.stages[0].callbacks.handler().metrics(), args.preset);
    let files = points.draw(&run.file.name, &found, &args.plots).map_err(Failure::Run)?;
    say(&(tell(&found, &files, args) + &caution(&run, args)))
}

fn stage(run: &Resolved, args: &LrFindArgs) -> Stage {
    let mut params = toml::Table::new();
    params.insert("preset".to_owned(), args.preset.name().into());
    let given = [("start-lr", args.start_lr), ("end-lr", args.end_lr)];
    for (key, value) in given.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        params.insert(key.to_owned(), value.into());
    }
    let batches = args.num_it.unwrap_or_else(|| args.preset.batches());
    params.insert("num-it".to_owned(), i64::from(batches).into());
    Stage {
        name: Some("lr-find".to_owned()),
        trial: true,
        span: Span { epochs: None, max_steps: Some(batches.into()), validate_every: None },
        freeze: Vec::new(),
        optimizer: run.file.optimizer.clone(),
        plugins: vec![PluginTable { params, ..PluginTable::plain(PLUGIN) }],
        takes_dropped: false,
        owners: Vec::new(),
    }
}

impl LrFindPreset {
    fn name(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Fastai1 => "fastai1",
            Self::Fastai2 => "fastai2",
        }
    }

    /// The stage must be as long as the plugin wants to try.
    fn batches(self) -> u32 {
        if self == Self::Thread { 200 } else { 100 }
    }

    /// Which point it suggests.
    fn point(self) -> &'static str {
        if self == Self::Fastai2 { "valley" } else { "steepest" }
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

/// The learning rates of [`POINTS`], and the one that the preset takes.
struct Found {
    points: [Option<f64>; POINTS.len()],
    preset: LrFindPreset,
}

impl Found {
    fn of(metrics: &Metrics, preset: LrFindPreset) -> Self {
        let value = |name: &str| {
            let value = metrics.find(name).map(|index| metrics.latest(index));
            value.filter(|value| value.is_finite())
        };
        Self { points: POINTS.map(|(name, _)| value(name)), preset }
    }

    /// Name, meaning and learning rate of those that were found.
    fn points(&self) -> impl Iterator<Item = (&'static str, &'static str, f64)> {
        let all = POINTS.into_iter().zip(self.points);
        all.filter_map(|((name, meaning), lr)| Some((name, meaning, lr?)))
    }

    fn suggestion(&self) -> Option<(&'static str, &'static str, f64)> {
        self.points().find(|(name, ..)| *name == self.preset.point())
    }
}

/// The curve, as the plugin reports it batch by batch: learning rate and loss.
#[derive(Clone, Default)]
struct Points(Arc<Mutex<Vec<(f64, f64)>>>);

impl Observer for Points {
    fn observe(&mut self, record: &Record<'_>) {
        let Record::Signal { author: PLUGIN, signal: Signal::Report(report), .. } = record else {
            return;
        };
        let mut points = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match report.name.as_str() {
            "lr" => points.push((report.value, f64::NAN)),
            "loss" => points.iter_mut().next_back().into_iter().for_each(|p| p.1 = report.value),
            _ => {}
        }
    }
}

impl Points {
    /// Writes the picture; no files where there is no curve.
    fn draw(&self, name: &str, found: &Found, folder: &Path) -> Result<Vec<PathBuf>> {
        let points = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if points.iter().filter(|(_, loss)| loss.is_finite()).count() < 2 {
            return Ok(Vec::new());
        }
        let nearest = |lr: f64| {
            let apart = |point: &&(f64, f64)| (point.0 / lr).ln().abs();
            points.iter().min_by(|a, b| apart(a).total_cmp(&apart(b))).copied()
        };
        let shown = found.points().filter(|(name, ..)| *name != "lr-min-loss");
        let marks = shown.filter_map(|(name, _, lr)| {
            let at = nearest(lr).filter(|at| at.1.is_finite())?;
            Some(Mark { name: format!("{name} {lr:.1e}"), at: (lr.max(points[0].0), at.1) })
        });
        let plot = Plot {
            title: format!("{name}: loss while the learning rate rises"),
            x: Axis { label: "learning rate".to_owned(), is_log: true },
            y: Axis { label: "loss, smoothed".to_owned(), is_log: false },
            marks: marks.collect(),
            curves: vec![Curve { name: String::new(), points: points.clone() }],
        };
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let write = |extension: &str, bytes: Vec<u8>| {
            let path = folder.join(format!("{name}.{extension}"));
            fs::write(&path, bytes).with_context(|| path.display().to_string())?;
            anyhow::Ok(path)
        };
        Ok(vec![write("svg", plot.svg()?.into_bytes())?, write("png", plot.png()?)?])
    }
}

fn tell(found: &Found, files: &[PathBuf], args: &LrFindArgs) -> String {
    let files = files.iter().map(|file| file.display().to_string());
    if args.json {
        let mut line = json!({
            "event": "lr-found", "suggestion": found.suggestion().map(|(.., lr)| lr),
            "plots": files.collect::<Vec<_>>(),
        });
        for ((name, _), lr) in POINTS.iter().zip(found.points) {
            line[name] = lr.into();
        }
        return format!("{line}\n");
    }
    let plots: String = files.map(|file| format!("plot: {file}\n")).collect();
    let Some((name, meaning, lr)) = found.suggestion() else {
        return format!(
            "no suggestion: too few batches before the loss ran away or the trial ended; try more \
             --num-it, or a smaller --start-lr\n{plots}"
        );
    };
    let others = found.points().filter(|(other, ..)| *other != name);
    let others: String =
        others.map(|(name, meaning, lr)| format!("{name}: lr {lr:.2e}, {meaning}\n")).collect();
    let run = args.run.run.display();
    format!(
        "suggestion: lr {lr:.2e}, the {name}: {meaning}\n{others}{plots}\
         to use it: callbox train {run} --set optimizer.lr={lr:.2e}\n"
    )
}
