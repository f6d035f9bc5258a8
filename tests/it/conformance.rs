use callbox::callback::{
    Callback, Candidate, Descriptor, Fault, Hook, HyperName, Plan, Rules, RunInfo, Setting, Share,
    Signal, Standing, StartError, State, Subscription, Value, WhenSlow,
};
use callbox::plugin::Limits;
use callbox_tests::{Drive, member};

fn numbers(values: &[f64]) -> Value {
    Value::Numbers(values.to_vec())
}

fn texts(values: &[&str]) -> Value {
    Value::Texts(values.iter().map(|text| (*text).to_owned()).collect())
}

/// The error of a plugin that the run file names.
fn refusal(member: callbox_tests::MemberSpec) -> String {
    match Drive::one(member.named()).start() {
        Ok(_) => panic!("it was not refused"),
        Err(StartError { message, .. }) => message,
    }
}

#[test]
pub(crate) fn every_hook() {
    let seen = Drive::one(member("every-hook").with("reads", Value::Flag(true))).run().seen;
    let lines = seen.texts("log", "line");
    // Two epochs: 5 batches of 6 hooks, 2 of 3 in validation, and 4 more; train-begin and finish.
    let hooks = lines.iter().filter(|line| line.contains("hook=")).count();
    assert_eq!(hooks, 2 * (5 * 6 + 2 * 3 + 4) + 2);
    let batch_end = lines.iter().find(|line| line.contains("hook=batch-end")).unwrap();
    assert!(batch_end.contains("losses=yes") && batch_end.contains("hypers=1"), "{batch_end}");
}

/// What it says in its own language is compared with the other languages in `languages.rs`.
#[test]
pub(crate) fn tour() {
    let driven = Drive::one(member("tour").named()).run();
    let signals = driven.seen.texts("signal", "signal");
    // 23 × 3 schedules, 10 + 9 random, 2 + 1 settings, two in the list that is refused, and the last word.
    let reports = signals.iter().filter(|text| text.starts_with("report tour ")).count();
    assert_eq!(reports, 69 + 19 + 3 + 2 + 1);
    assert!(signals.iter().any(|text| text == "report tour 0.0500002"), "the middle of a cosine");
    let faults = driven.seen.texts("fault", "message");
    assert_eq!(faults.len(), 3, "an error, and two lists with an unknown signal: {faults:?}");
    let last = driven.seen.texts("log", "line").pop().unwrap();
    assert!(last.starts_with("completed after "), "{last}");
}

#[test]
fn what_a_subscription_does_not_read_does_not_cross() {
    let guest = member("every-hook").with("monitors", texts(&["accuracy"]));
    let lines = Drive::one(guest).run().seen.texts("log", "line");
    let mut events = lines.iter().filter(|line| line.contains("hook=batch-end"));
    assert!(events.all(|line| line.ends_with("losses=no hypers=0 monitored=0")), "{lines:?}");
}

#[test]
fn a_subscription_may_be_for_validation_alone() {
    let driven = Drive::one(member("answers").text("phase", "valid")).run();
    // Two epochs of two batches each, of seven.
    assert_eq!(driven.seen.of("finished")[0]["plugins"][0]["calls"], 2 * 2);
}

#[test]
fn a_filtered_event_costs_no_call() {
    let seen = Drive::one(member("every-hook").with("every", Value::Integer(3))).run().seen;
    let lines = seen.texts("log", "line");
    let batch_ends = lines.iter().filter(|line| line.contains("hook=batch-end"));
    let numbers: Vec<&str> = batch_ends
        .map(|line| line.split("batch=").nth(1).unwrap().split(' ').next().unwrap())
        .collect();
    // Occurrences 1, 4, 7, … over both phases: training 0 to 4, validation 0 and 1, and again.
    assert_eq!(numbers, ["0", "3", "1", "2", "0"]);
}

fn signalled(signal: &str, at: &str, phase: &str) -> callbox_tests::Driven {
    let guest = member("every-signal").text("signal", signal).text("at", at).text("phase", phase);
    let guest = guest.with("iteration", Value::Integer(2)).with("value", Value::Number(0.5));
    let guest = if signal == "slot" { guest.text("op", "snapshot") } else { guest };
    // Named: granted all that it declares, so that nothing but the version refuses.
    Drive::one(guest.named()).run()
}

