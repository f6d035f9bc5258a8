//! A file that somebody calls a plugin: read and refused with a sentence, or compiled and asked what it is.

#![no_main]

use std::sync::LazyLock;

use callbox::bridge::PluginCallback;
use callbox::callback::{Candidate, Handler, Hyper, Records, Rules, RunInfo, Standing};
use callbox::plugin::{Engine, Limits, Prepared, parse};
use callbox_fuzz::laws;
use libfuzzer_sys::fuzz_target;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().expect("an engine"));

fn limits() -> Limits {
    Limits {
        memory_mib: 4,
        describe_ms: 50,
        start_ms: 50,
        finish_ms: 50,
        save_ms: 50,
        ..Limits::default()
    }
}

fuzz_target!(|bytes: &[u8]| {
    match parse(bytes, &limits()) {
        Err(refusal) => laws::is_fit_to_show(&refusal.to_string()),
        Ok(parsed) => {
            assert!(parsed.exports.iter().any(|name| name.starts_with("callbox:plugin/callback@")));
            // A module is wrapped first, and what wraps it can be made to use up its stack: known, and not to
            // be found again by ending the fuzzer.
            if !parsed.is_core && is_compiled(bytes) {
                compile(bytes);
            }
        }
    }
});

/// Compiling takes a thousand times as long as reading, so a few of those that could be are.
fn is_compiled(bytes: &[u8]) -> bool {
    let hash =
        bytes.iter().fold(0u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(16_777_619));
    (hash >> 8) % 256 == 0
}

fn compile(bytes: &[u8]) {
    match Prepared::from_bytes(&ENGINE, None, bytes.to_vec(), &limits()) {
        Err(refusal) => laws::is_fit_to_show(&refusal.to_string()),
        Ok(prepared) => start(&prepared),
    }
}

/// As a dropped file it is left out, or takes part with what it was granted.
fn start(prepared: &Prepared) {
    let records = Records::default();
    let callback =
        PluginCallback::new(prepared.clone(), limits(), "it".to_owned(), records.clone());
    let candidate =
        Candidate { standing: Standing::Dropped, ..Candidate::native(Box::new(callback)) };
    let start = Hyper { lr: 0.1, mom: Some(0.9), wd: 0.0, beta: None };
    let run = RunInfo { hypers: vec![start], ..RunInfo::default() };
    let handler = Handler::start(vec![candidate], &run, &Rules::default(), records);
    let handler = handler.expect("a dropped file never stops a start");
    laws::members_are_in_order(&handler, |_| None);
}
