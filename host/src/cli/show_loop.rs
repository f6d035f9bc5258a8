//! `callbox loop`: the loop's lines with who runs between them.

use std::fmt::Write;

use super::Failure;
use super::args::RunArgs;
use super::config;
use super::print::say;
use super::session::{Session, StageRun};
use crate::callback::{
    Chains, Delivery, Handler, Hook, HyperName, Member, Phase, Records, Standing,
};
use crate::observe::{Screen, Verbosity};

/// Prints the loop of a run file, without training.
///
/// # Errors
/// Wrong configuration, as `callbox train` would tell it.
pub fn show(args: &RunArgs) -> Result<(), Failure> {
    let run = config::read(args).map_err(Failure::Usage)?;
    let records = Records::default();
    records.add(Box::new(Screen::new(Verbosity::Quiet)));
    let session = Session::new(&run, &records).map_err(Failure::Usage)?;
    say(&render(&session.stages))
}

/// A line of the loop: indentation, text, and the hook that it is.
type Line = (usize, &'static str, Option<(Hook, Phase)>);

const TRAIN: Phase = Phase::Train;
const VALID: Phase = Phase::Valid;

/// The loop as `train/fit.rs` has it. Validation runs the same batch function, as far as the loss.
const LINES: [Line; 25] = [
    (0, "train-begin", Some((Hook::TrainBegin, TRAIN))),
    (0, "for epoch in epochs:", None),
    (1, "epoch-begin", Some((Hook::EpochBegin, TRAIN))),
    (1, "for batch in train:", None),
    (2, "batch-begin", Some((Hook::BatchBegin, TRAIN))),
    (2, "output = model(input)", None),
    (2, "loss-begin", Some((Hook::LossBegin, TRAIN))),
    (2, "loss = loss(output, target)", None),
    (2, "backward-begin", Some((Hook::BackwardBegin, TRAIN))),
    (2, "loss.backward()", None),
    (2, "backward-end", Some((Hook::BackwardEnd, TRAIN))),
    (2, "optimizer.step()", None),
    (2, "step-end", Some((Hook::StepEnd, TRAIN))),
    (2, "optimizer.zero_grad()", None),
    (2, "batch-end", Some((Hook::BatchEnd, TRAIN))),
    (1, "valid-begin", Some((Hook::ValidBegin, VALID))),
    (1, "for batch in valid:", None),
    (2, "batch-begin", Some((Hook::BatchBegin, VALID))),
    (2, "output = model(input)", None),
    (2, "loss-begin", Some((Hook::LossBegin, VALID))),
    (2, "loss = loss(output, target)", None),
    (2, "batch-end", Some((Hook::BatchEnd, VALID))),
    (1, "valid-end", Some((Hook::ValidEnd, VALID))),
    (1, "epoch-end", Some((Hook::EpochEnd, TRAIN))),
    (0, "finish", None),
];

/// The loop, owners, and who takes part, as text; once per stage.
#[must_use]
pub fn render(stages: &[StageRun]) -> String {
    let titled = |stage: &StageRun| {
        let plan = render_one(stage.callbacks.handler());
        match &stage.name {
            Some(name) => {
                format!("stage {name}{}\n\n{plan}", if stage.trial { " (trial)" } else { "" })
            }
            None => plan,
        }
    };
    stages.iter().map(titled).collect::<Vec<_>>().join("\n")
}

fn render_one(handler: &Handler) -> String {
    let mut text = String::new();
    for (depth, line, hook) in &LINES {
        let who = match hook {
            Some((hook, phase)) => listeners(handler, *hook, *phase),
            None if *line == "finish" => everybody(handler),
            None => String::new(),
        };
        put_line(&mut text, *depth, line, &who);
    }
    text.push('\n');
    put_owners(&mut text, handler.members());
    put_chains(&mut text, handler);
    put_members(&mut text, handler.members());
    text
}

fn put_line(text: &mut String, depth: usize, line: &str, who: &str) {
    let left = format!("{}{line}", "    ".repeat(depth));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}", format!("{left:<40}{who}").trim_end());
}

fn listeners(handler: &Handler, hook: Hook, phase: Phase) -> String {
    let all = handler.dispatch().at(hook).iter();
    let here = all.filter(|one| one.phase.is_none_or(|wanted| wanted == phase));
    let listeners = here.map(|one| listener(handler, one));
    listeners.chain(transformers(handler, hook, phase)).collect::<Vec<_>>().join(", ")
}