#[test]
pub(crate) fn every_signal() {
    // After batch 2 of 5 in the first epoch, and nothing more; finish still comes.
    assert_eq!(signalled("stop-training", "batch-end", "train").batches, 3);
    // The first epoch ends after batch 2, the second is whole.
    assert_eq!(signalled("stop-epoch", "batch-end", "train").batches, 3 + 5);
    assert_eq!(signalled("skip-batch", "batch-begin", "train").lrs.len(), 9);
    assert_eq!(signalled("skip-backward", "batch-begin", "train").applied(), 1);
    assert_eq!(signalled("skip-step", "backward-end", "train").applied(), 1);
    // Validation of the first epoch stops after one of two batches, or does not begin.
    let stopped = signalled("stop-validation", "batch-end", "valid");
    assert_eq!((stopped.applied(), stopped.valid_batches), (1, 1 + 2));
    let skipped = signalled("skip-validation", "batch-end", "train");
    assert_eq!((skipped.applied(), skipped.valid_batches), (1, 2));
    let set = signalled("set-hyper", "batch-end", "train");
    assert_eq!(set.lrs[..3], [0.1; 3]);
    assert_eq!(set.lrs[3..], [0.5; 7]);
}

/// Where each signal means something, as the contract's table has it: no host leaves one out.
#[test]
fn every_signal_of_the_contract_is_served() {
    let places = [
        ("validate-now", "batch-end"),
        ("keep-gradients", "step-end"),
        ("scale-grad", "backward-end"),
        ("clip-grad-value", "backward-end"),
        ("clip-grad-norm", "backward-end"),
        ("clip-grad-adaptive", "backward-end"),
        ("noise-grad", "backward-end"),
        ("set-trainable", "batch-end"),
        ("set-norm-frozen", "batch-end"),
        ("slot", "batch-end"),
        ("table", "batch-end"),
        ("histogram", "batch-end"),
        ("checkpoint", "batch-end"),
    ];
    for (signal, at) in places {
        let driven = signalled(signal, at, "train");
        assert_eq!(driven.seen.texts("signal", "verdict"), ["applied"], "{signal}");
        assert!(driven.seen.of("fault").is_empty(), "{signal}");
    }
    let refreshed = signalled("refresh-norm-statistics", "valid-begin", "valid");
    assert_eq!(refreshed.applied(), 1);
    // Its tensor is none of a host without tensors.
    let weighted = signalled("sample-weights", "epoch-end", "train");
    let why = weighted.seen.texts("signal", "why");
    assert!(why[0].starts_with("`sample-weights`: the tensor's batch is over"), "{why:?}");
    let unknown = signalled("other", "batch-end", "train");
    let why = unknown.seen.texts("signal", "why");
    assert_eq!(why, ["no experiment of the name `lr` is known"]);
}

/// A host without tensors runs plugins that would like some, and says so where they ask.
#[test]
pub(crate) fn tensor_tour() {
    let calls = texts(&["input", "add(ones:2, ones:2)", "shape(number:7)"]);
    let guest = member("tensor-tour").with("calls", calls).named();
    let lines = Drive::one(guest).run().seen.texts("log", "line");
    assert!(lines.iter().any(|line| line.contains("this host has no tensors")), "{lines:?}");
}

#[test]
pub(crate) fn transformer() {
    let chained = || member("transformer").text("input", "same").named();
    let (handler, _) = Drive::one(chained().alias("one"))
        .and(chained().alias("two").with("run-before", texts(&["one"])))
        .start()
        .unwrap();
    assert_eq!((&handler.chains().input[..], handler.chains().output.len()), (&[1, 0][..], 0));
}

#[test]
pub(crate) fn mirror() {
    let (handler, _) = Drive::one(member("mirror").named()).start().unwrap();
    assert_eq!(handler.chains().input, [0]);
}

#[test]
pub(crate) fn mixer() {
    // A stranger is not given the power to change data.
    let (handler, seen) = Drive::one(member("mixer")).start().unwrap();
    assert!(handler.members().is_empty());
    let notice = seen.texts("notice", "text").join("\n");
    assert!(notice.contains("needs the power transform"), "{notice}");
}

#[test]
pub(crate) fn measurer() {
    let (handler, _) = Drive::one(member("measurer").named()).start().unwrap();
    assert!(handler.measures());
    assert!(handler.metrics().find("measured").is_some());
}

#[test]
fn a_signal_at_the_wrong_hook_is_dropped_and_is_no_fault() {
    let driven = signalled("skip-validation", "epoch-end", "train");
    assert_eq!(driven.seen.texts("signal", "verdict"), ["inapplicable"]);
    assert!(driven.seen.of("fault").is_empty());
}

