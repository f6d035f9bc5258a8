//! The command line: what was typed becomes a call of the library.

pub mod args;
#[cfg(feature = "torch")]
pub mod config;
#[cfg(feature = "torch")]
mod data_check;
#[cfg(feature = "torch")]
mod data_summary;
#[cfg(feature = "torch")]
mod eval;
#[cfg(feature = "torch")]
mod interrupt;
mod kit;
#[cfg(feature = "torch")]
pub mod load;
pub mod lock;
#[cfg(feature = "torch")]
mod lock_run;
#[cfg(feature = "torch")]
mod lr_find;
#[cfg(feature = "torch")]
mod measured;
mod plugins;
pub mod powers;
mod print;
#[cfg(feature = "torch")]
mod record;
#[cfg(feature = "torch")]
mod reload;
#[cfg(feature = "torch")]
pub mod session;
#[cfg(feature = "torch")]
pub mod show_loop;
#[cfg(feature = "torch")]
mod stages;
#[cfg(feature = "torch")]
mod train;
pub mod trust;
mod typed;
mod unknown_key;
#[cfg(feature = "torch")]
mod word;

use std::path::PathBuf;

use anyhow::{Context, Result};
use args::{Cli, Command};

use crate::plugin::{Cache, Engine};
use crate::text::clean;

/// Why a command did not do what it was called for.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage or configuration: exit code 2.
    Usage(anyhow::Error),
    /// The run failed or was stopped by a fault: exit code 1.
    Run(anyhow::Error),
}

impl Failure {
    /// What went wrong, for standard error: file names and guests' words cannot drive a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let (Failure::Usage(error) | Failure::Run(error)) = self;
        let lines = format!("error: {error:#}");
        lines.lines().map(|line| clean(line, 4_000) + "\n").collect()
    }

    /// The process's exit code.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Failure::Run(_) => 1,
            Failure::Usage(_) => 2,
        }
    }
}

/// Where compiled plugins are kept: `CALLBOX_CACHE_DIR`, or the user's cache folder.
fn cache_folder() -> Option<PathBuf> {
    std::env::var_os("CALLBOX_CACHE_DIR").map(PathBuf::from).or_else(Cache::default_folder)
}

/// An engine that compiles in a process of this binary.
fn engine() -> Result<Engine> {
    let own = std::env::current_exe().context("cannot find callbox's own binary")?;
    Engine::with_helper(own).context("cannot start the WebAssembly engine")
}

/// Does what was typed.
///
/// # Errors
/// What went wrong, and whose fault it is.
pub fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        #[cfg(feature = "torch")]
        Command::Train(args) => train::train(args),
        #[cfg(feature = "torch")]
        Command::LrFind(args) => lr_find::find(args),
        #[cfg(feature = "torch")]
        Command::Loop(args) => show_loop::show(args),
        #[cfg(feature = "torch")]
        Command::Eval(args) => eval::eval(args),
        #[cfg(feature = "torch")]
        Command::Data { command: args::DataCommand::Check(args) } => data_check::check(args),
        Command::Plugins { command } => plugins::run(command),
        Command::Replay(args) => kit::replay(args),
    }
}
