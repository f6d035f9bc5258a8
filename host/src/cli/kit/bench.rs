//! `callbox plugins bench`: what a plugin costs, hook by hook, against its limits.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::stage::{Actor, open_trace, play};
use crate::bridge::PluginCallback;
use crate::callback::{Callback, Hook, Records};
use crate::cli::args::BenchArgs;
use crate::cli::plugins::{Known, Reader};
use crate::cli::print::say;
use crate::cli::{Failure, typed};
use crate::plugin::{Engine, Limits, Prepared};
use crate::trace::{Cost, Costs, Trace};

/// Times of steps that a hook's cost is compared with, in ms.
const STEPS: [f64; 3] = [1.0, 5.0, 50.0];

/// Measures a plugin on a recorded run.
///
/// # Errors
/// A file that is no plugin or no trace; a plugin that cannot take part.
pub(in crate::cli) fn bench(args: &BenchArgs) -> Result<(), Failure> {
    let bench = Bench::new(args).map_err(Failure::Usage)?;
    let measured = bench.measure().map_err(Failure::Run)?;
    say(&bench.page(&measured))
}

struct Bench<'a> {
    args: &'a BenchArgs,
    trace: Trace,
    limits: Limits,
    prepared: Prepared,
    metered: Prepared,
    name: String,
    version: String,
    /// To read, check and compile the file, without the cache.
    compiled: Duration,
}

struct Measured {
    timed: Vec<Costs>,
    metered: Costs,
    /// A fresh instance that has described itself.
    fresh: Duration,
}

impl<'a> Bench<'a> {
    fn new(args: &'a BenchArgs) -> Result<Self> {
        let trace = open_trace(args.play.trace.as_deref())?;
        let Known { file, prepared, descriptor, .. } = Reader::new()?.read(&args.play.file)?;
        let limits = file.limits();
        let began = Instant::now();
        Prepared::from_file(&Engine::new()?, None, &file, &limits)?;
        let compiled = began.elapsed();
        let metered = Prepared::from_file(&Engine::metered()?, None, &file, &limits)?;
        let (name, version) = (descriptor.name, descriptor.version);
        Ok(Bench { args, trace, limits, prepared, metered, name, version, compiled })
    }

    fn play(&self, prepared: &Prepared) -> Result<Costs> {
        let params = typed::parameters(&self.args.play.set)?;
        let actor = Actor { params, ..Actor::new(&self.name, prepared.clone()) };
        Ok(play(&self.trace, actor)?.1)
    }

    fn measure(&self) -> Result<Measured> {
        // The first play warms caches and branches; it is not counted.
        self.play(&self.prepared)?;
        let timed = (0..self.args.rounds).map(|_| self.play(&self.prepared));
        let timed = timed.collect::<Result<Vec<_>>>()?;
        let metered = self.play(&self.metered).context("metered")?;
        Ok(Measured { timed, metered, fresh: self.fresh()? })
    }

    fn fresh(&self) -> Result<Duration> {
        let (records, name) = (Records::default(), self.name.clone());
        let began = Instant::now();
        let mut callback =
            PluginCallback::new(self.prepared.clone(), self.limits.clone(), name, records);
        callback.describe().map_err(|fault| anyhow!("`describe`: {fault}"))?;
        Ok(began.elapsed())
    }

    fn page(&self, measured: &Measured) -> String {
        let run = &self.trace.head.run;
        let mut page = format!(
            "{} {} on the trace {}, {} times\n{:<15}{:>9}{:>11}{:>11}{:>11}{:>11}{:>7}{:>27}\n",
            self.name,
            self.version,
            run.id,
            self.args.rounds,
            "  hook",
            "calls",
            "median",
            "95 %",
            "longest",
            "fuel",
            "host",
            "of a step of 1, 5, 50 ms",
        );
        for hook in Hook::ALL {
            let times: Vec<Cost> = measured.timed.iter().flat_map(|costs| costs.at(hook)).collect();
            if !times.is_empty() {
                let _ = writeln!(page, "{}", row(hook, times, &measured.metered.at(hook)));
            }
        }
        page + &self.limits_page(measured)
    }

    fn limits_page(&self, measured: &Measured) -> String {
        let longest = Hook::ALL
            .into_iter()
            .flat_map(|hook| measured.timed.iter().flat_map(move |costs| costs.at(hook)))
            .map(|cost| cost.time)
            .max()
            .unwrap_or_default();
        let memory = measured.timed.iter().map(Costs::most_memory).max().unwrap_or_default();
        let Limits { event_ms, memory_mib, start_ms, file_mib, compile_s, .. } = self.limits;
        let mib = |bytes: f64| format!("{:.2} MiB", bytes / f64::from(1 << 20));
        let rows = [
            ("memory", mib(memory as f64), format!("memory-mib = {memory_mib}")),
            ("longest event", written(longest), format!("event-ms = {event_ms}")),
            ("fresh instance", written(measured.fresh), format!("start-ms = {start_ms}")),
            ("file", mib(self.prepared.size() as f64), format!("file-mib = {file_mib}")),
            ("compiled anew", written(self.compiled), format!("compile-s = {compile_s}")),
        ];
        let rows = rows.map(|(what, value, limit)| format!("  {what:<15} {value:>12}   {limit}\n"));
        rows.concat()
    }
}

fn row(hook: Hook, mut costs: Vec<Cost>, metered: &[Cost]) -> String {
    costs.sort_by_key(|cost| cost.time);
    let at = |part: f64| costs[((costs.len() - 1) as f64 * part) as usize].time;
    let mean = |of: fn(&Cost) -> u64| {
        metered.iter().map(of).sum::<u64>() as f64 / metered.len().max(1) as f64
    };
    let share = |step: f64| format!("{:>8}", percent(at(0.5).as_secs_f64() * 1e5 / step));
    format!(
        "  {:<13}{:>9}{:>11}{:>11}{:>11}{:>11.0}{:>7.1}{}",
        hook.name(),
        costs.len(),
        written(at(0.5)),
        written(at(0.95)),
        written(at(1.0)),
        mean(|cost| cost.fuel),
        mean(|cost| cost.host_calls),
        STEPS.map(share).concat(),
    )
}

fn percent(value: f64) -> String {
    if value < 0.01 { "<0.01%".to_owned() } else { format!("{value:.2}%") }
}

/// Three digits or so, with the unit that fits.
pub(super) fn written(time: Duration) -> String {
    let ns = time.as_nanos() as f64;
    match ns {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}
