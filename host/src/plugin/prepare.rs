//! A plugin that is compiled and linked, and does not run yet.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmtime::component::{Component, InstancePre};

use super::bindings::exports::callbox::plugin::{callback, metric, transform};
use super::parse::{METRIC, Parsed, TENSORS, TRANSFORM, VERSION, glance};
use super::store::{HostState, link};
use super::{Cache, Engine, Limits, LoadError, PluginFile, Refusal, Runtime, cache};

/// A plugin that is compiled and linked. Cheap to clone; any number of instances can be made of it.
#[derive(Clone)]
pub struct Prepared(Arc<Inner>);

struct Inner {
    engine: Engine,
    linked: Linked,
    parsed: Parsed,
    runtime: Runtime,
    digest: String,
    size: u64,
    from_cache: bool,
    /// Held by every store of an instance of it.
    live: Arc<()>,
}

/// Ready to be instantiated, with the places of its exports.
pub(super) struct Linked {
    pub(super) pre: InstancePre<HostState>,
    pub(super) callback: callback::GuestIndices,
    /// `None`: it does not export it.
    pub(super) transform: Option<transform::GuestIndices>,
    pub(super) metric: Option<metric::GuestIndices>,
}

impl Prepared {
    /// Reads, understands, compiles and links a file. Takes milliseconds to seconds, or well under one
    /// millisecond per 100 kB if the cache has it. What a hostile file could make dear is done where the
    /// engine says: in its helper process, if it has one.
    ///
    /// # Errors
    /// If the file cannot be read or is refused; the message says why and what to do.
    pub fn load(
        engine: &Engine,
        cache: Option<&Cache>,
        path: &Path,
        limits: &Limits,
    ) -> Result<Prepared, LoadError> {
        Prepared::from_file(engine, cache, &PluginFile::read(path, limits)?, limits)
    }

    /// The same for a file that was read, so that its digest or its signature could be looked at.
    ///
    /// # Errors
    /// If it is refused.
    pub fn from_file(
        engine: &Engine,
        cache: Option<&Cache>,
        file: &PluginFile,
        limits: &Limits,
    ) -> Result<Prepared, LoadError> {
        Prepared::new(engine, cache, file.bytes().clone(), Some(file.runtime()), limits)
            .map_err(|refusal| LoadError::Refused { path: file.path().into(), refusal })
    }

    /// The same for bytes that are at hand.
    ///
    /// # Errors
    /// If they are refused.
    pub fn from_bytes(
        engine: &Engine,
        cache: Option<&Cache>,
        bytes: impl Into<Arc<[u8]>>,
        limits: &Limits,
    ) -> Result<Prepared, Refusal> {
        Prepared::new(engine, cache, bytes.into(), None, limits)
    }

    /// `runtime`: what is known of it already.
    fn new(
        engine: &Engine,
        cache: Option<&Cache>,
        bytes: Arc<[u8]>,
        runtime: Option<Runtime>,
        limits: &Limits,
    ) -> Result<Prepared, Refusal> {
        glance(&bytes, limits)?;
        let runtime = runtime.unwrap_or_else(|| Runtime::of(&bytes));
        let digest = Sha256::digest(&bytes);
        let size = bytes.len() as u64;
        let entry = cache.map(|cache| cache.entry(engine.wasmtime(), digest.as_ref()));
        let found = entry.as_ref().and_then(|entry| entry.get(engine.wasmtime()));
        let from_cache = found.is_some();
        let (parsed, component) = match found {
            Some(found) => found,
            None => compiled(engine, bytes, limits, entry)?,
        };
        let linked = linked(engine, &component, &parsed)?;
        let digest = cache::hex(digest.as_ref());
        let (engine, live) = (engine.without_helper(), Arc::default());
        let inner = Inner { engine, linked, parsed, runtime, digest, size, from_cache, live };
        Ok(Prepared(Arc::new(inner)))
    }

    /// SHA-256 of the file as it lies there, in lower-case hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// Bytes of the file.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// Whether its machine code came from the cache.
    #[must_use]
    pub fn from_cache(&self) -> bool {
        self.0.from_cache
    }

    /// Whether the file was a core module, which the host made a component of.
    #[must_use]
    pub fn was_core_module(&self) -> bool {
        self.0.parsed.is_core
    }