#[test]
pub(crate) fn answers() {
    let answers = || member("answers");
    let refusals = [
        refusal(answers().text("start-error", "not today")),
        refusal(answers().with("monitors", texts(&["val_loss"]))),
        refusal(answers().with("powers", texts(&["weights"]))),
        refusal(answers().with("every", Value::Integer(0))),
        refusal(answers().with("subscriptions", Value::Integer(2))),
        refusal(answers().with("owns", texts(&["lr"])).with("powers", texts(&["control"]))),
        refusal(answers().with("reports", texts(&["accuracy"]))),
        refusal(answers().with("transforms", Value::Flag(true))),
    ];
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn a_dropped_file_never_stops_a_start() {
    let bad = member("answers").text("start-error", "not today");
    let (handler, seen) = Drive::one(bad).start().unwrap();
    assert!(handler.members().is_empty());
    let notice = seen.texts("notice", "text");
    assert_eq!(notice, ["left out: plugin `answers` (answers.wasm): not today"]);
}

#[test]
fn two_named_owners_stop_the_start_with_both_names() {
    let one = member("one-cycle").named().alias("first");
    let two = member("one-cycle").named().alias("second");
    let error = Drive::one(one).and(two).start().err().unwrap().to_string();
    let expected = "plugin `second` (one_cycle.wasm): `first` owns lr already; \
                    use one of them, or prefer one: [owners] lr = \"first\"";
    assert_eq!(error, expected);
}

#[test]
fn precedence_lets_both_run_and_overrules_one() {
    let owners = vec![(HyperName::Lr, "second".to_owned()), (HyperName::Mom, "second".to_owned())];
    let rules = Rules { owners, ..Rules::default() };
    let one = member("one-cycle").named().alias("first");
    let two = member("one-cycle").named().alias("second").with("lr-max", Value::Number(0.02));
    let driven = Drive::one(one).and(two).rules(rules).run();
    let overruled = driven.seen.of("signal");
    let of_first = overruled.iter().filter(|record| record["plugin"] == "first");
    assert!(of_first.clone().count() > 0);
    assert!(of_first.clone().all(|record| record["verdict"] == "overruled"));
    let highest = driven.lrs.iter().copied().fold(0.0, f64::max);
    assert!((highest - 0.02).abs() < 1e-12, "{highest}");
}

#[test]
fn a_dropped_owner_loses_against_a_named_one() {
    let named = member("one-cycle").named();
    let dropped = member("answers").with("owns", texts(&["lr"])).with("powers", texts(&["lr"]));
    let (handler, seen) = Drive::one(dropped).and(named).start().unwrap();
    let names: Vec<&str> = handler.members().iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["one-cycle"]);
    let notice = seen.texts("notice", "text").join("\n");
    assert!(notice.contains("`one-cycle` owns lr already"), "{notice}");
}

#[test]
fn a_strangers_learning_rate_stays_inside_ten_times_its_start() {
    let loud = member("answers").with("owns", texts(&["lr"])).with("powers", texts(&["lr"]));
    let driven = Drive::one(loud.with("set-lr", numbers(&[5.0]))).run();
    assert!(driven.lrs.iter().all(|lr| *lr == 0.1), "{:?}", driven.lrs);
    let why = driven.seen.texts("fault", "message");
    assert!(why[0].contains("it may be 0 to 1 here"), "{why:?}");
}

#[test]
fn factors_of_strangers_multiply_inside_the_bounds_of_each() {
    let fivefold = |name| {
        let guest = member("answers").with("powers", texts(&["lr"])).alias(name);
        guest.with("scale-lr", numbers(&[5.0]))
    };
    let driven = Drive::one(fivefold("one")).and(fivefold("two")).run();
    assert_eq!(*driven.lrs.last().unwrap(), 1.0);
}

#[test]
fn an_err_is_a_violation_and_the_instance_lives() {
    let driven = Drive::one(member("answers").text("event-error", "I am lost")).run();
    let faults = driven.seen.of("fault");
    assert!(faults.len() > 1, "it was called again after its first error");
    assert!(faults.iter().all(|fault| fault["kind"] == "violation"));
    assert_eq!(faults[0]["message"], "I am lost");
    assert!(driven.seen.of("restarted").is_empty());
}

#[test]
fn one_plugin_runs_under_two_names() {
    let hook = || member("every-hook").with("every", Value::Integer(100));
    let driven = Drive::one(hook().named().alias("left")).and(hook().named().alias("right")).run();
    let mut authors = driven.seen.texts("log", "plugin");
    authors.sort();
    authors.dedup();
    assert_eq!(authors, ["left", "right"]);
}

