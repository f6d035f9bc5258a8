//! What the targets share: what callbacks may say, made up of the fuzzer's bytes, and a callback that says it.
//!
//! The types mirror the host's, so that the host itself needs no fuzzer.

pub mod course;
pub mod given;
pub mod laws;
pub mod ledger;
pub mod said;
pub mod signals;
pub mod troupe;
