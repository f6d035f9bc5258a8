//! The words that loop, callbacks and plugins share, and the handler that makes one decision of
//! many answers.
//!
//! This island knows neither libtorch nor wasmtime, and holds plain values only: a plugin's
//! answers can be checked, merged and journaled without a GPU and without libtorch. Its types are
//! the host's own rather than a contract version's bindings, so that several released versions of
//! the contract can be served at once.

mod admission;
#[allow(clippy::module_inception, reason = "the island's one trait is named like the island")]
mod callback;
mod chain;
mod change;
mod check;
mod dispatch;
mod gradients;
mod grants;
mod handler;
mod health;
mod hook;
pub mod hypers;
mod member;
mod merge;
mod metrics;
mod panic;
mod plan;
mod record;
mod roster;
mod seed;
mod settings;
mod share;
mod signal;
mod state;
mod succession;
pub mod tensors;

pub use callback::{BreakKind, Breakage, Callback, Fault, Usage};
pub use chain::Chains;
pub use change::{Change, Changes};
pub use dispatch::{Delivery, Dispatch};
pub use gradients::{GradientWork, product};
pub use grants::{DEFAULT_POWERS, Extent, Given, Grants, describe as describe_grant};
pub use handler::{FatalFault, Gone, Handler};
pub use health::{Consequence, FaultPolicy, Health, Status, VIOLATIONS_IN_A_ROW};
pub use hook::{Hook, Phase};
pub use hypers::HyperTable;
pub use member::{Candidate, Earlier, Member, Mode, Standing};
pub use merge::{Decisions, Merged, Work, merge};
pub use metrics::Metrics;
pub use panic::caught;
pub use plan::{
    Descriptor, Grant, MetricSpec, POWERS, Param, Plan, Reads, RunInfo, Setting, Subscription,
    Transforms, Value,
};
pub use record::{Account, Joined, LogLevel, Observer, Place, Record, Records, Verdict};
pub use roster::{Rules, StartError};
pub use seed::seed_of;
pub use settings::settle;
pub use share::{Share, WhenSlow};
pub use signal::{Histogram, HyperName, HyperOp, HyperUpdate, Report, Signal, SlotOp, Table};
pub use state::{Hyper, Losses, Outcome, State, Stop};
