//! Villains with names that a terminal, a file system or a table would obey.

use super::Villain;

/// Texts that are no names.
fn hostile() -> [(&'static str, String); 8] {
    [
        ("empty", String::new()),
        ("megabyte", "x".repeat(1 << 20)),
        ("long", "x".repeat(65)),
        ("path", "../../etc/passwd".to_owned()),
        ("escapes", "\x1b[2J\x1b]0;title\x07name".to_owned()),
        ("lines", "name\r\nERROR: forged".to_owned()),
        ("bidi", "name\u{202e}gpj.exe\u{2066}".to_owned()),
        ("zero", "na\0me".to_owned()),
    ]
}

const NAME: &str = "a name is 1 to 64 lower-case letters, digits and hyphens";
const TOO_LONG: &str = "bad output: 1048576 bytes of text, the limit is 4096 (`text-kib`)";

pub(super) fn all() -> Vec<Villain> {
    described().into_iter().chain(planned()).chain(uttered()).chain(known()).collect()
}

/// Of the plugin, its version, its parameters.
fn described() -> Vec<Villain> {
    let mut villains = Vec::new();
    for (what, text) in hostile() {
        let long = what == "megabyte";
        let says = |says: &'static str| if long { TOO_LONG } else { says };
        let (name, version, param) = (text.clone(), text.clone(), text);
        let named = Villain::text(format!("name-{what}"), "");
        // Escapes and zero bytes are gone before it is looked at.
        let clean = what == "zero";
        let named = named.about(|about| about.name = name);
        villains.push(if clean { named } else { named.left_out(says(NAME)) });
        let versioned = Villain::text(format!("version-{what}"), "");
        let versioned = versioned.about(|about| about.version = version);
        let fits = ["empty", "zero", "bidi"].contains(&what);
        let version = "its version is longer than 32 letters, digits and `.+-`, or other text";
        villains.push(if fits { versioned } else { versioned.left_out(says(version)) });
        let asking = Villain::text(format!("parameter-{what}"), "");
        let asking = asking.about(|about| about.params = vec![param]);
        let parameter = "a parameter's name is 1 to 64 lower-case letters, digits and hyphens";
        villains.push(if clean { asking } else { asking.left_out(says(parameter)) });
    }
    villains
}

/// Of reports, monitors and powers.
fn planned() -> Vec<Villain> {
    let mut villains = Vec::new();
    for (what, text) in hostile() {
        let says = |says: &'static str| if what == "megabyte" { TOO_LONG } else { says };
        let texts = [text.clone(), text.clone(), text];
        let plan = |kind: &str| Villain::text(format!("{kind}-{what}"), "");
        let [report, monitor, power] = texts;
        let reports = plan("report").plans(|plan| plan.reports = vec![report]);
        let rule = "a report's name is 1 to 64 lower-case letters, digits and hyphens";
        villains.push(if what == "zero" { reports } else { reports.left_out(says(rule)) });
        let monitors = plan("monitor").plans(|plan| plan.monitors = vec![monitor]);
        villains.push(monitors.left_out(says("it monitors `")));
        let powers = plan("power").plans(|plan| plan.powers = vec![power]);
        villains.push(powers.left_out(says("its plan uses the power `")));
    }
    villains
}

/// Of slots, checkpoints and tables, in reasons and in the log.
fn uttered() -> Vec<Villain> {
    let words = ["@empty", "@megabyte", "@long", "@path", "@escapes", "@lines", "@bidi"];
    let kinds = [
        ("snapshot", "batch-end", NAME),
        ("checkpoint", "epoch-end", NAME),
        ("other", "batch-end", "no experiment of the name"),
        ("table", "batch-end", ""),
        ("stop-epoch", "batch-end", ""),
        ("labels", "batch-end", ""),
    ];
    let mut villains = Vec::new();
    for word in words {
        for (kind, hook, says) in kinds {
            // Labels of a megabyte each do not fit into its memory.
            if (kind, word) == ("labels", "@megabyte") {
                continue;
            }
            let villain = Villain::rust(format!("{kind}-{}", &word[1..]), "utter");
            let villain = villain.list("signals", &[&format!("{kind} {word}")]).list("at", &[hook]);
            let villain = villain.with("phase", "train").granted(&["weights", "checkpoint"]);
            villains.push(match (word, says) {
                ("@megabyte", _) => villain.fault("bad-output", TOO_LONG),
                (_, "") => villain,
                _ => villain.fault("violation", says),
            });
        }
        let log = Villain::rust(format!("log-{}", &word[1..]), "utter").with("log", word);
        villains.push(log.list("signals", &["report uttered 1"]));
    }
    villains
}

/// Names that are somebody else's, or that nobody has.
fn known() -> Vec<Villain> {
    let named = |name: &str, text: &str| {
        let text = text.to_owned();
        Villain::text(name, "").about(|about| about.name = text)
    };
    let twice = |text: &str| vec![text.to_owned(); 2];
    vec![
        named("name-of-another", "recorder")
            .left_out("has this name already; rename or remove one"),
        named("name-of-the-user", "user").left_out("the name `user` is the program's own"),
        named("name-of-the-host", "callbox").left_out("the name `callbox` is the program's own"),
        Villain::text("parameter-twice", "")
            .about(|about| about.params = twice("again"))
            .left_out("it declares the parameter `again` twice"),
        Villain::text("report-twice", "")
            .plans(|plan| plan.reports = twice("again"))
            .left_out("its plan declares the report `again` twice"),
        Villain::text("report-of-the-run", "")
            .plans(|plan| plan.reports = vec!["train-loss".to_owned()])
            .left_out("it reports `train-loss`, a metric that exists already"),
        Villain::text("needs-what-nobody-has", "")
            .about(|about| about.needs = vec!["root".to_owned()])
            .left_out("it needs the power `root`, which this version of callbox does not know"),
        Villain::text("needs-too-much", "")
            .about(|about| about.needs = vec!["weights".to_owned()])
            .left_out("it needs the power weights, which it is not granted"),
        Villain::text("every-0", "")
            .plans(|plan| plan.subscriptions = vec![(7, None, 0)])
            .left_out("the least is 1"),
        Villain::text("subscribes-twice", "")
            .plans(|plan| plan.subscriptions = vec![(7, None, 1), (7, Some(0), 1)])
            .left_out("its plan subscribes to batch-end twice in the same phase"),
        Villain::text("owns-without-power", "")
            .plans(|plan| plan.owns = vec![0])
            .left_out("its plan owns lr without the power `lr`"),
        Villain::rust("claims-what-it-has-not", "utter")
            .with("claims", "transform")
            .left_out("its plan uses the power `transform`, which it does not declare"),
        Villain::rust("checkpoint-last", "utter")
            .list("signals", &["checkpoint last"])
            .granted(&["checkpoint"])
            .fault("violation", "`last` is the program's own"),
    ]
}
