//! Files that are small and cost the compiler without end, and helpers that are no help.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use callbox::plugin::{COMPILE_ARGUMENT, Engine, Limits, Prepared, Refusal};
use callbox_tests::{Workplace, guest};

const PROGRAM: &str = env!("CARGO_BIN_EXE_callbox-tested");

/// A component around core modules that is a plugin as far as names tell.
fn plugin(modules: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(component {modules} (instance $none)
             (export "callbox:plugin/callback@0.1.0" (instance $none)))"#
    ))
    .unwrap()
}

/// Each loop carries every local around: 3,000 times 3,000 values out of 50 kB.
fn loops() -> Vec<u8> {
    let count = 3000;
    let open = |n: u32| {
        let to = (n * 7 + 1) % count;
        format!("loop local.get {n} i32.const 1 i32.add local.set {to}\n")
    };
    let close = |n: u32| format!("local.get {n} br_if 0 end\n");
    let body: String = (0..count).map(open).chain((0..count).map(close)).collect();
    plugin(&format!("(core module (func (local{}) {body}))", " i32".repeat(count as usize)))
}

/// Each table has one element at its far end, and the compiler lays out all that lie before: 800 times
/// 4 MiB out of 12 kB.
fn tables() -> Vec<u8> {
    let table =
        |n: u32| format!("(table 1048576 funcref) (elem (table {n}) (i32.const 1048575) func 0)\n");
    let tables: String = (0..100).map(table).collect();
    plugin(&format!("(core module (func) {tables})").repeat(8))
}

/// A program that notes its process and then is the helper, or what is given instead.
struct Helper {
    place: Workplace,
}

impl Helper {
    fn new() -> Helper {
        Helper::doing(&format!("exec '{PROGRAM}' {COMPILE_ARGUMENT}"))
    }

    fn doing(what: &str) -> Helper {
        let place = Workplace::new(PROGRAM);
        let notes = place.path("processes");
        let script = format!("#!/bin/sh\necho $$ >> '{}'\n{what}\n", notes.display());
        place.write("program", script);
        let runs = fs::Permissions::from_mode(0o700);
        fs::set_permissions(place.path("program"), runs).unwrap();
        Helper { place }
    }

    fn program(&self) -> PathBuf {
        self.place.path("program")
    }

    fn engine(&self) -> Engine {
        Engine::with_helper(self.program()).unwrap()
    }

    /// The processes that were started, in their order.
    fn processes(&self) -> Vec<PathBuf> {
        let notes = fs::read_to_string(self.place.path("processes")).unwrap_or_default();
        notes.lines().map(|id| Path::new("/proc").join(id)).collect()
    }

    /// A process that has ended and was not reaped is still there.
    fn assert_gone(&self, started: usize) {
        let processes = self.processes();
        assert_eq!(processes.len(), started);
        assert!(processes.iter().all(|process| !process.exists()), "{processes:?}");
    }
}

fn load(engine: &Engine, bytes: Vec<u8>, limits: &Limits) -> Result<Prepared, Refusal> {
    Prepared::from_bytes(engine, None, bytes, limits)
}

fn refusal(engine: &Engine, bytes: Vec<u8>, limits: &Limits) -> Refusal {
    load(engine, bytes, limits).map(drop).unwrap_err()
}

fn good() -> Vec<u8> {
    fs::read(guest("one-cycle")).unwrap()
}

#[test]
fn a_bomb_costs_its_time_and_nothing_else() {
    let helper = Helper::new();
    let engine = helper.engine();
    let limits = Limits { compile_s: 1, ..Limits::default() };
    assert_eq!(refusal(&engine, loops(), &limits), Refusal::CompileTime { limit_s: 1 });
    helper.assert_gone(1);
    assert!(load(&engine, good(), &Limits::default()).is_ok());
    drop(engine);
    helper.assert_gone(2);
}

#[test]
fn a_bomb_costs_its_memory_and_nothing_else() {
    let helper = Helper::new();
    let engine = helper.engine();
    let limits = Limits { compile_mib: 128, ..Limits::default() };
    for (started, bomb) in [(1, tables()), (2, loops())] {
        let refusal = refusal(&engine, bomb, &limits);
        assert_eq!(refusal, Refusal::CompileMemory { limit_mib: 128 });
        helper.assert_gone(started);
    }
    assert!(load(&engine, good(), &limits).is_ok());
}

/// The plugin keeps running when the engine and its helper are gone.
#[test]
fn a_helper_that_behaves_is_asked_again_and_ends_with_its_engine() {
    let helper = Helper::new();
    let engine = helper.engine();
    let first = load(&engine, good(), &Limits::default()).unwrap();
    let wasi = fs::read(guest("wasi")).unwrap();
    let alone = refusal(&Engine::new().unwrap(), wasi.clone(), &Limits::default());
    assert_eq!(refusal(&engine, wasi, &Limits::default()), alone);
    assert!(load(&engine, good(), &Limits::default()).is_ok());
    assert_eq!(helper.processes().len(), 1);
    assert!(helper.processes()[0].exists());
    drop(engine);
    helper.assert_gone(1);
    assert_eq!(first.exports(), ["callbox:plugin/callback@0.1.0"]);
}

