//! The authors' guide, `plugins/GUIDE.md`: every command in it runs, in each language that is installed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use callbox_tests::{Ran, Workplace};

use crate::scaffold::{equip, is_installed, root};

fn guide() -> String {
    fs::read_to_string(root().join("plugins/GUIDE.md")).unwrap()
}

/// Lines of the blocks that are fenced as this, without their comments.
fn commands(fence: &str) -> Vec<String> {
    let guide = guide();
    let blocks = guide.split("\n```").skip(1).step_by(2);
    let blocks = blocks.filter_map(|block| block.strip_prefix(fence)?.strip_prefix('\n'));
    let lines = blocks.flat_map(str::lines).filter_map(|line| line.split("  #").next());
    lines.map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// It takes minutes, and is run by `.ci/run`.
const INSTALL: &str = "cargo install --locked --path host --no-default-features";

/// A clone of the repository as far as the guide looks at it, and a user's PATH with callbox in it.
fn clone() -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    for part in ["Makefile", "plugins", "host", "wit", "tests", "rust-toolchain.toml", "Cargo.toml"]
    {
        symlink(root().join(part), place.path(part)).unwrap();
    }
    fs::create_dir(place.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_callbox-tested"), place.path("bin/callbox")).unwrap();
    place
}

fn run(place: &Workplace, line: &str) -> Ran {
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", place.path("bin").display());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(place.path("")).env("PATH", path);
    shell.env("CALLBOX_CONFIG_DIR", place.path("config"));
    Ran::new(&equip(&mut shell, place).output().unwrap())
}

/// From the first line to the last, as its reader types them.
fn walk(language: &str) {
    if !is_installed(language) {
        return;
    }
    let place = clone();
    let lines = commands("sh");
    assert!(lines.len() > 10, "{lines:?}");
    for line in lines.iter().filter(|line| *line != INSTALL) {
        let line = line.replace("--lang rust", &format!("--lang {language}"));
        let ran = run(&place, &line);
        assert_eq!(ran.code, 0, "{language}: {line}\n{}{}", ran.stdout, ran.stderr);
    }
    assert!(place.path("good-enough/good-enough.wasm.minisig").exists());
}

macro_rules! the_guide_in {
    ($($language:ident),*) => {
        $(#[test]
        fn $language() {
            walk(stringify!($language));
        })*
    };
}

the_guide_in!(rust, c, cpp, zig, go, javascript, typescript, python, assemblyscript);

/// The first block in this language.
fn listing(fence: &str) -> String {
    let guide = guide();
    let start = guide.find(&format!("```{fence}\n")).unwrap() + fence.len() + 4;
    let length = guide[start..].find("\n```").unwrap();
    guide[start..=start + length].to_owned()
}

/// The guide's plugin in three languages is one plugin, and does what the guide says.
#[test]
fn the_worked_example_works() {
    let languages = [
        ("rust", "rust", "src/lib.rs"),
        ("python", "python", "plugin.py"),
        ("javascript", "js", "plugin.js"),
    ];
    let mut journals = Vec::new();
    for (language, fence, source) in
        languages.into_iter().filter(|(language, ..)| is_installed(language))
    {
        let place = clone();
        let new = format!("callbox plugins new cautious --lang {language} --hooks epoch-end");
        assert_eq!(run(&place, &new).code, 0, "{language}");
        place.write(&format!("cautious/{source}"), listing(fence));
        if language == "rust" {
            let manifest = fs::read_to_string(place.path("cautious/Cargo.toml")).unwrap();
            let summary = "Slows down where the loss goes up";
            let described =
                manifest.replace("Stops training as soon as the loss is good enough", summary);
            place.write("cautious/Cargo.toml", described);
        }
        let made = run(&place, "make -C cautious");
        assert_eq!(made.code, 0, "{language}: {}{}", made.stdout, made.stderr);
        let checked = run(&place, "callbox plugins check cautious/cautious.wasm");
        assert_eq!(checked.code, 0, "{language}: {}", checked.stdout);
        let played =
            run(&place, "callbox plugins test cautious/cautious.wasm --trace diverging --json");
        assert!(played.stdout.contains(r#""op":"scale","value":0.5"#), "{language}: {played:?}");
        journals.push((language, played.stdout));
    }
    for pair in journals.windows(2) {
        assert_eq!(pair[0].1, pair[1].1, "{} and {}", pair[0].0, pair[1].0);
    }
}

#[test]
fn what_is_not_walked_is_tested_elsewhere() {
    assert!(commands("sh").contains(&INSTALL.to_owned()));
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.contains(INSTALL), ".ci/run installs callbox as the guide says");
    // `scaffold::a_change_is_built_and_tested_again` has it do its work.
    assert_eq!(commands("sh ends by Ctrl-C"), ["callbox plugins dev good-enough"]);
}

/// Words of the contract, in the guide's tables.
#[test]
fn every_hook_and_every_signal_has_its_row() {
    let guide = guide();
    let rows: Vec<&str> = guide.lines().filter(|line| line.starts_with("| `")).collect();
    let types = fs::read_to_string(root().join("wit/types.wit")).unwrap();
    let cases = |block: &str| -> Vec<String> {
        let start = types.find(block).unwrap_or_else(|| panic!("no `{block}` in types.wit"));
        let body = &types[start + block.len()..];
        let body = &body[..body.find("\n  }").unwrap()];
        let lines = body.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        let words = lines.filter_map(|line| line.split(['(', ',', ' ']).next());
        words.filter(|word| !word.is_empty() && *word != "{").map(str::to_owned).collect()
    };
    let all = [cases("enum hook {"), cases("variant signal {"), vec!["finish".to_owned()]].concat();
    assert!(all.len() > 30, "{all:?}");
    for word in all {
        let told = rows.iter().any(|row| row.contains(&format!("`{word}`")));
        assert!(told, "`{word}` has no row in plugins/GUIDE.md");
    }
}

/// The pages of languages are short, and the guide leads to each.
#[test]
fn each_language_has_a_page_of_less_than_150_lines() {
    let guide = guide();
    for entry in fs::read_dir(root().join("plugins")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("early-stopping").exists() {
            continue;
        }
        let page = folder.join("README.md");
        let lines = fs::read_to_string(&page).unwrap().lines().count();
        assert!(lines < 150, "{} has {lines} lines", page.display());
        let link = format!("({}/README.md)", name(&folder));
        assert!(guide.contains(&link), "plugins/GUIDE.md has no link {link}");
    }
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}
