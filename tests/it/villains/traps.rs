//! Traps, what is said of them, and how a plugin that broke comes back.

use callbox::callback::{
    BreakKind, Breakage, Callback, Candidate, Descriptor, Fault, FaultPolicy, Hook, Plan, RunInfo,
    Setting, Signal, State, Subscription, Value,
};
use callbox_tests::villains::{End, theme};
use callbox_tests::{Drive, Driven, member};
use serde_json::Value as Json;
use wasmtime::Trap;

use super::{ALL, beside_a_good_one, kinds, message};

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

/// Codes that no plugin reaches: their instructions and intrinsics belong to features that are left
/// out, or they are assertions of the engine's own.
const OUT_OF_REACH: [Trap; 33] = [
    Trap::HeapMisaligned,
    Trap::OutOfFuel,
    Trap::AtomicWaitNonSharedMemory,
    Trap::NullReference,
    Trap::ArrayOutOfBounds,
    Trap::AllocationTooLarge,
    Trap::CastFailure,
    Trap::NoAsyncResult,
    Trap::UnhandledTag,
    Trap::ContinuationAlreadyConsumed,
    Trap::DisabledOpcode,
    Trap::AsyncDeadlock,
    Trap::CannotBlockSyncTask,
    Trap::DebugAssertStringEncodingFinished,
    Trap::DebugAssertEqualCodeUnits,
    Trap::DebugAssertPointerAligned,
    Trap::DebugAssertUpperBitsUnset,
    Trap::TaskCancelNotCancelled,
    Trap::TaskCancelOrReturnTwice,
    Trap::SubtaskCancelAfterTerminal,
    Trap::TaskReturnInvalid,
    Trap::WaitableSetDropHasWaiters,
    Trap::SubtaskDropNotResolved,
    Trap::ThreadNewIndirectInvalidType,
    Trap::ThreadNewIndirectUninitialized,
    Trap::BackpressureOverflow,
    Trap::UnsupportedCallbackCode,
    Trap::CannotResumeThread,
    Trap::ConcurrentFutureStreamOp,
    Trap::ReferenceCountOverflow,
    Trap::StreamOpTooBig,
    Trap::WaitableSyncAndAsync,
    Trap::UncaughtException,
];

/// Every code of the engine has a villain whose words are the code's, or a reason why none can.
#[test]
fn every_trap_code_has_a_villain_or_a_reason() {
    let villains = ["time", "traps", "output"].map(theme).concat();
    let says = |words: &str| {
        villains.iter().any(|villain| villain.ends != End::Refused && villain.says.contains(words))
    };
    let codes: Vec<Trap> = (0..=u8::MAX).filter_map(Trap::from_u8).collect();
    assert!(codes.len() >= 43, "{} codes", codes.len());
    for code in codes.into_iter().filter(|code| !OUT_OF_REACH.contains(code)) {
        let text = code.to_string().replacen("wasm trap: ", "", 1);
        // Some are told in better words.
        let words = match code {
            Trap::Interrupt => "used up its 20 ms",
            Trap::StackOverflow => "its recursion is too deep",
            Trap::UnreachableCodeReached => "trapped: `unreachable`",
            _ => text.rsplit(": ").next().unwrap(),
        };
        assert!(says(words), "no villain says {words:?}, of {code:?}");
    }
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
fn a_restarted_plugin_goes_on_from_its_last_save() {
    let once = member("trap").with("at-iteration", Value::Integer(2));
    let driven = Drive::one(once.with("until-loaded", Value::Integer(1))).run();
    assert_eq!(kinds(&driven), ["trap"]);
    assert_eq!(driven.seen.of("restarted").len(), 1);
    let lines = driven.seen.texts("log", "line").join("\n");
    assert!(lines.contains("loaded 1 times"), "{lines}");
    assert_eq!(driven.batches, ALL);
}

/// The back-off is counted in batches, so that a rerun restarts and disables it at the same ones.
#[test]
fn a_plugin_that_keeps_breaking_is_restarted_in_1_10_and_100_steps_then_disabled() {
    let run = || Drive::one(member("trap")).epochs(30).run();
    let driven = run();
    let place = |record: &Json| record["at"]["iteration"].as_u64().unwrap();
    let faults: Vec<u64> = driven.seen.of("fault").iter().map(place).collect();
    let restarts: Vec<u64> = driven.seen.of("restarted").iter().map(place).collect();
    assert_eq!((faults, restarts), (vec![0, 1, 11, 111], vec![1, 11, 111]));
    let expected = [
        "it is restarted in the next step",
        "it is restarted in 10 steps",
        "it is restarted in 100 steps",
        "it is disabled; training goes on",
    ];
    assert_eq!(driven.seen.texts("fault", "consequence"), expected);
    assert_eq!(driven.batches, 150);
    let all = |driven: &Driven| [driven.seen.of("fault"), driven.seen.of("restarted")];
    assert_eq!(all(&driven), all(&run()));
    // What the report at the end is made of.
    let account = &driven.seen.of("finished")[0]["plugins"][0];
    assert_eq!((&account["faults-by-kind"]["trap"], &account["restarts"]), (&4.into(), &3.into()));
    assert_eq!((&account["disabled"], place(&account["last-fault"])), (&true.into(), 111));
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
pub(crate) fn recurse() {
    for frames in ["small", "large"] {
        let driven = beside_a_good_one(member("recurse").text("frames", frames));
        assert_eq!(kinds(&driven)[0], "stack", "{frames}: {}", message(&driven));
        assert!(message(&driven).ends_with("its recursion is too deep"), "{}", message(&driven));
    }
}
