//! A callback that takes part in a run, with everything the handler keeps about it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::hypers::Bounds;
use super::share::ShareWatch;
use super::succession::difference;
use super::tensors::{Desk, Occasion};
use super::{
    Account, Callback, Descriptor, Fault, FaultPolicy, Grant, Grants, Health, HyperName, Joined,
    MetricSpec, Metrics, Plan, RunInfo, Setting, Share, State, Value,
};

/// On whose word a callback runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Part of the program: trusted.
    Native,
    /// Named in the run file.
    Named,
    /// A file in the drop folder.
    Dropped,
}

/// What becomes of a callback's answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    /// They take effect.
    #[default]
    Enforce,
    /// They are judged and journaled, and nothing more.
    Observe,
    /// They are compared with those of the callback of this name, whose second version it is.
    Shadow(String),
}

impl Mode {
    /// For a line about the callback: empty where its answers take effect.
    #[must_use]
    pub fn remark(&self) -> String {
        match self {
            Mode::Enforce => String::new(),
            Mode::Observe => "; only observed".to_owned(),
            Mode::Shadow(of) => format!("; only compared with {of}"),
        }
    }

    /// Its name in records.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Mode::Enforce => "enforce",
            Mode::Observe => "observe",
            Mode::Shadow(_) => "shadow",
        }
    }
}

/// A version of a callback that the user has granted something before this one came in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// What it was and that it lay there, as the beginning of a sentence.
    pub words: String,
    /// Powers that it declared.
    pub asked: Vec<String>,
}

/// A callback that asks to take part.
pub struct Candidate {
    /// It.
    pub callback: Box<dyn Callback>,
    /// The user's name for it; `None`: its own.
    pub alias: Option<String>,
    /// Where it came from, for messages: a file, or "built in".
    pub source: String,
    /// Its file, by which it is known again while the run goes on: words for people may be alike.
    pub file: Option<PathBuf>,
    /// SHA-256 of its file in hexadecimal digits; empty if it has none.
    pub digest: String,
    /// On whose word.
    pub standing: Standing,
    /// The user has looked at this very file.
    pub is_known: bool,
    /// The user's values for its parameters.
    pub params: Vec<(String, Value)>,
    /// What the user grants.
    pub grants: Grants,
    /// How to grant more: words before the names of powers; empty: there is no way.
    pub remedy: String,
    /// What an earlier version of it was, where the user has granted that one something.
    pub earlier: Option<Earlier>,
    /// What becomes of its answers.
    pub mode: Mode,
    /// When it takes more than its share of the time.
    pub share: Share,
    /// What to do when it breaks.
    pub policy: FaultPolicy,
    /// Violations in a row until it is given up.
    pub patience: u32,
}

impl Candidate {
    /// A trusted one, without parameters.
    #[must_use]
    pub fn native(callback: Box<dyn Callback>) -> Self {
        Candidate {
            callback,
            alias: None,
            source: "built in".to_owned(),
            file: None,
            digest: String::new(),
            standing: Standing::Native,
            is_known: false,
            params: Vec::new(),
            grants: Grants::Standing,
            remedy: String::new(),
            earlier: None,
            mode: Mode::Enforce,
            share: Share::default(),
            policy: FaultPolicy::default(),
            patience: super::health::VIOLATIONS_IN_A_ROW,
        }
    }
}

