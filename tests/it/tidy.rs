//! The house's numbers and directions, held by a test.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Files with this extension below a folder; build outputs apart.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if !path.ends_with("target") => folders.push(path),
                false if path.extension().is_some_and(|e| e == extension) => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

fn rust() -> Vec<PathBuf> {
    ["host", "plugins/rust", "tests", "examples"].iter().flat_map(|f| files(f, "rs")).collect()
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

fn assert_none(complaints: &[String], rule: &str) {
    assert!(complaints.is_empty(), "{rule}:\n{}", complaints.join("\n"));
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let long = rust().into_iter().filter_map(|path| {
        let lines = text(&path).lines().count();
        (lines > 400).then(|| format!("{}: {lines}", shown(&path)))
    });
    assert_none(&long.collect::<Vec<_>>(), "split these");
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let empty = ["utils", "util", "common", "base", "helpers", "helper", "misc"];
    let named =
        rust().into_iter().filter(|path| empty.iter().any(|n| path.file_stem().unwrap() == *n));
    assert_none(
        &named.map(|path| shown(&path)).collect::<Vec<_>>(),
        "name them after what is inside",
    );
}

/// Lengths of all functions of a rustfmt-formatted file, by the indentation of their last line.
fn functions(source: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = source.lines().collect();
    let starts = lines.iter().enumerate().filter(|(_, line)| {
        let line = line.trim_start();
        let line = line
            .strip_prefix("pub")
            .map_or(line, |rest| rest.trim_start_matches(|c| c != ' ').trim_start());
        ["fn ", "const fn ", "unsafe fn "].iter().any(|word| line.starts_with(word))
    });
    let length = |(start, line): (usize, &&str)| {
        let indent = line.len() - line.trim_start().len();
        let closes = |end: &str| {
            end.len() > indent && end[..indent].trim().is_empty() && end[indent..].starts_with('}')
        };
        let one_line = line.trim_end().ends_with(['}', ';']);
        let length = if one_line {
            1
        } else {
            lines[start..].iter().position(|l| closes(l)).unwrap_or(0) + 1
        };
        (line.trim().to_owned(), length)
    };
    starts.map(length).collect()
}

#[test]
fn functions_are_small() {
    let mut lengths = Vec::new();
    let mut long = Vec::new();
    for path in files("host/src", "rs") {
        for (name, length) in functions(&text(&path)) {
            lengths.push(length);
            if length > 60 {
                long.push(format!("{}: {name} has {length} lines", shown(&path)));
            }
        }
    }
    assert_none(&long, "split these");
    lengths.sort_unstable();
    assert!(lengths.len() > 200, "the counter sees the functions");
    let median = lengths[lengths.len() / 2];
    assert!(median <= 8, "the median function has {median} lines");
}

#[test]
fn the_loop_fits_one_screen_and_names_no_feature() {
    let source = text("host/src/train/fit.rs");
    assert!(source.lines().count() <= 120);
    let code = &source[source.find("pub fn fit").unwrap()..];
    let lines =
        code.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//"));
    assert!(lines.count() <= 60);
    let features =
        ["clip", "amp", "early", "progress", "plugin", "checkpoint", "schedule", "wasm", "record"];
    let named: Vec<&str> = features.into_iter().filter(|word| code.contains(word)).collect();
    assert!(named.is_empty(), "{named:?}");
}

/// `train` never meets `wasmtime`, `plugin` never meets `tch`, the words meet neither.
#[test]
fn islands_do_not_import_each_other() {
    let rules: [(&str, &[&str]); 4] = [
        (
            "host/src/train",
            &["wasmtime", "crate::plugin", "crate::bridge", "crate::cli", "crate::observe"],
        ),
        (
            "host/src/plugin",
            &["tch::", "crate::train", "crate::callback", "crate::bridge", "crate::cli"],
        ),
        (
            "host/src/callback",
            &["tch::", "wasmtime", "crate::train", "crate::plugin", "crate::cli"],
        ),
        ("host/src/observe", &["tch::", "wasmtime", "crate::train", "crate::plugin", "crate::cli"]),
    ];
    let mut complaints = Vec::new();
    for (island, strangers) in rules {
        for path in files(island, "rs") {
            for line in text(&path).lines().filter(|line| !line.trim_start().starts_with("//")) {
                // `Dispatch::` and `batch::` are no `tch::`.
                let names = |stranger: &&&str| {
                    line.match_indices(**stranger).any(|(at, _)| {
                        !line[..at].ends_with(|before: char| before.is_alphanumeric())
                    })
                };
                for stranger in strangers.iter().filter(names) {
                    complaints.push(format!("{}: {stranger}: {}", shown(&path), line.trim()));
                }
            }
        }
    }
    assert_none(&complaints, "one bridge joins the islands");
}

#[test]
fn unsafe_code_is_where_it_has_its_argument() {
    let with_unsafe = files("host/src", "rs").into_iter().filter(|path| {
        text(path).lines().any(|line| {
            let line = line.trim_start();
            !line.starts_with("//") && (line.contains("unsafe {") || line.contains("unsafe extern"))
        })
    });
    let outside: Vec<String> = with_unsafe
        .map(|path| shown(&path))
        .filter(|path| {
            !path.starts_with("host/src/train/torch/") && path != "host/src/plugin/cache.rs"
        })
        .collect();
    assert_none(&outside, "only the torch module and the compile cache may");
}

/// Every interface, type, function, field and case: `///` on the line before, or a record on one line.
#[test]
fn every_item_of_the_contract_is_documented() {
    let mut bare = Vec::new();
    for path in files("wit", "wit") {
        let mut documented = false;
        for (number, line) in text(&path).lines().enumerate() {
            let line = line.trim();
            let is_item = line.starts_with(|c: char| c.is_ascii_lowercase())
                && !["use ", "import ", "export ", "include ", "package "]
                    .iter()
                    .any(|w| line.starts_with(w));
            if is_item && !documented {
                bare.push(format!("{}:{}: {line}", shown(&path), number + 1));
            }
            assert!(
                !line.starts_with("//") || line.starts_with("///"),
                "a bare // reaches no bindings: {line}"
            );
            documented = line.starts_with("///");
        }
    }
    assert_none(&bare, "document these");
}

#[test]
fn documents_know_what_there_is() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(text("CHANGELOG.md").contains(version), "CHANGELOG.md lacks {version}");
    let examples = text("examples/README.md");
    for path in
        files("examples", "rs").iter().filter(|path| path.parent().unwrap().ends_with("examples"))
    {
        let stem = path.file_stem().unwrap().to_string_lossy();
        assert!(examples.contains(&*stem), "examples/README.md lacks {stem}");
    }
    let readme = text("README.md");
    for command in ["make demo", "make test"] {
        assert!(readme.contains(command), "README.md lacks {command}");
    }
}

