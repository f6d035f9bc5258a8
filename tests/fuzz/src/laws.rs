//! What holds whatever callbacks say.

use callbox::callback::hypers::{Bounds, read};
use callbox::callback::{
    DEFAULT_POWERS, Descriptor, Grant, Handler, Hyper, HyperName, Member, Param, Setting, Standing,
    Value,
};
use callbox::text::clean;

/// Longer than every line that is shown.
const LINE: usize = 1 << 20;

/// Every value in effect is one that an optimizer can step with.
pub fn hypers_are_sane(hypers: &[Hyper]) {
    for hyper in hypers {
        for name in HyperName::ALL {
            let Some(value) = read(hyper, name) else { continue };
            let below =
                if matches!(name, HyperName::Mom | HyperName::Beta) { 1.0 } else { f64::INFINITY };
            assert!(value >= 0.0 && value < below, "{name} in effect is {value}");
        }
    }
}

/// One line without anything that drives a terminal.
pub fn is_one_harmless_line(line: &str) {
    assert!(!line.chars().any(char::is_control), "{line:?}");
}

/// What a person reads, after it went where all of it goes before it is shown.
pub fn is_fit_to_show(text: &str) {
    let shown = clean(text, LINE);
    assert!(!shown.trim().is_empty(), "an error without words: {text:?}");
    is_one_harmless_line(&shown);
}

/// Settings are the declared parameters in their order, of their types.
pub fn settings_fit(descriptor: &Descriptor, settings: &[Setting]) {
    assert_eq!(descriptor.params.len(), settings.len());
    for (param, setting) in descriptor.params.iter().zip(settings) {
        assert_eq!(param.name, setting.name);
        assert_eq!(param.default.kind(), setting.value.kind());
        // A default is the author's own word, and only what a user gives is held to the bounds.
        let is_default = format!("{:?}", param.default) == format!("{:?}", setting.value);
        assert!(is_default || is_allowed(param, &setting.value), "{param:?} is {setting:?}");
    }
}

fn is_allowed(param: &Param, value: &Value) -> bool {
    let number = |x: f64| {
        x.is_finite()
            && param.min.is_none_or(|min| min <= x)
            && param.max.is_none_or(|max| x <= max)
    };
    let text = |text: &String| param.choices.is_empty() || param.choices.contains(text);
    match value {
        Value::Flag(_) => true,
        Value::Integer(n) => number(*n as f64),
        Value::Number(x) => number(*x),
        Value::Numbers(all) => all.iter().all(|x| number(*x)),
        Value::Text(one) => text(one),
        Value::Texts(all) => all.iter().all(text),
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=64).contains(&name.len()) && name.chars().all(plain)
}

/// What holds of everybody who takes part.
pub fn members_are_in_order(handler: &Handler, given: impl Fn(&Member) -> Option<Vec<Grant>>) {
    let members = handler.members();
    for (index, member) in members.iter().enumerate() {
        assert!(is_plain(&member.name), "{:?}", member.name);
        assert!(members[..index].iter().all(|other| other.name != member.name), "a name twice");
        is_one_harmless_line(&member.descriptor.version);
        powers_are_declared_and_granted(member, given(member));
    }
    for name in HyperName::ALL {
        let owns = |member: &&Member| {
            let overruled = member.overruled.iter().any(|(other, _)| *other == name);
            member.plan.owns.contains(&name) && !overruled
        };
        assert!(members.iter().filter(owns).count() <= 1, "{name} has two owners");
    }
    let names = handler.metrics().names();
    for (index, name) in names.iter().enumerate() {
        assert!(is_plain(name) && !names[..index].contains(name), "metrics {names:?}");
    }
    chains_hold(handler);
}

/// Effective right = planned ∩ declared ∩ granted ∩ bounded.
fn powers_are_declared_and_granted(member: &Member, given: Option<Vec<Grant>>) {
    let declared = || member.descriptor.needs.iter().chain(&member.descriptor.wants);
    for grant in &member.granted {
        assert!(declared().any(|power| *power == grant.power), "{grant:?} was not declared");
        match (&given, member.standing) {
            (Some(given), _) => assert!(given.contains(grant), "{grant:?} was not granted"),
            (None, Standing::Dropped) => {
                assert!(DEFAULT_POWERS.contains(&grant.power.as_str()), "{grant:?} dropped")
            }
            (None, _) => {}
        }
        let (min, max) = (grant.min.unwrap_or(f64::MIN), grant.max.unwrap_or(f64::MAX));
        assert!(min <= max, "no value is inside {grant:?}");
    }
    let is_granted = |power: &String| member.granted.iter().any(|grant| grant.power == *power);
    assert!(member.plan.powers.iter().all(is_granted), "{:?}", member.plan.powers);
    let is_planned = |name: &HyperName| member.plan.powers.iter().any(|p| p == name.name());
    assert!(member.plan.owns.iter().all(is_planned), "{:?}", member.plan.owns);
    for (name, bounds) in HyperName::ALL.into_iter().zip(member.bounds()) {
        let all = Bounds::of(name);
        assert!(bounds.max <= all.max && bounds.min >= all.min, "{name} {bounds:?}");
    }
}

/// Whoever comes before another one stands before it, and behind it where the chain is walked back.
fn chains_hold(handler: &Handler) {
    let members = handler.members();
    let precedes = |one: usize, other: usize| {
        let (one, other) = (&members[one], &members[other]);
        one.plan.run_before.contains(&other.name) || other.plan.run_after.contains(&one.name)
    };
    let in_order = |chain: &[usize]| {
        for (at, later) in chain.iter().enumerate() {
            let earlier = &chain[..at];
            assert!(earlier.iter().all(|earlier| !precedes(*later, *earlier)), "{chain:?}");
        }
    };
    let back = |chain: &[usize]| chain.iter().rev().copied().collect::<Vec<_>>();
    let chains = handler.chains();
    in_order(&chains.input);
    in_order(&back(&chains.output));
    in_order(&back(&chains.loss));
}
