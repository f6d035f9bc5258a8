use std::path::PathBuf;
use std::process::Command;

use callbox_tests::guest;

/// Cargo puts the examples of a workspace beside the tests' own folder.
fn run(name: &str, arguments: &[&str]) -> String {
    let deps = std::env::current_exe().unwrap();
    let built: PathBuf = deps.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(built.exists(), "{name} is not built; run `cargo test --workspace`");
    let output = Command::new(built).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_bare_loop_learns() {
    let text = run("01_bare_loop", &[]);
    let accuracy: f64 = text.lines().last().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(accuracy > 0.5, "{text}");
}

#[test]
fn hooks_stand_between_the_lines() {
    insta::assert_snapshot!(run("02_hooks", &[]));
}

#[test]
fn the_recorder_records_every_batch() {
    assert!(run("03_recorder", &[]).starts_with("30 batches"));
}

#[test]
fn one_cycle_rises_and_falls() {
    let text = run("04_one_cycle", &[]);
    let lrs: Vec<f64> =
        text.lines().map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(lrs, [0.0001, 0.004, 0.008, 0.008, 0.004]);
}

#[test]
fn the_same_as_a_plugin() {
    let text = run("05_same_as_plugin", &[guest("one-cycle").to_str().unwrap()]);
    assert!(text.contains("after 9 batches: one-cycle set lr[1] 0.01519"), "{text}");
}

#[test]
fn a_host_of_ones_own() {
    let text = run("06_embed_host", &[guest("one-cycle").to_str().unwrap()]);
    assert!(text.contains("step 0: lr 0.00043"), "{text}");
}

#[test]
fn data_of_ones_own() {
    let text = run("07_own_data", &[]);
    let accuracy: f64 = text.trim_end().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(accuracy > 0.95, "{text}");
}
