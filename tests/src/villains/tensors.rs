//! Villains that use tensors which are not there, not their own, or too large.

use super::Villain;

pub(super) fn all() -> Vec<Villain> {
    let how = |how: &str| Villain::rust(format!("thief-{how}"), "thief").with("how", how);
    let gives = |name: &str, kind: &str| {
        let flag = ("gives".to_owned(), callbox::callback::Value::Flag(true));
        let mut villain = Villain::rust(name, "thief").with("how", kind).granted(&["transform"]);
        villain.params.push(flag);
        villain
    };
    vec![
        how("stale"),
        how("guess"),
        how("numbers"),
        how("shapes"),
        how("names"),
        how("after-failure"),
        how("operations"),
        how("elements").limits("read-elements = 1000000"),
        how("bytes").limits("device-mib = 1"),
        how("handles"),
        how("for-ever")
            .limits("event-ms = 20\nfinish-ms = 20\nhost-ms = 20")
            .fault("deadline", "(`event-ms`)"),
        how("listed")
            .limits("event-ms = 20\nfinish-ms = 20\nhost-ms = 20")
            .fault("deadline", "(`event-ms`)"),
        gives("gives-what-is-stale", "stale")
            .fault("violation", "the target that it returned is stale, or no number of its own"),
        gives("gives-what-is-nobodys", "numbers")
            .fault("violation", "the target that it returned is stale, or no number of its own"),
    ]
}