/// A callback that takes part.
pub struct Member {
    /// Its name in this run: its identity in journal, ownership, state and seeds.
    pub name: String,
    /// Where it came from.
    pub source: String,
    /// Its file.
    pub file: Option<PathBuf>,
    /// SHA-256 of its file in hexadecimal digits; empty if it has none.
    pub digest: String,
    /// On whose word it runs.
    pub standing: Standing,
    /// What it is.
    pub descriptor: Descriptor,
    /// What it will do.
    pub plan: Plan,
    /// What it may do.
    pub granted: Vec<Grant>,
    /// What becomes of its answers.
    pub mode: Mode,
    /// Powers that it wants and does not have, and how to grant them.
    pub denied: Option<String>,
    /// How it differs from an earlier version that was granted something.
    pub changed: Option<String>,
    /// Hyper-parameters that it owns only in name, with the owner that the run file prefers.
    pub overruled: Vec<(HyperName, String)>,
    /// Its file was removed.
    pub is_gone: bool,
    pub(super) callback: Box<dyn Callback>,
    /// Its tensors, and the number under which the workbench knows them.
    pub(super) desk: Desk,
    pub(super) desk_number: usize,
    /// It computes metrics over a pass of evaluation.
    pub(super) measures: bool,
    /// Otherwise its desk is left alone.
    pub(super) uses_tensors: bool,
    pub(super) run: RunInfo,
    /// The user's values for its parameters, and all of them with the defaults.
    pub(super) params: Vec<(String, Value)>,
    pub(super) settings: Vec<Setting>,
    pub(super) health: Health,
    pub(super) share: ShareWatch,
    pub(super) saved: Vec<u8>,
    pub(super) account: Account,
    /// Bytes that its signals have put into the journal.
    pub(super) journaled: u64,
    /// Batches in a row that it has skipped, and whether it skips the current one.
    pub(super) skips: u32,
    pub(super) skipping: bool,
    /// The iteration of its last extra validation.
    pub(super) validated_at: Option<u64>,
    /// Its copies of the weights, and the checkpoints that it had written, by name.
    pub(super) slots: BTreeSet<String>,
    pub(super) checkpoints: BTreeSet<String>,
    /// Numbers in the tables and histograms that it has shown.
    pub(super) shown: u64,
    /// It failed at this batch's begin: no transform of it is called before the next.
    pub(super) is_out: bool,
    /// It has seen all of the current pass of evaluation.
    pub(super) is_measuring: bool,
    /// Metrics that it gave over a pass of evaluation; others it may report by signals.
    pub(super) measured: Vec<String>,
    /// Indices of the metrics that it monitors, and a buffer for their values.
    pub(super) monitors: Vec<usize>,
    pub(super) monitored: Vec<f64>,
}

/// What was settled when a callback was let in.
pub(super) struct Terms {
    pub(super) granted: Vec<Grant>,
    pub(super) plan: Plan,
    pub(super) run: RunInfo,
    pub(super) settings: Vec<Setting>,
}

impl Member {
    /// A candidate that was started.
    pub(super) fn new(
        candidate: Candidate,
        (desk_number, desk): (usize, Desk),
        descriptor: Descriptor,
        name: &str,
        terms: Terms,
    ) -> Self {
        let Terms { granted, plan, run, settings } = terms;
        let enforced = candidate.mode == Mode::Enforce;
        let named = candidate.standing == Standing::Named;
        let essential = enforced && named && !plan.powers.is_empty();
        // What has no effect is no loss.
        let policy = match (enforced, candidate.policy) {
            (false, FaultPolicy::Stop) => FaultPolicy::Disable,
            (_, policy) => policy,
        };
        let mode = candidate.mode.clone();
        Member {
            name: name.to_owned(),
            source: candidate.source,
            file: candidate.file,
            digest: candidate.digest,
            standing: candidate.standing,
            health: Health::new(policy, essential, candidate.patience),
            account: Account { name: name.to_owned(), mode, ..Account::default() },
            uses_tensors: candidate.callback.uses_tensors(),
            measures: candidate.callback.is_metric(),
            callback: candidate.callback,
            desk,
            desk_number,
            denied: denied(&descriptor, &granted, &candidate.remedy),
            changed: candidate.earlier.as_ref().map(|earlier| difference(earlier, &descriptor)),
            descriptor,
            plan,
            granted,
            mode: candidate.mode,
            share: ShareWatch::new(candidate.share),
            overruled: Vec::new(),
            run,
            settings,
            params: candidate.params,
            journaled: 0,
            saved: Vec::new(),
            skips: 0,
            skipping: false,
            validated_at: None,
            slots: BTreeSet::new(),
            checkpoints: BTreeSet::new(),
            shown: 0,
            is_gone: false,
            is_out: false,
            is_measuring: false,
            measured: Vec::new(),
            monitors: Vec::new(),
            monitored: Vec::new(),
        }
    }