#[test]
fn a_name_taken_twice_is_refused() {
    let twice = Drive::one(member("every-hook").named()).and(member("every-hook").named());
    let error = twice.start().err().unwrap().message;
    assert_eq!(error, "every_hook.wasm has this name already; give one another name with `as`");
}

#[test]
pub(crate) fn metronome() {
    let driven = Drive::one(member("metronome").with("signals", Value::Integer(2))).run();
    // Epoch-begin, and six hooks of each of ten batches.
    let account = driven.seen.of("finished")[0]["plugins"][0].clone();
    assert_eq!(account["calls"], 2 + 10 * 6);
    assert_eq!(account["applied"], 2 * (2 + 10 * 6));
    assert!(driven.lrs.iter().all(|lr| *lr == 0.1));
}

/// Asks to stop the epoch at every hook, 256 times and at length.
struct Talker;

impl Callback for Talker {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let wants = vec!["control".to_owned()];
        Ok(Descriptor { name: "talker".to_owned(), wants, ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        let subscriptions = Hook::ALL.into_iter().map(Subscription::to).collect();
        Ok(Plan { subscriptions, powers: vec!["control".to_owned()], ..Plan::default() })
    }

    fn on_event(&mut self, _hook: Hook, _state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        Ok(vec![Signal::StopValidation("x".repeat(4_000)); 256])
    }
}

/// A disk is not filled by what is dropped or refused either.
#[test]
fn a_callback_fills_no_more_than_its_part_of_the_journal() {
    let talker = |standing| Candidate { standing, ..Candidate::native(Box::new(Talker)) };
    let driven = Drive::default().native(talker(Standing::Dropped)).run();
    let bytes: usize = driven.seen.of("signal").iter().map(|s| s.to_string().len()).sum();
    // A text counts double, for JSON may double it.
    assert!((8 << 20..18 << 20).contains(&bytes), "{bytes}");
    let fault = &driven.seen.texts("fault", "message")[0];
    assert!(fault.starts_with("256 signals refused: it has written 16 MiB"), "{fault}");
    let account = &driven.seen.of("finished")[0];
    assert!(driven.handler.fatal().is_none(), "{account}");
    let named = Drive::default().native(talker(Standing::Named)).run();
    assert!(named.seen.of("fault").is_empty(), "whom the run file names may fill it");
}

/// Takes its time at every batch, and more of it than everything else together.
struct Slow;

impl Callback for Slow {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(Descriptor { name: "slow".to_owned(), ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        Ok(Plan { subscriptions: vec![Subscription::to(Hook::BatchEnd)], ..Plan::default() })
    }

    fn on_event(&mut self, _hook: Hook, _state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let began = std::time::Instant::now();
        while began.elapsed() < std::time::Duration::from_micros(300) {}
        Ok(Vec::new())
    }
}

/// Warned of after a hundred steps, and disabled after two hundred where the user wants that.
#[test]
fn one_that_takes_most_of_the_time_is_warned_of_then_disabled() {
    let slow = |when_slow| {
        let share = Share { when_slow, ..Share::default() };
        let slow = Candidate { share, ..Candidate::native(Box::new(Slow)) };
        Drive::default().native(slow).epochs(61).run()
    };
    let warned = slow(WhenSlow::Warn);
    let notices = warned.seen.texts("notice", "text");
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(
        notices[0].starts_with("plugin `slow` took ") && notices[0].contains("`share-percent`")
    );
    assert!(warned.seen.of("fault").is_empty());
    let disabled = slow(WhenSlow::Disable);
    let fault = &disabled.seen.of("fault")[0];
    assert_eq!(
        (&fault["kind"], &fault["consequence"]),
        (&"share".into(), &"it is disabled; training goes on".into())
    );
    assert_eq!(disabled.batches, 61 * 5);
}

/// However little of it comes in one event.
#[test]
fn a_flood_of_log_ends_with_the_runs_part_of_it() {
    let flood = member("flood").text("what", "log").with("count", Value::Integer(1_000));
    let flood = flood.limits(Limits { log_run_mib: 1, ..Limits::default() });
    let lines = Drive::one(flood).epochs(8).run().seen.texts("log", "line");
    let bytes: usize = lines.iter().map(|line| line.len() + 100).sum();
    assert!(bytes <= (1 << 20) + 200, "{bytes}");
    let last = lines.last().unwrap();
    assert_eq!(last, "more than 1 MiB of log in one run (`log-run-mib`): the rest is dropped");
}
