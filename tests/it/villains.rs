use callbox::bridge::PluginCallback;
use callbox::callback::{
    BreakKind, Breakage, Callback, Candidate, Descriptor, Fault, FaultPolicy, Hook, Param, Plan,
    Records, RunInfo, Setting, Signal, State, Subscription, Value,
};
use callbox::plugin::{Engine, Limits, Prepared};
use callbox_tests::{Drive, Driven, MemberSpec, guest, member};
use serde_json::Value as Json;

/// Batches of a driven run that goes to its end.
const ALL: u64 = 10;

/// Deadlines that a spinning guest reaches soon.
fn short() -> Limits {
    Limits {
        event_ms: 20,
        start_ms: 20,
        describe_ms: 20,
        save_ms: 20,
        load_ms: 20,
        finish_ms: 20,
        ..Limits::default()
    }
}

fn kinds(driven: &Driven) -> Vec<String> {
    driven.seen.texts("fault", "kind")
}

fn message(driven: &Driven) -> String {
    driven.seen.texts("fault", "message").into_iter().next().unwrap_or_default()
}

/// The notice of a dropped plugin that is left out at the start.
fn notice(member: MemberSpec) -> String {
    let (handler, seen) = Drive::one(member).start().unwrap();
    assert!(handler.members().is_empty(), "it was not left out");
    seen.texts("notice", "text").join("\n")
}

/// Beside a plugin that behaves: training and the other one go on to the end.
fn beside_a_good_one(villain: MemberSpec) -> Driven {
    let good = member("every-hook").with("every", Value::Integer(1)).alias("good");
    let driven = Drive::one(villain).and(good).run();
    assert_eq!(driven.batches, ALL, "training did not go on");
    let finished = &driven.seen.of("finished")[0];
    let account = |name: &str| -> Json {
        let all = finished["plugins"].as_array().unwrap();
        all.iter().find(|account| account["plugin"] == name).unwrap().clone()
    };
    assert_eq!(account("good")["faults"], 0);
    assert_eq!(account("good")["calls"], 2 * (5 * 6 + 2 * 3 + 4) + 1);
    driven
}

#[test]
pub(crate) fn spin() {
    let at = |place| member("spin").text("place", place).limits(short());
    let driven = beside_a_good_one(at("on-event"));
    assert!(kinds(&driven).iter().all(|kind| kind == "deadline"), "{:?}", kinds(&driven));
    assert_eq!(message(&driven), "used up its 20 ms of guest time (`event-ms`)");
    for place in ["save", "finish"] {
        let driven = beside_a_good_one(at(place));
        assert_eq!(kinds(&driven)[0], "deadline", "{place}");
    }
    let text = notice(at("start"));
    assert!(text.ends_with("used up its 20 ms of guest time (`start-ms`)"), "{text}");
}

/// Nothing loads before something broke, so `load` is called by hand.
#[test]
fn spinning_in_load_is_a_deadline_too() {
    let engine = Engine::new().unwrap();
    let prepared = Prepared::load(&engine, None, &guest("spin"), &short()).unwrap();
    let mut plugin = PluginCallback::new(prepared, short(), "spin".to_owned(), Records::default());
    let place = |param: Param| match param.name.as_str() {
        "place" => Setting { name: param.name, value: Value::Text("load".to_owned()) },
        _ => Setting { name: param.name, value: param.default },
    };
    let settings: Vec<Setting> = plugin.describe().unwrap().params.into_iter().map(place).collect();
    plugin.start(&RunInfo::default(), &settings).unwrap();
    let fault = plugin.load(&[]).unwrap_err();
    assert_eq!(fault.kind(), "deadline");
    assert_eq!(fault.to_string(), "used up its 20 ms of guest time (`load-ms`)");
}

/// Breaks at its first event, and cannot be started again.
struct Mortal {
    started: bool,
}

