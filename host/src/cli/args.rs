//! What was typed.

mod kept;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use kept::{EvalArgs, KeptArgs, PredictArgs};

use super::kit::Language;

/// Train models with callbacks that are sandboxed WebAssembly plugins.
#[derive(Debug, Parser)]
#[command(name = "callbox", version, about, arg_required_else_help = true)]
#[command(after_help = "\
A first run:
  callbox train examples/digits/run.toml      train on the bundled digits
  callbox loop examples/digits/run.toml       see who would run where, without training
  callbox eval digits                         measure the run's model again
  callbox data check examples/digits/run.toml read all data, and say what is wrong with it
  callbox plugins inspect FILE.wasm           see what a plugin is and may do

Exit status: 0 all went well, also after a stop; 1 the run failed, or was stopped by a fault; 2 wrong usage or configuration;
130 ended by a second Ctrl-C.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a model as a run file says.
    #[cfg(feature = "torch")]
    Train(TrainArgs),
    /// Find a learning rate: a short trial that leaves no trace.
    #[cfg(feature = "torch")]
    LrFind(LrFindArgs),
    /// Print the training loop with who runs where, owners and order.
    #[cfg(feature = "torch")]
    Loop(RunArgs),
    /// Measure a run's model again, as its checkpoint holds it.
    #[cfg(feature = "torch")]
    Eval(EvalArgs),
    /// Write what runs' models answer for every sample into a CSV file, also out of fold.
    #[cfg(feature = "torch")]
    Predict(PredictArgs),
    /// Look at the data of a run file, without training.
    #[cfg(feature = "torch")]
    Data {
        /// What to do with it.
        #[command(subcommand)]
        command: DataCommand,
    },
    /// Play a recorded run again, to the plugins that took part or to another one, and show what differs.
    Replay(ReplayArgs),
    /// Look at plugins, sign them, and see who signed them.
    Plugins {
        /// What to do with them.
        #[command(subcommand)]
        command: PluginsCommand,
    },
}

/// A run file, and what overrides it.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The run file, such as examples/digits/run.toml.
    #[arg(value_name = "RUN.toml")]
    pub run: PathBuf,
    /// A folder whose plugins all take part, instead of `plugins/` beside the run file; repeatable.
    #[arg(long, value_name = "DIR")]
    pub plugins: Vec<PathBuf>,
    /// Change a key of the run file, such as `optimizer.lr=0.01`; repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Epochs to train.
    #[arg(long, value_name = "N")]
    pub epochs: Option<u32>,
    /// Where to compute: `auto` (a GPU if there is one), `cpu`, or `cuda:N`.
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Seed of everything random: the same seed gives the same numbers.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Refuse plugins that are not in plugins.lock beside the run file, or have changed since.
    #[arg(long)]
    pub locked: bool,
}

/// `callbox train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Where to put the run's folder.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Take files of the drop folder as they come, change and go, while the run goes on.
    #[arg(long)]
    pub watch: bool,
    /// Write a trace into the run's folder, for `callbox replay` and `callbox plugins test`: every hook with its
    /// state and every signal. It reads the losses at every hook, which waits for the device. `--record=tensors`
    /// also takes down what plugins ask of tensors and are answered, which can be much.
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "hooks")]
    pub record: Option<Recorded>,
    /// Print warnings and the result only.
    #[arg(long, conflicts_with = "json")]
    pub quiet: bool,
    /// Print one JSON object per line, for programs.
    #[arg(long)]
    pub json: bool,
    /// Print what plugins log at level debug as well.
    #[arg(long)]
    pub verbose: bool,
}

/// What a trace holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Recorded {
    /// Hooks, states, signals.
    Hooks,
    /// And what plugins asked of tensors.
    Tensors,
}

/// Presets of the plugin `lr-finder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LrFindPreset {
    /// The notebook of 2018: 1e-5 to 10 in 200 batches, the steepest point.
    Thread,
    /// fastai v1: 1e-7 to 10 in 100 batches, the steepest point.
    Fastai1,
    /// fastai v2: the same, the valley.
    Fastai2,
}

/// `callbox lr-find`.
#[derive(Debug, Args)]
pub struct LrFindArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Whose range, length and suggestion.
    #[arg(long, value_enum, value_name = "NAME", default_value = "fastai2")]
    pub preset: LrFindPreset,
    /// Learning rate of the first batch; default: the preset's.
    #[arg(long, value_name = "LR")]
    pub start_lr: Option<f64>,
    /// Learning rate that is approached; the trial ends sooner if the loss runs away. Default: the preset's.
    #[arg(long, value_name = "LR")]
    pub end_lr: Option<f64>,
    /// Training batches from one to the other; default: the preset's.
    #[arg(long, value_name = "N")]
    pub num_it: Option<u32>,
    /// Where to put the plot, NAME.svg and NAME.png.
    #[arg(long, value_name = "DIR", default_value = "runs/lr-find")]
    pub plots: PathBuf,
    /// Print one JSON object per line, for programs.
    #[arg(long)]
    pub json: bool,
}

/// `callbox data …`.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Read all data once, describe it, and say what is wrong with it.
    Check(DataCheckArgs),
}

/// `callbox data check`.
#[derive(Debug, Args)]
pub struct DataCheckArgs {
    /// The run file, such as examples/digits/run.toml.
    #[arg(value_name = "RUN.toml")]
    pub run: PathBuf,
    /// Change a key of the run file, such as `data.batch-size=32`; repeatable.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Print JSON, one object per line, for programs.
    #[arg(long)]
    pub json: bool,
}