    /// Full names of what it imports, such as `callbox:plugin/log@0.1.0`.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.0.parsed.imports
    }

    /// Full names of what it exports; names that callbox does not know are normal.
    #[must_use]
    pub fn exports(&self) -> &[String] {
        &self.0.parsed.exports
    }

    /// What runs its code.
    #[must_use]
    pub fn runtime(&self) -> Runtime {
        self.0.runtime
    }

    /// What a plugin like it may use, unless its user says otherwise.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits::of(self.runtime())
    }

    /// Whether it can change what flows through the loop.
    #[must_use]
    pub fn has_transform(&self) -> bool {
        self.exports().iter().any(|name| name == TRANSFORM)
    }

    /// Whether it can compute a metric.
    #[must_use]
    pub fn has_metric(&self) -> bool {
        self.exports().iter().any(|name| name == METRIC)
    }

    /// Whether it reads or computes with tensors.
    #[must_use]
    pub fn imports_tensors(&self) -> bool {
        self.imports().iter().any(|name| TENSORS.contains(&name.as_str()))
    }

    /// Instances of it that hold memory now: a broken one counts until it is dropped.
    #[must_use]
    pub fn instances(&self) -> usize {
        Arc::strong_count(&self.0.live) - 1
    }

    /// What a store holds for as long as it is there.
    pub(super) fn live(&self) -> Arc<()> {
        Arc::clone(&self.0.live)
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(super) fn linked(&self) -> &Linked {
        &self.0.linked
    }
}

fn compiled(
    engine: &Engine,
    bytes: Arc<[u8]>,
    limits: &Limits,
    entry: Option<cache::Entry<'_>>,
) -> Result<(Parsed, Component), Refusal> {
    let compiled = engine.compiler().compile(engine.wasmtime(), bytes, limits)?;
    let component = compiled.load(engine.wasmtime())?;
    if let Some(entry) = entry {
        entry.put(&compiled);
    }
    Ok((compiled.parsed, component))
}

fn linked(engine: &Engine, component: &Component, parsed: &Parsed) -> Result<Linked, Refusal> {
    let exports = |name: &str| parsed.exports.iter().any(|export| export == name);
    let link_all = || {
        let pre = link(engine.wasmtime())?.instantiate_pre(component)?;
        Ok(Linked {
            callback: callback::GuestIndices::new(&pre)?,
            transform: exports(TRANSFORM)
                .then(|| transform::GuestIndices::new(&pre))
                .transpose()?,
            metric: exports(METRIC).then(|| metric::GuestIndices::new(&pre)).transpose()?,
            pre,
        })
    };
    link_all().map_err(|error: wasmtime::Error| Refusal::Contract {
        version: VERSION.into(),
        what: format!("{error:#}"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Guest;
    use super::*;

    #[test]
    fn a_file_says_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.wasm");
        std::fs::write(&path, Guest::default().core_module()).unwrap();
        let limits = Limits::default();
        let plugin = Prepared::load(&Engine::new().unwrap(), None, &path, &limits).unwrap();
        assert!(plugin.was_core_module() && !plugin.from_cache());
        assert!(!plugin.has_transform() && !plugin.has_metric());
        assert_eq!(plugin.size(), std::fs::metadata(&path).unwrap().len());
        assert_eq!(plugin.digest().len(), 64);
    }

    #[test]
    fn errors_name_the_file() {
        let engine = Engine::new().unwrap();
        let limits = Limits::default();
        let load =
            |path: &Path| Prepared::load(&engine, None, path, &limits).map(drop).unwrap_err();
        assert_eq!(load(Path::new("/nowhere/x.wasm")).to_string(), "cannot read /nowhere/x.wasm");
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = load(file.path()).to_string();
        assert!(text.ends_with(": the file is empty; build or copy the plugin again"), "{text}");
    }

    #[test]
    fn a_component_of_other_types_is_refused_before_it_runs() {
        let wat = r#"(component
            (import "callbox:plugin/log@0.1.0" (instance (export "write" (func))))
            (instance $i) (export "callbox:plugin/callback@0.1.0" (instance $i)))"#;
        let bytes = wat::parse_str(wat).unwrap();
        let engine = Engine::new().unwrap();
        let refusal = Prepared::from_bytes(&engine, None, bytes, &Limits::default()).map(drop);
        assert!(matches!(refusal, Err(Refusal::Contract { .. })), "{refusal:?}");
    }

    #[test]
    fn compiling_has_a_time_limit() {
        let limits = Limits { compile_s: 0, ..Limits::default() };
        let engine = Engine::new().unwrap();
        let bytes = Guest::default().core_module();
        let refusal = Prepared::from_bytes(&engine, None, bytes, &limits).map(drop);
        assert_eq!(refusal, Err(Refusal::CompileTime { limit_s: 0 }));
    }
}
