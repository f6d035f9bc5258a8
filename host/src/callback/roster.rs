//! Who takes part: every candidate described, checked and started, conflicts resolved once.
//!
//! What the run file names must work, or the run does not start. A file that was merely dropped
//! never stops a start: it is left out with one sentence.

use super::admission::admit;
use super::member::{Candidate, Member, Mode, Standing};
use super::tensors::Workbench;
use super::{HyperName, Metrics, Record, Records, RunInfo, chain, grants};

/// What the run file decides about its callbacks as a whole.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Powers of dropped files.
    pub default_powers: Vec<String>,
    /// The preferred owner of a hyper-parameter that several own.
    pub owners: Vec<(HyperName, String)>,
    /// Seed of a callback's random stream, from its name.
    pub seed_of: fn(u64, &str) -> u64,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            default_powers: grants::DEFAULT_POWERS.map(str::to_owned).to_vec(),
            owners: Vec::new(),
            seed_of: |seed, _| seed,
        }
    }
}

/// Why a run does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plugin `{name}` ({source_file}): {message}")]
pub struct StartError {
    /// The callback's name, as far as it is known.
    pub name: String,
    /// Where it came from.
    pub source_file: String,
    /// One sentence, with the remedy.
    pub message: String,
}

/// Everybody who takes part, and the metrics of the run.
///
/// # Errors
/// The first candidate named in the run file that cannot take part.
pub(super) fn enlist(
    candidates: Vec<Candidate>,
    run: &RunInfo,
    rules: &Rules,
    records: &Records,
    bench: &mut dyn Workbench,
) -> Result<(Vec<Member>, Metrics), StartError> {
    let mut members: Vec<Member> = Vec::new();
    let any_dropped = candidates.iter().any(|candidate| candidate.standing == Standing::Dropped);
    for candidate in in_order_of_standing(candidates) {
        let standing = candidate.standing;
        match admit(candidate, &members, run, rules, bench) {
            Ok(member) => members.push(member),
            Err(error) => leave_out(standing, error, records)?,
        }
    }
    // Whoever goes may leave another without what it monitors, so all is asked again.
    remove_conflicts(&mut members, |members| conflict(members, run, rules), records)?;
    prefer_owners(&mut members, rules, any_dropped, records)?;
    yield_to_owners(&mut members);
    let metrics = metrics_of(&members, run);
    members.iter_mut().for_each(|member| member.find_monitors(&metrics));
    Ok((members, metrics))
}

/// Named ones first, so that a dropped file loses against them; otherwise the order given.
fn in_order_of_standing(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|candidate| match (candidate.standing, &candidate.mode) {
        (Standing::Native, _) => 0,
        (Standing::Named, Mode::Enforce | Mode::Observe) => 1,
        // It is compared with one that is there already.
        (Standing::Named, Mode::Shadow(_)) => 2,
        // Whatever a stranger calls itself, those on whom the user has looked come first.
        (Standing::Dropped, _) if candidate.is_known => 3,
        (Standing::Dropped, _) => 4,
    });
    candidates
}

fn leave_out(standing: Standing, error: StartError, records: &Records) -> Result<(), StartError> {
    if standing != Standing::Dropped {
        return Err(error);
    }
    records.emit(&Record::Notice(&format!("left out: {error}")));
    Ok(())
}

/// A member that cannot stay beside the others, and why.
pub(super) type Conflict = (usize, String);

/// Removes dropped ones until nothing conflicts; a named one in conflict stops the start.
fn remove_conflicts(
    members: &mut Vec<Member>,
    find: impl Fn(&[Member]) -> Option<Conflict>,
    records: &Records,
) -> Result<(), StartError> {
    while let Some((loser, message)) = find(members) {
        let member = members.remove(loser);
        let error = StartError { name: member.name, source_file: member.source, message };
        leave_out(member.standing, error, records)?;
    }
    Ok(())
}

/// One who cannot stay beside the others, if there is one.
pub(super) fn conflict(members: &[Member], run: &RunInfo, rules: &Rules) -> Option<Conflict> {
    owner_conflict(members, rules)
        .or_else(|| unknown_monitor(members, run))
        .or_else(|| chain::conflict(members))
}

