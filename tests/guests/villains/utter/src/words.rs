//! How a signal is written: its name in the contract, then its parts, parted by spaces.
//!
//! A number is what Rust reads: `nan`, `-inf`, `-0`, `5e-324`. A name is itself, or one of those that
//! no parameter can hold: `@empty`, `@megabyte`, `@long` (65 letters), `@path`, `@escapes`, `@lines`,
//! `@bidi`, `@zero` (a zero byte), `@upper`.

use callbox_sdk::prelude::*;

/// The text that a name stands for.
pub(crate) fn spelt(name: &str) -> String {
    match name {
        "@empty" => String::new(),
        "@megabyte" => "x".repeat(1 << 20),
        "@long" => "x".repeat(65),
        "@path" => "../../etc/passwd".to_owned(),
        "@escapes" => "\x1b[2J\x1b]0;title\x07name".to_owned(),
        "@lines" => "name\r\nERROR: forged".to_owned(),
        "@bidi" => "name\u{202e}gpj.exe\u{2066}".to_owned(),
        "@zero" => "na\0me".to_owned(),
        "@upper" => "Name".to_owned(),
        plain => plain.to_owned(),
    }
}

/// The signal that a text spells.
///
/// # Errors
/// What is wrong with the test's text.
pub(crate) fn signal(text: &str) -> Result<Signal, String> {
    let mut words = text.split(' ');
    let name = words.next().unwrap_or_default();
    let parts: Vec<&str> = words.collect();
    plain(name, &parts)
        .or_else(|| numeric(name, &parts))
        .or_else(|| hyper(name, &parts))
        .or_else(|| named(name, &parts))
        .ok_or_else(|| format!("`{text}` spells no signal"))
}

fn plain(name: &str, parts: &[&str]) -> Option<Signal> {
    let reason = || spelt(parts.first().copied().unwrap_or("because"));
    Some(match name {
        "stop-training" => signal::stop_training(reason()),
        "stop-epoch" => signal::stop_epoch(reason()),
        "stop-validation" => signal::stop_validation(reason()),
        "skip-validation" => signal::skip_validation(),
        "validate-now" => signal::validate_now(),
        "skip-batch" => signal::skip_batch(),
        "skip-backward" => signal::skip_backward(),
        "skip-step" => signal::skip_step(),
        "keep-gradients" => signal::keep_gradients(),
        "refresh-norm-statistics" => signal::refresh_norm_statistics(),
        _ => return None,
    })
}

fn numeric(name: &str, parts: &[&str]) -> Option<Signal> {
    let number = |at: usize| parts.get(at)?.parse::<f64>().ok();
    let group = || parts.first()?.parse::<u32>().ok();
    let on = || Some(*parts.get(1)? == "true");
    Some(match name {
        "scale-grad" => signal::scale_grad(number(0)?),
        "clip-grad-value" => signal::clip_grad_value(number(0)?),
        "clip-grad-norm" => signal::clip_grad_norm(number(0)?),
        "clip-grad-adaptive" => signal::clip_grad_adaptive(number(0)?, number(1)?),
        "noise-grad" => signal::noise_grad(number(0)?),
        "set-trainable" => signal::set_trainable(group()?, on()?),
        "set-norm-frozen" => signal::set_norm_frozen(group()?, on()?),
        "sample-weights" => signal::sample_weights(parts.first()?.parse::<u64>().ok()?),
        _ => return None,
    })
}

/// `set lr 0.1`, `scale mom nan`, `set lr 0.1 99` for a layer group.
fn hyper(name: &str, parts: &[&str]) -> Option<Signal> {
    let which = match *parts.first()? {
        "lr" => HyperName::Lr,
        "mom" => HyperName::Mom,
        "wd" => HyperName::Wd,
        "beta" => HyperName::Beta,
        _ => return None,
    };
    let value = parts.get(1)?.parse().ok()?;
    let group = parts.get(2).and_then(|group| group.parse().ok());
    match (name, group) {
        ("set", None) => Some(signal::set(which, value)),
        ("set", Some(group)) => Some(signal::set_group(which, group, value)),
        ("scale", None) => Some(signal::scale(which, value)),
        ("scale", Some(group)) => Some(signal::scale_group(which, group, value)),
        _ => None,
    }
}

fn named(name: &str, parts: &[&str]) -> Option<Signal> {
    let who = spelt(parts.first()?);
    let number = |at: usize| parts.get(at).map_or(Some(1.0), |number| number.parse().ok());
    Some(match name {
        "snapshot" => signal::snapshot(who),
        "restore" => signal::restore(who),
        "blend" => signal::blend(who, number(1)?),
        "evaluate-with" => signal::evaluate_with(who),
        "adopt" => signal::adopt(who),
        "forget" => signal::forget(who),
        "report" => signal::report_weighted(who, number(1)?, number(2)?),
        "table" => signal::table(who, vec!["row".into()], vec!["column".into()], vec![number(1)?]),
        "labels" => {
            let label = who.repeat(4000 / who.len().max(1));
            signal::table("labels", vec![label; 250], vec![], vec![])
        }
        "histogram" => signal::histogram(who, vec![number(1)?, number(2)?], vec![1.0]),
        "checkpoint" => Signal::Checkpoint(who),
        "other" => signal::other(who, vec![number(1)?]),
        _ => return None,
    })
}
