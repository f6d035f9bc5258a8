//! Tensors, where the host has none.

use callbox_tests::{Drive, member};

use super::kinds;

/// Every call is an error value that says so, and none is a fault.
#[test]
pub(crate) fn thief() {
    for how in ["stale", "guess", "numbers", "names", "after-failure"] {
        let driven = Drive::one(member("thief").text("how", how)).run();
        assert!(kinds(&driven).is_empty(), "{how}: {:?}", kinds(&driven));
        let lines = driven.seen.texts("log", "line");
        assert!(lines.len() > 10, "{how}: {lines:?}");
        assert!(lines.iter().all(|line| line.starts_with("0 of ")), "{how}: {}", lines[0]);
    }
}
