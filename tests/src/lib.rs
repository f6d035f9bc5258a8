//! Support for the integration tests: guests, a drive through the handler without libtorch, and
//! the binary as a user runs it.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a failed step is a failed test"
)]

mod drive;
mod program;
mod run_info;
#[cfg(feature = "torch")]
mod training;
pub mod villains;

pub use drive::{Drive, Driven, MemberSpec, Seen, guest, member, prepared};
pub use program::{Ran, Workplace};
pub use run_info::run_info;
#[cfg(feature = "torch")]
pub use training::{Trained, Training, seeding, shared, time_of_fits};
