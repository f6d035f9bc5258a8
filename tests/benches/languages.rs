//! The same plugin in every language that is built: a round trip, the start without and with the compile
//! cache, memory, size. Prints the table of README.
//!
//!     make languages && cargo bench -p callbox-tests --bench languages

#![allow(clippy::unwrap_used, missing_docs, reason = "a failed step is a failed benchmark")]

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use callbox::bridge::PluginCallback;
use callbox::callback::{
    Callback, Candidate, Handler, Hook, Hyper, Losses, MetricSpec, Records, Rules, RunInfo,
    Standing,
};
use callbox::plugin::{Cache, Engine, Limits, PluginFile, Prepared};

/// Languages in the order of the table; `rust` lies in `plugins/dist`.
const LANGUAGES: [&str; 10] = [
    "rust",
    "c",
    "cpp",
    "zig",
    "wat",
    "assemblyscript",
    "go",
    "javascript",
    "typescript",
    "python",
];
const EVENTS: u32 = 20_000;
const STARTS: usize = 5;

fn main() {
    let all: Vec<String> = std::env::args().collect();
    // `cargo bench NAME` looks for benchmarks of that name; `cargo test --benches` only wants it to run.
    if all.iter().any(|argument| argument == "--test") {
        return;
    }
    println!(
        "| Language | Round trip | Ready, compiled anew | Ready, from the cache | Memory | File |"
    );
    println!("|---|---|---|---|---|---|");
    for language in LANGUAGES {
        let file = file(language);
        match file.exists() {
            true => println!("{}", row(language, &file)),
            false => eprintln!("{language} is not built: make {language}"),
        }
    }
}

fn file(language: &str) -> PathBuf {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let folder = if language == "rust" { plugins } else { plugins.join(language) };
    folder.join("dist/early-stopping.wasm")
}

fn row(language: &str, file: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    let plugin = Plugin::read(file);
    let anew = || plugin.ready(None);
    // An interpreter takes half a minute, and once is enough to know that.
    let cold = if plugin.file.bytes().len() > 4 << 20 { anew() } else { least(anew) };
    let prepared = plugin.prepare(Some(&cache));
    let cached = least(|| plugin.ready(Some(&cache)));
    let (round_trip, memory) = events(&prepared);
    format!(
        "| {language} | {} | {} | {} | {:.1} MiB | {} kB |",
        shown(round_trip),
        shown(cold),
        shown(cached),
        memory as f64 / f64::from(1 << 20),
        prepared.size().div_ceil(1000),
    )
}

struct Plugin {
    engine: Engine,
    file: PluginFile,
}

impl Plugin {
    fn read(file: &Path) -> Self {
        let file = PluginFile::read(file, &Limits::default()).unwrap();
        Plugin { engine: Engine::new().unwrap(), file }
    }

    fn prepare(&self, cache: Option<&Cache>) -> Prepared {
        Prepared::from_file(&self.engine, cache, &self.file, &self.file.limits()).unwrap()
    }

    /// From the bytes to a plugin that has said what it is.
    fn ready(&self, cache: Option<&Cache>) -> Duration {
        let began = Instant::now();
        callback(&self.prepare(cache)).describe().unwrap();
        began.elapsed()
    }
}

fn least(mut measure: impl FnMut() -> Duration) -> Duration {
    (0..STARTS).map(|_| measure()).min().unwrap()
}

fn callback(prepared: &Prepared) -> PluginCallback {
    let name = "early-stopping".to_owned();
    PluginCallback::new(prepared.clone(), prepared.limits(), name, Records::default())
}

/// The median event at valid-end, where the plugin remembers that there was one and answers nothing, through handler
/// and sandbox; and the memory that the plugin begins with.
fn events(prepared: &Prepared) -> (Duration, usize) {
    let mut fresh = callback(prepared);
    fresh.describe().unwrap();
    let memory = fresh.usage().memory_bytes;
    let native = Candidate::native(Box::new(callback(prepared)));
    let candidate = Candidate { standing: Standing::Named, ..native };
    let metric = MetricSpec { name: "valid-loss".to_owned(), higher_is_better: Some(false) };
    let run = RunInfo {
        hypers: vec![Hyper { lr: 0.1, mom: Some(0.9), wd: 0.01, beta: None }],
        metrics: vec![metric],
        valid_batches: Some(3),
        n_epochs: 2,
        ..RunInfo::default()
    };
    let mut handler =
        Handler::start(vec![candidate], &run, &Rules::default(), Records::default()).unwrap();
    handler.begin();
    let losses = || Ok::<_, Infallible>(Losses { raw: 1.0, last: 1.0, smooth: 1.0 });
    let mut times: Vec<Duration> = (0..EVENTS)
        .map(|_| {
            let began = Instant::now();
            let Ok(()) = handler.event(Hook::ValidEnd, losses);
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[times.len() / 2], memory)
}

fn shown(time: Duration) -> String {
    let us = time.as_secs_f64() * 1e6;
    match us {
        us if us < 100.0 => format!("{us:.2} µs"),
        us if us < 1e4 => format!("{:.2} ms", us / 1e3),
        us if us < 1e6 => format!("{:.0} ms", us / 1e3),
        us => format!("{:.1} s", us / 1e6),
    }
}
