//! Builds the guests and the first-party plugins for wasm32, and tells the tests where they lie
//! and which there are: a guest without a test does not compile.

#![allow(clippy::expect_used, reason = "a build script fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

fn main() {
    let here = PathBuf::from(env("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env("OUT_DIR"));
    for watched in ["guests", "../plugins/rust", "../wit"] {
        watch(&here.join(watched));
    }
    // libtorch's folder is known to the host's build script; an rpath reaches no other package.
    if let Ok(lib) = std::env::var("DEP_CALLBOX_LIBTORCH") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{lib}");
    }
    let target = out.join("wasm");
    build(&here.join("guests"), &target, &[]);
    for packages in by_features(&here.join("../plugins/rust")) {
        build(&here.join("../plugins/rust"), &target, &packages);
    }
    let folder = target.join(TARGET).join("release");
    println!("cargo::rustc-env=CALLBOX_GUESTS={}", folder.display());
    let mut lists = String::new();
    for kind in ["conformance", "villains"] {
        lists += &list(kind, &here.join("guests").join(kind));
    }
    fs::write(out.join("guests.rs"), lists).expect("cannot write the list of guests");
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo did not set {name}"))
}

/// Every source file, for cargo follows no folder by itself; never a target folder.
fn watch(path: &Path) {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("cannot read a folder of guests");
        let paths = entries.map(|entry| entry.expect("cannot read a folder of guests").path());
        paths.filter(|path| !path.ends_with("target")).for_each(|path| watch(&path));
    } else {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// A cargo of its own: flags and target folder of the outer build mean nothing for wasm.
fn build(workspace: &Path, target: &Path, packages: &[String]) {
    let status = Command::new(env("CARGO"))
        .args(["build", "--release", "--locked", "--quiet", "--target", TARGET])
        .arg("--manifest-path")
        .arg(workspace.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .status()
        .expect("cannot run cargo for the guests");
    assert!(
        status.success(),
        "the guests do not build; is the target there? rustup target add {TARGET}"
    );
}

/// Plugins that use the same features of the SDK, as `make plugins` builds them: together cargo would
/// unite the features.
fn by_features(workspace: &Path) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let folders = fs::read_dir(workspace).expect("cannot read the folder of plugins");
    for folder in folders.map(|entry| entry.expect("cannot read the folder of plugins").path()) {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let sdk = manifest.lines().find(|line| line.starts_with("callbox-sdk"));
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(sdk) = sdk.filter(|_| !["sdk", "template"].contains(&name.as_str())) {
            groups.entry(sdk.to_owned()).or_default().push(name);
        }
    }
    groups.into_values().collect()
}

/// `foreach_villains!(m)` calls `m!(name)` for every folder here.
fn list(kind: &str, folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("cannot read a folder of guests");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("cannot read a folder of guests").file_name())
        .map(|name| name.to_string_lossy().replace('-', "_"))
        .collect();
    names.sort();
    let calls: String = names.iter().map(|name| format!(" $test!({name});")).collect();
    format!("macro_rules! foreach_{kind} {{ ($test:ident) => {{{calls} }}; }}\n")
}
