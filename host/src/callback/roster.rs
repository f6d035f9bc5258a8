//! Who takes part: every candidate described, checked and started, conflicts resolved once.
//!
//! What the run file names must work, or the run does not start. A file that was merely dropped
//! never stops a start: it is left out with one sentence.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::member::{Candidate, Member, Standing};
use super::tensors::{Desk, Occasion, Workbench};
use super::{
    Account, Descriptor, Health, HyperName, Metrics, Phase, Plan, Record, Records, RunInfo, State,
    chain, grants, settings,
};

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
    for candidate in in_order_of_standing(candidates) {
        let standing = candidate.standing;
        match admit(candidate, &members, run, rules, bench) {
            Ok(member) => members.push(member),
            Err(error) => leave_out(standing, error, records)?,
        }
    }
    // Whoever goes may leave another without what it monitors, so all is asked again.
    let conflict = |members: &[Member]| {
        owner_conflict(members, rules)
            .or_else(|| unknown_monitor(members, run))
            .or_else(|| chain::conflict(members))
    };
    remove_conflicts(&mut members, conflict, records)?;
    prefer_owners(&mut members, rules)?;
    let metrics = metrics_of(&members, run);
    for member in &mut members {
        let indices = member.plan.monitors.iter().filter_map(|name| metrics.find(name));
        member.monitors = indices.collect();
    }
    Ok((members, metrics))
}

/// Named ones first, so that a dropped file loses against them; otherwise the order given.
fn in_order_of_standing(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|candidate| match candidate.standing {
        Standing::Native => 0,
        Standing::Named => 1,
        Standing::Dropped => 2,
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

fn admit(
    mut candidate: Candidate,
    members: &[Member],
    run: &RunInfo,
    rules: &Rules,
    bench: &mut dyn Workbench,
) -> Result<Member, StartError> {
    let mut name = candidate.alias.clone().unwrap_or_else(|| "?".to_owned());
    let source = candidate.source.clone();
    let refuse = |name: &str, message: String| StartError {
        name: name.to_owned(),
        source_file: source.clone(),
        message,
    };
    let desk = bench.open();
    candidate.callback.attach(Rc::clone(&desk.1));
    let descriptor = candidate.callback.describe().map_err(|f| refuse(&name, f.to_string()))?;
    // A contract that cannot hold for one run will not hold after a restart.
    let again = candidate.callback.describe().map_err(|f| refuse(&name, f.to_string()))?;
    if again != descriptor {
        return Err(refuse(&name, "`describe` answers differently every time".to_owned()));
    }
    if candidate.alias.is_none() {
        name.clone_from(&descriptor.name);
    }
    check_name(&name, &candidate, members).map_err(|message| refuse(&name, message))?;
    start(candidate, desk, descriptor, &name, run, rules).map_err(|message| refuse(&name, message))
}

fn start(
    mut candidate: Candidate,
    (desk_number, desk): (usize, Desk),
    descriptor: Descriptor,
    name: &str,
    run: &RunInfo,
    rules: &Rules,
) -> Result<Member, String> {
    check_descriptor(&descriptor)?;
    let settings = settings::settle(&descriptor.params, &candidate.params)?;
    let given = candidate.grants.as_deref();
    let standing = candidate.standing;
    let granted = grants::settle(&descriptor, standing, given, &rules.default_powers, &run.hypers)?;
    let seed = (rules.seed_of)(run.seed, name);
    let run = RunInfo { plugin: name.to_owned(), seed, granted: granted.clone(), ..run.clone() };
    desk.borrow_mut().seed(seed);
    desk.borrow_mut().begin(Occasion::Start, &State::start());
    let plan = candidate.callback.start(&run, &settings).map_err(|fault| fault.to_string())?;
    check_plan(&plan, &descriptor, &granted)?;
    let essential = standing == Standing::Named && !plan.powers.is_empty();
    Ok(Member {
        name: name.to_owned(),
        source: candidate.source,
        standing,
        health: Health::new(candidate.policy, essential, candidate.patience),
        account: Account { name: name.to_owned(), ..Account::default() },
        uses_tensors: candidate.callback.uses_tensors(),
        callback: candidate.callback,
        desk,
        desk_number,
        descriptor,
        plan,
        granted,
        overruled: Vec::new(),
        run,
        settings,
        saved: Vec::new(),
        skips: 0,
        skipping: false,
        validated_at: None,
        slots: BTreeSet::new(),
        checkpoints: BTreeSet::new(),
        shown: 0,
        is_out: false,
        is_measuring: false,
        measured: Vec::new(),
        monitors: Vec::new(),
        monitored: Vec::new(),
    })
}

fn check_name(name: &str, candidate: &Candidate, members: &[Member]) -> Result<(), String> {
    if !is_plain(name) {
        return Err("a name is 1 to 64 lower-case letters, digits and hyphens".to_owned());
    }
    if RESERVED.contains(&name) {
        return Err(format!("the name `{name}` is the program's own"));
    }
    let Some(other) = members.iter().find(|member| member.name == name) else {
        return Ok(());
    };
    Err(match candidate.standing {
        Standing::Dropped => {
            format!("{} has this name already; rename or remove one", other.source)
        }
        _ => format!("{} has this name already; give one another name with `as`", other.source),
    })
}

/// Names that mean somebody else in journal and messages.
const RESERVED: [&str; 3] = ["user", "host", "callbox"];

/// Metrics that one callback may report.
const REPORTS: usize = 16;

/// Kebab-case of a length that fits a line: names are shown, compared and made into files.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=64).contains(&name.len()) && name.chars().all(plain)
}

fn check_descriptor(descriptor: &Descriptor) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    if descriptor.version.len() > 32 || !descriptor.version.chars().all(plain) {
        return Err("its version is longer than 32 letters, digits and `.+-`, or other text".into());
    }
    let names = || descriptor.params.iter().map(|param| param.name.as_str());
    if !names().all(is_plain) {
        return Err(
            "a parameter's name is 1 to 64 lower-case letters, digits and hyphens".to_owned()
        );
    }
    match twice(names()) {
        Some(name) => Err(format!("it declares the parameter `{name}` twice")),
        None => Ok(()),
    }
}