/// Who reads of `make X` can type it.
#[test]
fn documents_name_targets_that_the_makefile_has() {
    let makefile = text("Makefile");
    let has = |target: &str| makefile.lines().any(|line| line.starts_with(&format!("{target}:")));
    let documents = ["README.md", "CONTRIBUTING.md", "tests/README.md", "plugins/README.md"];
    let mut named = Vec::new();
    for document in documents {
        let text = text(document);
        // In running text and in blocks of commands.
        let mentions = text
            .match_indices("make ")
            .filter(|(at, _)| text[..*at].ends_with('`') || text[..*at].ends_with('\n'));
        for (at, word) in mentions {
            let rest = &text[at + word.len()..];
            let end =
                rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(rest.len());
            named.push((document, rest[..end].to_owned()));
        }
    }
    let missing = named.iter().filter(|(_, target)| !has(target));
    let missing = missing.map(|(document, target)| format!("{document}: make {target}"));
    assert_none(&missing.collect::<Vec<_>>(), "the Makefile lacks these");
    for target in ["demo", "test", "fuzz", "deny"] {
        assert!(named.iter().any(|(_, name)| name == target), "no document says make {target}");
    }
}

/// README shows the loop itself, not a memory of it.
#[test]
fn the_readme_shows_the_loop_as_it_is() {
    let readme = text("README.md");
    let start = readme.find("fn batch(").unwrap();
    let shown = &readme[start..start + readme[start..].find("```").unwrap()];
    assert!(text("host/src/train/fit.rs").contains(shown), "README.md's loop is not fit.rs's");
}

/// The state dict has these keys and no others, whatever a plugin does; the epoch comes first.
#[test]
fn the_state_has_its_keys_and_the_epoch_comes_first() {
    let contract = text("wit/types.wit");
    let record = &contract[contract.find("record state {").unwrap()..];
    let record = &record[..record.find("\n  }").unwrap()];
    let fields = record.lines().skip(1).map(str::trim).filter(|line| !line.starts_with("///"));
    let keys: Vec<&str> = fields.map(|field| field.split(':').next().unwrap()).collect();
    let expected = [
        "epoch",
        "num-batch",
        "iteration",
        "samples",
        "phase",
        "batch-size",
        "losses",
        "partial",
        "hypers",
        "monitored",
    ];
    assert_eq!(keys, expected);
}

/// Whether one of these modules' files has this test: their own, or the one around the last.
fn has_test(folder: &Path, modules: &[&str], test: &str) -> bool {
    let module = modules.iter().fold(folder.to_owned(), |path, module| path.join(module));
    let places = [module.clone(), module.parent().unwrap().to_owned()];
    let files = places
        .iter()
        .flat_map(|place| [place.with_extension("rs"), place.join("mod.rs"), place.join("lib.rs")]);
    files.filter_map(|file| fs::read_to_string(file).ok()).any(|source| {
        let Some(name) = source.find(&format!("fn {test}(")) else { return false };
        let attribute = source[..name].rfind("#[test]");
        attribute.is_some_and(|start| !source[start..name].contains("fn "))
    })
}

/// `callbox::…` stands in the host, `one_cycle::…` in a plugin, `fit::…` in this binary.
fn is_a_test(name: &str) -> bool {
    let path: Vec<&str> = name.split("::").collect();
    let [first, modules @ .., test] = &path[..] else { return false };
    let source = match *first {
        "callbox" => "host/src".to_owned(),
        "callbox_sdk" => "plugins/rust/sdk/src".to_owned(),
        plugin => format!("plugins/rust/{}/src", plugin.replace('_', "-")),
    };
    let here = root().join("tests/it").join(first);
    has_test(&root().join(source), modules, test) || has_test(&here, modules, test)
}

/// What the founding thread asked for has a test or a reason, and each test is there.
#[test]
fn each_row_of_the_thread_has_a_test_or_a_reason() {
    let table = text("tests/THREAD.md");
    let mut complaints = Vec::new();
    let mut numbers = Vec::new();
    for row in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [number, _asked, tests, remark] = cells[..] else { panic!("four cells: {row}") };
        numbers.push(number.parse::<u32>().unwrap());
        if tests.is_empty() && !remark.starts_with("not yet: ") && !remark.starts_with("no: ") {
            complaints.push(format!("{number}: no test, and no reason"));
        }
        for test in tests.split(", ").filter(|test| !test.is_empty()) {
            if !is_a_test(test.trim_matches('`')) {
                complaints.push(format!("{number}: there is no test {test}"));
            }
        }
    }
    assert_eq!(numbers, (1..=52).collect::<Vec<_>>());
    assert_none(&complaints, "THREAD.md");
}
