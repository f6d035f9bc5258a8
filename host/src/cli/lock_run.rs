//! What of a run goes into a lock: its plugins, as they lie there and as the run grants them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::args::RunArgs;
use super::config;
use super::lock::{Lock, Locked, Power, Seen, Word, asked};
use super::session::{Session, StageRun};
use crate::callback::{DEFAULT_POWERS, Member, Records, Standing};
use crate::observe::{Screen, Verbosity};

/// `callbox plugins lock`: every plugin that takes part, written down as it is now.
///
/// # Errors
/// Wrong configuration, as `callbox train` would tell it; a lock that cannot be written.
pub(super) fn lock(args: &RunArgs) -> Result<String> {
    let mut run = config::read(args)?;
    // It is here that files become known.
    run.locked = false;
    let records = Records::default();
    records.add(Box::new(Screen::new(Verbosity::Quiet)));
    let session = Session::new(&run, &records)?;
    let lock = Lock::kept(args.run.parent().unwrap_or(Path::new("")), Vec::new());
    let members = plugins(&session.stages);
    let locked: Vec<Locked> = members
        .map(|member| {
            let powers = asked(&member.descriptor).into_iter();
            entry(&lock, member, powers.filter_map(|power| usual(member, power)).collect())
        })
        .collect();
    write(&args.run, &locked)
}

/// The lock's new entries, and how each stood to it before.
fn write(run: &Path, members: &[Locked]) -> Result<String> {
    let folder = run.parent().unwrap_or(Path::new(""));
    let mut lock = Lock::read(folder)?;
    let mut text = String::new();
    for member in members {
        let before = lock.look_up(&folder.join(&member.file), &member.sha256);
        text += &match before {
            Seen::Same(_) => format!("{} {}: as it was\n", member.name, member.version),
            Seen::Changed(locked) => {
                format!("{}: {} in the place of {}\n", member.name, member.version, locked.version)
            }
            Seen::Absent => format!("{} {}: new\n", member.name, member.version),
        };
        match before {
            Seen::Same(_) => {}
            Seen::Changed(locked) => {
                let kept = |power: &String| member.asks.contains(power);
                let powers = locked.powers.clone().into_iter().filter(|(power, _)| kept(power));
                let powers = powers.collect();
                lock.put(Locked { powers, ..member.clone() });
            }
            Seen::Absent => lock.put(member.clone()),
        }
    }
    lock.write()?;
    Ok(format!("{text}written to {}\n", lock.path().display()))
}

/// The lock that a run's folder keeps: what each plugin had, in numbers.
///
/// # Errors
/// A folder that cannot be written.
pub(super) fn keep(folder: &Path, stages: &[StageRun]) -> Result<()> {
    let lock = Lock::kept(folder, Vec::new());
    let entries = plugins(stages).map(|member| {
        let powers = member.granted.iter();
        entry(&lock, member, powers.map(|grant| (grant.power.clone(), grant.into())).collect())
    });
    Lock::kept(folder, entries.collect()).write().context("plugins.lock")
}

fn plugins(stages: &[StageRun]) -> impl Iterator<Item = &Member> {
    let members = stages.iter().flat_map(|stage| stage.callbacks.handler().members());
    members.filter(|member| member.file.is_some())
}

fn entry(lock: &Lock, member: &Member, powers: BTreeMap<String, Power>) -> Locked {
    let place = lock.place_of(member.file.as_deref().unwrap_or(Path::new(&member.source)));
    Locked::new(place, &member.digest, &member.descriptor, powers)
}

/// A power as the member's standing gives it.
fn usual(member: &Member, power: String) -> Option<(String, Power)> {
    let default = DEFAULT_POWERS.contains(&power.as_str());
    match member.standing {
        Standing::Dropped => default.then_some((power, Power::Word(Word::Default))),
        Standing::Native | Standing::Named => Some((power, Power::Whole(true))),
    }
}
