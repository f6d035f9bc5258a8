//! Villains whose answers are too large, or not what they say, and those that break the host's calls.

use super::Villain;

/// Files of `guests/wat` that give a bad answer, with what the user reads.
const BAD: [(&str, &str); 23] = [
    ("ten-million-claimed", "bad output: list pointer/length out of bounds of memory"),
    ("four-billion-signals", "bad output: list pointer/length out of bounds of memory"),
    ("signals-beyond", "bad output: list pointer/length out of bounds of memory"),
    ("signals-at-odd-address", "bad output: list pointer is not aligned"),
    ("signals-257", "bad output: 257 signals, the limit is 256 (`signals`)"),
    ("signal-of-no-kind", "bad output: unexpected discriminant: 99"),
    ("neither-ok-nor-error", "bad output: invalid expected discriminant"),
    ("answer-beyond", "bad output: pointer out of bounds of memory"),
    ("answer-at-odd-address", "bad output: return pointer not aligned"),
    ("reason-beyond", "bad output: string pointer/length out of bounds of memory"),
    ("reason-that-is-no-text", "bad output: invalid utf-8"),
    ("reason-of-5000", "bad output: 5000 bytes of text, the limit is 4096 (`text-kib`)"),
    ("numbers-65537", "bad output: 65537 numbers, the limit is 65536 (`numbers`)"),
    ("update-of-no-name", "bad output: unexpected discriminant: 77"),
    ("alias-signals", "brought more across in one call than it may (`transfer-mib`)"),
    ("state-of-five-mebibytes", "5242880 bytes of saved state, the limit is 4194304 (`state-mib`)"),
    ("state-beyond", "bad output: list pointer/length out of bounds of memory"),
    ("host-result-beyond", "bad output: realloc return: beyond end of memory"),
    ("host-result-at-itself", "bad output: pointer out of bounds"),
    ("log-beyond", "bad output: string pointer/length out of bounds of memory"),
    ("log-of-no-level", "bad output: unexpected discriminant: 99"),
    ("log-that-is-no-text", "bad output: invalid utf-8"),
    ("create-from-beyond", "bad output: list pointer/length out of bounds of memory"),
];

pub(super) fn all() -> Vec<Villain> {
    let bad = BAD.iter().map(|(name, says)| Villain::wat(name).fault("bad-output", *says));
    bad.chain(floods()).chain(lies()).chain(calls()).collect()
}

fn floods() -> Vec<Villain> {
    let flood = |name: &str, what: &str, count: i64| {
        Villain::rust(name, "flood").with("what", what).number("count", count)
    };
    vec![
        Villain::wat("ten-million-signals")
            .limits("memory-mib = 512")
            .fault("bad-output", "(`transfer-mib`)"),
        flood("flood-of-signals", "signals", 257)
            .fault("bad-output", "257 signals, the limit is 256 (`signals`)"),
        flood("flood-within", "signals", 256)
            .fault("violation", "`validate-now` twice in 100 training batches"),
        flood("text-of-64-kib", "text", 64)
            .fault("bad-output", "65536 bytes of text, the limit is 4096 (`text-kib`)"),
        flood("log-of-3000-lines", "log", 3000).limits("log-kib = 1"),
        flood("line-of-a-megabyte", "long-line", 1024),
        flood("line-of-escapes", "control", 1),
        Villain::wat("error-of-a-megabyte").fault("violation", "[31m"),
        Villain::wat("alias-powers").left_out("(`transfer-mib`)"),
        Villain::wat("hook-of-no-name").left_out("bad output: unexpected discriminant: 99"),
        Villain::text("300-subscriptions", "")
            .plans(|plan| plan.subscriptions = vec![(7, Some(0), 1); 300])
            .left_out("bad output: 300 subscriptions, the limit is 256 (`items`)"),
        Villain::text("300-parameters", "")
            .about(|about| about.params = vec!["again".to_owned(); 300])
            .left_out("bad output: 300 parameters, the limit is 256 (`items`)"),
        Villain::text("20-reports", "")
            .plans(|plan| plan.reports = (0..20).map(|n| format!("report-{n}")).collect())
            .left_out("its plan declares more than 16 reports"),
    ]
}

fn lies() -> Vec<Villain> {
    let lies = [
        ("length", "list pointer/length out of bounds of memory"),
        ("pointer", "list pointer/length out of bounds of memory"),
        ("unaligned", "list pointer is not aligned"),
        ("alias", "(`transfer-mib`)"),
        ("case", "unexpected discriminant: 200"),
        ("result", "invalid expected discriminant"),
        ("utf8", "invalid utf-8"),
    ];
    let lie = |(lie, says): &(&'static str, &'static str)| {
        let villain = Villain::rust(format!("liar-{lie}"), "liar").with("lie", lie);
        villain.fault("bad-output", *says)
    };
    let unlike = Villain::rust("describes-itself-anew", "wrong-describe");
    let unlike = unlike.left_out("`describe` answers differently every time");
    lies.iter().map(lie).chain([unlike]).collect()
}

/// The host calls the guest for memory, in the middle of a call; the guest calls the host.
fn calls() -> Vec<Villain> {
    let leave = "trapped: cannot leave component instance";
    vec![
        Villain::wat("realloc-traps").left_out("trapped: `unreachable`"),
        Villain::wat("realloc-beyond").left_out("realloc return: beyond end of memory"),
        Villain::wat("realloc-at-odd-address").left_out("realloc return: result not aligned"),
        // It only hurts itself.
        Villain::wat("realloc-in-one-place"),
        Villain::wat("realloc-calls-the-host").left_out(leave),
        Villain::wat("post-return-calls-the-host").fault("trap", leave),
        Villain::wat("start-calls-the-host").left_out("trapped: uninitialized element"),
        Villain::wat("host-result-traps").fault("trap", "trapped: `unreachable`"),
        Villain::wat("host-result-spins").limits("event-ms = 20").fault("deadline", "(`event-ms`)"),
        Villain::wat("host-result-calls").fault("trap", leave),
        Villain::wat("create-of-many-sizes"),
        Villain::wat("name-of-forty-megabytes").fault("bad-output", "(`transfer-mib`)"),
    ]
}
