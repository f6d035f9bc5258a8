//! From bytes to something understood, before a compiler sees it.
//!
//! The whole file is validated against exactly those features of wasm that the engine runs. The names of
//! imports and exports carry the contract's version, and are read here: linking another version would fail
//! with a riddle about types.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use super::embedded::{self, Interfaces};
use super::engine::FEATURES;
use super::sniff::sniff;
use super::{Limits, Refusal, nesting};

/// The version of both packages of the contract that this host speaks.
pub(super) const VERSION: &str = "0.1.0";
/// The export that makes a component a plugin.
pub(super) const CALLBACK: &str = "callbox:plugin/callback@0.1.0";
/// The optional export that changes what flows through the loop.
pub(super) const TRANSFORM: &str = "callbox:plugin/transform@0.1.0";
/// The optional export that computes a metric.
pub(super) const METRIC: &str = "callbox:plugin/metric@0.1.0";

const PACKAGES: [&str; 2] = ["callbox:plugin", "callbox:tensors"];
const PROVIDED: [&str; 2] = ["callbox:plugin/log@0.1.0", "callbox:plugin/types@0.1.0"];
/// The optional imports, provided as well.
pub(super) const TENSORS: [&str; 3] =
    ["callbox:tensors/tensors@0.1.0", "callbox:plugin/batch@0.1.0", "callbox:plugin/model@0.1.0"];

/// A file that may be compiled, as its bytes alone tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parsed {
    /// Whether it is a core module, which becomes a component first.
    pub is_core: bool,
    /// Full names of what it imports, such as `callbox:plugin/log@0.1.0`.
    pub imports: Vec<String>,
    /// Full names of what it exports; names that callbox does not know are normal.
    pub exports: Vec<String>,
}

/// Refuses what a look at the size and the first bytes tells: no file can make that dear.
pub(super) fn glance(bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let size = bytes.len() as u64;
    if size > u64::from(limits.file_mib) << 20 {
        return Err(Refusal::TooLarge { size, limit_mib: limits.file_mib });
    }
    sniff(bytes)
}

/// Reads a whole file and refuses what this host would not run. Nothing is compiled and nothing runs, so
/// this is what can be asked of a file that nobody trusts yet. It reads types by recursion: on a stack of less
/// than 8 MiB a file could use that up.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Parsed, Refusal> {
    glance(bytes, limits)?;
    nesting::check(bytes)?;
    validate(bytes)?;
    let parsed = match Parser::is_core_wasm(bytes) {
        true => core_names(bytes)?,
        false => component_names(bytes)?,
    };
    check_names(&parsed)?;
    Ok(parsed)
}

/// Features that somebody's toolchain uses by default, and how to leave them out.
const LEFT_OUT: [(&str, WasmFeatures, &str); 9] = [
    (
        "the component model's async",
        WasmFeatures::CM_ASYNC
            .union(WasmFeatures::CM_ASYNC_STACKFUL)
            .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
            .union(WasmFeatures::CM_ERROR_CONTEXT),
        "build it with synchronous functions (componentize-qjs: `--sync`)",
    ),
    ("threads", WasmFeatures::THREADS, "build it without atomics and shared memory"),
    (
        "wasm exceptions",
        WasmFeatures::EXCEPTIONS.union(WasmFeatures::LEGACY_EXCEPTIONS),
        "build it without them (C++: `-fno-exceptions`)",
    ),
    (
        "wasm garbage collection",
        WasmFeatures::GC.union(WasmFeatures::GC_TYPES).union(WasmFeatures::FUNCTION_REFERENCES),
        "languages that compile to it (Kotlin, Dart) cannot be used yet",
    ),
    ("64-bit memories", WasmFeatures::MEMORY64, "build it for wasm32"),
    ("relaxed SIMD", WasmFeatures::RELAXED_SIMD, "build it with plain `simd128`"),
    (
        "the component model's maps or fixed-length lists",
        WasmFeatures::CM_MAP.union(WasmFeatures::CM_FIXED_LENGTH_LISTS),
        "build it against callbox's `wit` folder",
    ),
    ("custom page sizes", WasmFeatures::CUSTOM_PAGE_SIZES, "build it with 64 KiB pages"),
    ("wide arithmetic", WasmFeatures::WIDE_ARITHMETIC, "build it without that target feature"),
];

fn validate(bytes: &[u8]) -> Result<(), Refusal> {
    let Err(error) = validate_with(bytes, FEATURES) else { return Ok(()) };
    if error.message().starts_with("unexpected end") {
        return Err(Refusal::Truncated(bytes.len() as u64));
    }
    // With everything at once some files would stay invalid, so that the features are tried alone.
    let missing =
        LEFT_OUT.iter().find(|(_, f, _)| validate_with(bytes, FEATURES.union(*f)).is_ok());
    Err(match missing {
        Some(&(feature, _, remedy)) => {
            Refusal::Feature { feature: feature.into(), remedy: remedy.into() }
        }
        None => Refusal::Invalid(format!("{} (at byte {})", error.message(), error.offset())),
    })
}

