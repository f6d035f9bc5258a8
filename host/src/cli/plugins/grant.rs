//! `callbox plugins grant`, `revoke` and `lock`: the user's word on plugins, written into the lock beside
//! a run file. Nothing is asked: what was typed is what holds.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::{Known, Reader};
use crate::callback::DEFAULT_POWERS;
use crate::cli::args::GrantArgs;
use crate::cli::lock::{Bounds, Lock, Locked, Power, Seen, Word, asked};
use crate::cli::powers;

/// Grants what was typed; without powers, everything that the plugin asks for.
///
/// # Errors
/// A file that is no plugin; a power that there is not, or that the plugin does not ask for.
pub(super) fn grant(args: &GrantArgs) -> Result<String> {
    let (mut lock, known) = both(args)?;
    let asks = asked(&known.descriptor);
    let typed = typed(&args.powers, &asks)?;
    let mut powers = before(&lock, args, &known, &asks);
    let more = if args.powers.is_empty() {
        let all = asks.iter().filter(|power| powers::check_power(power).is_ok());
        all.map(|power| (power.clone(), usual(power))).collect()
    } else {
        typed
    };
    // What is there already may have bounds, which `everything` does not take away.
    for (power, extent) in more {
        if args.powers.is_empty() {
            powers.entry(power).or_insert(extent);
        } else {
            powers.insert(power, extent);
        }
    }
    put(&mut lock, args, &known, powers)
}

/// Takes back what was typed; without powers, everything.
///
/// # Errors
/// As [`grant`].
pub(super) fn revoke(args: &GrantArgs) -> Result<String> {
    let (mut lock, known) = both(args)?;
    let asks = asked(&known.descriptor);
    let mut powers = before(&lock, args, &known, &asks);
    for typed in &args.powers {
        powers::check_power(typed)?;
        if powers.remove(typed.as_str()).is_none() {
            bail!("{} does not have `{typed}`; it has {}", known.descriptor.name, words(&powers));
        }
    }
    if args.powers.is_empty() {
        powers.clear();
    }
    put(&mut lock, args, &known, powers)
}

fn both(args: &GrantArgs) -> Result<(Lock, Known)> {
    if !args.run.is_file() {
        bail!("{}: there is no such run file; the lock lies beside it", args.run.display());
    }
    let folder = args.run.parent().unwrap_or(Path::new(""));
    let lock = Lock::read(folder)?;
    Ok((lock, Reader::new()?.read(&args.file)?))
}

/// What it has by now: by the lock, else what any dropped file has. Of what another file in its place was
/// granted, limits stay; what no dropped file has must be granted anew.
fn before(
    lock: &Lock,
    args: &GrantArgs,
    known: &Known,
    asks: &[String],
) -> BTreeMap<String, Power> {
    match lock.look_up(&args.file, known.prepared.digest()) {
        Seen::Same(locked) => locked.powers.clone(),
        Seen::Changed(locked) => {
            let asked = locked.powers.iter().filter(|(power, _)| asks.contains(power));
            let left =
                asked.filter_map(|(power, was)| Some((power.clone(), was.for_another(power)?)));
            left.collect()
        }
        Seen::Absent => {
            let usual = |power: &&String| DEFAULT_POWERS.contains(&power.as_str());
            let powers = asks.iter().filter(usual);
            powers.map(|power| (power.clone(), Power::Word(Word::Default))).collect()
        }
    }
}

/// Powers that any dropped file has keep the bounds that it has them with.
fn usual(power: &str) -> Power {
    match DEFAULT_POWERS.contains(&power) {
        true => Power::Word(Word::Default),
        false => Power::Whole(true),
    }
}

