//! Of commands that look at runs that were kept.

use std::path::PathBuf;

use clap::Args;

/// `callbox predict`.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// Runs' folders, or their names in the folder of runs. Several are one model in the end: the mean of those that
    /// saw a sample.
    #[arg(value_name = "RUN", required = true)]
    pub run: Vec<PathBuf>,
    /// The CSV file; where it is there, columns and rows are joined to it by the sample's number.
    #[arg(long, value_name = "FILE.csv")]
    pub into: PathBuf,
    /// What its columns are called: NAME-0 and so on, or NAME if there is one. Default: the first run's name.
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// For which data: test, valid, or train.
    #[arg(long, value_name = "DATA", default_value = "test")]
    pub on: String,
    /// Where they are kept.
    #[command(flatten)]
    pub kept: KeptArgs,
    /// Print JSON, for programs.
    #[arg(long)]
    pub json: bool,
}

/// `callbox eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// The run's folder, or its name in the folder of runs.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// On which data: test, valid, or train.
    #[arg(long, value_name = "DATA", default_value = "test")]
    pub on: String,
    /// Where it is kept.
    #[command(flatten)]
    pub kept: KeptArgs,
    /// Print JSON, for programs.
    #[arg(long)]
    pub json: bool,
}

/// Where runs are kept, and what of a run is wanted.
#[derive(Debug, Args)]
pub struct KeptArgs {
    /// Which of the run's checkpoints.
    #[arg(long, value_name = "NAME", default_value = "last")]
    pub checkpoint: String,
    /// Where runs have their folders.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Where to compute, instead of where the run did: `auto`, `cpu`, or `cuda:N`.
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
}