impl Callback for Mortal {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(Descriptor { name: "mortal".to_owned(), ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        if std::mem::replace(&mut self.started, true) {
            return Err(Fault::Violation("once is enough".to_owned()));
        }
        let subscriptions = vec![Subscription::to(Hook::BatchBegin)];
        Ok(Plan { subscriptions, ..Plan::default() })
    }

    fn on_event(&mut self, _hook: Hook, _state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let message = "gone".to_owned();
        Err(Fault::Broken(Breakage { kind: BreakKind::Trap, message, backtrace: None }))
    }
}

#[test]
fn what_cannot_be_started_again_is_not_called_again() {
    let driven =
        Drive::default().native(Candidate::native(Box::new(Mortal { started: false }))).run();
    assert_eq!(driven.batches, ALL);
    assert_eq!(kinds(&driven)[..2], ["trap", "restart"]);
    let messages = driven.seen.texts("fault", "message");
    assert_eq!(messages[1], "it could not be made anew: once is enough");
    assert!(driven.seen.of("restarted").is_empty());
    assert_eq!(messages.iter().filter(|message| *message == "gone").count(), 1);
}

#[test]
pub(crate) fn spin_describe() {
    let text = notice(member("spin-describe").limits(short()));
    assert!(text.ends_with("used up its 20 ms of guest time (`describe-ms`)"), "{text}");
}

#[test]
pub(crate) fn trap() {
    for how in ["unreachable", "panic", "division"] {
        let driven = beside_a_good_one(member("trap").text("how", how));
        assert!(kinds(&driven).iter().all(|kind| kind == "trap"), "{how}: {:?}", kinds(&driven));
    }
    // The guest's functions are named, for its author.
    let driven = Drive::one(member("trap").text("how", "division")).run();
    let backtrace = driven.seen.texts("fault", "backtrace").remove(0);
    assert!(backtrace.contains("on_event") || backtrace.contains("on-event"), "{backtrace}");
    // The panic's own words reach the log.
    let driven = Drive::one(member("trap").text("how", "panic")).run();
    let lines = driven.seen.texts("log", "line").join("\n");
    assert!(lines.contains("panicked at"), "{lines}");
}

#[test]
fn a_restarted_plugin_goes_on_from_its_last_save() {
    let once = member("trap").with("at-iteration", Value::Integer(2));
    let driven = Drive::one(once.with("until-loaded", Value::Integer(1))).run();
    assert_eq!(kinds(&driven), ["trap"]);
    assert_eq!(driven.seen.of("restarted").len(), 1);
    let lines = driven.seen.texts("log", "line").join("\n");
    assert!(lines.contains("loaded 1 times"), "{lines}");
    assert_eq!(driven.batches, ALL);
}

#[test]
fn a_plugin_that_keeps_breaking_is_restarted_in_1_and_10_steps() {
    let driven = Drive::one(member("trap")).run();
    let consequences = driven.seen.texts("fault", "consequence");
    assert_eq!(
        consequences[..2],
        ["it is restarted in the next step", "it is restarted in 10 steps"]
    );
}

#[test]
fn the_fault_policy_disables_or_stops() {
    let disable = Drive::one(member("trap").policy(FaultPolicy::Disable)).run();
    assert_eq!(disable.seen.texts("fault", "consequence"), ["it is disabled; training goes on"]);
    assert_eq!(disable.batches, ALL);
    let stop = Drive::one(member("trap").named().policy(FaultPolicy::Stop)).run();
    assert_eq!(stop.seen.texts("fault", "consequence"), ["the run stops with a checkpoint"]);
    assert!(stop.handler.fatal().is_some() && stop.batches < ALL);
}

#[test]
pub(crate) fn allocate() {
    let small = || Limits { memory_mib: 16, ..Limits::default() };
    for what in ["giant", "steadily", "leak"] {
        let driven = beside_a_good_one(member("allocate").text("how", what).limits(small()));
        assert_eq!(kinds(&driven)[0], "memory", "{what}: {}", message(&driven));
        let text = message(&driven);
        assert!(text.contains("its limit of 16 MiB (`memory-mib`)"), "{text}");
    }
    let polite = beside_a_good_one(member("allocate").text("how", "politely").limits(small()));
    assert!(kinds(&polite).is_empty(), "a guest that copes with a refusal lives");
}

#[test]
pub(crate) fn recurse() {
    for frames in ["small", "large"] {
        let driven = beside_a_good_one(member("recurse").text("frames", frames));
        assert_eq!(kinds(&driven)[0], "stack", "{frames}: {}", message(&driven));
        assert!(message(&driven).ends_with("its recursion is too deep"), "{}", message(&driven));
    }
}

#[test]
pub(crate) fn flood() {
    let signals =
        |count| member("flood").text("what", "signals").with("count", Value::Integer(count));
    let driven = beside_a_good_one(signals(257));
    assert_eq!(kinds(&driven)[0], "bad-output");
    assert!(
        message(&driven).contains("257") && message(&driven).contains("256"),
        "{}",
        message(&driven)
    );
    let within = beside_a_good_one(signals(256));
    assert!(kinds(&within).iter().all(|kind| kind == "violation"), "{:?}", kinds(&within));
    // As many as its memory holds: which limit it meets first is the guest's luck.
    let many = beside_a_good_one(signals(0));
    assert!(["bad-output", "memory", "deadline", "trap"].contains(&kinds(&many)[0].as_str()));
}

#[test]
fn a_flood_of_log_is_cut_and_cleaned() {
    let lines = |what: &str| {
        let flood = member("flood").text("what", what).with("count", Value::Integer(0));
        Drive::one(flood).run().seen.texts("log", "line")
    };
    let flood = lines("log");
    let bytes: usize = flood.iter().map(String::len).sum();
    assert!(bytes < 70 * 1024 * 2 * ALL as usize, "{bytes} bytes of log");
    for line in lines("control") {
        let harmful = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!line.contains(harmful), "{line:?}");
    }
}

