//! `callbox plugins check`: whether a plugin is fit to be given to others, and what to do about it.

use std::fmt;
use std::path::Path;

use anyhow::{Result, anyhow, bail};

use super::bench::written;
use super::stage::{Actor, play};
use crate::bridge::PluginCallback;
use crate::callback::tensors::Desk;
use crate::callback::{
    Callback, Descriptor, Hook, POWERS, Param, Plan, Records, Subscription, Value,
};
use crate::cli::plugins::{Known, Reader, made_up_plan};
use crate::cli::print::say;
use crate::cli::{Failure, typed};
use crate::plugin::{Anatomy, Limits, Prepared};
use crate::trace::{Costs, Line, Missing, NO_ANSWER, Unanswered, generated};

/// Looks at everything that can be looked at without a run.
///
/// # Errors
/// A plugin that is wrong in some way.
pub(in crate::cli) fn check(file: &Path, set: &[String]) -> Result<(), Failure> {
    let mut findings = Findings::default();
    let known = Reader::new().and_then(|reader| reader.read(file)).map_err(Failure::Usage)?;
    let params = typed::parameters(set).map_err(Failure::Usage)?;
    let limits = known.prepared.limits();
    contract(&mut findings, &known.prepared);
    anatomy(&mut findings, &known.prepared, &Anatomy::of(known.file.bytes()), &limits);
    descriptor(&mut findings, &known.descriptor, file);
    behaviour(&mut findings, known, &params, &limits);
    say(&findings.to_string())?;
    match findings.count(Weight::Wrong) {
        0 => Ok(()),
        1 => Err(Failure::Run(anyhow::anyhow!("one thing is wrong with it"))),
        n => Err(Failure::Run(anyhow::anyhow!("{n} things are wrong with it"))),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Fine,
    Advice,
    Wrong,
}

#[derive(Default)]
struct Findings(Vec<(Weight, &'static str, String)>);

impl Findings {
    fn fine(&mut self, about: &'static str, text: impl Into<String>) {
        self.0.push((Weight::Fine, about, text.into()));
    }

    fn advise(&mut self, about: &'static str, text: impl Into<String>) {
        self.0.push((Weight::Advice, about, text.into()));
    }

    fn wrong(&mut self, about: &'static str, text: impl Into<String>) {
        self.0.push((Weight::Wrong, about, text.into()));
    }

    fn count(&self, weight: Weight) -> usize {
        self.0.iter().filter(|(other, ..)| *other == weight).count()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (weight, about, text) in &self.0 {
            let mark = match weight {
                Weight::Fine => "ok",
                Weight::Advice => "advice",
                Weight::Wrong => "WRONG",
            };
            writeln!(f, "  {mark:<7} {about:<11} {text}")?;
        }
        Ok(())
    }
}

/// What another version or a foreign import is, refused it before it came here.
fn contract(findings: &mut Findings, prepared: &Prepared) {
    let short = |names: &[String]| {
        let names = names.iter().map(|name| {
            let name = name.rsplit('/').next().unwrap_or(name);
            name.split('@').next().unwrap_or(name).to_owned()
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let version = prepared.exports().iter().find_map(|name| name.split_once('@'));
    findings.fine("contract", version.map_or("-", |(_, version)| version));
    findings.fine("imports", short(prepared.imports()));
    findings.fine("exports", short(prepared.exports()));
}

fn anatomy(findings: &mut Findings, prepared: &Prepared, anatomy: &Anatomy, limits: &Limits) {
    let kind = if prepared.was_core_module() { "a core module" } else { "a component" };
    let inside =
        prepared.runtime().name().map_or(String::new(), |name| format!(", with {name} inside"));
    findings.fine("file", format!("{} kB, {kind}{inside}", prepared.size().div_ceil(1000)));
    if anatomy.debug_bytes > 0 {
        let size = anatomy.debug_bytes.div_ceil(1000);
        let text = format!(
            "{size} kB of it are debug information, which nothing reads: leave it out (Rust: strip = \"debuginfo\"; \
             C, C++, Zig: -Wl,--strip-debug; Go: -ldflags=-w)"
        );
        findings.advise("file", text);
    }
    if !anatomy.has_names {
        findings.advise(
            "names",
            "it has no names of functions: where it traps, nobody can tell; keep the name section",
        );
    }
    let (first, most) = (anatomy.first_memory >> 20, u64::from(limits.memory_mib));
    if first * 4 > most {
        findings.advise(
            "memory",
            format!("its modules ask for {first} MiB at their start; its limit is {most} MiB (C, C++, Zig: -z stack-size=65536)"),
        );
    }
}

fn descriptor(findings: &mut Findings, descriptor: &Descriptor, file: &Path) {
    let Descriptor { name, version, summary, params, needs, wants, state_version } = descriptor;
    findings.fine("descriptor", format!("{name} {version}, state version {state_version}"));
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
    if stem != *name {
        let text = format!("the file is called {stem}, the plugin {name}: users look for one name");
        findings.advise("name", text);
    }
    if summary.trim().is_empty() || summary.lines().count() > 1 {
        findings.advise("summary", "say in one line what it does: `callbox plugins list` shows it");
    }
    for power in needs.iter().chain(wants).filter(|power| !POWERS.contains(&power.as_str())) {
        let text = format!("there is no power `{power}`; there are {}", POWERS.join(", "));
        findings.wrong("powers", text);
    }
    params.iter().for_each(|param| parameter(findings, param));
}

fn parameter(findings: &mut Findings, param: &Param) {
    if param.doc.trim().is_empty() {
        let text = format!("`{}` has no doc line: say what it is, with its unit", param.name);
        findings.advise("parameter", text);
    }
    if let Err(why) = param.check(&param.default) {
        findings.wrong("parameter", format!("its own default is out of bounds: {why}"));
    }
}

/// It runs: in a made-up run, with these parameters.
fn behaviour(findings: &mut Findings, known: Known, params: &[(String, Value)], limits: &Limits) {
    let model = Unanswered::new(&known.descriptor.name);
    let started = instance(&known, model.desk(), limits)
        .and_then(|mut first| made_up_plan(&known.descriptor, &mut first, params));
    match started {
        Ok(plan) => plans(findings, &known.descriptor, &plan, &known.prepared),
        // It may well refuse a model that shows nothing.
        Err(error) if !model.missing().is_empty() => {
            findings.advise("start", format!("{error:#}"));
            return untried(findings, &model.missing());
        }
        Err(error) => return findings.wrong("start", format!("{error:#}")),
    }
    let actor = Actor::new(&known.descriptor.name, known.prepared.clone());
    let actor = Actor { params: params.to_vec(), ..actor };
    let saved = match play(&generated(), actor) {
        Ok((mut played, costs)) => {
            faults(findings, &played.lines);
            untried(findings, &played.missing);
            uses(findings, &costs, limits);
            played.saved.pop().map(|(_, saved)| saved).unwrap_or_default()
        }
        Err(error) => return findings.wrong("run", format!("{error:#}")),
    };
    match comes_back(&known, params, &saved, limits) {
        Ok(()) => {
            let text = format!("save after these epochs, and load: {} bytes", saved.len());
            findings.fine("state", text);
        }
        Err(why) => findings.wrong("state", format!("{why:#}")),
    }
}

fn plans(findings: &mut Findings, descriptor: &Descriptor, plan: &Plan, prepared: &Prepared) {
    let hooks: Vec<&str> = plan.subscriptions.iter().map(|wanted| wanted.hook.name()).collect();
    let hooks = if hooks.is_empty() { "no hook but finish".to_owned() } else { hooks.join(", ") };
    findings.fine("plan", hooks);
    for need in descriptor.needs.iter().filter(|need| !plan.powers.contains(need)) {
        let text = format!(
            "it needs `{need}`, but its plan does not use it: name it in the plan's powers, or under `wants`"
        );
        findings.advise("powers", text);
    }
    let waits = |wanted: &&Subscription| {
        wanted.reads.losses && wanted.every == 1 && wanted.hook.is_in_batch()
    };
    if let Some(wanted) = plan.subscriptions.iter().find(waits) {
        findings.advise(
            "speed",
            format!(
                "it reads losses at every {}, which waits for a GPU each time: ask for every 10th, if that does",
                wanted.hook
            ),
        );
    }
    if prepared.has_transform() && !plan.transforms.any() {
        findings.advise("exports", "it exports `transform`, but its plan asks for no transform");
    }
    if prepared.has_metric() && plan.reports.is_empty() {
        findings.advise("exports", "it exports `metric`, but its plan declares no report");
    }
}

fn faults(findings: &mut Findings, lines: &[Line]) {
    let mut kinds: Vec<String> = Vec::new();
    for line in lines {
        let Line::Fault { kind, message, at, .. } = line else { continue };
        // What a plugin makes of a tensor that is not there is no mistake of its own.
        if message.contains(NO_ANSWER) {
            continue;
        }
        let text = format!("{kind} at {}: {message}", super::table::place(*at));
        if kinds.len() < 3 {
            kinds.push(text);
        }
    }
    if kinds.is_empty() {
        return findings.fine("run", "five made-up epochs without a fault");
    }
    kinds.into_iter().for_each(|text| findings.wrong("run", text));
}

/// Tensors that it asked for: a made-up run has none.
fn untried(findings: &mut Findings, missing: &[Missing]) {
    if missing.is_empty() {
        return;
    }
    let asked: Vec<&str> = missing.iter().map(|one| one.operation.as_str()).collect();
    let text = format!(
        "the made-up run has no tensors, so what it does with {} was not tried: record a run with it, \
         `callbox train RUN.toml --record=tensors`, and play that, `callbox plugins test`",
        asked.join(", ")
    );
    findings.advise("tensors", text);
}

fn uses(findings: &mut Findings, costs: &Costs, limits: &Limits) {
    let memory = costs.most_memory().div_ceil(1 << 20);
    let text = format!("{memory} MiB, of {} MiB", limits.memory_mib);
    match memory * 2 > limits.memory_mib as usize {
        true => findings.advise("memory", format!("{text}: say so in its documentation")),
        false => findings.fine("memory", text),
    }
    let calls = Hook::ALL.into_iter().flat_map(|hook| costs.at(hook)).map(|cost| cost.time);
    let Some(longest) = calls.max() else { return };
    let text = format!("the longest event took {}, of {} ms", written(longest), limits.event_ms);
    match longest.as_millis() * 5 > u128::from(limits.event_ms) {
        true => findings.advise("time", format!("{text}: `callbox plugins bench` shows where")),
        false => findings.fine("time", text),
    }
}

/// An instance of its own, with this desk.
fn instance(known: &Known, desk: Desk, limits: &Limits) -> Result<PluginCallback> {
    let (records, name) = (Records::default(), known.descriptor.name.clone());
    let mut made = PluginCallback::new(known.prepared.clone(), limits.clone(), name, records);
    made.attach(desk);
    made.describe().map_err(|fault| anyhow!("`describe`: {fault}"))?;
    Ok(made)
}

/// A second instance goes on from what the first one saved, who had seen something by then.
fn comes_back(
    known: &Known,
    params: &[(String, Value)],
    saved: &[u8],
    limits: &Limits,
) -> Result<()> {
    let model = Unanswered::new(&known.descriptor.name);
    let mut second = instance(known, model.desk(), limits)?;
    made_up_plan(&known.descriptor, &mut second, params)?;
    second.load(saved).map_err(|fault| anyhow!("`load` of what `save` gave: {fault}"))?;
    let again = second.save().map_err(|fault| anyhow!("`save` after `load`: {fault}"))?;
    if again != saved {
        bail!("`save` after `load` gives other bytes: something is lost on the way");
    }
    Ok(())
}
