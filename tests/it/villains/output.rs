//! Answers that are too large, or not what they say.

use callbox::callback::Value;
use callbox_tests::{Drive, member};

use super::{ALL, beside_a_good_one, kinds, message, notice};

#[test]
pub(crate) fn flood() {
    let signals =
        |count| member("flood").text("what", "signals").with("count", Value::Integer(count));
    let driven = beside_a_good_one(signals(257));
    assert_eq!(kinds(&driven)[0], "bad-output");
    assert!(
        message(&driven).contains("257") && message(&driven).contains("256"),
        "{}",
        message(&driven)
    );
    let within = beside_a_good_one(signals(256));
    assert!(kinds(&within).iter().all(|kind| kind == "violation"), "{:?}", kinds(&within));
    // As many as its memory holds: which limit it meets first is the guest's luck.
    let many = beside_a_good_one(signals(0));
    assert!(["bad-output", "memory", "deadline", "trap"].contains(&kinds(&many)[0].as_str()));
}

#[test]
fn a_flood_of_log_is_cut_and_cleaned() {
    let lines = |what: &str| {
        let flood = member("flood").text("what", what).with("count", Value::Integer(0));
        Drive::one(flood).run().seen.texts("log", "line")
    };
    let flood = lines("log");
    let bytes: usize = flood.iter().map(String::len).sum();
    assert!(bytes < 70 * 1024 * 2 * ALL as usize, "{bytes} bytes of log");
    for line in lines("control") {
        let harmful = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!line.contains(harmful), "{line:?}");
    }
}

/// A panic's own words reach the log, but no more of them than a line holds, and none that drive a
/// terminal.
#[test]
fn a_huge_panic_is_one_line() {
    let driven = Drive::one(member("trap").text("how", "huge-panic")).run();
    let lines = driven.seen.texts("log", "line");
    let panic = lines.iter().find(|line| line.contains("panicked at")).unwrap();
    assert!(panic.len() < 4200 && !panic.contains(char::is_control), "{} bytes", panic.len());
}

#[test]
pub(crate) fn liar() {
    for lie in ["length", "pointer", "unaligned", "alias", "case", "result", "utf8"] {
        let driven = beside_a_good_one(member("liar").text("lie", lie));
        assert_eq!(kinds(&driven)[0], "bad-output", "{lie}: {}", message(&driven));
    }
}

#[test]
pub(crate) fn wrong_describe() {
    let text = notice(member("wrong-describe"));
    assert!(text.ends_with("`describe` answers differently every time"), "{text}");
}
