use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value as Json;

use crate::cli::{RUN, train, workplace};

/// The whole life of a file in the folder while a run goes on: half of it, all of it, another
/// version, a broken one, none. Each step waits for what the program says of the one before.
#[cfg(unix)]
#[test]
fn the_drop_folder_is_watched() {
    let place = workplace(RUN);
    std::fs::create_dir(place.path("plugins")).unwrap();
    let arguments = ["train", "run.toml", "--json", "--watch", "--epochs", "1000000"];
    let mut child = place.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut wait_for = |event: &str| -> Json {
        let start = format!("\"event\":\"{event}\"");
        serde_json::from_str(&lines.find(|line| line.contains(&start)).unwrap()).unwrap()
    };
    let plugin = std::fs::read(callbox_tests::guest("eye-of-sauron")).unwrap();
    wait_for("epoch");
    place.write("plugins/eye.wasm", &plugin[..plugin.len() / 2]);
    let half = wait_for("notice")["text"].as_str().unwrap().to_owned();
    assert!(half.contains("plugins/eye.wasm: the file ends in the middle of a section"), "{half}");
    place.write("plugins/eye.wasm", &plugin);
    assert_eq!(wait_for("joined")["plugin"], "eye-of-sauron");
    let first = wait_for("swapped");
    assert!(first["before"].is_null() && first["after"].is_string(), "{first}");
    place.write("plugins/eye.wasm", [plugin.as_slice(), &[0, 2, 1, b'x']].concat());
    let second = wait_for("swapped");
    assert_eq!(second["before"], first["after"]);
    assert_ne!(second["before"], second["after"]);
    place.write("plugins/eye.wasm", std::fs::read(callbox_tests::guest("one-cycle")).unwrap());
    let refused = wait_for("swapped");
    assert_eq!(refused["before"], second["after"]);
    let why = refused["kept-because"].as_str().unwrap();
    assert!(why.starts_with("it calls itself `one-cycle`"), "{why}");
    std::fs::remove_file(place.path("plugins/eye.wasm")).unwrap();
    let last = wait_for("swapped");
    assert!(last["after"].is_null(), "{last}");
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    wait_for("finished");
    drop(lines);
    assert!(child.wait().unwrap().success());
}

#[test]
fn watching_nothing_is_an_error() {
    let ran = train(&workplace(RUN), &["--watch"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("--watch: there is no folder plugins; make it"), "{}", ran.stderr);
}
