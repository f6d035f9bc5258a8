//! What authors of plugins use, without libtorch.

use callbox_tests::{Ran, Workplace};

fn workplace() -> Workplace {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    for plugin in ["one-cycle", "early-stopping", "tour"] {
        place.drop_in(&format!("{plugin}.wasm"), plugin);
    }
    place
}

fn test(place: &Workplace, arguments: &[&str]) -> Ran {
    place.run(["plugins", "test"].iter().chain(arguments))
}

#[test]
fn a_test_shows_hooks_signals_and_where_it_stopped() {
    let ran =
        test(&workplace(), &["early-stopping.wasm", "--trace", "plateau", "--set", "patience=2"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_golden_journal_is_written_compared_and_told_apart() {
    let place = workplace();
    let with = |more: &[&'static str]| {
        let all = ["one-cycle.wasm", "--trace", "digits", "--expect", "expected.jsonl"];
        test(&place, &all.iter().chain(more).copied().collect::<Vec<_>>())
    };
    let missing = with(&[]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("--bless writes what the plugin does now"), "{missing:?}");

    let blessed = with(&["--bless"]);
    assert!(blessed.stdout.contains("wrote 603 lines into expected.jsonl"), "{blessed:?}");
    let same = with(&[]);
    assert_eq!(same.code, 0, "{}", same.stderr);
    assert!(same.stdout.contains("as expected in expected.jsonl"), "{same:?}");

    let other = with(&["--set", "lr-max=0.02"]);
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("line 1\n  expected  {\"event\":\"signal\""), "{other:?}");
}

#[test]
fn without_a_journal_a_fault_fails_the_test() {
    let ran = test(&workplace(), &["tour.wasm"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("violation: an error of epoch 2"), "{}", ran.stdout);
    assert!(ran.stderr.contains("times; see above"), "{}", ran.stderr);
}

#[test]
fn an_unknown_trace_is_told_with_those_that_there_are() {
    let ran = test(&workplace(), &["one-cycle.wasm", "--trace", "digit"]);
    assert_eq!(ran.code, 2);
    let known = "digits, plateau, diverging, lr-find, generated";
    assert!(ran.stderr.contains(known), "{}", ran.stderr);
}

#[test]
fn a_plugin_that_refuses_to_start_says_why() {
    let ran = test(&workplace(), &["tour.wasm", "--set", "count=13"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("tour is superstitious"), "{}", ran.stderr);
}

#[test]
fn check_says_what_is_right_and_what_is_wrong() {
    let place = workplace();
    let fine = place.run(["plugins", "check", "early-stopping.wasm"]);
    assert_eq!(fine.code, 0, "{}", fine.stderr);
    // Times and sizes are the machine's and the compiler's.
    let marks: Vec<&str> = fine.stdout.lines().map(|line| line[..20].trim()).collect();
    assert_eq!(
        marks,
        [
            "ok      contract",
            "ok      imports",
            "ok      exports",
            "ok      file",
            "ok      descriptor",
            "ok      plan",
            "ok      run",
            "ok      memory",
            "ok      time",
            "ok      state"
        ]
    );

    // It has seen a best value by then: what is loaded is more than it began with.
    assert!(fine.stdout.contains("save after these epochs, and load: 19 bytes"), "{fine:?}");

    place.drop_in("misnamed.wasm", "tour");
    let wrong = place.run(["plugins", "check", "misnamed.wasm"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.stdout.contains("the file is called misnamed, the plugin tour"), "{wrong:?}");
    assert!(wrong.stdout.contains("WRONG   run         violation at epoch 2"), "{wrong:?}");
    assert!(wrong.stderr.contains("3 things are wrong with it"), "{wrong:?}");

    place.drop_in("liar.wasm", "liar");
    let refused = place.run(["plugins", "check", "liar.wasm"]);
    assert_ne!(refused.code, 0, "{}", refused.stdout);
}

#[test]
fn bench_shows_each_hook_and_each_limit() {
    let arguments = ["plugins", "bench", "one-cycle.wasm", "--trace", "digits", "--rounds", "2"];
    let ran = workplace().run(arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let row = |hook: &str| ran.stdout.lines().find(|line| line.trim().starts_with(hook)).unwrap();
    let words: Vec<&str> = row("batch-end").split_whitespace().collect();
    assert_eq!(words[1], "400", "200 batches, twice");
    let fuel: f64 = words[8].parse().unwrap();
    assert!((500.0..10_000.0).contains(&fuel), "{}", row("batch-end"));
    for limit in ["memory-mib = 64", "event-ms = 50", "start-ms = 2000", "file-mib = 64"] {
        assert!(ran.stdout.contains(limit), "{}", ran.stdout);
    }
}
