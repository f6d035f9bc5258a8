//! Support for the integration tests: guests, a drive through the handler without libtorch, and
//! the binary as a user runs it.

mod drive;
mod program;

pub use drive::{Drive, Driven, MemberSpec, Seen, guest, member};
pub use program::{Ran, Workplace};
