//! What a plugin would do in a run: its answer to `start`, in a run that is made up.

use anyhow::{Result, anyhow};
use serde_json::{Value as Json, json};

use super::inspect::listed;
use crate::bridge::PluginCallback;
use crate::callback::{
    Callback, Descriptor, Grant, Plan, Reads, RunInfo, Subscription, Value, settle,
};
use crate::cli::powers::check_power;
use crate::trace::generated_run;

/// The plan with these parameters, the others at their defaults, and every power granted. Runs the plugin's
/// `start`.
///
/// # Errors
/// A parameter that it has not, or that is out of bounds; what `start` says.
pub(in crate::cli) fn of(
    descriptor: &Descriptor,
    callback: &mut PluginCallback,
    params: &[(String, Value)],
) -> Result<Plan> {
    let settings = settle(&descriptor.params, params).map_err(|why| anyhow!("--set: {why}"))?;
    let run = made_up(descriptor);
    callback.start(&run, &settings).map_err(|fault| anyhow!("`start`: {fault}"))
}

/// The run that plugins are tried on, with all that this one asks for granted.
fn made_up(descriptor: &Descriptor) -> RunInfo {
    let declared = descriptor.needs.iter().chain(&descriptor.wants);
    let known_powers = declared.filter(|power| check_power(power).is_ok());
    RunInfo {
        plugin: descriptor.name.clone(),
        granted: known_powers
            .map(|power| Grant { power: power.clone(), min: None, max: None })
            .collect(),
        ..generated_run()
    }
}

/// For a person.
pub(super) fn page(plan: &Plan) -> String {
    let hooks: Vec<String> = plan.subscriptions.iter().map(subscription).collect();
    let owns: Vec<String> = plan.owns.iter().map(ToString::to_string).collect();
    let reports: Vec<String> = plan.reports.iter().map(|spec| spec.name.clone()).collect();
    let rows = [
        ("is called at", listed(&hooks)),
        ("uses", listed(&plan.powers)),
        ("sets", listed(&owns)),
        ("transforms", listed(&transforms(plan))),
        ("monitors", listed(&plan.monitors)),
        ("reports", listed(&reports)),
    ];
    let rows = rows.map(|(what, words)| format!("  {what:<14} {words}\n"));
    format!("in a made-up run of 10 epochs, with default parameters, it\n{}", rows.concat())
}

fn subscription(wanted: &Subscription) -> String {
    let phase = wanted.phase.map_or(String::new(), |phase| format!(" in {phase}"));
    let every = if wanted.every == 1 { String::new() } else { format!(", 1 in {}", wanted.every) };
    let reads = reads(wanted.reads);
    let reads =
        if reads.is_empty() { String::new() } else { format!(" with {}", reads.join(" and ")) };
    format!("{}{phase}{every}{reads}", wanted.hook)
}

fn reads(reads: Reads) -> Vec<&'static str> {
    let all = [("losses", reads.losses), ("hypers", reads.hypers), ("metrics", reads.monitored)];
    all.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name).collect()
}

fn transforms(plan: &Plan) -> Vec<String> {
    let what = plan.transforms;
    let all = [("input", what.input), ("output", what.output), ("loss", what.loss)];
    all.into_iter().filter(|(_, does)| *does).map(|(name, _)| name.to_owned()).collect()
}

/// For programs.
pub(super) fn to_json(plan: &Plan) -> Json {
    let wanted = |one: &Subscription| {
        json!({
            "hook": one.hook.name(), "phase": one.phase.map(|phase| phase.name()),
            "every": one.every, "reads": reads(one.reads),
        })
    };
    json!({
        "subscriptions": plan.subscriptions.iter().map(wanted).collect::<Vec<_>>(),
        "powers": plan.powers, "transforms": transforms(plan), "monitors": plan.monitors,
        "owns": plan.owns.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "reports": plan.reports.iter().map(|spec| &spec.name).collect::<Vec<_>>(),
    })
}
