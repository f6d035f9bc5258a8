//! A new version in the place of the one that runs: the same callback, asking for nothing more.

use std::rc::Rc;

use super::admission::{described_twice, start};
use super::member::{Candidate, Earlier, Member};
use super::roster::Rules;
use super::{Descriptor, Plan, RunInfo};

/// A candidate in the place of a member of its file: it must be the same callback and ask for nothing
/// more, for others have relied on what it said. It goes on from what the member saved.
///
/// # Errors
/// Why it cannot, in words.
pub(super) fn succeed(
    mut candidate: Candidate,
    old: &Member,
    run: &RunInfo,
    rules: &Rules,
) -> Result<Member, String> {
    if candidate.mode != old.mode {
        return Err(format!(
            "it is to be {}d instead of {}d; {NEXT_RUN}",
            candidate.mode.name(),
            old.mode.name()
        ));
    }
    candidate.callback.attach(Rc::clone(&old.desk));
    let descriptor = described_twice(candidate.callback.as_mut())?;
    same_callback(&descriptor, &old.descriptor)?;
    let desk = (old.desk_number, Rc::clone(&old.desk));
    let mut new = start(candidate, desk, descriptor, &old.name, run, rules)?;
    same_plan(&new.plan, &old.plan)?;
    if !new.plan.reports.is_empty() && new.callback.is_metric() != old.measures {
        return Err(format!("it computes its metrics in another way; {NEXT_RUN}"));
    }
    if !old.saved.is_empty() {
        let loaded = new.callback.load(&old.saved);
        loaded.map_err(|fault| format!("it could not go on from the saved state: {fault}"))?;
    }
    Ok(new)
}

fn same_callback(new: &Descriptor, old: &Descriptor) -> Result<(), String> {
    if new.name != old.name {
        return Err(format!("it calls itself `{}`; {NEXT_RUN}", new.name));
    }
    let asked = |power: &&String| old.needs.contains(power) || old.wants.contains(power);
    let more: Vec<&str> =
        new.needs.iter().chain(&new.wants).filter(|p| !asked(p)).map(String::as_str).collect();
    if !more.is_empty() {
        return Err(format!("it asks for {} in addition; {NEXT_RUN}", more.join(", ")));
    }
    if new.params != old.params {
        return Err(format!("it has other parameters; {NEXT_RUN}"));
    }
    Ok(())
}

fn same_plan(new: &Plan, old: &Plan) -> Result<(), String> {
    let same = [
        ("reports other metrics", new.reports == old.reports),
        ("monitors other metrics", new.monitors == old.monitors),
        ("owns other hyper-parameters", new.owns == old.owns),
        ("transforms other things", new.transforms == old.transforms),
        ("wants another place in the order of transforms", new.run_before == old.run_before),
        ("wants another place in the order of transforms", new.run_after == old.run_after),
    ];
    match same.iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(format!("it {what}; {NEXT_RUN}")),
        None => Ok(()),
    }
}

/// What cannot change under the others' feet.
const NEXT_RUN: &str = "it takes part from the next run on";

/// What a version asks for that the one before it did not.
pub(super) fn difference(earlier: &Earlier, now: &Descriptor) -> String {
    let asked = now.needs.iter().chain(&now.wants);
    let more: Vec<&str> =
        asked.filter(|power| !earlier.asked.contains(power)).map(String::as_str).collect();
    let more = if more.is_empty() {
        String::new()
    } else {
        format!(", and this one asks for {} in addition", more.join(", "))
    };
    format!("{} when it was granted something{more}", earlier.words)
}
