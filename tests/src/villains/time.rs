//! Villains that never come to an end.

use super::Villain;

/// Deadlines that an endless loop reaches soon.
pub(super) const SHORT: &str =
    "event-ms = 20\nstart-ms = 20\ndescribe-ms = 20\nsave-ms = 20\nload-ms = 20\nfinish-ms = 20";

pub(super) fn all() -> Vec<Villain> {
    let over = |key: &str| format!("used up its 20 ms of guest time (`{key}`)");
    let place = |place: &str, key: &str| {
        let villain = Villain::rust(format!("spin-in-{place}"), "spin").with("place", place);
        villain.granted(&["transform"]).fault("deadline", over(key))
    };
    let event = |name: &str| Villain::wat(name).fault("deadline", over("event-ms"));
    let started = |name: &str| Villain::wat(name).left_out(over("start-ms"));
    let villains = vec![
        Villain::rust("spin-in-describe", "spin-describe").left_out(over("describe-ms")),
        place("start", "").left_out(over("start-ms")),
        place("on-event", "event-ms"),
        place("transform-input", "event-ms"),
        place("transform-output", "event-ms"),
        place("transform-loss", "event-ms"),
        place("metric-begin", "event-ms"),
        place("metric-update", "event-ms"),
        place("metric-finish", "event-ms"),
        place("save", "save-ms"),
        // It breaks, so that it is loaded, and could then not be made anew.
        place("load", "").fault("trap", "`unreachable`"),
        place("finish", "finish-ms"),
        started("spin-in-start-section"),
        started("spin-in-realloc"),
        event("spin-in-post-return"),
        event("spin-in-tail-calls"),
        event("spin-in-fill"),
        event("spin-in-growth"),
        event("spin-in-log"),
        event("spin-in-calls"),
    ];
    villains.into_iter().map(|villain| villain.limits(SHORT)).collect()
}
