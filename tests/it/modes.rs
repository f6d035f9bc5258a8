use callbox::callback::{Mode, Value};
use callbox_tests::{Drive, Driven, MemberSpec, member};

/// Scales the learning rate at every training batch.
fn scaling(factor: f64) -> MemberSpec {
    let params = member("answers").with("scale-lr", Value::Numbers(vec![factor]));
    params.with("powers", Value::Texts(vec!["lr".to_owned()]))
}

fn verdicts(driven: &Driven, plugin: &str) -> Vec<String> {
    let signals = driven.seen.of("signal");
    let own = signals.iter().filter(|signal| signal["plugin"] == plugin);
    own.map(|signal| signal["verdict"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_observed_plugin_changes_nothing_and_is_journaled() {
    let driven = Drive::one(scaling(0.5).mode(Mode::Observe)).run();
    assert!(driven.lrs.iter().all(|lr| *lr == 0.1), "{:?}", driven.lrs);
    assert_eq!(verdicts(&driven, "answers"), vec!["observed"; 10]);
    let signal = &driven.seen.of("signal")[0];
    assert_eq!(signal["why"], "would be applied");
    let account = &driven.seen.of("finished")[0]["plugins"][0];
    assert_eq!((&account["mode"], &account["applied"]), (&"observe".into(), &0.into()));
}

/// A stop, a report and a power that it has not: each with what would have become of it.
#[test]
fn what_would_be_refused_is_journaled_as_that() {
    let wrong = scaling(-1.0).mode(Mode::Observe);
    let driven = Drive::one(wrong).run();
    let signal = &driven.seen.of("signal")[0];
    let why = signal["why"].as_str().unwrap();
    assert!(
        why.starts_with("would be refused: ") && why.contains("a factor is at least 0"),
        "{why}"
    );
    let stop = member("every-signal").named().mode(Mode::Observe);
    let driven = Drive::one(stop).run();
    assert_eq!(driven.batches, 10);
    assert_eq!(verdicts(&driven, "every-signal"), ["observed"]);
}

/// It neither owns nor stands in an owner's way.
#[test]
fn an_observed_plugin_owns_nothing() {
    let owning = |value: f64| {
        let params = member("answers").with("set-lr", Value::Numbers(vec![value]));
        let lr = || Value::Texts(vec!["lr".to_owned()]);
        params.with("owns", lr()).with("powers", lr()).named()
    };
    let observed = owning(0.3).alias("observed").mode(Mode::Observe);
    let driven = Drive::one(observed).and(owning(0.2).alias("owner")).run();
    assert_eq!(driven.lrs.last(), Some(&0.2));
    let signals = driven.seen.of("signal");
    let first = signals.iter().find(|signal| signal["plugin"] == "observed").unwrap();
    assert_eq!(first["why"], "would be overruled: owner");
}

/// Losing one that has no effect ends no run.
#[test]
fn an_observed_plugin_that_breaks_stops_nothing() {
    let driven = Drive::one(member("trap").named().mode(Mode::Observe)).run();
    assert!(driven.handler.fatal().is_none());
    assert_eq!(driven.batches, 10);
    assert!(!driven.seen.of("fault").is_empty());
}

#[test]
fn a_shadow_is_compared_and_only_differences_are_journaled() {
    let shadow = |factor| {
        let second = scaling(factor).alias("answers-shadow");
        let second = second.mode(Mode::Shadow("first".to_owned()));
        Drive::one(scaling(0.5).alias("first")).and(second).run()
    };
    assert_eq!(shadow(0.5).seen.of("differs").len(), 0);
    let driven = shadow(0.25);
    assert!(driven.lrs[1..].iter().all(|lr| *lr == 0.05), "only the first counts");
    let differs = driven.seen.of("differs");
    assert_eq!(differs.len(), 10);
    assert_eq!(
        (&differs[0]["plugin"], &differs[0]["of"]),
        (&"answers-shadow".into(), &"first".into())
    );
    assert_eq!(differs[0]["first"][0], "scale lr 0.5");
    assert_eq!(differs[0]["second"][0], "scale lr 0.25");
    assert!(verdicts(&driven, "answers-shadow").is_empty());
}

/// The first is silent where the second speaks, and the other way round.
#[test]
fn silence_against_an_answer_is_a_difference() {
    let silent = || member("answers").with("powers", Value::Texts(vec!["lr".to_owned()]));
    let of_first = || Mode::Shadow("first".to_owned());
    let second = scaling(0.5).alias("answers-shadow").mode(of_first());
    let driven = Drive::one(silent().alias("first")).and(second).run();
    assert_eq!(driven.seen.of("differs").len(), 10);
    let second = silent().alias("answers-shadow").mode(of_first());
    let driven = Drive::one(scaling(0.5).alias("first")).and(second).run();
    assert_eq!(driven.seen.of("differs").len(), 10);
}

#[test]
fn a_shadow_of_nobody_is_told_so() {
    let alone = scaling(0.5).named().alias("answers-shadow");
    let alone = alone.mode(Mode::Shadow("first".to_owned()));
    let error = Drive::one(alone).start().err().unwrap().to_string();
    assert!(error.contains("the shadow of `first`, which takes no part"), "{error}");
}

/// What an observed plugin would have written stands in nobody's way.
#[test]
fn an_observed_checkpoint_takes_no_name() {
    let writes = |alias: &str| {
        let guest = member("every-signal").text("signal", "checkpoint").text("name", "best");
        let guest = guest.text("at", "epoch-end").with("always", Value::Flag(true));
        guest.named().alias(alias)
    };
    let driven = Drive::one(writes("observed").mode(Mode::Observe)).and(writes("real")).run();
    assert_eq!(verdicts(&driven, "real"), ["applied", "applied"]);
    assert_eq!(verdicts(&driven, "observed"), ["observed", "observed"]);
}

/// To its guest it is the first; to the user it is not.
#[test]
fn a_shadow_logs_under_its_own_name() {
    let looks = || member("every-hook").named().with("every", Value::Integer(100));
    let second = looks().alias("first-shadow").mode(Mode::Shadow("first".to_owned()));
    let driven = Drive::one(looks().alias("first")).and(second).run();
    let mut authors = driven.seen.texts("log", "plugin");
    authors.sort_unstable();
    authors.dedup();
    assert_eq!(authors, ["first", "first-shadow"]);
}