fn validate_with(bytes: &[u8], features: WasmFeatures) -> wasmparser::Result<()> {
    Validator::new_with_features(features).validate_all(bytes).map(drop)
}

fn component_names(bytes: &[u8]) -> Result<Parsed, Refusal> {
    let mut parsed = Parsed { is_core: false, imports: Vec::new(), exports: Vec::new() };
    let mut depth = 0usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(invalid)? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    parsed.imports.push(import.map_err(invalid)?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    parsed.exports.push(export.map_err(invalid)?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(parsed)
}

/// A core module built with wit-bindgen says in a custom section which interfaces it has.
fn core_names(bytes: &[u8]) -> Result<Parsed, Refusal> {
    let used = core_imports(bytes)?;
    let Interfaces { mut imports, exports } =
        embedded::interfaces(bytes)?.ok_or(Refusal::NoInterfaces)?;
    imports.retain(|name| !TENSORS.contains(&name.as_str()) || used.contains(name));
    Ok(Parsed { is_core: true, imports, exports })
}

/// The modules that a core module imports from. Its custom section may name interfaces that it could
/// have imported and does not, and what becomes a component then does not either.
fn core_imports(bytes: &[u8]) -> Result<HashSet<String>, Refusal> {
    let mut used = HashSet::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let Payload::ImportSection(section) = payload.map_err(invalid)? else { continue };
        for import in section.into_imports() {
            let import = import.map_err(invalid)?;
            let name = || format!("{}.{}", import.module, import.name);
            match import.module {
                module if module.starts_with("wasi") => return Err(Refusal::Wasi(name())),
                "env" => return Err(unknown(name(), FROM_ENV)),
                module if module.starts_with("__wbindgen") => {
                    return Err(unknown(name(), FROM_WASM_BINDGEN));
                }
                module => used.insert(module.to_owned()),
            };
        }
    }
    Ok(used)
}

const FROM_ENV: &str = "; a C function was left undefined, or AssemblyScript's abort";
const FROM_WASM_BINDGEN: &str = "; it was built with wasm-bindgen, which is for browsers: use \
                                 wit-bindgen, or turn off the `js` feature of getrandom and others";

fn check_names(parsed: &Parsed) -> Result<(), Refusal> {
    for name in parsed.imports.iter().chain(&parsed.exports) {
        check_version(name)?;
    }
    parsed.imports.iter().try_for_each(|name| check_import(name))?;
    match parsed.exports.iter().any(|name| name == CALLBACK) {
        true => Ok(()),
        false => Err(Refusal::NoCallback { found: list(&parsed.exports), wanted: CALLBACK.into() }),
    }
}

fn check_version(name: &str) -> Result<(), Refusal> {
    let Some((package, _)) = name.split_once('/') else { return Ok(()) };
    let found = name.split_once('@').map_or("none", |(_, version)| version);
    match PACKAGES.contains(&package) && found != VERSION {
        true => Err(Refusal::Version {
            package: package.into(),
            found: crate::text::clean(found, 40).into_owned(),
            ours: VERSION.into(),
        }),
        false => Ok(()),
    }
}

fn check_import(name: &str) -> Result<(), Refusal> {
    match name {
        name if PROVIDED.contains(&name) || TENSORS.contains(&name) => Ok(()),
        name if name.starts_with("wasi:") => Err(Refusal::Wasi(name.into())),
        name => Err(unknown(name.into(), "")),
    }
}

fn unknown(name: String, hint: &'static str) -> Refusal {
    Refusal::Import { name: crate::text::clean(&name, 120).into_owned(), hint: hint.into() }
}

fn list(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(8).map(|name| crate::text::clean(name, 80)).collect();
    match (shown.is_empty(), names.len() > shown.len()) {
        (true, _) => "nothing".into(),
        (_, true) => format!("{} and others", shown.join(", ")),
        (_, false) => shown.join(", "),
    }
}

fn invalid(error: wasmparser::BinaryReaderError) -> Refusal {
    Refusal::Invalid(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Guest;
    use super::*;

    fn refusal(bytes: &[u8]) -> Refusal {
        parse(bytes, &Limits::default()).unwrap_err()
    }

    fn refused(wat: &str) -> Refusal {
        refusal(&wat::parse_str(wat).unwrap())
    }

    #[test]
    fn what_is_no_wasm_is_told_apart() {
        assert_eq!(refusal(b""), Refusal::Empty);
        assert_eq!(refusal(b"(module)\n"), Refusal::Text);
        assert_eq!(refusal("<!DOCTYPE html> größer".as_bytes()), Refusal::Text);
        assert_eq!(refusal(b"\x7fELF\x02\x01\x01"), Refusal::Native);
        assert_eq!(refusal(b"\x1f\x8b\x08"), Refusal::Archive("gzip".into()));
        assert_eq!(refusal(b"PK\x03\x04"), Refusal::Archive("zip".into()));
        assert_eq!(refusal(b"\xde\xad\xbe\xef\x00"), Refusal::NotWasm("de ad be ef".into()));
        assert_eq!(refusal(b"\0asm"), Refusal::Truncated(4));
        assert!(matches!(refusal(b"\0asm\x07\0\0\0"), Refusal::Invalid(_)));
    }

    #[test]
    fn own_precompiled_code_is_refused_like_any_native_code() {
        let engine = super::super::Engine::new().unwrap();
        let code = engine.wasmtime().precompile_module(b"\0asm\x01\0\0\0").unwrap();
        assert_eq!(refusal(&code), Refusal::Native);
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_an_answer_and_no_panic() {
        let whole = Guest::default().core_module();
        for size in 0..whole.len() {
            let _answer = parse(&whole[..size], &Limits::default());
        }
        assert_eq!(refusal(&whole[..whole.len() / 2]), Refusal::Truncated(whole.len() as u64 / 2));
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] = !changed[at];
            let _answer = parse(&changed, &Limits::default());
        }
    }

    #[test]
    fn large_files_are_not_even_looked_at() {
        let limits = Limits { file_mib: 0, ..Limits::default() };
        let refusal = parse(b"\0", &limits).unwrap_err();
        assert_eq!(refusal, Refusal::TooLarge { size: 1, limit_mib: 0 });
    }

    #[test]
    fn features_are_named() {
        let feature = |wat| match refused(wat) {
            Refusal::Feature { feature, .. } => feature,
            other => panic!("{other:?}"),
        };
        assert_eq!(feature("(module (memory 1 1 shared))"), "threads");
        assert_eq!(feature("(module (memory i64 1))"), "64-bit memories");
        assert_eq!(feature("(module (type (struct)))"), "wasm garbage collection");
        assert_eq!(feature("(module (tag))"), "wasm exceptions");
        assert_eq!(
            feature("(component (core func (canon backpressure.inc)))"),
            "the component model's async"
        );
    }

    #[test]
    fn other_versions_get_a_sentence_before_anything_else() {
        let version = |wat| match refused(wat) {
            Refusal::Version { package, found, ours } => (package, found, ours),
            other => panic!("{other:?}"),
        };
        let new = ("callbox:plugin".to_owned(), "0.2.0".to_owned(), "0.1.0".into());
        let imports = r#"(component
            (import "wasi:cli/environment@0.2.6" (instance))
            (import "callbox:plugin/log@0.2.0" (instance)))"#;
        assert_eq!(version(imports), new);
        let exports =
            r#"(component (instance $i) (export "callbox:plugin/callback@0.2.0" (instance $i)))"#;
        assert_eq!(version(exports), new);
        let none = r#"(component (import "callbox:tensors/tensors" (instance)))"#;
        assert_eq!(version(none).1, "none");
    }

    #[test]
    fn imports_that_are_not_there_are_named() {
        let import = |name: &str| refused(&format!(r#"(component (import "{name}" (instance)))"#));
        let wasi = "wasi:cli/environment@0.2.6";
        assert_eq!(import(wasi), Refusal::Wasi(wasi.into()));
        assert!(matches!(import("acme:clock/now@1.0.0"), Refusal::Import { .. }));
        assert!(matches!(import("callbox:plugin/teleport@0.1.0"), Refusal::Import { .. }));
        let core = |module: &str| refused(&format!(r#"(module (import "{module}" "f" (func)))"#));
        assert_eq!(
            core("wasi_snapshot_preview1"),
            Refusal::Wasi("wasi_snapshot_preview1.f".into())
        );
        assert!(core("env").to_string().contains("imports env.f"), "{}", core("env"));
        assert!(core("__wbindgen_placeholder__").to_string().contains("wasm-bindgen"));
    }

    #[test]
    fn a_file_without_the_callback_is_no_plugin() {
        let none = Refusal::NoCallback { found: "nothing".into(), wanted: CALLBACK.into() };
        assert_eq!(refused("(component)"), none);
        let text = refused(r#"(component (instance $i) (export "run" (instance $i)))"#).to_string();
        assert!(
            text.starts_with(
                "the file does not export callbox:plugin/callback@0.1.0 (it exports run)"
            ),
            "{text}"
        );
        assert_eq!(refused("(module)"), Refusal::NoInterfaces);
    }

    #[test]
    fn names_inside_a_component_are_not_its_own() {
        let wat = r#"(component (component (import "wasi:cli/run@0.2.6" (instance))))"#;
        assert!(matches!(refused(wat), Refusal::NoCallback { .. }));
    }

    #[test]
    fn core_modules_and_components_show_the_same_names() {
        let module = Guest::default().core_module();
        let core = parse(&module, &Limits::default()).unwrap();
        let component = super::super::compile::wrap(&module).unwrap();
        let component = parse(&component, &Limits::default()).unwrap();
        assert!(core.is_core && !component.is_core);
        assert_eq!(core.exports, [CALLBACK]);
        assert_eq!(component.exports, [CALLBACK]);
        assert!(core.imports.contains(&PROVIDED[0].to_owned()));
        assert!(component.imports.contains(&PROVIDED[0].to_owned()));
    }
}
