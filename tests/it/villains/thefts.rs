//! Tensors that are not there, not the plugin's own, or too many.

use callbox::callback::Value;
use callbox::plugin::Limits;
use callbox_tests::{MemberSpec, Trained, Training, member};

fn thief_that(how: &str) -> MemberSpec {
    member("thief").text("how", how)
}

/// What it got, line by line, while an honest plugin has tensors of its own.
fn loot(thief: MemberSpec) -> Vec<String> {
    let calls = Value::Texts(vec!["shape(input)".to_owned(), "shape(target)".to_owned()]);
    let honest = member("tensor-tour").text("at", "batch-begin").with("calls", calls);
    let trained: Trained =
        Training::with(honest.with("always", Value::Flag(true))).and(thief).epochs(1).run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    assert_eq!(trained.callbacks.handler().tensors_held(), 0, "all came back");
    trained.log().into_iter().filter(|line| line.contains(" answered")).collect()
}

#[test]
fn neither_a_stale_number_nor_a_guessed_one_is_ever_good() {
    for how in ["stale", "guess", "numbers"] {
        let lines = loot(thief_that(how));
        assert!(lines.len() > 5, "{how}: {lines:?}");
        for line in &lines {
            assert!(line.starts_with("0 of "), "{how}: {line}");
        }
    }
    let stale = loot(thief_that("stale"));
    assert!(stale[1].contains("48 answered, first stale tensor"), "{stale:?}");
    assert!(loot(thief_that("guess"))[0].starts_with("0 of 2048 answered, first stale"));
}

#[test]
fn what_does_not_exist_is_an_error_value() {
    let names = loot(thief_that("names"));
    assert!(names.iter().all(|line| line.starts_with("0 of 21 answered")), "{names:?}");
    let shapes = loot(thief_that("shapes"));
    assert!(shapes.iter().all(|line| !line.contains("panicked")), "{shapes:?}");
}

/// A call that failed is no reason to refuse the next one that is right.
#[test]
fn after_a_failed_call_the_next_is_judged_by_itself() {
    let lines = loot(thief_that("after-failure"));
    // Of 18 calls a hundred times over, the one for the input is answered.
    assert!(lines[0].starts_with("100 of 1801 answered"), "{}", lines[0]);
}

/// Each budget ends at its own number, and is whole again at the next batch: what was held is free.
#[test]
fn budgets_end_and_begin_anew() {
    let spent = |how: &str, limits: Limits| loot(thief_that(how).limits(limits));
    let cases = [
        ("operations", "4096 of 4100 answered", "`host-operations`"),
        ("elements", "100 of 104 answered", "`read-elements`"),
        ("handles", "4096 of 4100 answered", "`handles`"),
        ("bytes", "4 of 8 answered", "`device-mib`"),
    ];
    for (how, count, key) in cases {
        let limits = Limits {
            host_operations: if how == "operations" { 4096 } else { 10_000 },
            read_elements: 100 * 4096,
            device_mib: if how == "bytes" { 1 } else { 256 },
            ..Limits::default()
        };
        let lines = spent(how, limits);
        // The last is of `finish`, outside a batch.
        for line in &lines[..lines.len() - 2] {
            assert!(line.starts_with(count) && line.contains(key), "{how}: {line}");
        }
    }
}
