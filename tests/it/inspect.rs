use std::process::Stdio;

use serde_json::Value as Json;

use crate::cli::{RUN, workplace};

#[test]
fn plugins_are_listed_and_inspected() {
    let place = workplace(RUN);
    place.drop_in("library/one-cycle.wasm", "one-cycle");
    place.write("library/broken.wasm", "\0asm");
    let listed = place.run(["plugins", "list", "library"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert!(
        listed.stdout.contains("one-cycle")
            && listed.stdout.contains("not a plugin: library/broken.wasm")
    );
    let inspected = place.run(["plugins", "inspect", "library/one-cycle.wasm", "--json"]);
    let known: Json = serde_json::from_str(&inspected.stdout).unwrap();
    assert_eq!((&known["name"], &known["needs"][0]), (&"one-cycle".into(), &"lr".into()));
    assert_eq!(place.run(["plugins", "inspect", "library/broken.wasm"]).code, 2);
}

/// `start` runs under all limits, in a run that is made up.
#[test]
fn inspect_shows_the_plan_of_a_made_up_run() {
    let place = workplace(RUN);
    place.drop_in("one-cycle.wasm", "one-cycle");
    let page = place.run(["plugins", "inspect", "one-cycle.wasm", "--plan"]);
    assert_eq!(page.code, 0, "{}", page.stderr);
    insta::assert_snapshot!(page.stdout.split_once("in a made-up").unwrap().1);
    let json = place.run(["plugins", "inspect", "one-cycle.wasm", "--plan", "--json"]);
    let json: Json = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["plan"]["owns"][0], "lr");
    place.drop_in("trap.wasm", "recurse");
    assert_eq!(place.run(["plugins", "inspect", "trap.wasm", "--plan"]).code, 0);
    place.drop_in("picky.wasm", "wrong-describe");
    let without = place.run(["plugins", "inspect", "picky.wasm"]);
    assert_eq!(without.code, 0, "{}", without.stderr);
    assert!(!without.stdout.contains("made-up"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = workplace(RUN);
    place.drop_in("library/one-cycle.wasm", "one-cycle");
    let mut child =
        place.command(["plugins", "list", "library"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

/// Names in a file, and of a file, are a stranger's words.
#[test]
fn looking_at_plugins_drives_no_terminal() {
    let place = workplace(RUN);
    let osc = "\u{1b}]0;title\u{7}";
    let import = r#"(module (import "wasi\1b]0;title\07" "x\1b[2J" (func)))"#;
    // The validator names what stands twice.
    let export = r#"(module (func) (export "\c2\9b\e2\80\ae" (func 0)) (export "\c2\9b\e2\80\ae" (func 0)))"#;
    place.write("library/import.wasm", wat::parse_str(import).unwrap());
    place.write("library/export.wasm", wat::parse_str(export).unwrap());
    place.drop_in(&format!("library/{osc}.wasm"), "one-cycle");
    let file = format!("library/{osc}.wasm");
    let commands: [&[&str]; 4] = [
        &["plugins", "list", "library"],
        &["plugins", "list", "library", "--json"],
        &["plugins", "inspect", &file],
        &["plugins", "inspect", &file, "--json"],
    ];
    for command in commands {
        let ran = place.run(command);
        let harmful =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!ran.stdout.contains(harmful), "{command:?}: {:?}", ran.stdout);
        assert!(!ran.stderr.contains(harmful), "{command:?}: {:?}", ran.stderr);
    }
}
