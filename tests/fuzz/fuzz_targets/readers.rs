//! The small texts that are read beside run files: the first byte says as what.

#![no_main]

use callbox::cli::lock;
use callbox::plugin::Sidecar;
use callbox::text::clean;
use callbox_fuzz::laws;
use libfuzzer_sys::fuzz_target;

/// `NAME.toml` beside a dropped plugin.
fn sidecar(text: &str) {
    if let Err(message) = Sidecar::parse(text) {
        laws::is_fit_to_show(&message);
    }
}

/// `plugins.lock` beside a run file: what is read can be written and is read again as it was.
fn lock(text: &str) {
    match lock::parse(text) {
        Err(error) => assert!(!format!("{error:#}").is_empty()),
        Ok(plugins) => {
            plugins.iter().for_each(|plugin| drop(plugin.given().expect("it was checked")));
            let written = lock::write(&plugins).expect("it was read");
            assert_eq!(lock::parse(&written).expect("it was written"), plugins);
        }
    }
}

/// Whatever a guest says, on its way to a terminal.
fn words(text: &str, max: usize) {
    let shown = clean(text, max);
    laws::is_one_harmless_line(&shown);
    // Beside what was kept, at most a mark that something was left out.
    assert!(shown.len() <= max + '…'.len_utf8(), "{max}: {shown:?}");
    assert_eq!(clean(&shown, shown.len()), shown, "what is clean stays as it is");
}

fuzz_target!(|bytes: &[u8]| {
    let [kind, rest @ ..] = bytes else { return };
    // As files are read.
    let text = String::from_utf8_lossy(rest);
    match kind % 4 {
        0 => sidecar(&text),
        1 => words(&text, rest.len() / 2),
        2 => words(&text, rest.len()),
        _ => lock(&text),
    }
});
