//! The plugin runtime: from a file that nobody vouches for to calls that cannot hurt.
//!
//! It knows wasmtime and the contract in `wit/`, and nothing of tensors, loops or run files. A file is
//! found ([`Library`], [`dropped`]), read once ([`PluginFile`]), understood and compiled in a helper process or taken from the [`Cache`]
//! (`compile`), linked into a [`Prepared`] plugin, and run as an [`Instance`] whose every call has a
//! deadline and whose every answer has a size limit ([`Limits`]). What goes wrong before it runs is a
//! [`LoadError`], afterwards a [`Fault`].

pub mod anatomy;
mod bindings;

mod discover;
mod file;
mod sidecar;
mod signature;
mod watch;

mod cache;
mod compile;
mod embedded;
mod engine;
mod nesting;
mod parse;
mod prepare;
mod runtime;
mod sniff;

mod clock;
mod instance;
mod limits;
mod output;
mod store;

mod error;
mod fault;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod nothing;

pub use anatomy::Anatomy;
pub use bindings::callbox::plugin::log::Level;
/// The contract's records, enums and variants, as the bindings make them.
pub use bindings::callbox::plugin::types as wit;
/// A batch as `transform` takes and gives it.
pub use bindings::exports::callbox::plugin::transform::Pair;
pub use cache::Cache;
pub use compile::{ARGUMENT as COMPILE_ARGUMENT, serve as compile_for_parent};
pub use discover::{Dropped, Library, dropped, orphans};
pub use engine::Engine;
pub use error::{LoadError, Refusal};
pub use fault::{Broken, BrokenKind, Fault};
pub use file::PluginFile;
pub use instance::{Instance, Usage};
pub use limits::Limits;
pub use parse::{Parsed, parse};
pub use prepare::Prepared;
pub use runtime::Runtime;
pub use sidecar::{ParamValue, Sidecar};
pub use signature::{Distrust, KeyId, NoKey, TrustedKeys, signature_path};
pub use store::{LogSink, Services};
pub use watch::{Glance, News, Watcher};

/// The interfaces of the optional imports, which [`Services`] implement.
pub mod imports {
    pub use super::bindings::callbox::plugin::{batch, model};
    pub use super::bindings::callbox::tensors::tensors;
}
