//! Files that are not even started.

use callbox::plugin::{Engine, Limits, Prepared};
use callbox_tests::guest;
#[cfg(feature = "torch")]
use callbox_tests::villains::{End, Villain, theme};
use callbox_tests::villains::{boundaries, component};

fn load_error(name: &str) -> String {
    let engine = Engine::new().unwrap();
    let prepared = Prepared::load(&engine, None, &guest(name), &Limits::default());
    let text = prepared.err().expect("it was loaded").to_string();
    let place = guest(name).display().to_string();
    assert!(text.starts_with(&place), "the file is named: {text}");
    text.replace(&place, name)
}

#[test]
pub(crate) fn wasi() {
    insta::assert_snapshot!(load_error("wasi"));
}

#[test]
pub(crate) fn wasi_component() {
    insta::assert_snapshot!(load_error("wasi-component"));
}

#[test]
pub(crate) fn wrong_version() {
    insta::assert_snapshot!(load_error("wrong-version"));
}

#[test]
pub(crate) fn wrong_world() {
    insta::assert_snapshot!(load_error("wrong-world"));
}

/// Cut at the end of any section, of the modules inside as well, and a byte before and after: it is
/// refused in one sentence, or it is a plugin that says who it is.
#[test]
fn cut_at_every_section_a_file_is_refused() {
    let engine = Engine::new().unwrap();
    let core = std::fs::read(guest("trap")).unwrap();
    let (mut cuts, mut whole) = (0, 0);
    for file in [component(&core), core] {
        let places = boundaries(&file);
        assert!(places.len() > 20, "{} places", places.len());
        for place in places.iter().flat_map(|place| [place - 1, *place, place + 1]) {
            let cut = file[..place.min(file.len() - 1)].to_vec();
            match Prepared::from_bytes(&engine, None, cut, &Limits::default()) {
                Ok(_) => whole += 1,
                Err(refusal) => {
                    let text = refusal.to_string();
                    assert!(!text.ends_with('.') && text.contains("; "), "at {place}: {text}");
                }
            }
            cuts += 1;
        }
    }
    // What is cut off may be no more than names for a debugger.
    assert!(cuts > 150 && whole * 10 < cuts, "{whole} of {cuts} cuts left a plugin");
}

/// The program that writes the suite for other hosts writes all of it.
#[test]
fn the_suite_can_be_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_callbox-villains");
    let ran = std::process::Command::new(program).arg(folder.path()).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let list = std::fs::read(folder.path().join("villains.json")).unwrap();
    let list: Vec<serde_json::Value> = serde_json::from_slice(&list).unwrap();
    let count: usize =
        callbox_tests::villains::themes().iter().map(|(_, villains)| villains.len()).sum();
    assert_eq!(list.len(), count);
    for villain in &list {
        let file = folder.path().join(villain["file"].as_str().unwrap());
        assert!(file.is_file(), "{}", file.display());
        let ends = ["refused", "left-out", "fault", "harmless"];
        assert!(ends.contains(&villain["ends"].as_str().unwrap()), "{villain}");
    }
}

#[cfg(feature = "torch")]
const RUN: &str = r#"
name = "digits"
epochs = 1
device = "cpu"
[data]
kind = "digits"
[model]
kind = "mlp"
hidden = [8]
[optimizer]
kind = "adam"
lr = 0.01
[plugins]
default-powers = []
"#;

/// All that is refused without limits of its own.
#[cfg(feature = "torch")]
fn refused() -> Vec<Villain> {
    let all = theme("load").into_iter();
    all.filter(|villain| villain.ends == End::Refused && villain.limits.is_empty()).collect()
}

/// A folder full of what is no plugin: each file is named with its reason, and the run is the same.
#[cfg(feature = "torch")]
#[test]
fn a_folder_of_rubbish_leaves_the_run_as_it_is() {
    let place = callbox_tests::Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    place.write("run.toml", RUN);
    let numbers = |ran: &callbox_tests::Ran| {
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let values = [ran.of("epoch"), ran.of("tested")].concat();
        values.iter().map(|record| record["values"].to_string()).collect::<Vec<_>>()
    };
    let alone = numbers(&place.run(["train", "run.toml", "--json"]));
    let villains = refused();
    assert!(villains.len() > 100, "{}", villains.len());
    for villain in &villains {
        place.write(&format!("plugins/{}.wasm", villain.name), villain.file());
    }
    let ran = place.run(["train", "run.toml", "--json"]);
    assert_eq!(numbers(&ran), alone);
    let notices: Vec<String> =
        ran.of("notice").iter().map(|notice| notice["text"].to_string()).collect();
    for villain in &villains {
        let file = format!("plugins/{}.wasm: ", villain.name);
        let told = notices.iter().find(|notice| notice.contains(&file));
        assert!(
            told.is_some_and(|text| text.contains(&villain.says)),
            "{}: {told:?}",
            villain.name
        );
    }
}
