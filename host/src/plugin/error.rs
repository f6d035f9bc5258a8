//! What can go wrong before a plugin runs: who, where, what was expected, what to do next.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::signature::Distrust;

/// A plugin that could not be found, read, understood or compiled.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// wasmtime cannot work on this machine.
    #[error("the wasm engine cannot start: {0}")]
    Engine(String),
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file was read and is not a plugin that this callbox runs.
    #[error("{}: {refusal}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        refusal: Refusal,
    },
    /// A file that nobody who is trusted has signed, where that is asked for.
    #[error("{}: {why} (`trust = \"signed\"` is set)", path.display())]
    Untrusted {
        /// The file.
        path: PathBuf,
        /// What is wrong with its signature.
        why: Distrust,
    },
    /// The library has no plugin of that name.
    #[error("no plugin named `{name}` in {}; {}", folders(searched), suggestion(known, nearest.as_deref()))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The library's folders.
        searched: Vec<PathBuf>,
        /// All names in the library, sorted.
        known: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A name that no file in a library can have.
    #[error(
        "`{0}` is not a plugin's name; names are lower-case words joined by hyphens, \
         such as `one-cycle`"
    )]
    Name(String),
    /// A dropped file whose name does not read as it is.
    #[error(
        "the name of the file that reads `{0}` holds characters that cannot be seen, or is too long; rename it"
    )]
    FileName(String),
    /// A sidecar is not what it should be.
    #[error("{}: {message}; a sidecar holds a table [params] with the plugin's parameters, and may say `mode = \"observe\"`", path.display())]
    Sidecar {
        /// The TOML file.
        path: PathBuf,
        /// What is wrong, with line and key.
        message: String,
    },
}

/// Why a file's bytes are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
pub enum Refusal {
    /// No bytes.
    #[error("the file is empty; build or copy the plugin again")]
    Empty,
    /// Larger than the limit.
    #[error(
        "the file has {size} bytes, the limit is {limit_mib} MiB; strip its debug information, \
         or raise `file-mib` in its limits"
    )]
    TooLarge {
        /// Bytes of the file.
        size: u64,
        /// The limit in MiB.
        limit_mib: u32,
    },
    /// Text instead of a binary.
    #[error(
        "the file is text, not a wasm binary; if it is in the wasm text format, convert it with \
         `wasm-tools parse FILE.wat -o FILE.wasm`"
    )]
    Text,
    /// An archive.
    #[error("the file is a {0} archive; unpack it and use the .wasm file inside")]
    Archive(Cow<'static, str>),
    /// Compiled ahead of time.
    #[error(
        "the file is native code (a .cwasm file or a library), which would run outside the sandbox; \
         use the .wasm file that it was made from"
    )]
    Native,
    /// Something else.
    #[error(
        "the file begins with the bytes {0}, a wasm binary begins with 00 61 73 6d; build or copy the \
         plugin again"
    )]
    NotWasm(String),
    /// It ends in the middle.
    #[error("the file ends in the middle of a section, after {0} bytes; copy or build it again")]
    Truncated(u64),
    /// It needs a feature of wasm that callbox leaves out.
    #[error("the file uses {feature}, which callbox does not run; {remedy}")]
    Feature {
        /// The feature's name.
        feature: Cow<'static, str>,
        /// How to build without it.
        remedy: Cow<'static, str>,
    },
    /// It breaks wasm's rules.
    #[error("the file is not valid wasm: {0}; build it again with current tools")]
    Invalid(String),
    /// It speaks another version of the contract.
    #[error(
        "the plugin was built for version {found} of {package}, this callbox has version {ours}; \
         rebuild the plugin with the `wit` folder of this callbox, or use a callbox that has {found}"
    )]
    Version {
        /// Name of the WIT package.
        package: String,
        /// The plugin's version of it.
        found: String,
        /// The host's version of it.
        ours: Cow<'static, str>,
    },
    /// It imports WASI.
    #[error(
        "the plugin imports {0}, but plugins get no files, clock, network or output; build it without \
         WASI: Rust with `--target wasm32-unknown-unknown`, Python and QuickJS with `--stub-wasi`, jco \
         with `--disable all`, C without stdio, time and assert"
    )]
    Wasi(String),
    /// It imports something that the contract does not know.
    #[error(
        "the plugin imports {name}, which callbox does not have; it may import only the interfaces of \
         callbox:plugin and callbox:tensors{hint}"
    )]
    Import {
        /// The import's name.
        name: String,
        /// What it probably comes from; empty, or beginning with `; `.
        hint: Cow<'static, str>,
    },
    /// It lacks the export that makes it a plugin.
    #[error(
        "the file does not export {wanted} (it exports {found}), so it is no callbox plugin; build it for the world \
         `callback-plugin` of callbox's `wit` folder"
    )]
    NoCallback {
        /// What it exports.
        found: String,
        /// What it should export.
        wanted: Cow<'static, str>,
    },
    /// A core module without a description of its interfaces.
    #[error(
        "the file is a core module that does not say which interfaces it has; build it with \
         wit-bindgen, or make a component of it with `wasm-tools component embed` and `component new`"
    )]
    NoInterfaces,
    /// A core module that could not be made a component.
    #[error(
        "the core module does not fit the interfaces that it names: {0}; build it again from clean"
    )]
    Wrap(String),
    /// A component whose imports or exports have other types than the contract.
    #[error(
        "the plugin names version {version} of the contract but differs from it: {what}; rebuild it with \
         the `wit` folder of this callbox"
    )]
    Contract {
        /// The contract's version.
        version: Cow<'static, str>,
        /// Where it differs.
        what: String,
    },
    /// The compiler gave up.
    #[error(
        "the plugin cannot be compiled: {0}; this is a limit of the wasm compiler, report it to callbox"
    )]
    Compile(String),
    /// The compiler was too slow.
    #[error(
        "compiling the plugin took longer than {limit_s} s; raise `compile-s` in its limits, or make the \
         plugin smaller"
    )]
    CompileTime {
        /// The limit in seconds.
        limit_s: u32,
    },
    /// The compiler took too much memory.
    #[error(
        "compiling the plugin took more than {limit_mib} MiB of memory, or made code of more than an \
         eighth of that; raise `compile-mib` in its limits, or make the plugin smaller"
    )]
    CompileMemory {
        /// The limit in MiB.
        limit_mib: u32,
    },
    /// The process that compiles could not be started, or ended through no fault of the plugin's.
    #[error(
        "the process that compiles plugins failed: {0}; run it again, and report it to callbox if it \
         stays so"
    )]
    Helper(String),
}

