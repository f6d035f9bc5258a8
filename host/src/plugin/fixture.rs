//! Guests for tests: a core module in wasm's text form that keeps the contract, with parts to replace.

use std::path::Path;

use wit_component::{StringEncoding, embed_component_metadata};

use super::nothing::Nothing;
use super::{Engine, Fault, Instance, Limits, Prepared, wit};

/// Bodies and definitions of a guest. By default it subscribes to nothing and returns nothing: every
/// function answers with zeros, which the contract's types read as empty and `ok`.
pub(super) struct Guest<'a> {
    pub(super) memory: &'a str,
    pub(super) items: &'a str,
    pub(super) describe: &'a str,
    pub(super) start: &'a str,
    pub(super) event: &'a str,
    pub(super) save: &'a str,
    pub(super) load: &'a str,
}

impl Default for Guest<'_> {
    fn default() -> Self {
        let zeros = "(i32.const 1024)";
        Guest {
            memory: r#"(memory (export "memory") 1)"#,
            items: "",
            describe: zeros,
            start: zeros,
            event: zeros,
            save: zeros,
            load: zeros,
        }
    }
}

impl Guest<'_> {
    /// As `cargo build` for wasm32-unknown-unknown would give it.
    pub(super) fn core_module(&self) -> Vec<u8> {
        let Guest { memory, items, describe, start, event, save, load } = self;
        let mut module = wat::parse_str(format!(
            r#"(module
  (import "callbox:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
  {memory}
  {items}
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
  (func (export "callbox:plugin/callback@0.1.0#describe") (result i32) {describe})
  (func (export "callbox:plugin/callback@0.1.0#start") (param i32) (result i32) {start})
  (func $on_event (export "callbox:plugin/callback@0.1.0#on-event")
    (param i32 i32 i32 i64 i64 i32 i32 i32 f64 f64 f64 i32 i32 i32 i32 i32) (result i32) {event})
  (func (export "callbox:plugin/callback@0.1.0#finish") (param i32) (result i32) (i32.const 1024))
  (func (export "callbox:plugin/callback@0.1.0#save") (result i32) {save})
  (func (export "callbox:plugin/callback@0.1.0#load") (param i32 i32) (result i32) {load}))"#
        ))
        .unwrap();
        let mut resolve = wit_parser::Resolve::default();
        let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
        let (package, _) = resolve.push_dir(contract).unwrap();
        let world = resolve.select_world(&[package], Some("callback-plugin")).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        module
    }

    pub(super) fn prepare(&self, limits: &Limits) -> Prepared {
        let engine = Engine::new().unwrap();
        Prepared::from_bytes(&engine, None, self.core_module(), limits).unwrap()
    }

    pub(super) fn instance(&self, limits: &Limits) -> Instance {
        self.try_instance(limits).unwrap()
    }

    pub(super) fn try_instance(&self, limits: &Limits) -> Result<Instance, Fault> {
        Instance::new(&self.prepare(limits), limits, Box::new(|_, _| {}), Box::new(Nothing))
    }
}

/// A state without lists.
pub(super) fn state() -> wit::State {
    wit::State {
        epoch: 0,
        num_batch: 1,
        iteration: 2,
        samples: 3,
        phase: wit::Phase::Train,
        batch_size: 4,
        losses: Some(wit::Losses { raw: 0.5, last: 0.5, smooth: f64::NAN }),
        partial: false,
        hypers: Vec::new(),
        monitored: Vec::new(),
    }
}

/// A run with nothing in it.
pub(super) fn run() -> wit::Run {
    wit::Run {
        id: String::new(),
        plugin: String::new(),
        seed: 0,
        granted: Vec::new(),
        n_epochs: 1,
        planned_iterations: None,
        train_batches: None,
        valid_batches: None,
        n_samples: None,
        valid_samples: None,
        metrics: Vec::new(),
        class_counts: Vec::new(),
        groups: Vec::new(),
        hypers: Vec::new(),
        optimizer: String::new(),
        true_wd: false,
        rank: 0,
        world_size: 1,
    }
}