/// Who changes what flows through here, in the order in which they do.
fn transformers(handler: &Handler, hook: Hook, phase: Phase) -> impl Iterator<Item = String> {
    let Chains { input, output, loss } = handler.chains();
    let chain: &[usize] = match hook {
        Hook::BatchBegin => input,
        Hook::LossBegin => output,
        Hook::BackwardBegin => loss,
        _ => &[],
    };
    let members = chain.iter().map(|author| &handler.members()[*author]);
    let here = members.filter(move |m| phase == TRAIN || m.plan.transforms.in_validation);
    here.map(|member| format!("{} (transforms)", member.name))
}

fn listener(handler: &Handler, delivery: &Delivery) -> String {
    let name = &handler.members()[delivery.member].name;
    match delivery.every {
        1 => name.clone(),
        n => format!("{name} (1 in {n})"),
    }
}

fn everybody(handler: &Handler) -> String {
    let names = handler.members().iter().map(|member| member.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

fn put_owners(text: &mut String, members: &[Member]) {
    for name in HyperName::ALL {
        let owners = members.iter().filter(|member| member.plan.owns.contains(&name));
        let words: Vec<String> = owners.map(|member| owner(member, name)).collect();
        if !words.is_empty() {
            let _ = writeln!(text, "{name:<5} set by {}", words.join(", "));
        }
    }
}

/// The one place where order among plugins matters, so it is shown.
fn put_chains(text: &mut String, handler: &Handler) {
    let Chains { input, output, loss } = handler.chains();
    for (what, chain) in [("input", input), ("output", output), ("loss", loss)] {
        let names = chain.iter().map(|author| handler.members()[*author].name.as_str());
        let names: Vec<&str> = names.collect();
        if !names.is_empty() {
            let _ = writeln!(text, "{what} transformed by {}", names.join(", then "));
        }
    }
}

fn owner(member: &Member, name: HyperName) -> String {
    if !member.is_enforced() {
        return format!("{} (no effect)", member.name);
    }
    match member.overruled.iter().find(|(owned, _)| *owned == name) {
        Some((_, by)) => format!("{} (overruled by {by})", member.name),
        None => member.name.clone(),
    }
}

fn put_members(text: &mut String, members: &[Member]) {
    if members.is_empty() {
        let _ = writeln!(text, "no plugins");
    }
    for member in members {
        let how = match member.standing {
            Standing::Native => "built in",
            Standing::Named => "named",
            Standing::Dropped => "dropped",
        };
        let powers = if member.plan.powers.is_empty() {
            "only looks on".to_owned()
        } else {
            member.powers().join(", ")
        };
        let mode = member.mode.remark();
        let denied =
            member.denied.as_ref().map_or(String::new(), |d| format!("; not granted: {d}"));
        let Member { name, descriptor, source, .. } = member;
        let version = &descriptor.version;
        let _ = writeln!(text, "{name} {version} ({how}, {source}): {powers}{mode}{denied}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The calls of `fit.rs` in their order are the hooks of the printed lines.
    #[test]
    fn the_printed_loop_is_the_one_that_runs() {
        let source = include_str!("../train/fit.rs");
        let place = |hook: Hook| source.find(&format!("cb.{}(", hook.name().replace('-', "_")));
        let in_batch = |hook: &Hook| hook.is_in_batch();
        let printed =
            |phase| LINES.iter().filter_map(move |(_, _, hook)| hook.filter(|h| h.1 == phase));
        let batch: Vec<Hook> = printed(TRAIN).map(|(hook, _)| hook).filter(in_batch).collect();
        let places: Vec<usize> = batch.iter().filter_map(|hook| place(*hook)).collect();
        assert_eq!((batch.len(), places.len()), (6, 6));
        assert!(places.is_sorted());
        assert!(
            Hook::ALL
                .iter()
                .all(|hook| LINES.iter().any(|(_, _, at)| at.is_some_and(|h| h.0 == *hook)))
        );
        // Validation stops after the loss.
        let valid: Vec<Hook> = printed(VALID).map(|(hook, _)| hook).filter(in_batch).collect();
        assert_eq!(valid, [Hook::BatchBegin, Hook::LossBegin, Hook::BatchEnd]);
    }
}