/// `callbox replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The run's folder, its name in the folder of runs, or a trace.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Play it to this plugin, instead of to those that took part.
    #[arg(long, value_name = "FILE.wasm")]
    pub plugin: Option<PathBuf>,
    /// A parameter of that plugin, such as `patience=3`; repeatable.
    #[arg(long, value_name = "NAME=VALUE", requires = "plugin")]
    pub set: Vec<String>,
    /// Where runs have their folders.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Show every line.
    #[arg(long)]
    pub all: bool,
}

/// A plugin, and the recorded run that is played to it.
#[derive(Debug, Args)]
pub struct PlayArgs {
    /// The plugin's file.
    #[arg(value_name = "FILE.wasm")]
    pub file: PathBuf,
    /// A run that `callbox train --record` wrote, or the name of one that callbox has with it: digits, plateau,
    /// diverging, lr-find, generated.
    #[arg(long, value_name = "TRACE")]
    pub trace: Option<String>,
    /// A parameter, such as `patience=3`; repeatable.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

/// `callbox plugins test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// What is played to whom.
    #[command(flatten)]
    pub play: PlayArgs,
    /// Compare what the plugin does with this file, line by line.
    #[arg(long, value_name = "JOURNAL")]
    pub expect: Option<PathBuf>,
    /// Write what the plugin does into that file.
    #[arg(long, requires = "expect")]
    pub bless: bool,
    /// Show every line.
    #[arg(long, conflicts_with = "json")]
    pub all: bool,
    /// Print what the plugin does as JSON, one object per line.
    #[arg(long)]
    pub json: bool,
}

/// `callbox plugins new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The folder, whose name becomes the plugin's: small letters and digits, words joined by `-`.
    #[arg(value_name = "NAME")]
    pub folder: PathBuf,
    /// What to write it in.
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Language,
    /// The hooks that it is called at, such as `batch-end,valid-end`; also `finish`.
    #[arg(long, value_name = "HOOK", value_delimiter = ',', default_value = "batch-end")]
    pub hooks: Vec<String>,
}

/// `callbox plugins dev`.
#[derive(Debug, Args)]
pub struct DevArgs {
    /// The plugin's folder.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// What to run there after each change, instead of `make test`; CALLBOX names this binary to it.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// `callbox plugins bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// What is played to whom.
    #[command(flatten)]
    pub play: PlayArgs,
    /// How often the run is played.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
}

/// `callbox plugins …`.
#[derive(Debug, Subcommand)]
pub enum PluginsCommand {
    /// List the plugins in a folder.
    List {
        /// The folder.
        #[arg(value_name = "DIR", default_value = "plugins/dist")]
        folder: PathBuf,
        /// Print JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Show what a plugin is, what it imports, and what it asks for.
    Inspect {
        /// The plugin's file: a component, or a core module from `cargo build`.
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// Run its `start` as well, under all limits and with its default parameters, and show what it would
        /// do in a made-up run.
        #[arg(long)]
        plan: bool,
        /// Print JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Begin a plugin: a folder that builds, with a test.
    New(NewArgs),
    /// Build and test a plugin again whenever its sources change.
    Dev(DevArgs),
    /// Say whether a plugin is fit to be given to others, and what to do about what is not.
    Check {
        /// The plugin's file.
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// A parameter, such as `patience=3`, for a plugin that refuses its defaults; repeatable.
        #[arg(long, value_name = "NAME=VALUE")]
        set: Vec<String>,
    },
    /// Play a recorded run to a plugin, without a GPU and without libtorch, and show what it does.
    Test(TestArgs),
    /// Measure what a plugin costs, hook by hook, against its limits.
    Bench(BenchArgs),
    /// Let a plugin do more, or exactly what is typed: written into plugins.lock beside the run file.
    Grant(GrantArgs),
    /// Take powers back that a plugin has; without any, all of them.
    Revoke(GrantArgs),
    /// Write every plugin of a run into plugins.lock as it is now, for `--locked`.
    #[cfg(feature = "torch")]
    Lock(RunArgs),
    /// Sign a plugin: write FILE.wasm.minisig beside it.
    Sign {
        /// The plugin's file.
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// Your secret key, from `callbox plugins keygen` or minisign. The password of an encrypted one is
        /// asked for on a terminal, or taken from CALLBOX_KEY_PASSWORD.
        #[arg(long, value_name = "SECRET.key")]
        key: PathBuf,
        /// Replace a signature that is there.
        #[arg(long)]
        force: bool,
    },
    /// Make a pair of keys for signing: NAME.key, which is secret, and NAME.pub.
    Keygen {
        /// The files' name without its extension.
        #[arg(value_name = "NAME")]
        name: PathBuf,
        /// Encrypt the secret key with a password, asked for on a terminal or taken from
        /// CALLBOX_KEY_PASSWORD.
        #[arg(long)]
        password: bool,
    },
    /// Check that a trusted key signed a plugin: exit status 0 only if one did.
    Verify {
        /// The plugin's file; its signature is FILE.wasm.minisig.
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// A public key, or its .pub file, instead of the keys in your configuration; repeatable.
        #[arg(long, value_name = "KEY")]
        key: Vec<String>,
    },
}

/// `callbox plugins grant`, and `revoke`.
#[derive(Debug, Args)]
pub struct GrantArgs {
    /// The run file; plugins.lock lies beside it.
    #[arg(value_name = "RUN.toml")]
    pub run: PathBuf,
    /// The plugin's file, where the run finds it.
    #[arg(value_name = "FILE.wasm")]
    pub file: PathBuf,
    /// Powers, such as `weights`, `lr=1e-6..1`, or `control=1000..` (from step 1000 on); none: all that
    /// it asks for.
    #[arg(value_name = "POWER")]
    pub powers: Vec<String>,
}
