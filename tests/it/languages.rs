//! One plugin in every language: the same journal, byte for byte.
//!
//! The plugins are built by `make LANGUAGE`. A language that is not built is named and left out, unless
//! REQUIRE_LANGUAGES is set.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use callbox_tests::{Ran, Workplace};

/// A language and what it has of the three plugins that are compared.
const LANGUAGES: [(&str, &[&str]); 9] = [
    ("c", &["early-stopping", "one-cycle", "tour"]),
    ("cpp", &["early-stopping", "one-cycle", "tour"]),
    ("zig", &["early-stopping", "one-cycle", "tour"]),
    ("go", &["early-stopping", "one-cycle", "tour"]),
    ("javascript", &["early-stopping", "one-cycle", "tour"]),
    ("typescript", &["early-stopping", "one-cycle", "tour"]),
    ("python", &["early-stopping", "one-cycle", "tour"]),
    ("assemblyscript", &["early-stopping", "one-cycle", "tour"]),
    ("wat", &["early-stopping"]),
];

fn built(language: &str, plugin: &str) -> PathBuf {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    plugins.join(language).join("dist").join(format!("{plugin}.wasm"))
}

/// Those that are built.
fn languages() -> Vec<(&'static str, &'static [&'static str])> {
    let is_built = |(language, plugins): &(&str, &'static [&str])| {
        let there = plugins.iter().all(|plugin| built(language, plugin).exists());
        assert!(
            there || std::env::var_os("REQUIRE_LANGUAGES").is_none(),
            "{language} is not built: make {language}"
        );
        if !there {
            eprintln!("skipped: {language} is not built; make {language} builds it");
        }
        there
    };
    LANGUAGES.into_iter().filter(is_built).collect()
}

/// With a compile cache that outlives the tests: CPython takes half a minute each.
fn run<'a>(place: &Workplace, arguments: impl Iterator<Item = &'a OsStr>) -> Ran {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages");
    let mut command = place.command(arguments);
    Ran::new(&command.env("CALLBOX_CACHE_DIR", cache).output().unwrap())
}

/// Everything that a plugin does in a recorded run, what it logs at debug included.
fn journal(place: &Workplace, file: &Path, arguments: &[&str]) -> String {
    let test = ["plugins".as_ref(), "test".as_ref(), file.as_os_str(), "--json".as_ref()];
    let ran =
        run(place, test.into_iter().chain(arguments.iter().map(|argument| argument.as_ref())));
    assert!(!ran.stdout.is_empty() || ran.code == 0, "{}: {}", file.display(), ran.stderr);
    ran.stdout
}

/// Runs in which each plugin has something to do: (plugin, trace, parameters).
const CASES: [(&str, &[&str]); 8] = [
    ("early-stopping", &["--trace", "plateau", "--set", "patience=2"]),
    ("early-stopping", &["--trace", "diverging", "--set", "mode=max"]),
    (
        "early-stopping",
        &["--trace", "digits", "--set", "monitor=train-loss", "--set", "min-delta=0.5"],
    ),
    ("one-cycle", &["--trace", "digits"]),
    ("one-cycle", &["--set", "lr-max=0.3", "--set", "pct-start=0.75", "--set", "final-div=7"]),
    ("tour", &["--trace", "digits"]),
    ("tour", &["--trace", "diverging", "--set", "choice='\"quoted\"'", "--set", "numbers=[]"]),
    ("tour", &["--trace", "lr-find", "--set", "count=1", "--set", "texts=[\"\"]"]),
];

#[test]
fn every_language_gives_the_same_journal() {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    let languages = languages();
    for (plugin, arguments) in CASES {
        let expected = journal(&place, &callbox_tests::guest(plugin), arguments);
        assert!(!expected.is_empty(), "{plugin} has something to do in {arguments:?}");
        for (language, _) in languages.iter().filter(|(_, has)| has.contains(&plugin)) {
            let found = journal(&place, &built(language, plugin), arguments);
            let difference = expected.lines().zip(found.lines()).find(|(a, b)| a != b);
            assert!(found == expected, "{plugin} in {language}, {arguments:?}: {difference:?}");
        }
    }
}

/// It can do nothing but log and give signals, whatever its language needs.
#[test]
fn no_language_imports_more_than_the_log() {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    for (language, plugins) in languages() {
        for plugin in plugins {
            let file = built(language, plugin);
            let inspect = ["plugins", "inspect", "--json"].map(AsRef::as_ref);
            let ran = run(&place, inspect.into_iter().chain([file.as_os_str()]));
            let known: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            let imports = known["imports"].as_array().unwrap();
            let harmless = ["callbox:plugin/log@0.1.0", "callbox:plugin/types@0.1.0"];
            let all = imports.iter().all(|name| harmless.contains(&name.as_str().unwrap()));
            assert!(all, "{language} {plugin}: {imports:?}");
        }
    }
}

/// The template does the same in every language, so that `plugins new` knows what to expect of it.
#[test]
fn every_template_does_the_same() {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    let expected = include_str!("../../host/src/cli/kit/new/expected.jsonl");
    for (language, _) in languages().into_iter().filter(|(language, _)| *language != "wat") {
        let found = journal(&place, &built(language, "my-plugin"), &["--trace", "digits"]);
        let counts = |line: &&str| !line.contains(r#""level":"debug""#);
        let found: String = found.lines().filter(counts).map(|line| format!("{line}\n")).collect();
        assert_eq!(found, expected, "{language}");
    }
}
