//! Villains that want all the memory there is.

use super::Villain;

pub(super) fn all() -> Vec<Villain> {
    let limits = "memory-mib = 8\nevent-ms = 2000";
    let limit = "its limit of 8 MiB (`memory-mib`)";
    let how = |how: &str| {
        let villain = Villain::rust(format!("allocate-{how}"), "allocate").with("how", how);
        villain.limits(limits).fault("memory", limit)
    };
    let grows = |name: &str| Villain::wat(name).limits(limits).fault("memory", limit);
    vec![
        how("giant"),
        how("steadily"),
        how("leak"),
        Villain::rust("allocate-politely", "allocate").with("how", "politely").limits(limits),
        Villain::rust("allocate-in-start", "allocate")
            .with("place", "start")
            .limits(limits)
            .left_out(limit),
        grows("grow-to-the-limit"),
        grows("grow-at-once"),
        Villain::wat("grow-politely").limits(limits),
        Villain::wat("table-to-the-limit")
            .fault("memory", "did not cope with its limit of 100000 (`table-elements`)"),
        Villain::wat("begins-with-a-gigabyte")
            .left_out("wanted 1024 MiB of memory and did not cope with its limit of 64 MiB"),
        Villain::wat("begins-with-a-table").left_out("wanted a table of 5000000 elements"),
        Villain::wat("nine-memories").left_out("(`memories`)"),
        Villain::wat("ninety-tables").left_out("(`tables`)"),
    ]
}