    /// Bounds of each hyper-parameter for this author.
    #[must_use]
    pub fn bounds(&self) -> [Bounds; 4] {
        HyperName::ALL.map(|name| {
            let everybody = Bounds::of(name);
            let grant = self.granted.iter().find(|grant| grant.power == name.name());
            grant.map_or(everybody, |grant| {
                let min = grant.min.unwrap_or(everybody.min);
                let max = grant.max.unwrap_or(everybody.max);
                everybody.and(Bounds { min, max })
            })
        })
    }

    /// Finds the metrics that it monitors among those of the run.
    pub(super) fn find_monitors(&mut self, metrics: &Metrics) {
        self.monitors = self.plan.monitors.iter().filter_map(|name| metrics.find(name)).collect();
    }

    /// Its answers take effect.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.mode == Mode::Enforce
    }

    /// Hyper-parameters that it owns: one that is only observed owns nothing.
    #[must_use]
    pub fn owns(&self, name: HyperName) -> bool {
        !self.is_gone && self.is_enforced() && self.plan.owns.contains(&name)
    }

    /// Metrics that it adds to the run's.
    #[must_use]
    pub fn reports(&self) -> &[MetricSpec] {
        if self.is_enforced() { &self.plan.reports } else { &[] }
    }

    /// The first step at which it may stop anything.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of floats saturates, and NaN is no bound"
    )]
    pub(super) fn stops_from(&self) -> u64 {
        let control = self.granted.iter().find(|grant| grant.power == "control");
        control.and_then(|grant| grant.min).map_or(0, |step| step.ceil() as u64)
    }

    /// For the table shown at the start.
    pub(super) fn introduction(&self) -> Joined {
        Joined {
            name: self.name.clone(),
            version: self.descriptor.version.clone(),
            source: self.source.clone(),
            digest: self.digest.clone(),
            powers: self.powers(),
            dropped: self.standing == Standing::Dropped,
            mode: self.mode.clone(),
            denied: self.denied.clone(),
            changed: self.changed.clone(),
        }
    }

    /// Powers in effect, with their bounds, in words.
    #[must_use]
    pub fn powers(&self) -> Vec<String> {
        let used = self.granted.iter().filter(|grant| self.plan.powers.contains(&grant.power));
        used.map(super::grants::describe).collect()
    }

    /// Its parameters' values in this run.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// Made anew after it broke: same descriptor, same plan, its last good state.
    pub(super) fn revive(&mut self) -> Result<(), Fault> {
        self.callback.renew()?;
        self.desk.borrow_mut().begin(Occasion::Start, &State::start());
        if self.callback.describe()? != self.descriptor {
            return Err(Fault::Violation("`describe` answered differently after a restart".into()));
        }
        if self.callback.start(&self.run, &self.settings)? != self.plan {
            return Err(Fault::Violation("`start` gave another plan after a restart".into()));
        }
        if self.saved.is_empty() { Ok(()) } else { self.callback.load(&self.saved) }
    }
}

/// What it wants beside what it has, and how to give it that.
fn denied(descriptor: &Descriptor, granted: &[Grant], remedy: &str) -> Option<String> {
    let denied = super::grants::denied(descriptor, granted);
    if denied.is_empty() {
        return None;
    }
    let remedy = match remedy {
        "" => String::new(),
        remedy => format!("; {remedy} {}", denied.join(" ")),
    };
    Some(format!("{}{remedy}", denied.join(", ")))
}
