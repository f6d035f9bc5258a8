//! The tables of plugins in the documents are what the plugins say of themselves. `make tables` writes them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use callbox::callback::{Descriptor, Param, Value};
use callbox_tests::{Workplace, member};

/// What belongs together, in the order of the documents.
const THEMES: [(&str, &[&str]); 6] = [
    (
        "Schedules",
        &[
            "lr-finder",
            "one-cycle",
            "flat-cos",
            "cosine-restarts",
            "warmup",
            "polynomial",
            "step-decay",
            "phases",
            "reduce-on-plateau",
            "wd-schedule",
        ],
    ),
    (
        "Stopping and guarding",
        &[
            "early-stopping",
            "terminate-on-nan",
            "stop-validation-when-hopeless",
            "skip-first-validations",
            "max-time",
            "loss-spike-guard",
        ],
    ),
    ("Weights", &["save-best", "ema", "swa", "gradual-unfreeze", "bn-freeze"]),
    ("Gradients", &["clip", "adaptive-clip", "accumulate", "gradient-noise"]),
    (
        "Data and loss",
        &[
            "mixup",
            "cutmix",
            "label-smoothing",
            "ar-tar",
            "leitner-sampler",
            "class-balance",
            "progressive-resize",
        ],
    ),
    (
        "Looking",
        &[
            "recorder",
            "activation-stats",
            "gradient-stats",
            "lr-monitor",
            "confusion-matrix",
            "eye-of-sauron",
        ],
    ),
];

const BEGIN: &str = "<!-- made by `make tables` from the plugins' own words -->\n";
const END: &str = "<!-- made until here -->\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn describe(name: &str) -> Descriptor {
    let described = member(name).callback().describe().unwrap();
    assert_eq!(described.name, name);
    described
}

/// As a run file writes it.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Flag(flag) => flag.to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Numbers(numbers) => {
            format!("[{}]", numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(", "))
        }
        Value::Texts(texts) => format!("[{}]", texts.join(", ")),
    }
}

fn powers(of: &Descriptor) -> String {
    let list = |names: &[String]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    match (of.needs.is_empty(), of.wants.is_empty()) {
        (true, true) => "none".to_owned(),
        (false, true) => list(&of.needs),
        (true, false) => format!("may use {}", list(&of.wants)),
        (false, false) => format!("{}; may use {}", list(&of.needs), list(&of.wants)),
    }
}

fn params(of: &[Param]) -> String {
    let one = |param: &Param| {
        let choices = match param.choices.len() {
            0 => String::new(),
            _ => format!(": {}", param.choices.join(", ")),
        };
        format!("`{}` ({}{choices})", param.name, written(&param.default))
    };
    if of.is_empty() {
        "none".to_owned()
    } else {
        of.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// Name and what it does.
fn short_tables() -> String {
    let mut text = String::from("| Plugin | What it does |\n|---|---|\n");
    for (theme, plugins) in THEMES {
        let _ = writeln!(text, "| **{theme}** | |");
        for name in plugins {
            let _ = writeln!(text, "| `{name}` | {} |", describe(name).summary);
        }
    }
    text
}

/// A table per theme, with powers and parameters.
fn long_tables() -> String {
    let mut text = String::new();
    for (theme, plugins) in THEMES {
        let _ = writeln!(text, "### {theme}\n");
        text += "| Plugin | What it does | Powers | Parameters (default: choices) |\n|---|---|---|---|\n";
        for name in plugins {
            let of = describe(name);
            let link = format!("[`{name}`](rust/{name}/src/lib.rs)");
            let (powers, params) = (powers(&of), params(&of.params));
            let _ = writeln!(text, "| {link} | {} | {powers} | {params} |", of.summary);
        }
        text.push('\n');
    }
    text
}

/// What stands between the marks of a document; with UPDATE_TABLES it is written anew.
fn hold(document: &str, tables: &str) {
    let path = root().join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap_or_else(|| panic!("{document}: no {BEGIN}"));
    let (found, after) = rest.split_once(END).unwrap_or_else(|| panic!("{document}: no {END}"));
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}\n{}\n{END}{after}", tables.trim_end()))
            .unwrap();
        return;
    }
    assert_eq!(found.trim(), tables.trim(), "{document} is out of date: make tables");
}

#[test]
fn the_documents_say_what_the_plugins_say() {
    hold("README.md", &short_tables());
    hold("plugins/README.md", &long_tables());
}

#[test]
fn every_plugin_has_its_place_in_the_catalogue() {
    let entries = std::fs::read_dir(root().join("plugins/rust")).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path());
    let plugins: BTreeSet<String> = folders
        .filter(|folder| folder.join("src/lib.rs").exists())
        .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| !["sdk", "template"].contains(&name.as_str()))
        .collect();
    let placed: BTreeSet<String> =
        THEMES.iter().flat_map(|(_, names)| *names).map(|name| (*name).to_owned()).collect();
    assert_eq!(plugins, placed);
}

/// What a user reads before setting it, and what keeps a typing error from ruining a run.
#[test]
fn every_parameter_is_documented_and_bounded() {
    for name in THEMES.iter().flat_map(|(_, names)| *names) {
        let of = describe(name);
        assert!(!of.summary.is_empty() && !of.summary.ends_with('.'), "{name}: {}", of.summary);
        for param in of.params {
            let place = format!("{name}: {}", param.name);
            assert!(param.doc.ends_with('.') && param.doc.len() > 15, "{place}: {}", param.doc);
            let is_number = matches!(param.default, Value::Number(_) | Value::Integer(_));
            assert!(!is_number || param.min.is_some(), "{place} has no least value");
        }
    }
}

/// Small enough to be read in an evening, and to be compiled before anybody waits.
#[test]
fn plugins_are_small() {
    for name in THEMES.iter().flat_map(|(_, names)| *names) {
        let bytes = std::fs::metadata(callbox_tests::guest(name)).unwrap().len();
        assert!(bytes < 60_000, "{name} has {bytes} bytes");
        for (file, lines) in lines_of_code(&root().join("plugins/rust").join(name).join("src")) {
            assert!(lines < 120, "{name}: {} has {lines} lines of code", file.display());
        }
    }
}

/// Of each file, without tests, blank lines and comments.
fn lines_of_code(folder: &Path) -> Vec<(PathBuf, usize)> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources = files.filter(|path| !path.ends_with("tests.rs"));
    let code = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("\n#[cfg(test)]").next().unwrap_or_default().to_owned();
        let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        (path, code.lines().filter(is_code).count())
    };
    sources.map(code).collect()
}

/// What users' plugins are told by `plugins check`, ours are told as well.
#[test]
fn every_plugin_is_fit_to_be_given_to_others() {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    let plugins: Vec<&str> = THEMES.iter().flat_map(|(_, plugins)| *plugins).copied().collect();
    assert_eq!(plugins.len(), 38);
    for plugin in plugins {
        let file = format!("{plugin}.wasm");
        place.drop_in(&file, plugin);
        let more: &[&str] = match plugin {
            // It has no limit until one is set.
            "max-time" => &["--set", "steps=10"],
            _ => &[],
        };
        let checked = place.run(["plugins", "check", &file].iter().chain(more));
        assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    }
}
