//! The binary: parse, run, exit code.

use std::io::Write;
use std::process::ExitCode;

use callbox::cli::{self, Failure, args::Cli};
use callbox::plugin;
use clap::Parser;
use tracing::level_filters::LevelFilter;

/// Plugins and libtorch share the thread's stack with the loop, and libtorch's calls are deep.
const STACK: usize = 16 << 20;

fn main() -> ExitCode {
    // Before anything else: this process is to understand and compile files that nobody vouches for.
    if std::env::args_os().nth(1).is_some_and(|first| first == plugin::COMPILE_ARGUMENT) {
        return plugin::compile_for_parent();
    }
    let cli = Cli::parse();
    tell_what_happens_inside();
    let training = std::thread::Builder::new().name("training".to_owned()).stack_size(STACK);
    let ended = match training.spawn(move || cli::run(&cli)) {
        Ok(thread) => thread.join(),
        Err(error) => Ok(Err(Failure::Run(error.into()))),
    };
    match ended {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => report(&failure),
        // The panic has printed itself.
        Err(_) => ExitCode::from(1),
    }
}

/// `CALLBOX_LOG=debug` shows on standard error what the host does and how long it takes.
fn tell_what_happens_inside() {
    let level = std::env::var("CALLBOX_LOG").ok().and_then(|level| level.parse().ok());
    tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::WARN))
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}

fn report(failure: &Failure) -> ExitCode {
    // Without a standard error there is nobody to tell; the exit code remains.
    drop(std::io::stderr().write_all(failure.text().as_bytes()));
    ExitCode::from(failure.code())
}