#[test]
pub(crate) fn bad_values() {
    let cases = [
        ("nan-lr", "is not a finite number"),
        ("infinite-lr", "is not a finite number"),
        ("negative-lr", "it may be 0 to"),
        ("huge-lr", "it may be 0 to"),
        ("negative-scale", "a factor is at least 0"),
        ("nan-scale", "is not a finite number"),
        ("mom-one", "it may be 0 to"),
        ("unknown-group", "there are 1 layer groups"),
        ("not-owned", "in its plan's `owns`"),
        ("undeclared-power", "without the power"),
        ("undeclared-report", "which its plan does not declare"),
        ("negative-weight", "a weight is finite and at least 0"),
        ("nan-clip", "a bound is finite and greater than 0"),
        ("unknown-other", "no experiment of the name"),
        ("stale-tensor", "the tensor's batch is over"),
    ];
    for (what, expected) in cases {
        let villain = member("bad-values").text("what", what);
        // A stranger is not granted `sampler`; it would not even start.
        let villain = if what == "stale-tensor" { villain.named() } else { villain };
        let driven = beside_a_good_one(villain);
        assert_eq!(kinds(&driven), ["violation"], "{what}");
        assert!(message(&driven).contains(expected), "{what}: {}", message(&driven));
        // The valid report beside the violation is refused with it.
        let reports = driven.seen.of("signal");
        assert!(reports.iter().all(|signal| signal["verdict"] == "refused"), "{what}: {reports:?}");
        assert!(driven.lrs.iter().all(|lr| *lr == 0.1), "{what}: {:?}", driven.lrs);
    }
}

#[test]
pub(crate) fn liar() {
    for lie in ["length", "pointer", "unaligned", "alias", "case", "result", "utf8"] {
        let driven = beside_a_good_one(member("liar").text("lie", lie));
        assert_eq!(kinds(&driven)[0], "bad-output", "{lie}: {}", message(&driven));
    }
}

fn load_error(name: &str) -> String {
    let engine = Engine::new().unwrap();
    let prepared = Prepared::load(&engine, None, &guest(name), &Limits::default());
    let text = prepared.err().expect("it was loaded").to_string();
    let place = guest(name).display().to_string();
    assert!(text.starts_with(&place), "the file is named: {text}");
    text.replace(&place, name)
}

#[test]
pub(crate) fn wasi() {
    insta::assert_snapshot!(load_error("wasi"));
}

#[test]
pub(crate) fn wasi_component() {
    insta::assert_snapshot!(load_error("wasi-component"));
}

#[test]
pub(crate) fn wrong_version() {
    insta::assert_snapshot!(load_error("wrong-version"));
}

#[test]
pub(crate) fn wrong_world() {
    insta::assert_snapshot!(load_error("wrong-world"));
}

#[test]
pub(crate) fn wrong_describe() {
    let text = notice(member("wrong-describe"));
    assert!(text.ends_with("`describe` answers differently every time"), "{text}");
}
