//! `callbox plugins new` and `dev`: a folder that builds, and a loop that builds it again.
//!
//! What needs a language's tools takes them from `.toolchains`; a language that is not installed is named and left
//! out, unless REQUIRE_LANGUAGES is set.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use callbox_tests::{Ran, Workplace};

fn workplace() -> Workplace {
    Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"))
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Whether make finds its tools installed.
pub(crate) fn is_installed(language: &str) -> bool {
    let folder = root().join("plugins").join(language);
    let mut make = Command::new("make");
    make.args(["-s", "-q", "toolchain"]).current_dir(folder).env_remove("MAKEFLAGS");
    let there = language == "rust" || make.output().unwrap().status.success();
    assert!(
        there || std::env::var_os("REQUIRE_LANGUAGES").is_none(),
        "{language} is not installed: make {language}"
    );
    if !there {
        eprintln!("skipped: {language} is not installed; make {language} installs it");
    }
    there
}

/// What a new plugin's build finds: this callbox, the tools that are installed. Nothing is fetched, and Rust's crates
/// are built once for all tests.
pub(crate) fn equip<'a>(command: &'a mut Command, place: &Workplace) -> &'a mut Command {
    let crates =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    // An outer make has words for its children, and an outer cargo for its own.
    for outer in ["MAKEFLAGS", "MAKELEVEL", "MFLAGS", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(outer);
    }
    command
        .env("CALLBOX", env!("CARGO_BIN_EXE_callbox-tested"))
        .env("CALLBOX_CACHE_DIR", place.path("cache"))
        .env("TOOLCHAINS", root().join(".toolchains"))
        .env("CARGO_TARGET_DIR", crates.join("new-plugins"))
        .env("CARGO_NET_OFFLINE", "true")
}

/// `make TARGET` in a new plugin's folder.
fn made(place: &Workplace, folder: &str, target: &str) -> Ran {
    let mut make = Command::new("make");
    make.arg(target).current_dir(place.path(folder));
    Ran::new(&equip(&mut make, place).output().unwrap())
}

fn new(place: &Workplace, arguments: &[&str]) -> Ran {
    place.run(["plugins", "new"].iter().chain(arguments))
}

/// A new plugin builds, does what its journal says, and is fit to be given to others, whatever hooks it has.
fn begins(language: &str) {
    if !is_installed(language) {
        return;
    }
    let place = workplace();
    let all = "train-begin,epoch-begin,batch-begin,loss-begin,backward-begin,backward-end,step-end,batch-end,\
               valid-begin,valid-end,epoch-end,finish";
    let hooks =
        [("good-enough", "batch-end"), ("watcher2", "valid-end,finish"), ("all-of-it", all)];
    for (name, hooks) in hooks {
        let begun = new(&place, &[name, "--lang", language, "--hooks", hooks]);
        assert_eq!(begun.code, 0, "{language}: {}", begun.stderr);
        let tested = made(&place, name, "test");
        assert_eq!(tested.code, 0, "{language}, {hooks}: {}{}", tested.stdout, tested.stderr);
        assert!(tested.stdout.contains("as expected in expected.jsonl"), "{}", tested.stdout);

        let file = format!("{name}/{name}.wasm");
        let checked = place.run(["plugins", "check", &file]);
        assert_eq!(checked.code, 0, "{language}: {}", checked.stdout);
        let planned = checked.stdout.lines().find(|line| line.contains("plan")).unwrap();
        for hook in hooks.split(',').filter(|hook| *hook != "finish") {
            assert!(planned.contains(hook), "{language}: {planned}");
        }
        let described = place.run(["plugins", "inspect", &file, "--json"]);
        assert!(described.stdout.contains(&format!("\"name\":\"{name}\"")), "{}", described.stdout);
        assert!(!described.stdout.contains("my-plugin"), "{}", described.stdout);
    }
    let stopped =
        place.run(["plugins", "test", "good-enough/good-enough.wasm", "--trace", "digits"]);
    assert!(stopped.stdout.contains("the loss is good enough"), "{}", stopped.stdout);
}

macro_rules! begins_in {
    ($($language:ident),*) => {
        $(#[test]
        fn $language() {
            begins(stringify!($language));
        })*
    };
}

begins_in!(rust, c, cpp, zig, go, javascript, typescript, python, assemblyscript);

#[test]
fn a_new_plugin_overwrites_nothing() {
    let place = workplace();
    place.write("mine/notes.txt", "precious");
    let ran = new(&place, &["mine", "--lang", "rust"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("mine: there is something in it already"), "{}", ran.stderr);
    assert!(!place.path("mine/Makefile").exists());
}

#[test]
fn what_cannot_be_begun_is_told_and_leaves_nothing() {
    let place = workplace();
    for (arguments, why) in [
        (["Good_Enough", "--lang", "rust"], "`Good_Enough` cannot be a plugin's name"),
        (["ema", "--lang", "rust --hooks"], "invalid value"),
        (["ema", "--lang", "cobol"], "possible values: rust"),
    ] {
        let ran = new(&place, &arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
    let ran = new(&place, &["ema", "--lang", "rust", "--hooks", "batch-ends"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean `batch-end`"), "{}", ran.stderr);
    assert!(!place.path("ema").exists());
}

#[test]
fn a_change_is_built_and_tested_again() {
    let place = workplace();
    place.write("mine/plugin.txt", "first\n");
    let mut command = place.command(["plugins", "dev", "mine", "--", "cat", "plugin.txt"]);
    let mut dev = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(dev.stdout.take().unwrap()).lines().map(Result::unwrap);

    assert_eq!(lines.next().unwrap(), "first");
    assert!(lines.next().unwrap().starts_with("passed; waiting for a change in "));
    place.write("mine/plugin.txt", "second, longer\n");
    assert_eq!(lines.next().unwrap(), "second, longer");
    assert!(lines.next().unwrap().starts_with("passed"));
    std::fs::remove_file(place.path("mine/plugin.txt")).unwrap();
    assert!(lines.next().unwrap().starts_with("FAILED"));
    dev.kill().unwrap();
    dev.wait().unwrap();
}

#[test]
fn a_command_that_cannot_run_ends_it() {
    let place = workplace();
    place.write("mine/plugin.txt", "");
    let ran = place.run(["plugins", "dev", "mine", "--", "no-such-builder"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("cannot run `no-such-builder`"), "{}", ran.stderr);
}
