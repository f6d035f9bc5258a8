//! Villains that give numbers which are none, or which no optimizer should see.

use super::Villain;

/// All that a number can be.
const VALUES: [&str; 10] =
    ["nan", "inf", "-inf", "-0", "5e-324", "-5e-324", "1.7976931348623157e308", "-1", "1e300", "1"];

/// Signals with numbers: how each begins, what comes after the number, at which hook it is legal.
const SIGNALS: [(&str, &str, &str); 17] = [
    ("set lr", "", "batch-end"),
    ("set mom", "", "batch-end"),
    ("set wd", "", "batch-end"),
    ("set beta", "", "batch-end"),
    ("scale lr", "", "batch-end"),
    ("scale mom", "", "batch-end"),
    ("scale wd", "", "batch-end"),
    ("scale beta", "", "batch-end"),
    ("scale-grad", "", "backward-end"),
    ("clip-grad-value", "", "backward-end"),
    ("clip-grad-norm", "", "backward-end"),
    ("clip-grad-adaptive", " 1e-3", "backward-end"),
    ("clip-grad-adaptive 1", "", "backward-end"),
    ("noise-grad", "", "backward-end"),
    ("report uttered", "", "batch-end"),
    ("report uttered 1", "", "batch-end"),
    ("blend slot", "", "batch-end"),
];

/// A number of each kind in turn, at every batch: the first is NaN.
pub(super) fn all() -> Vec<Villain> {
    SIGNALS.iter().map(in_turn).chain(others()).collect()
}

fn in_turn((begins, ends, hook): &(&str, &str, &str)) -> Villain {
    let signals: Vec<String> =
        VALUES.iter().map(|value| format!("{begins} {value}{ends}")).collect();
    let signals: Vec<&str> = signals.iter().map(String::as_str).collect();
    let name = format!("every-{}", begins.replace(' ', "-"));
    let villain = Villain::rust(name, "utter").list("signals", &signals).with("say", "turns");
    let villain = villain.list("at", &[hook]).with("phase", "train").granted(&["weights"]);
    match *begins {
        // Which says that there is no value.
        "report uttered" => villain,
        "report uttered 1" => villain.fault("violation", "a weight is finite and at least 0"),
        _ => villain.fault("violation", says(begins)),
    }
}

/// What the first of them is told.
fn says(begins: &str) -> &'static str {
    match begins.split(' ').next() {
        Some("set" | "scale") => "NaN` is not a finite number",
        Some("scale-grad") => "a factor is a finite number",
        Some("clip-grad-value" | "clip-grad-norm") => "a bound is finite and greater than 0",
        Some("noise-grad") => "a standard deviation is finite and at least 0",
        Some("blend") => "a weight is in [0, 1]",
        _ => "the factor is finite and greater than 0, the floor finite and at least 0",
    }
}

fn others() -> Vec<Villain> {
    let bad = |what: &str, says: &str| {
        let villain = Villain::rust(format!("bad-{what}"), "bad-values").with("what", what);
        villain.granted(&["weights", "sampler"]).fault("violation", says)
    };
    let at_once =
        ["set lr 0.1", "scale lr 9", "scale wd 9", "scale mom 0.5", "set wd 0.05", "scale lr 10"];
    vec![
        Villain::rust("all-at-their-bounds", "utter").list("signals", &at_once),
        bad("unknown-group", "there are 2 layer groups"),
        bad("undeclared-report", "which its plan does not declare"),
        bad("undeclared-power", "without the power `control` in its plan"),
        bad("ragged-table", "rows times columns of them are expected"),
        bad("ragged-histogram", "one more is expected"),
        bad("unknown-other", "no experiment of the name"),
        bad("not-owned", "in its plan's `owns`"),
        bad("unknown-slot", "the plugin has no such slot"),
        bad("stale-tensor", "the tensor's batch is over"),
    ]
}
