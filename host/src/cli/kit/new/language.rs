//! The languages that a plugin can be begun in, and what a folder of each holds. All of it is inside the binary.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;
use include_dir::{Dir, DirEntry, File, include_dir};

static WIT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../wit");
static RUST: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/rust/sdk");
static C: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/c/sdk");
static CPP: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/cpp/sdk");
static ZIG: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/zig/sdk");
static GO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/go/sdk");
static JAVASCRIPT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/javascript/sdk");
static TYPESCRIPT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/typescript/sdk");
static PYTHON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/python/sdk");
static ASSEMBLYSCRIPT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/assemblyscript/sdk");

static RUST_TEMPLATE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/rust/template");
static C_TEMPLATE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/c/template");
static CPP_TEMPLATE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/cpp/template");
static ZIG_TEMPLATE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/zig/template");
static GO_TEMPLATE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/go/template");
static JAVASCRIPT_TEMPLATE: Dir<'_> =
    include_dir!("$CARGO_MANIFEST_DIR/../plugins/javascript/template");
static TYPESCRIPT_TEMPLATE: Dir<'_> =
    include_dir!("$CARGO_MANIFEST_DIR/../plugins/typescript/template");
static PYTHON_TEMPLATE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/python/template");
static ASSEMBLYSCRIPT_TEMPLATE: Dir<'_> =
    include_dir!("$CARGO_MANIFEST_DIR/../plugins/assemblyscript/template");

/// Versions of the crates that Rust's SDK is tested with.
const CARGO_LOCK: &[u8] = include_bytes!("../../../../../plugins/rust/Cargo.lock");

/// A language that a plugin can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum Language {
    /// Needs cargo, with the target wasm32-unknown-unknown.
    #[value(alias = "rs")]
    Rust,
    /// Needs python3 and pip.
    C,
    /// Needs python3 and pip.
    #[value(alias = "c++")]
    Cpp,
    /// Needs python3 and pip.
    Zig,
    /// Needs python3 and pip.
    Go,
    /// Needs node and npm.
    #[value(alias = "js")]
    JavaScript,
    /// Needs node and npm.
    #[value(alias = "ts")]
    TypeScript,
    /// Needs python3 and pip.
    #[value(alias = "py")]
    Python,
    /// Needs node and npm.
    #[value(alias = "as")]
    AssemblyScript,
}

impl Language {
    /// Its name in a sentence.
    pub(super) fn title(self) -> &'static str {
        match self {
            Language::Rust => "Rust",
            Language::C => "C",
            Language::Cpp => "C++",
            Language::Zig => "Zig",
            Language::Go => "Go",
            Language::JavaScript => "JavaScript",
            Language::TypeScript => "TypeScript",
            Language::Python => "Python",
            Language::AssemblyScript => "AssemblyScript",
        }
    }

    /// Its SDK, and those that it is made of, by their folders.
    fn sdk(self) -> Vec<(&'static str, &'static Dir<'static>)> {
        match self {
            Language::Rust => vec![("sdk", &RUST)],
            Language::C => vec![("sdk", &C)],
            Language::Cpp => vec![("sdk", &CPP), ("sdk/c", &C)],
            Language::Zig => vec![("sdk", &ZIG), ("sdk/c", &C)],
            Language::Go => vec![("sdk", &GO)],
            Language::JavaScript => vec![("sdk", &JAVASCRIPT)],
            Language::TypeScript => vec![("sdk", &TYPESCRIPT), ("sdk/javascript", &JAVASCRIPT)],
            Language::Python => vec![("sdk", &PYTHON)],
            Language::AssemblyScript => vec![("sdk", &ASSEMBLYSCRIPT)],
        }
    }

    /// Everything that is the same in each plugin: the contract, and the SDK with what it is made of.
    pub(super) fn files(self) -> Vec<(PathBuf, Vec<u8>)> {
        let folders = self.sdk().into_iter().chain([("wit", &WIT)]);
        let files = folders.flat_map(|(folder, dir)| {
            let placed = move |file: &'static File<'static>| {
                let path = Path::new(folder).join(file.path());
                let contents = beside(&path, file.contents());
                (path, contents)
            };
            all(dir).into_iter().map(placed)
        });
        let lock = (self == Language::Rust).then(|| ("Cargo.lock".into(), CARGO_LOCK.to_vec()));
        files.chain(lock).collect()
    }

    /// The plugin itself, as texts that are still to be filled in.
    ///
    /// # Errors
    /// Never in a binary that passed its tests: a file that is no text.
    pub(super) fn template(self) -> Result<Vec<(PathBuf, &'static str)>> {
        let template = match self {
            Language::Rust => &RUST_TEMPLATE,
            Language::C => &C_TEMPLATE,
            Language::Cpp => &CPP_TEMPLATE,
            Language::Zig => &ZIG_TEMPLATE,
            Language::Go => &GO_TEMPLATE,
            Language::JavaScript => &JAVASCRIPT_TEMPLATE,
            Language::TypeScript => &TYPESCRIPT_TEMPLATE,
            Language::Python => &PYTHON_TEMPLATE,
            Language::AssemblyScript => &ASSEMBLYSCRIPT_TEMPLATE,
        };
        let text = |file: &'static File<'static>| {
            let path = file.path().to_owned();
            let text =
                file.contents_utf8().with_context(|| format!("{}: no text", path.display()))?;
            Ok((path, text))
        };
        all(template).into_iter().map(text).collect()
    }
}

/// Rust's bindings are made from the contract by a macro, which has to know where it lies: here it is beside the SDK.
fn beside(path: &Path, contents: &[u8]) -> Vec<u8> {
    match path.ends_with("sdk/src/bindings.rs") {
        true => {
            String::from_utf8_lossy(contents).replace("\"../../../wit\"", "\"../wit\"").into_bytes()
        }
        false => contents.to_vec(),
    }
}

/// Folders that a plugin has no use for: what tools left, and the contract as it was.
const LEFT_OUT: [&str; 2] = ["__pycache__", "released"];

/// All files of a folder and of those in it.
fn all(dir: &'static Dir<'static>) -> Vec<&'static File<'static>> {
    let (mut found, mut folders) = (Vec::new(), vec![dir]);
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            match entry {
                DirEntry::Dir(dir) if !LEFT_OUT.iter().any(|name| dir.path().ends_with(name)) => {
                    folders.push(dir);
                }
                DirEntry::Dir(_) => {}
                DirEntry::File(file) => found.push(file),
            }
        }
    }
    found
}
