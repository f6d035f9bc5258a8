//! A plugin and a recorded run, brought together.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use crate::bridge::PluginCallback;
use crate::callback::{Candidate, Extent, Given, Grant, Grants, Mode, Records, Standing, Value};
use crate::plugin::{Limits, Prepared};
use crate::trace::{Costs, Line, Played, Player, Rehearsal, SHIPPED, Trace, generated, shipped};

/// The name of the run that is made up.
pub(super) const GENERATED: &str = "generated";

/// A recorded run by the name of a shipped one, or by its file; `None`: the made-up one.
pub(super) fn open_trace(name: Option<&str>) -> Result<Trace> {
    let name = name.unwrap_or(GENERATED);
    if name == GENERATED {
        return Ok(generated());
    }
    if let Some(trace) = shipped(name) {
        return trace.with_context(|| format!("the shipped trace `{name}`"));
    }
    let path = Path::new(name);
    if !path.exists() {
        let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        bail!(
            "there is no trace `{name}`: give a file that `callbox train --record` wrote, or one of {}, {GENERATED}",
            names.join(", ")
        );
    }
    Trace::open(path).with_context(|| name.to_owned())
}

/// A plugin that is to take part in a play.
pub(super) struct Actor<'a> {
    /// Its name in the run.
    pub(super) name: String,
    /// It, ready to run.
    pub(super) prepared: Prepared,
    /// Its parameters' values.
    pub(super) params: Vec<(String, Value)>,
    /// Its limits.
    pub(super) limits: Limits,
    /// What it may do; `None`: what it declares.
    pub(super) granted: Option<Vec<Grant>>,
    /// What becomes of its answers.
    pub(super) mode: Mode,
    /// What it did in the recorded run.
    pub(super) recorded: Vec<&'a Line>,
}

impl<'a> Actor<'a> {
    /// With its defaults, its own limits, and what it declares.
    pub(super) fn new(name: &str, prepared: Prepared) -> Self {
        Actor {
            name: name.to_owned(),
            limits: prepared.limits(),
            prepared,
            params: Vec::new(),
            granted: None,
            mode: Mode::Enforce,
            recorded: Vec::new(),
        }
    }

    fn candidate(self, records: &Records) -> (Candidate, Costs) {
        let source = self.name.clone();
        let callback =
            PluginCallback::new(self.prepared, self.limits, self.name.clone(), records.clone());
        let rehearsal = Rehearsal::new(callback).with_deadlines(self.recorded.into_iter());
        let costs = rehearsal.costs();
        let native = Candidate::native(Box::new(rehearsal));
        let (alias, params) = (Some(self.name), self.params);
        let grants = self.granted.map_or(Grants::Standing, |granted| {
            Grants::Given(granted.into_iter().map(given).collect())
        });
        let (standing, mode) = (Standing::Named, self.mode);
        (Candidate { alias, source, params, grants, standing, mode, ..native }, costs)
    }
}

fn given(grant: Grant) -> Given {
    let Grant { power, min, max } = grant;
    Given { power, extent: Extent::Bounds { min, max } }
}

/// Plays a recorded run to all plugins that took part.
///
/// # Errors
/// As [`play`].
pub(super) fn play_all(trace: &Trace, actors: Vec<Actor<'_>>) -> Result<Played> {
    let records = Records::default();
    let candidates = actors.into_iter().map(|actor| actor.candidate(&records).0).collect();
    perform(trace, candidates, records)
}

/// Plays a recorded run to one plugin.
///
/// # Errors
/// The plugin cannot take part; a line of the trace that does not fit its head.
pub(super) fn play(trace: &Trace, actor: Actor<'_>) -> Result<(Played, Costs)> {
    let records = Records::default();
    let (candidate, costs) = actor.candidate(&records);
    Ok((perform(trace, vec![candidate], records)?, costs))
}

fn perform(trace: &Trace, candidates: Vec<Candidate>, records: Records) -> Result<Played> {
    let player = Player::start(trace, candidates, records)?;
    player.play().map_err(|error| anyhow!("the trace: {error}"))
}
