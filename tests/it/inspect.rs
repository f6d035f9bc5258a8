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
