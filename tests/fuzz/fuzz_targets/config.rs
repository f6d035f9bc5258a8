//! A run file, and below a line `%%` what was typed over it, one `--set` per line.

#![no_main]

use callbox::cli::Failure;
use callbox::cli::args::RunArgs;
use callbox::cli::config::{RunFile, understand};
use callbox_fuzz::laws;
use libfuzzer_sys::fuzz_target;

fn typed(overrides: &str) -> RunArgs {
    RunArgs {
        run: "run.toml".into(),
        plugins: Vec::new(),
        overrides: overrides.lines().take(16).map(str::to_owned).collect(),
        epochs: None,
        device: None,
        seed: None,
        locked: false,
    }
}

/// What the rest of the program takes for granted.
fn is_understood(file: &RunFile) {
    assert!(file.threads > 0 && !file.name.is_empty() && !file.name.contains(['/', '\0']));
    for stage in file.stages() {
        assert!(stage.span.epochs.is_some() || stage.span.max_steps.is_some());
        assert_ne!((stage.span.epochs, stage.span.max_steps), (Some(0), Some(0)));
        let groups = ["body", "head"].map(str::to_owned);
        if let Ok(hypers) = stage.optimizer.hypers(&groups) {
            assert_eq!(hypers.len(), groups.len());
            for hypers in hypers {
                assert!(hypers.lr >= 0.0 && hypers.lr.is_finite(), "{hypers:?}");
                assert!(hypers.wd >= 0.0 && hypers.wd.is_finite(), "{hypers:?}");
                assert!((0.0..1.0).contains(&hypers.mom), "{hypers:?}");
                assert!(hypers.beta.is_none_or(|beta| (0.0..1.0).contains(&beta)), "{hypers:?}");
            }
        }
        for table in &stage.plugins {
            table.grants.iter().flatten().for_each(|entry| drop(entry.given()));
        }
    }
    drop(file.owners.pairs());
}

fuzz_target!(|text: &str| {
    let (text, overrides) = text.split_once("\n%%\n").unwrap_or((text, ""));
    match understand(text, &typed(overrides)) {
        Ok((file, kept)) => {
            is_understood(&file);
            // What the run's folder keeps is read again when the run is measured.
            let again = understand(&kept, &typed("")).map(|(_, again)| again);
            assert_eq!(again.expect("what is kept is understood"), kept);
        }
        Err(error) => {
            let shown = Failure::Usage(error).text();
            assert!(shown.lines().count() > 0);
            shown.lines().for_each(laws::is_one_harmless_line);
            laws::is_fit_to_show(shown.trim_start_matches("error: "));
        }
    }
});
