//! Guests in wasm's text form: what a file leaves out is filled in with what keeps the contract.
//!
//! A file holds fields of a core module and may define `$memory`, `$realloc`, `$describe`, `$start`,
//! `$event`, `$finish`, `$save`, `$load` and `$post`, which is called after an event's answer was read. It
//! may call `$log`, `$create`, `$shape`, `$read`, `$uniform` and `$weight`. An answer that lies at
//! 4096 is `ok` and empty as long as nothing is written there, and so is one at 6144.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

use super::image::Image;
use super::{About, Schedule};

/// A core module in wasm's text form, as far as it differs from a plugin that does nothing.
#[derive(Clone, Default)]
pub struct Wat {
    /// Its own fields.
    pub fields: String,
    /// What it says of itself.
    pub about: About,
    /// What it plans.
    pub schedule: Schedule,
}

/// Where descriptor and plan lie.
const IMAGE: usize = 16 << 10;

/// Imports by the names that files use, with their types.
const IMPORTS: [(&str, &str, &str, &str); 6] = [
    ("$log", "callbox:plugin/log@0.1.0", "write", "(param i32 i32 i32)"),
    ("$create", "callbox:tensors/tensors@0.1.0", "create", "(param i32 i32 i32 i32 i32)"),
    ("$shape", "callbox:tensors/tensors@0.1.0", "shape", "(param i64 i32)"),
    ("$read", "callbox:tensors/tensors@0.1.0", "read", "(param i64 i64 i64 i32)"),
    ("$uniform", "callbox:tensors/tensors@0.1.0", "random-uniform", "(param i32 i32 i32)"),
    ("$weight", "callbox:plugin/model@0.1.0", "weight", "(param i32 i32 i32)"),
];

const EXPORTS: &str = r#"
  (export "memory" (memory $memory))
  (export "cabi_realloc" (func $realloc))
  (export "callbox:plugin/callback@0.1.0#describe" (func $describe))
  (export "callbox:plugin/callback@0.1.0#start" (func $start))
  (func $on_event (export "callbox:plugin/callback@0.1.0#on-event")
    (param i32 i32 i32 i64 i64 i32 i32 i32 f64 f64 f64 i32 i32 i32 i32 i32) (result i32) (call $event))
  (export "callbox:plugin/callback@0.1.0#finish" (func $finish))
  (export "callbox:plugin/callback@0.1.0#save" (func $save))
  (export "callbox:plugin/callback@0.1.0#load" (func $load))
"#;

impl Wat {
    /// A file of `guests/wat`.
    pub(super) fn file(name: &str) -> Wat {
        Wat::fields(std::fs::read_to_string(folder().join(format!("{name}.wat"))).unwrap())
    }

    /// These fields.
    pub(super) fn fields(fields: impl Into<String>) -> Wat {
        Wat { fields: fields.into(), ..Wat::default() }
    }

    /// As `cargo build` for wasm32-unknown-unknown would give it.
    #[must_use]
    pub fn module(&self) -> Vec<u8> {
        let mut module = wat::parse_str(self.text()).unwrap();
        let (resolve, world) = contract();
        embed_component_metadata(&mut module, resolve, *world, StringEncoding::UTF8).unwrap();
        module
    }

    fn text(&self) -> String {
        let mut image = Image::at(IMAGE);
        let (about, plan) = (image.descriptor(&self.about), image.plan(&self.schedule));
        let end = IMAGE + image.bytes.len();
        let defaults = [
            ("(memory $memory", format!("(memory $memory {})", end.div_ceil(1 << 16) + 1)),
            ("(func $realloc", REALLOC.to_owned()),
            ("(func $describe", format!("(func $describe (result i32) (i32.const {about}))")),
            ("(func $start", format!("(func $start (param i32) (result i32) (i32.const {plan}))")),
            ("(func $event", "(func $event (result i32) (i32.const 4096))".to_owned()),
            (
                "(func $finish",
                "(func $finish (param i32) (result i32) (i32.const 6144))".to_owned(),
            ),
            ("(func $save", "(func $save (result i32) (i32.const 6144))".to_owned()),
            (
                "(func $load",
                "(func $load (param i32 i32) (result i32) (i32.const 6144))".to_owned(),
            ),
        ];
        let missing = defaults.iter().filter(|(name, _)| !self.fields.contains(name));
        let filled_in: String = missing.map(|(_, field)| field.as_str()).collect();
        format!(
            "(module {} {} {filled_in} {EXPORTS} {} (global $heap (mut i32) (i32.const {})) \
             (data (memory $memory) (i32.const {IMAGE}) \"{}\"))",
            self.imports(),
            self.fields,
            if self.fields.contains("(func $post") { POST } else { "" },
            end.next_multiple_of(16),
            escaped(&image.bytes),
        )
    }

    fn imports(&self) -> String {
        let used = IMPORTS.iter().filter(|(name, ..)| self.fields.contains(&format!("{name} ")));
        used.map(|(name, module, field, kind)| {
            format!(r#"(import "{module}" "{field}" (func {name} {kind}))"#)
        })
        .collect()
    }
}

/// Never gives anything back: no guest here lives long.
const REALLOC: &str = "(func $realloc (param i32 i32 i32 i32) (result i32)
    (global.set $heap (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
    (global.get $heap)
    (global.set $heap (i32.add (global.get $heap) (local.get 3))))";

const POST: &str = r#"(func (export "cabi_post_callbox:plugin/callback@0.1.0#on-event")
    (param i32) (call $post))"#;

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _done = write!(text, "\\{byte:02x}");
        text
    })
}

pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/wat")
}

fn contract() -> &'static (Resolve, WorldId) {
    static CONTRACT: OnceLock<(Resolve, WorldId)> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let mut resolve = Resolve::default();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
        let (package, _) = resolve.push_dir(folder).unwrap();
        let world = resolve.select_world(&[package], Some("tensor-plugin")).unwrap();
        (resolve, world)
    })
}

/// A core module with its interfaces, as the component that a host makes of it.
#[must_use]
pub fn component(module: &[u8]) -> Vec<u8> {
    ComponentEncoder::default().module(module).unwrap().encode().unwrap()
}