fn put(
    lock: &mut Lock,
    args: &GrantArgs,
    known: &Known,
    powers: BTreeMap<String, Power>,
) -> Result<String> {
    let place = lock.place_of(&args.file);
    let words = words(&powers);
    let locked = Locked::new(place, known.prepared.digest(), &known.descriptor, powers);
    // What would be read again with an error is not written.
    locked.given()?;
    let (name, version) = (locked.name.clone(), locked.version.clone());
    lock.put(locked);
    lock.write()?;
    let path = lock.path().display();
    Ok(format!(
        "{name} {version} may use, where a run allows it: {words}\nwritten to {path}; a run that goes on \
         keeps what it has\n"
    ))
}

fn words(powers: &BTreeMap<String, Power>) -> String {
    let words = powers.iter().map(|(power, extent)| match extent {
        Power::Whole(true) => power.clone(),
        Power::Whole(false) => format!("no {power}"),
        Power::Word(Word::Default) => format!("{power} (as any dropped file)"),
        Power::Range([min, max]) => format!("{min} ≤ {power} ≤ {max}"),
        Power::Bounds(Bounds { min: Some(min), max: Some(max), .. }) => {
            format!("{min} ≤ {power} ≤ {max}")
        }
        Power::Bounds(Bounds { from_step: Some(step), .. }) => format!("{power} from step {step}"),
        Power::Bounds(Bounds { min: Some(min), .. }) => format!("{power} ≥ {min}"),
        Power::Bounds(Bounds { max: Some(max), .. }) => format!("{power} ≤ {max}"),
        Power::Bounds(_) => power.clone(),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn typed(powers: &[String], asks: &[String]) -> Result<Vec<(String, Power)>> {
    let pair = |text: &String| {
        let (power, extent) = parse(text).with_context(|| format!("`{text}`"))?;
        if !asks.contains(&power) {
            let asks = if asks.is_empty() { "nothing".to_owned() } else { asks.join(", ") };
            bail!("`{power}`: the plugin does not ask for it; it asks for {asks}");
        }
        Ok((power, extent))
    };
    powers.iter().map(pair).collect()
}

/// `lr`, `lr=1e-6..1`, `lr=..0.1`, `control=1000..`.
fn parse(text: &str) -> Result<(String, Power)> {
    let Some((power, range)) = text.split_once('=') else {
        powers::check_power(text)?;
        return Ok((text.to_owned(), Power::Whole(true)));
    };
    powers::check_power(power)?;
    let expected = || anyhow!("expected a range such as `1e-6..1`, `..0.1` or `1000..`");
    let (min, max) = range.split_once("..").ok_or_else(expected)?;
    let end = |text: &str| match text {
        "" => Ok(None),
        // A third dot would be read as a part of the number.
        text if text.starts_with('.') || text.ends_with('.') => Err(expected()),
        text => text.parse::<f64>().ok().filter(|x| x.is_finite()).map(Some).ok_or_else(expected),
    };
    let extent = match (power, end(min)?, end(max)?) {
        ("control", Some(_), None) => {
            let step = min.parse().map_err(|_| anyhow!("a step is a whole number"))?;
            Power::bounds(None, None, Some(step))
        }
        ("control", ..) => bail!("control has a first step and no end: `control=1000..`"),
        (_, Some(min), Some(max)) => Power::Range([min, max]),
        (_, min, max) => Power::bounds(min, max, None),
    };
    Ok((power.to_owned(), extent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_typed() {
        let extent = |text: &str| parse(text).map(|(_, extent)| extent);
        assert_eq!(extent("lr").unwrap(), Power::Whole(true));
        assert_eq!(extent("lr=1e-6..1").unwrap(), Power::Range([1e-6, 1.0]));
        let upper = Power::bounds(None, Some(0.1), None);
        assert_eq!(extent("wd=..0.1").unwrap(), upper);
        let from = Power::bounds(None, None, Some(1000));
        assert_eq!(extent("control=1000..").unwrap(), from);
        for wrong in [
            "lr=",
            "lr=1",
            "lr=1e-6...1",
            "lr=..inf",
            "lr=nan..1",
            "lr=a..b",
            "control=..5",
            "control=1.5..",
            "lrr",
        ] {
            assert!(extent(wrong).is_err(), "{wrong}");
        }
    }
}