/// However the thread ends that waits for it: with its process, say.
#[test]
fn a_helper_ends_with_the_thread_that_started_it() {
    let helper = Helper::new();
    let engine = helper.engine();
    let first = engine.clone();
    let loading = move || drop(load(&first, good(), &Limits::default()).unwrap());
    std::thread::spawn(loading).join().unwrap();
    let status = helper.processes()[0].join("status");
    // It has not been reaped, so that it is there, and dead.
    let dead = |status: String| status.contains("State:\tZ");
    while !fs::read_to_string(&status).is_ok_and(dead) {
        std::thread::yield_now();
    }
    assert!(load(&engine, good(), &Limits::default()).is_ok());
    drop(engine);
    helper.assert_gone(2);
}

#[test]
fn what_can_be_told_at_a_glance_starts_no_helper() {
    let helper = Helper::new();
    let engine = helper.engine();
    assert_eq!(refusal(&engine, Vec::new(), &Limits::default()), Refusal::Empty);
    assert_eq!(refusal(&engine, b"(module)".to_vec(), &Limits::default()), Refusal::Text);
    helper.assert_gone(0);
}

/// The first word of a helper of this version, for a shell.
fn hello() -> String {
    let head = format!(r#"{{"callbox":"{}"}}"#, env!("CARGO_PKG_VERSION"));
    let length = head.len();
    format!(r"printf '\{length:o}\0\0\0{head}\0\0\0\0\0\0\0\0'")
}

#[test]
fn a_program_that_is_no_helper_is_an_error_and_is_gone() {
    let limits = Limits { compile_s: 1, ..Limits::default() };
    let told = |what: &str| {
        let helper = Helper::doing(what);
        let refusal = refusal(&helper.engine(), good(), &limits);
        helper.assert_gone(1);
        let text = refusal.to_string();
        text.replace(&helper.program().display().to_string(), "PROGRAM")
    };
    let hello = hello();
    let other = hello.replace(env!("CARGO_PKG_VERSION"), "9.9.9");
    let texts = [
        told("true"),
        told("echo 'no library' >&2; exit 3"),
        told("echo this is a program of another kind"),
        told(&other),
        told(&format!("{hello}; exec cat")),
        told(&format!("{hello}; kill -KILL $$")),
        told(&format!("{hello}; exec sleep 1000")),
        refusal(&Engine::with_helper("/nowhere/callbox").unwrap(), good(), &limits).to_string(),
    ];
    insta::assert_snapshot!(texts.join("\n"));
}

/// Packages that need each other in a circle use up the stack of whoever wraps them.
#[test]
fn what_crashes_the_compiler_is_a_refusal() {
    let helper = Helper::new();
    let engine = helper.engine();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/loader/circle");
    let circle = fs::read(corpus).unwrap();
    let refused = refusal(&engine, circle, &Limits::default());
    assert!(matches!(&refused, Refusal::Compile(why) if why.contains("crashed")), "{refused}");
    helper.assert_gone(1);
    assert!(load(&engine, good(), &Limits::default()).is_ok());
}

#[test]
fn inspecting_a_bomb_is_an_answer() {
    let place = Workplace::new(PROGRAM);
    place.write("bomb.wasm", tables());
    let ran = place.run(["plugins", "inspect", "bomb.wasm"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stderr);
}

#[cfg(feature = "torch")]
#[test]
fn a_dropped_bomb_is_left_out_and_the_run_goes_on() {
    let place = Workplace::new(PROGRAM);
    let run = "name = \"digits\"\nepochs = 1\ndevice = \"cpu\"\n[data]\nkind = \"digits\"\n[model]\n\
               kind = \"mlp\"\nhidden = [8]\n[optimizer]\nkind = \"adam\"\nlr = 0.01\n";
    place.write("run.toml", run);
    place.write("plugins/bomb.wasm", tables());
    place.drop_in("plugins/one-cycle.wasm", "one-cycle");
    let ran = place.run(["train", "run.toml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let notice = ran.of("notice")[0]["text"].as_str().unwrap().to_owned();
    assert!(notice.contains("bomb.wasm: compiling the plugin took more than 2048 MiB"), "{notice}");
    assert_eq!(ran.of("joined")[0]["plugin"], "one-cycle");
}

/// A named one stops the start, by the limits of its table.
#[cfg(feature = "torch")]
#[test]
fn a_named_bomb_stops_the_start_by_its_own_limits() {
    let place = Workplace::new(PROGRAM);
    let run = "name = \"digits\"\nepochs = 1\ndevice = \"cpu\"\n[data]\nkind = \"digits\"\n[model]\n\
               kind = \"mlp\"\nhidden = [8]\n[optimizer]\nkind = \"adam\"\nlr = 0.01\n\
               [plugins]\nlibrary = [\"library\"]\n\
               [[plugin]]\nname = \"bomb\"\nlimits = { compile-s = 1 }\n";
    place.write("run.toml", run);
    place.write("library/bomb.wasm", loops());
    let ran = place.run(["train", "run.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("compiling the plugin took longer than 1 s"), "{}", ran.stderr);
}
