//! The contract, as seen from the host: generated from `wit/`, and nothing else.
//!
//! The world `host-view` names everything that a plugin may import or export. A plugin exports only part
//! of it, so nothing here binds the whole world: each export is looked up by itself.
#![allow(missing_docs, reason = "generated; the documentation of its items is that of `wit/`")]
#![allow(clippy::must_use_candidate, clippy::missing_errors_doc, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "host-view",
    // Two answers to `describe` must be equal, and tests compare signals.
    additional_derives: [PartialEq],
});
