//! One candidate on its way in: described, named, checked, granted, started.

use std::rc::Rc;

use super::member::{Candidate, Member, Mode, Standing, Terms};
use super::roster::{Rules, StartError};
use super::tensors::{Desk, Occasion, Workbench};
use super::{Callback, Descriptor, Phase, Plan, RunInfo, State, grants, settings};

pub(super) fn admit(
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
    let descriptor = described_twice(candidate.callback.as_mut());
    let descriptor = descriptor.map_err(|message| refuse(&name, message))?;
    if candidate.alias.is_none() {
        name.clone_from(&descriptor.name);
    }
    check_name(&name, &candidate, members).map_err(|message| refuse(&name, message))?;
    check_shadow(&candidate, members).map_err(|message| refuse(&name, message))?;
    start(candidate, desk, descriptor, &name, run, rules).map_err(|message| refuse(&name, message))
}

/// A contract that cannot hold for one run will not hold after a restart.
pub(super) fn described_twice(callback: &mut dyn Callback) -> Result<Descriptor, String> {
    let descriptor = callback.describe().map_err(|fault| fault.to_string())?;
    match callback.describe().map_err(|fault| fault.to_string())? == descriptor {
        true => Ok(descriptor),
        false => Err("`describe` answers differently every time".to_owned()),
    }
}

pub(super) fn start(
    mut candidate: Candidate,
    (desk_number, desk): (usize, Desk),
    descriptor: Descriptor,
    name: &str,
    run: &RunInfo,
    rules: &Rules,
) -> Result<Member, String> {
    check_descriptor(&descriptor)?;
    // The name that was checked: nobody logs as somebody else.
    candidate.callback.name(name);
    let settings = settings::settle(&descriptor.params, &candidate.params)?;
    let standing = candidate.standing;
    let given = (&candidate.grants, candidate.remedy.as_str());
    let granted = grants::settle(&descriptor, standing, given, rules, &run.hypers)?;
    // A shadow is told what the callback is told with which it is compared.
    let told = match &candidate.mode {
        Mode::Shadow(of) => of.clone(),
        Mode::Enforce | Mode::Observe => name.to_owned(),
    };
    let seed = (rules.seed_of)(run.seed, &told);
    let run = RunInfo { plugin: told, seed, granted: granted.clone(), ..run.clone() };
    desk.borrow_mut().seed(seed);
    desk.borrow_mut().begin(Occasion::Start, &State::start());
    let plan = candidate.callback.start(&run, &settings).map_err(|fault| fault.to_string())?;
    check_plan(&plan, &descriptor, &granted, &candidate.remedy)?;
    let terms = Terms { granted, plan, run, settings };
    Ok(Member::new(candidate, (desk_number, desk), descriptor, name, terms))
}

fn check_name(name: &str, candidate: &Candidate, members: &[Member]) -> Result<(), String> {
    if !is_plain(name) {
        return Err("a name is 1 to 64 lower-case letters, digits and hyphens".to_owned());
    }
    if RESERVED.contains(&name) && candidate.standing != Standing::Native {
        return Err(format!("the name `{name}` is the program's own"));
    }
    let mut here = members.iter().filter(|member| !member.is_gone);
    let Some(other) = here.find(|member| member.name == name) else {
        return Ok(());
    };
    Err(match candidate.standing {
        Standing::Dropped => {
            format!("{} has this name already; rename or remove one", other.source)
        }
        _ => format!("{} has this name already; give one another name with `as`", other.source),
    })
}

fn check_shadow(candidate: &Candidate, members: &[Member]) -> Result<(), String> {
    let Mode::Shadow(of) = &candidate.mode else { return Ok(()) };
    match members.iter().any(|member| member.name == *of && member.is_enforced()) {
        true => Ok(()),
        false => Err(format!("it is to be the shadow of `{of}`, which takes no part")),
    }
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
    remedy: &str,
) -> Result<(), String> {
    for power in &plan.powers {
        if !descriptor.needs.contains(power) && !descriptor.wants.contains(power) {
            return Err(format!("its plan uses the power `{power}`, which it does not declare"));
        }
        if granted.iter().all(|grant| grant.power != *power) {
            let remedy =
                if remedy.is_empty() { String::new() } else { format!("; {remedy} {power}") };
            return Err(format!(
                "its plan uses the power `{power}`, which it was not granted{remedy}"
            ));
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
