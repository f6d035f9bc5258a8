//! `callbox predict`: what runs' checkpoints answer for every sample, as columns of a table.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::Failure;
use super::args::PredictArgs;
use super::kept;
use super::print::say;
use crate::callback::Records;
use crate::observe::{Screen, Verbosity};
use crate::train::predict::{Prediction, predict};

/// The first column: the sample's number in the data as they were read.
const SAMPLE: &str = "sample";

/// Writes the answers of several runs, which are one model in the end: where more than one of them
/// saw a sample, their mean. Runs of the folds of one data set, on their validation parts, are the
/// out-of-fold predictions that stacking needs.
///
/// # Errors
/// No such run, checkpoint or data; runs that do not belong together; a table that cannot be joined.
pub(super) fn predict_all(args: &PredictArgs) -> Result<(), Failure> {
    let mut means = Means::default();
    for run in &args.run {
        let answers = answers(args, run)?;
        means.add(answers).with_context(|| run.display().to_string()).map_err(Failure::Usage)?;
    }
    let name = args.name.clone().unwrap_or_else(|| own_name(&args.run[0]));
    let mut table = Table::read(&args.into).map_err(Failure::Usage)?;
    table
        .join(&name, &means)
        .with_context(|| args.into.display().to_string())
        .map_err(Failure::Usage)?;
    table.write(&args.into).map_err(Failure::Run)?;
    say(&tell(&name, &means, args))
}

fn answers(args: &PredictArgs, run: &Path) -> Result<Vec<Prediction>, Failure> {
    let records = Records::default();
    records.add(Box::new(Screen::new(Verbosity::Quiet)));
    let folder = args.kept.find(run).map_err(Failure::Usage)?;
    let (mut learner, data, checkpoint) =
        args.kept.set_up(&folder, &records).map_err(Failure::Usage)?;
    let loader = data.loader(&args.on).context("--on").map_err(Failure::Usage)?;
    kept::load(&checkpoint, &learner).map_err(Failure::Run)?;
    let answers = predict(&mut learner, loader).with_context(|| args.on.clone());
    answers.map_err(Failure::Run)
}

/// `runs/mlp-3` is called `mlp-3`.
fn own_name(run: &Path) -> String {
    run.file_name().unwrap_or(run.as_os_str()).to_string_lossy().into_owned()
}

/// The mean answer for each sample.
#[derive(Default)]
struct Means {
    samples: BTreeMap<i64, Mean>,
    width: usize,
}

struct Mean {
    target: Vec<f64>,
    sum: Vec<f64>,
    runs: u32,
}

impl Means {
    fn add(&mut self, answers: Vec<Prediction>) -> Result<()> {
        for Prediction { sample, target, answer } in answers {
            if self.width == 0 {
                self.width = answer.len();
            }
            if answer.len() != self.width {
                bail!("it has {} outputs, and the runs before it {}", answer.len(), self.width);
            }
            let new = || Mean { target: target.clone(), sum: vec![0.0; answer.len()], runs: 0 };
            let mean = self.samples.entry(sample).or_insert_with(new);
            if mean.target != target {
                bail!("sample {sample} has another target than in the runs before: other data");
            }
            mean.sum.iter_mut().zip(&answer).for_each(|(sum, value)| *sum += value);
            mean.runs += 1;
        }
        Ok(())
    }
}

/// A CSV file of samples: their number, their target, and what models answer.
#[derive(Default)]
struct Table {
    columns: Vec<String>,
    rows: BTreeMap<i64, BTreeMap<usize, String>>,
}

impl Table {
    /// The file, or an empty table where there is none.
    fn read(path: &Path) -> Result<Self> {
        let mut table = Self::default();
        if !path.exists() {
            return Ok(table);
        }
        let shown = path.display().to_string();
        let mut reader = csv::Reader::from_path(path).with_context(|| shown.clone())?;
        let header = reader.headers().with_context(|| shown.clone())?.clone();
        if header.get(0) != Some(SAMPLE) {
            bail!(
                "{shown}: its first column is not `{SAMPLE}`, so no predictions can be joined to it; \
                 name another file, or a new one"
            );
        }
        table.columns = header.iter().skip(1).map(str::to_owned).collect();
        for (row, record) in reader.records().enumerate() {
            let record = record.with_context(|| shown.clone())?;
            let sample = record.get(0).unwrap_or_default();
            let sample: i64 = sample.parse().with_context(|| {
                format!("{shown}, row {}: expected a sample's number, found `{sample}`", row + 2)
            })?;
            let cells = record.iter().skip(1).map(str::to_owned).enumerate();
            table.rows.insert(sample, cells.filter(|(_, cell)| !cell.is_empty()).collect());
        }
        Ok(table)
    }

    /// Puts a model's answers into columns of its name.
    fn join(&mut self, name: &str, means: &Means) -> Result<()> {
        let width = means.samples.values().next().map_or(0, |mean| mean.target.len());
        let targets = self.columns_of("target", width);
        let columns = self.columns_of(name, means.width);
        for (sample, mean) in &means.samples {
            let row = self.rows.entry(*sample).or_default();
            for (column, value) in targets.iter().zip(&mean.target) {
                let cell = row.entry(*column).or_insert_with(|| value.to_string());
                if *cell != value.to_string() {
                    bail!("sample {sample} has the target {cell} there, and {value} in the run");
                }
            }
            for (column, sum) in columns.iter().zip(&mean.sum) {
                row.insert(*column, (sum / f64::from(mean.runs)).to_string());
            }
        }
        Ok(())
    }

    /// Indices of the columns `NAME`, or `NAME-0` and so on; they are added where they are not there.
    fn columns_of(&mut self, name: &str, width: usize) -> Vec<usize> {
        let one = |index: usize| match width {
            1 => name.to_owned(),
            _ => format!("{name}-{index}"),
        };
        let names: Vec<String> = (0..width).map(one).collect();
        let mut find = |name: String| match self.columns.iter().position(|known| *known == name) {
            Some(index) => index,
            None => {
                self.columns.push(name);
                self.columns.len() - 1
            }
        };
        names.into_iter().map(&mut find).collect()
    }

    /// In one step: whoever reads it sees the old one or the new one.
    fn write(&self, path: &Path) -> Result<()> {
        let shown = || path.display().to_string();
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let mut writer = csv::Writer::from_path(&part).with_context(shown)?;
        let header = [SAMPLE].into_iter().chain(self.columns.iter().map(String::as_str));
        writer.write_record(header).with_context(shown)?;
        for (sample, row) in &self.rows {
            let cell = |column| row.get(&column).map_or("", String::as_str);
            let cells = (0..self.columns.len()).map(cell);
            let number = sample.to_string();
            let record = [number.as_str()].into_iter().chain(cells);
            writer.write_record(record).with_context(shown)?;
        }
        writer.flush().with_context(shown)?;
        fs::rename(&part, path).with_context(shown)
    }
}

fn tell(name: &str, means: &Means, args: &PredictArgs) -> String {
    let (samples, runs, file) = (means.samples.len(), args.run.len(), args.into.display());
    if args.json {
        let line = json!({
            "event": "predicted", "name": name, "on": args.on, "samples": samples, "runs": runs,
            "columns": means.width, "file": args.into,
        });
        return format!("{line}\n");
    }
    let runs = if runs == 1 { "one run".to_owned() } else { format!("{runs} runs") };
    format!(
        "{}: {samples} samples by {name}, {runs}, {} columns, in {file}\n",
        args.on, means.width
    )
}
