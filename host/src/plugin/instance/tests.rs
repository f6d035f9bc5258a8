use std::sync::{Arc, Mutex};

use super::super::Level;
use super::super::fixture::{Guest, run, state};
use super::super::nothing::Nothing;
use super::*;

/// Deadlines short enough for tests and long enough for a busy machine.
fn limits() -> Limits {
    Limits { event_ms: 8, start_ms: 40, memory_mib: 1, ..Limits::default() }
}

fn broken<R: std::fmt::Debug>(answer: Result<R, Fault>) -> Broken {
    match answer {
        Err(Fault::Broken(broken)) => *broken,
        other => panic!("{other:?}"),
    }
}

fn event(guest: &Guest<'_>) -> Result<Vec<Signal>, Fault> {
    guest.instance(&limits()).on_event(Hook::BatchEnd, &state())
}

const SPIN: &str = "(loop $again (br $again)) (unreachable)";
/// Writes an `ok` whose list begins at 2048 and has so many elements.
fn list_of(count: usize) -> String {
    format!(
        "(i32.store (i32.const 1028) (i32.const 2048)) (i32.store (i32.const 1032) (i32.const {count})) (i32.const 1024)"
    )
}

#[test]
fn a_plugin_that_returns_nothing_lives_its_whole_life() {
    let mut instance = Guest::default().instance(&limits());
    assert_eq!(instance.describe().unwrap().name, "");
    assert!(instance.start(&run(), &[]).unwrap().subscriptions.is_empty());
    instance.load(b"saved").unwrap();
    assert_eq!(instance.on_event(Hook::BatchEnd, &state()), Ok(vec![]));
    assert_eq!(instance.save(), Ok(vec![]));
    assert_eq!(instance.finish(&state(), &Outcome::Completed), Ok(vec![]));
    assert_eq!(instance.memory_bytes(), 64 << 10);
    assert_eq!(instance.broken(), None);
}

#[test]
fn an_endless_loop_meets_its_deadline_and_the_instance_stays_broken() {
    let mut instance = Guest { event: SPIN, ..Guest::default() }.instance(&limits());
    let fault = broken(instance.on_event(Hook::BatchEnd, &state()));
    assert_eq!(fault.kind, BrokenKind::Deadline);
    assert_eq!(fault.message, "used up its 8 ms of guest time (`event-ms`)");
    assert!(fault.backtrace.as_ref().unwrap().contains("on_event"), "{fault:?}");
    assert_eq!(broken(instance.save()), fault);
    assert_eq!(instance.broken(), Some(&fault));
}

#[test]
fn what_holds_memory_is_counted() {
    let prepared = Guest::default().prepare(&limits());
    let make = || Instance::new(&prepared, &limits(), Box::new(|_, _| {}), Box::new(Nothing));
    let (one, other) = (make().unwrap(), make().unwrap());
    assert_eq!(prepared.instances(), 2);
    drop(one);
    assert_eq!(prepared.instances(), 1);
    drop(other);
    assert_eq!(prepared.instances(), 0);
}

#[test]
fn start_and_instantiation_have_a_deadline_of_their_own() {
    let mut instance = Guest { start: SPIN, ..Guest::default() }.instance(&limits());
    let fault = broken(instance.start(&run(), &[]));
    assert_eq!(fault.message, "used up its 40 ms of guest time (`start-ms`)");
    let items = format!("(func $s (local i32) {SPIN}) (start $s)");
    let fault =
        broken(Guest { items: &items, ..Guest::default() }.try_instance(&limits()).map(drop));
    assert_eq!(fault.kind, BrokenKind::Deadline);
}

#[test]
fn a_flood_of_log_lines_ends_and_is_cut() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = lines.clone();
    let flood = "(loop $again (call $log (i32.const 1) (i32.const 0) (i32.const 100)) (br $again)) (unreachable)";
    let limits = Limits { log_kib: 1, ..limits() };
    let prepared = Guest { event: flood, ..Guest::default() }.prepare(&limits);
    let log =
        Box::new(move |level, line: &str| sink.lock().unwrap().push((level, line.to_owned())));
    let mut instance = Instance::new(&prepared, &limits, log, Box::new(Nothing)).unwrap();
    assert_eq!(broken(instance.on_event(Hook::BatchEnd, &state())).kind, BrokenKind::Deadline);
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 1024 / 132 + 1);
    assert_eq!(lines[0], (Level::Info, String::new()), "zero bytes are control characters");
    assert_eq!(lines[7].0, Level::Warn);
}

#[test]
fn memory_is_refused_politely_and_blamed_if_the_guest_does_not_cope() {
    let grow = "(drop (memory.grow (i32.const 100)))";
    let copes = format!("{grow} (i32.const 1024)");
    assert_eq!(event(&Guest { event: &copes, ..Guest::default() }), Ok(vec![]));
    let panics = format!("{grow} (unreachable)");
    let fault = broken(event(&Guest { event: &panics, ..Guest::default() }));
    assert_eq!(fault.kind, BrokenKind::Memory);
    assert!(fault.message.ends_with("with its limit of 1 MiB (`memory-mib`)"), "{fault}");
}

#[test]
fn a_refusal_of_an_earlier_call_is_not_blamed() {
    let save = "(drop (memory.grow (i32.const 100))) (i32.const 1024)";
    let guest = Guest { save, event: "(unreachable)", ..Guest::default() };
    let mut instance = guest.instance(&limits());
    instance.save().unwrap();
    assert_eq!(broken(instance.on_event(Hook::BatchEnd, &state())).kind, BrokenKind::Trap);
}

