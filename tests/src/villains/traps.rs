//! Villains that break: by every trap that their instructions can end in, and wherever they are called.

use super::{Villain, adapters};

/// Files of `guests/wat` that trap at their first event, with what the user reads.
const CODES: [(&str, &str); 22] = [
    ("trap-unreachable", "trapped: `unreachable`, which is how a panic or an abort ends"),
    ("trap-divide-by-zero", "trapped: integer divide by zero"),
    ("trap-remainder-by-zero", "trapped: integer divide by zero"),
    ("trap-divide-least", "trapped: integer overflow"),
    ("trap-huge-to-integer", "trapped: integer overflow"),
    ("trap-nan-to-integer", "trapped: invalid conversion to integer"),
    ("trap-load-beyond", "trapped: out of bounds memory access"),
    ("trap-store-beyond", "trapped: out of bounds memory access"),
    ("trap-vector-load-beyond", "trapped: out of bounds memory access"),
    ("trap-dropped-data", "trapped: out of bounds memory access"),
    ("copy-giant", "trapped: out of bounds memory access"),
    ("fill-giant", "trapped: out of bounds memory access"),
    ("trap-table-get-beyond", "out of bounds table access"),
    ("trap-table-set-beyond", "out of bounds table access"),
    ("trap-table-fill-beyond", "out of bounds table access"),
    ("trap-table-copy-beyond", "out of bounds table access"),
    ("trap-table-init-beyond", "out of bounds table access"),
    ("trap-call-null", "trapped: uninitialized element"),
    ("trap-call-beyond", "out of bounds table access"),
    ("trap-call-other-type", "trapped: indirect call type mismatch"),
    ("trap-in-post-return", "trapped: `unreachable`"),
    ("cpp-name-bomb", "trapped: `unreachable`"),
];

pub(super) fn all() -> Vec<Villain> {
    let codes = CODES.iter().map(|(name, says)| Villain::wat(name).fault("trap", *says));
    codes.chain(places()).chain(recursion()).chain(adapters::all()).collect()
}

fn places() -> Vec<Villain> {
    let how = |how: &str, place: &str| {
        let villain = Villain::rust(format!("trap-{how}-in-{place}"), "trap").with("how", how);
        villain.with("place", place).with("power", "").fault("trap", "`unreachable`")
    };
    let unreachable = "trapped: `unreachable`";
    vec![
        how("panic", "on-event"),
        how("huge-panic", "on-event").limits("event-ms = 2000"),
        how("division", "on-event"),
        how("panic", "start").left_out(unreachable),
        how("panic", "save"),
        how("panic", "finish"),
        // Its events trap, and what is saved is loaded when it is made anew.
        how("unreachable", "on-event").number("until-loaded", 2),
        Villain::wat("trap-in-start").left_out(unreachable),
        Villain::wat("trap-in-describe").left_out(unreachable),
        Villain::wat("trap-in-plan").left_out(unreachable),
        Villain::wat("trap-in-save").fault("trap", unreachable),
        Villain::wat("trap-in-finish").fault("trap", unreachable),
        Villain::wat("data-beyond").left_out("out of bounds memory access"),
        Villain::wat("elements-beyond").left_out("out of bounds table access"),
    ]
}

fn recursion() -> Vec<Villain> {
    let deep = "its recursion is too deep";
    let rust = |frames: &str| {
        let villain = Villain::rust(format!("recurse-in-{frames}-frames"), "recurse");
        villain.with("frames", frames).fault("stack", deep)
    };
    let wat = |name| Villain::wat(name).fault("stack", deep);
    vec![
        rust("large"),
        rust("small"),
        wat("recurse"),
        wat("recurse-in-two"),
        wat("recurse-in-memory"),
    ]
}
