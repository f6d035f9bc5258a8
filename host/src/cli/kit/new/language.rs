//! The languages that a plugin can be begun in, and what a folder of each holds. All of it is inside the binary.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;
use include_dir::{Dir, DirEntry, File, include_dir};

static WIT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../wit");
static RUST: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/rust/sdk");
static RUST_TEMPLATE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/rust/template");
static JAVASCRIPT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/javascript/sdk");
static JAVASCRIPT_TEMPLATE: Dir<'_> =
    include_dir!("$CARGO_MANIFEST_DIR/../plugins/javascript/template");
static TYPESCRIPT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/typescript/sdk");
static TYPESCRIPT_TEMPLATE: Dir<'_> =
    include_dir!("$CARGO_MANIFEST_DIR/../plugins/typescript/template");
static ASSEMBLYSCRIPT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../plugins/assemblyscript/sdk");
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
    /// Needs node and npm.
    #[value(alias = "js")]
    JavaScript,
    /// Needs node and npm.
    #[value(alias = "ts")]
    TypeScript,
    /// Needs node and npm.
    #[value(alias = "as")]
    AssemblyScript,
}

impl Language {
    /// Its name in a sentence.
    pub(super) fn title(self) -> &'static str {
        match self {
            Language::Rust => "Rust",
            Language::JavaScript => "JavaScript",
            Language::TypeScript => "TypeScript",
            Language::AssemblyScript => "AssemblyScript",
        }
    }

    /// Everything that is the same in each plugin: the contract, and the SDK with what it is made of.
    pub(super) fn files(self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut add =
            |folder: &str, dir: &Dir<'_>| {
                let found = all(dir).into_iter();
                files.extend(found.map(|file| {
                    (PathBuf::from(folder).join(file.path()), file.contents().to_vec())
                }));
            };
        add("wit", &WIT);
        match self {
            Language::Rust => add("sdk", &RUST),
            Language::JavaScript => add("sdk", &JAVASCRIPT),
            Language::TypeScript => {
                add("sdk", &TYPESCRIPT);
                add("sdk/javascript", &JAVASCRIPT);
            }
            Language::AssemblyScript => add("sdk", &ASSEMBLYSCRIPT),
        }
        if self == Language::Rust {
            files.push(("Cargo.lock".into(), CARGO_LOCK.to_vec()));
            files.iter_mut().for_each(beside);
        }
        files
    }

    /// The plugin itself, as texts that are still to be filled in.
    ///
    /// # Errors
    /// Never in a binary that passed its tests: a file that is no text.
    pub(super) fn template(self) -> Result<Vec<(PathBuf, &'static str)>> {
        let template = match self {
            Language::Rust => &RUST_TEMPLATE,
            Language::JavaScript => &JAVASCRIPT_TEMPLATE,
            Language::TypeScript => &TYPESCRIPT_TEMPLATE,
            Language::AssemblyScript => &ASSEMBLYSCRIPT_TEMPLATE,
        };
        let text = |file: &'static File<'static>| {
            let text = file
                .contents_utf8()
                .with_context(|| format!("{}: no text", file.path().display()))?;
            Ok((file.path().to_owned(), text))
        };
        all(template).into_iter().map(text).collect()
    }
}

/// Rust's bindings are made from the contract by a macro, which has to know where it lies: here it is beside the SDK.
fn beside((path, contents): &mut (PathBuf, Vec<u8>)) {
    if path.ends_with("sdk/src/bindings.rs") {
        let text = String::from_utf8_lossy(contents);
        *contents = text.replace("\"../../../wit\"", "\"../wit\"").into_bytes();
    }
}

/// Folders that a plugin has no use for: what tools left, and the contract as it was.
const LEFT_OUT: [&str; 2] = ["__pycache__", "released"];

/// All files of a folder and of those in it.
fn all<'a>(dir: &'a Dir<'a>) -> Vec<&'a File<'a>> {
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
