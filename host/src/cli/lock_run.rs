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
    run.learns = true;
    let records = Records::default();
    records.add(Box::new(Screen::new(Verbosity::Quiet)));
    let session = Session::new(&run, &records)?;
    let mut lock = Lock::read(args.run.parent().unwrap_or(Path::new("")))?;
    let text: String =
        files(&session.stages).into_iter().map(|member| note(&mut lock, member)).collect();
    lock.write()?;
    Ok(format!("{text}written to {}\n", lock.path().display()))
}

/// Each file once. One that a stage names and another one takes from the drop folder is written down as a
/// dropped one, so that no stage gives it more than it has there.
fn files(stages: &[StageRun]) -> Vec<&Member> {
    let mut files: Vec<&Member> = Vec::new();
    for member in plugins(stages) {
        match files.iter_mut().find(|other| other.file == member.file) {
            Some(other) if member.standing == Standing::Dropped => *other = member,
            Some(_) => {}
            None => files.push(member),
        }
    }
    files
}

/// Writes one down as it is, and says how it stood to the lock before.
fn note(lock: &mut Lock, member: &Member) -> String {
    let Member { name, file, descriptor, digest, .. } = member;
    let version = &descriptor.version;
    let file = file.as_deref().unwrap_or(Path::new(&member.source));
    let (powers, text) = match lock.look_up(file, digest) {
        Seen::Same(_) => return format!("{name} {version}: as it was\n"),
        Seen::Absent => (usual(member), format!("{name} {version}: new\n")),
        Seen::Changed(locked) => {
            let powers = left(member, locked);
            (powers.clone(), replaced(member, locked, &powers))
        }
    };
    let entry = entry(lock, member, powers);
    lock.put(entry);
    text
}

/// What a file has in the place of another: a dropped one has a stranger's rights within the old limits.
fn left(member: &Member, before: &Locked) -> BTreeMap<String, Power> {
    let power = |power: String| {
        let was = before.powers.get(&power)?;
        let is = match member.standing {
            Standing::Dropped => was.for_another(&power)?,
            Standing::Native | Standing::Named => was.clone(),
        };
        Some((power, is))
    };
    asked(&member.descriptor).into_iter().filter_map(power).collect()
}

fn replaced(member: &Member, before: &Locked, powers: &BTreeMap<String, Power>) -> String {
    let Member { name, descriptor, .. } = member;
    let lost: Vec<&str> = before
        .powers
        .keys()
        .filter(|power| !powers.contains_key(*power))
        .map(String::as_str)
        .collect();
    let lost = if lost.is_empty() {
        String::new()
    } else {
        format!("; no longer granted: {}", lost.join(", "))
    };
    format!(
        "{name} {} in the place of {} {}{lost}\n",
        descriptor.version, before.name, before.version
    )
}

/// The lock that a run's folder keeps: what each plugin had, in numbers.
///
/// # Errors
/// A folder that cannot be written.
pub(super) fn keep(folder: &Path, stages: &[StageRun]) -> Result<()> {
    let mut lock = Lock::kept(folder, Vec::new());
    for member in plugins(stages) {
        let entry = entry(&lock, member, granted(member));
        lock.put(entry);
    }
    lock.write().context("plugins.lock")
}

/// What a member could do, with bounds in numbers.
fn granted(member: &Member) -> BTreeMap<String, Power> {
    member.granted.iter().map(|grant| (grant.power.clone(), grant.into())).collect()
}

fn plugins(stages: &[StageRun]) -> impl Iterator<Item = &Member> {
    let members = stages.iter().flat_map(|stage| stage.callbacks.handler().members());
    members.filter(|member| member.file.is_some())
}

fn entry(lock: &Lock, member: &Member, powers: BTreeMap<String, Power>) -> Locked {
    let place = lock.place_of(member.file.as_deref().unwrap_or(Path::new(&member.source)));
    Locked::new(place, &member.digest, &member.descriptor, powers)
}

/// What a member has: a dropped one what any has, one that the run file names what that gives it.
fn usual(member: &Member) -> BTreeMap<String, Power> {
    match member.standing {
        Standing::Native | Standing::Named => granted(member),
        Standing::Dropped => {
            let asked = asked(&member.descriptor).into_iter();
            let default = asked.filter(|power| DEFAULT_POWERS.contains(&power.as_str()));
            default.map(|power| (power, Power::Word(Word::Default))).collect()
        }
    }
}