impl LoadError {
    pub(super) fn engine(error: impl std::fmt::Display) -> LoadError {
        LoadError::Engine(format!("{error:#}"))
    }
}

fn folders(searched: &[PathBuf]) -> String {
    match searched {
        [] => "the library, which has no folders".into(),
        some => some.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "),
    }
}

fn suggestion(known: &[String], nearest: Option<&str>) -> String {
    let all = known.join(", ");
    match (nearest, known) {
        (Some(name), _) => format!("did you mean `{name}`? known are {all}"),
        (None, []) => "there are no .wasm files in it".into(),
        (None, _) => format!("known are {all}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::KeyId;
    use super::*;

    fn refusals() -> Vec<Refusal> {
        vec![
            Refusal::Empty,
            Refusal::TooLarge { size: 70_000_000, limit_mib: 64 },
            Refusal::Text,
            Refusal::Archive("gzip".into()),
            Refusal::Native,
            Refusal::NotWasm("de ad be ef".into()),
            Refusal::Truncated(812),
            Refusal::Feature { feature: "threads".into(), remedy: "build without them".into() },
            Refusal::Invalid("unknown type (at byte 9)".into()),
            Refusal::Version {
                package: "callbox:plugin".into(),
                found: "0.2.0".into(),
                ours: "0.1.0".into(),
            },
            Refusal::Wasi("wasi:cli/environment@0.2.6".into()),
            Refusal::Import { name: "env.abort".into(), hint: "; it is AssemblyScript's".into() },
            Refusal::NoCallback {
                found: "run".into(),
                wanted: "callbox:plugin/callback@0.1.0".into(),
            },
            Refusal::NoInterfaces,
            Refusal::Wrap("missing export".into()),
            Refusal::Contract { version: "0.1.0".into(), what: "type mismatch".into() },
            Refusal::Compile("function too large".into()),
            Refusal::CompileTime { limit_s: 60 },
            Refusal::CompileMemory { limit_mib: 2048 },
            Refusal::Helper("it was ended by signal 9".into()),
        ]
    }

    fn distrusts() -> Vec<Distrust> {
        let key = || KeyId::new(&[0xab; 8]);
        vec![
            Distrust::Unsigned("a.wasm.minisig".into()),
            Distrust::Unknown(key()),
            Distrust::Changed(key()),
            Distrust::Malformed("expected 4 lines, found 3".into()),
        ]
    }

    fn errors() -> Vec<LoadError> {
        let path = || PathBuf::from("plugins/a.wasm");
        let source = || io::Error::from(io::ErrorKind::PermissionDenied);
        vec![
            LoadError::Engine("no memory".into()),
            LoadError::Read { path: path(), source: source() },
            LoadError::Refused { path: path(), refusal: Refusal::Empty },
            LoadError::Unknown {
                name: "one-cicle".into(),
                searched: vec!["plugins/dist".into()],
                known: vec!["one-cycle".into(), "recorder".into()],
                nearest: Some("one-cycle".into()),
            },
            LoadError::Name("../x".into()),
            LoadError::FileName("ema.wasm".into()),
            LoadError::Untrusted { path: path(), why: Distrust::Unsigned("a.wasm.minisig".into()) },
            LoadError::Sidecar { path: path(), message: "line 2: unknown key `parms`".into() },
        ]
    }

    /// Every text at once, in order, so that swapped messages are seen.
    #[test]
    fn texts() {
        let refusals = refusals().into_iter().map(|refusal| refusal.to_string());
        let distrusts = distrusts().into_iter().map(|distrust| distrust.to_string());
        let all = errors().into_iter().map(|error| error.to_string());
        let all: Vec<String> = all.chain(refusals).chain(distrusts).collect();
        for text in &all {
            assert!(!text.ends_with('.'), "{text}");
            assert!(!text.starts_with(char::is_uppercase), "{text}");
        }
        assert_eq!(all.join("\n"), include_str!("error.txt").trim_end());
    }
}