#[test]
fn a_memory_that_begins_too_large_is_named() {
    let guest = Guest { memory: r#"(memory (export "memory") 17)"#, ..Guest::default() };
    let fault = broken(guest.try_instance(&limits()).map(drop));
    assert_eq!(fault.kind, BrokenKind::Memory);
    assert!(fault.message.starts_with("wanted 2 MiB of memory"), "{fault}");
}

#[test]
fn traps_are_told_apart() {
    let kind =
        |event_body: &str| broken(event(&Guest { event: event_body, ..Guest::default() })).kind;
    assert_eq!(kind("(unreachable)"), BrokenKind::Trap);
    assert_eq!(kind("(i32.div_s (i32.const 1) (i32.const 0))"), BrokenKind::Trap);
    assert_eq!(kind("(i32.load (i32.const -1))"), BrokenKind::Trap);
    let items = "(func $f (result i32) (i32.add (call $f) (i32.const 1)))";
    let deep = Guest { items, event: "(call $f)", ..Guest::default() };
    assert_eq!(broken(event(&deep)).kind, BrokenKind::Stack);
}

#[test]
fn a_stack_in_memory_that_runs_out_is_not_a_stray_pointer() {
    // As compilers lay it out: the stack pointer goes down to zero and wraps.
    let items = "(global $sp (mut i32) (i32.const 65536))
        (func $f (result i32)
          (global.set $sp (i32.sub (global.get $sp) (i32.const 1024)))
          (i32.store (global.get $sp) (i32.const 7))
          (i32.add (call $f) (i32.const 1)))";
    let deep = Guest { items, event: "(call $f)", ..Guest::default() };
    assert_eq!(broken(event(&deep)).kind, BrokenKind::Stack);
}

#[test]
fn answers_that_are_no_values_or_too_large_are_bad_output() {
    let fault = |body: &str| broken(event(&Guest { event: body, ..Guest::default() }));
    let many = fault(&list_of(257));
    assert_eq!(many.kind, BrokenKind::Output);
    assert_eq!(many.message, "bad output: 257 signals, the limit is 256 (`signals`)");
    for bad in ["(i32.const -8)", "(i32.const 1025)", &list_of(1 << 26), &list_of(1_000_000)] {
        let fault = fault(bad);
        assert_eq!(fault.kind, BrokenKind::Output, "{fault:?}");
    }
    let case = format!("(i32.store (i32.const 2048) (i32.const 99)) {}", list_of(1));
    assert_eq!(fault(&case).kind, BrokenKind::Output);
}

#[test]
fn texts_that_alias_one_buffer_cost_no_more_than_the_transfer_limit() {
    let items = "(func $fill (local $i i32) (loop $next
        (i32.store (i32.add (i32.const 8192) (local.get $i)) (i32.const 0))
        (i32.store offset=4 (i32.add (i32.const 8192) (local.get $i)) (i32.const 8192))
        (local.set $i (i32.add (local.get $i) (i32.const 8)))
        (br_if $next (i32.lt_u (local.get $i) (i32.const 40000)))))";
    // A descriptor whose `needs` are 5,000 texts of 8 KiB each.
    let describe = "(call $fill) (i32.store (i32.const 1056) (i32.const 8192))
        (i32.store (i32.const 1060) (i32.const 5000)) (i32.const 1024)";
    let guest = Guest { items, describe, ..Guest::default() };
    let fault = broken(guest.instance(&limits()).describe());
    assert_eq!(fault.kind, BrokenKind::Output, "{fault:?}");
}

#[test]
fn an_error_is_a_violation_in_clean_words() {
    let items = r#"(data (i32.const 2048) "no\1b[31m lr\n")"#;
    let body = format!("(i32.store8 (i32.const 1024) (i32.const 1)) {}", list_of(11));
    // The flag of the error stays in memory, so that `save` answers from another place.
    let guest = Guest { items, event: &body, save: "(i32.const 3072)", ..Guest::default() };
    let mut instance = guest.instance(&limits());
    let fault = instance.on_event(Hook::BatchEnd, &state());
    assert_eq!(fault, Err(Fault::Violation("no[31m lr ".into())));
    assert_eq!(instance.broken(), None);
    assert_eq!(instance.save(), Ok(vec![]));
}

#[test]
fn a_saved_state_has_a_size_limit() {
    let limits = Limits { state_mib: 0, ..limits() };
    let save = list_of(3);
    let mut instance = Guest { save: &save, ..Guest::default() }.instance(&limits);
    let fault = broken(instance.save());
    assert_eq!(fault.message, "bad output: 3 bytes of saved state, the limit is 0 (`state-mib`)");
}

/// A C++ name of this form doubles with every eleven letters: written out, it would take all memory.
#[test]
fn a_function_name_in_a_backtrace_is_never_longer_than_a_line() {
    let doubled: String = ('0'..='9').chain('A'..='Z').map(|c| format!("S_IS{c}_S{c}_E")).collect();
    let name = format!("_Z1f1AIiiE{doubled}");
    let items = format!(r#"(func $"{name}" (unreachable))"#);
    let body = format!(r#"(call $"{name}") (i32.const 1024)"#);
    let fault = broken(event(&Guest { items: &items, event: &body, ..Guest::default() }));
    let first = fault.backtrace.as_ref().unwrap().lines().next().unwrap();
    assert!(first.contains("_Z1f1AIiiES_IS0_S0_E") && first.len() <= 244, "{first}");
}

#[test]
fn rust_names_in_a_backtrace_are_readable() {
    let name = "_ZN6spoons4fall17h0123456789abcdefE";
    let items = format!(r#"(func $"{name}" (unreachable))"#);
    let body = format!(r#"(call $"{name}") (i32.const 1024)"#);
    let fault = broken(event(&Guest { items: &items, event: &body, ..Guest::default() }));
    let backtrace = fault.backtrace.unwrap();
    assert!(backtrace.contains("spoons::fall"), "{backtrace}");
}
