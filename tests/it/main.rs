//! The integration tests, one binary. `README.md` beside this folder says what each proves.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed test is a failed test"
)]

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// The order of hooks, of a driven run and through a plugin.
mod order;

/// Merging: any permutation of callbacks gives the same result.
mod merging;

/// What the handler and plugins agree on, guest by guest.
mod conformance;

/// Hostile plugins: the kind of fault, and that training went on.
mod villains;

/// Plugins that are only observed, or compared with another version.
mod modes;

/// Callbacks that come, change and go while a run goes on.
mod reload;

/// Files that are no plugins: one sentence each.
mod files;

/// Files that cost the compiler without end, and the process that bears it.
mod bombs;
/// Grants, the lock beside the run file, `--locked`.
#[cfg(feature = "torch")]
mod grants;

/// What authors of plugins use.
mod kit;

/// One plugin in every language: the same journal.
mod languages;

/// The authors' guide: its commands run.
mod guide;

/// The released contract, and plugins that were built against it.
mod released;

/// `callbox plugins new` and `dev`.
mod scaffold;

/// `train --record` and `replay`.
#[cfg(feature = "torch")]
mod traces;

/// `train --record=tensors`, played without any.
#[cfg(feature = "torch")]
mod taped;

/// Signatures: made, checked, and asked for.
mod signatures;

/// The whole program, as a user runs it.
#[cfg(feature = "torch")]
mod cli;

/// `callbox plugins list` and `inspect`.
#[cfg(feature = "torch")]
mod inspect;

/// `--watch`: the drop folder while a run goes on.
#[cfg(feature = "torch")]
mod watch;

/// Endless data and prefetching, in a whole run.
#[cfg(feature = "torch")]
mod data;

/// Data of users: `callbox data check`, and runs on it.
#[cfg(feature = "torch")]
mod readers;

/// `callbox eval`: a run's numbers, measured again.
#[cfg(feature = "torch")]
mod eval;

/// `fit` itself: faults in it, panics in callbacks, grad mode.
#[cfg(feature = "torch")]
mod fit;

/// Each signal's effect on a real training.
#[cfg(feature = "torch")]
mod signals;

/// Hyper-parameters: absent ones, and decay that is annealed.
#[cfg(feature = "torch")]
mod hypers;

/// Checkpoints that callbacks ask for.
#[cfg(feature = "torch")]
mod checkpoints;

/// Several callbacks at once.
#[cfg(feature = "torch")]
mod together;

/// Transforms: a chain in order and in reverse, and who is blamed.
#[cfg(feature = "torch")]
mod transforms;

/// Native callbacks have all that plugins have.
#[cfg(feature = "torch")]
mod natives;

/// Tensors, call by call through the sandbox.
#[cfg(feature = "torch")]
mod tensors;

/// Metrics that plugins compute.
#[cfg(feature = "torch")]
mod measure;

/// Accumulation equals the large batch.
#[cfg(feature = "torch")]
mod accumulate;

/// Stages, trials, lengths in steps, `callbox lr-find`.
#[cfg(feature = "torch")]
mod stages;

/// The examples, each run.
#[cfg(feature = "torch")]
mod examples;

/// Set-up of libtorch: what it unpacks, what it says, what it leaves behind.
mod setup;

/// Sizes, directions, documents.
mod tidy;

/// A guest without a test of its name does not compile.
macro_rules! is_conformance_tested {
    ($name:ident) => {
        const _: fn() = crate::conformance::$name;
    };
}
macro_rules! is_villain_tested {
    ($name:ident) => {
        const _: fn() = crate::villains::$name;
    };
}
foreach_conformance!(is_conformance_tested);
foreach_villains!(is_villain_tested);
