//! The small texts that are read beside run files, and data: the first byte says as what.

#![no_main]

use callbox::cli::lock;
use callbox::plugin::Sidecar;
use callbox::text::clean;
use callbox::train::data::DataConfig;
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

/// First bytes from here on are data.
const DATA: u8 = 0xf0;

/// A file's name, and `[data]` of a run file that reads it; `{}` is the folder.
const FORMATS: [(&str, &str); 8] = [
    ("a.csv", "kind = 'csv'\npath = '{}/a.csv'\ntarget = 'y'\nmissing = 'mean'"),
    ("a.parquet", "kind = 'parquet'\npath = '{}/a.parquet'\ntarget = 'y'"),
    ("a.txt", "kind = 'text'\npath = '{}/a.txt'\nunit = 'characters'\ntime = 2"),
    ("a.npz", "kind = 'tensors'\npath = '{}/a.npz'"),
    ("a.safetensors", "kind = 'tensors'\npath = '{}/a.safetensors'"),
    (
        "c/a.png",
        "kind = 'images'\npath = '{}'\nsize = [3, 3]\nvalid-fraction = 0\ntest-fraction = 0",
    ),
    ("train-images-idx3-ubyte", "kind = 'mnist'\npath = '{}'"),
    ("data_batch_1.bin", "kind = 'cifar10'\npath = '{}'"),
];

/// A file of data: an answer, and one that can be shown.
fn data(format: u8, content: &[u8]) {
    let (name, text) = FORMATS[usize::from(format) % FORMATS.len()];
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("c")).expect("a folder in it");
    std::fs::write(folder.path().join(name), content).expect("a file in it");
    let text = text.replace("{}", &folder.path().display().to_string());
    let config: DataConfig = toml::from_str(&text).expect("it is well-formed");
    match config.load() {
        Ok(parts) => assert!(parts.train.length().known().is_some_and(|samples| samples > 0)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [kind, rest @ ..] = bytes else { return };
    if *kind >= DATA {
        return data(*kind, rest);
    }
    // As files are read.
    let text = String::from_utf8_lossy(rest);
    match kind % 4 {
        0 => sidecar(&text),
        1 => words(&text, rest.len() / 2),
        2 => words(&text, rest.len()),
        _ => lock(&text),
    }
});