/// The first in alphabetical order of the names that stand there more than once.
fn twice<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

fn check_reports(plan: &Plan) -> Result<(), String> {
    if plan.reports.len() > REPORTS {
        return Err(format!("its plan declares more than {REPORTS} reports"));
    }
    if plan.reports.iter().any(|spec| !is_plain(&spec.name)) {
        return Err("a report's name is 1 to 64 lower-case letters, digits and hyphens".to_owned());
    }
    match twice(plan.reports.iter().map(|spec| spec.name.as_str())) {
        Some(name) => Err(format!("its plan declares the report `{name}` twice")),
        None => Ok(()),
    }
}

fn check_plan(
    plan: &Plan,
    descriptor: &Descriptor,
    granted: &[super::Grant],
) -> Result<(), String> {
    for power in &plan.powers {
        if !descriptor.needs.contains(power) && !descriptor.wants.contains(power) {
            return Err(format!("its plan uses the power `{power}`, which it does not declare"));
        }
        if granted.iter().all(|grant| grant.power != *power) {
            return Err(format!("its plan uses the power `{power}`, which it was not granted"));
        }
    }
    if let Some(name) = plan.owns.iter().find(|name| !plan.powers.iter().any(|p| p == name.name()))
    {
        return Err(format!("its plan owns {name} without the power `{name}`"));
    }
    if plan.transforms.any() && !plan.powers.iter().any(|power| power == "transform") {
        return Err("its plan transforms data without the power `transform`".into());
    }
    check_reports(plan)?;
    check_subscriptions(plan)
}

fn check_subscriptions(plan: &Plan) -> Result<(), String> {
    let overlap = |a: Option<Phase>, b: Option<Phase>| a == b || a.is_none() || b.is_none();
    for (index, one) in plan.subscriptions.iter().enumerate() {
        if one.every == 0 {
            return Err(format!("its plan asks for {} at every 0; the least is 1", one.hook));
        }
        let earlier = &plan.subscriptions[..index];
        if earlier.iter().any(|other| other.hook == one.hook && overlap(other.phase, one.phase)) {
            return Err(format!("its plan subscribes to {} twice in the same phase", one.hook));
        }
    }
    Ok(())
}

/// A member that cannot stay beside the others, and why.
type Conflict = (usize, String);

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

/// The later of two owners: dropped ones stand behind named ones, in the order of file names.
fn owner_conflict(members: &[Member], rules: &Rules) -> Option<Conflict> {
    for name in HyperName::ALL {
        let mut owners = members.iter().enumerate().filter(|(_, m)| m.plan.owns.contains(&name));
        let (Some((_, first)), Some((loser, second))) = (owners.next(), owners.next()) else {
            continue;
        };
        let preferred = rules.owners.iter().find(|(owned, _)| *owned == name);
        let owns =
            |by: &String| members.iter().any(|m| m.name == *by && m.plan.owns.contains(&name));
        if preferred.is_some_and(|(_, by)| owns(by)) {
            continue;
        }
        let remedy = match second.standing {
            Standing::Dropped => "remove one of the two files".to_owned(),
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
        let twice = member.plan.reports.iter().find(|spec| {
            let before = members[..index].iter().flat_map(|other| &other.plan.reports);
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
    let reported = members.iter().flat_map(|member| &member.plan.reports);
    Metrics::new(run.metrics.iter().chain(reported).cloned())
}

fn prefer_owners(members: &mut [Member], rules: &Rules) -> Result<(), StartError> {
    for (name, by) in &rules.owners {
        if !members.iter().any(|m| m.name == *by && m.plan.owns.contains(name)) {
            return Err(StartError {
                name: by.clone(),
                source_file: "[owners]".to_owned(),
                message: format!(
                    "it is to own {name}, but it takes no part or does not own {name}"
                ),
            });
        }
        for member in members.iter_mut().filter(|m| m.name != *by && m.plan.owns.contains(name)) {
            member.overruled.push((*name, by.clone()));
        }
    }
    Ok(())
}