/// The later of two owners: dropped ones stand behind named ones, in the order of file names.
fn owner_conflict(members: &[Member], rules: &Rules) -> Option<Conflict> {
    for name in HyperName::ALL {
        let mut owners = members.iter().enumerate().filter(|(_, m)| m.owns(name));
        let (Some((_, first)), Some((loser, second))) = (owners.next(), owners.next()) else {
            continue;
        };
        let preferred = rules.owners.iter().find(|(owned, _)| *owned == name);
        let owns = |by: &String| members.iter().any(|m| m.name == *by && m.owns(name));
        if preferred.is_some_and(|(_, by)| owns(by)) {
            continue;
        }
        let remedy = match second.standing {
            Standing::Dropped if first.standing == Standing::Dropped => {
                "remove one of the two files".to_owned()
            }
            Standing::Dropped => {
                format!("remove the file, or prefer it: [owners] {name} = \"{}\"", second.name)
            }
            _ => format!("use one of them, or prefer one: [owners] {name} = \"{}\"", first.name),
        };
        return Some((loser, format!("`{}` owns {name} already; {remedy}", first.name)));
    }
    None
}

fn unknown_monitor(members: &[Member], run: &RunInfo) -> Option<Conflict> {
    let metrics = metrics_of(members, run);
    let names = metrics.names();
    members.iter().enumerate().find_map(|(index, member)| {
        let twice = member.reports().iter().find(|spec| {
            let before = members[..index].iter().flat_map(Member::reports);
            run.metrics.iter().chain(before).any(|taken| taken.name == spec.name)
        });
        if let Some(spec) = twice {
            return Some((
                index,
                format!("it reports `{}`, a metric that exists already", spec.name),
            ));
        }
        let unknown = member.plan.monitors.iter().find(|name| !names.contains(name))?;
        Some((index, format!("it monitors `{unknown}`; known are {}", names.join(", "))))
    })
}

fn metrics_of(members: &[Member], run: &RunInfo) -> Metrics {
    let reported = members.iter().flat_map(Member::reports);
    Metrics::new(run.metrics.iter().chain(reported).cloned())
}

/// A preference for somebody who takes no part is a mistake of the run file's, unless it may have meant a
/// dropped file: those never stop a start, also not by what they call themselves.
fn prefer_owners(
    members: &mut [Member],
    rules: &Rules,
    any_dropped: bool,
    records: &Records,
) -> Result<(), StartError> {
    for (name, by) in &rules.owners {
        if !members.iter().any(|m| m.name == *by && m.owns(*name)) {
            let message =
                format!("it is to own {name}, but it takes no part or does not own {name}");
            let source_file = "[owners]".to_owned();
            let error = StartError { name: by.clone(), source_file, message };
            if !any_dropped {
                return Err(error);
            }
            records.emit(&Record::Notice(&error.to_string()));
            continue;
        }
    }
    overrule(members, rules);
    Ok(())
}

/// Where the run file prefers an owner that takes part, the others own in name only.
pub(super) fn overrule(members: &mut [Member], rules: &Rules) {
    for (name, by) in &rules.owners {
        if !members.iter().any(|m| m.name == *by && m.owns(*name)) {
            continue;
        }
        for member in members.iter_mut().filter(|m| m.name != *by && m.owns(*name)) {
            if member.overruled.iter().all(|(owned, _)| owned != name) {
                member.overruled.push((*name, by.clone()));
            }
        }
    }
}

/// What one that is only observed would set is somebody's already, or free.
pub(super) fn yield_to_owners(members: &mut [Member]) {
    for name in HyperName::ALL {
        let Some(owner) = members.iter().find(|member| member.owns(name)) else { continue };
        let by = owner.name.clone();
        let observed = members.iter_mut().filter(|m| !m.is_enforced());
        let new = observed.filter(|m| m.overruled.iter().all(|(owned, _)| *owned != name));
        new.for_each(|member| member.overruled.push((name, by.clone())));
    }
}
