//! A run of events through the handler, as the fuzzer made it up, and what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use arbitrary::Arbitrary;
use callbox::callback::hypers::read;
use callbox::callback::{
    BreakKind, Breakage, Candidate, Decisions, Descriptor, Fault, FaultPolicy, Grant, Handler,
    Hook, Hyper, HyperName, Losses, MetricSpec, Outcome, POWERS, Plan, Reads, Records, Rules,
    RunInfo, Signal, SlotOp, Standing, Subscription, Work,
};

use crate::given::PHASES;
use crate::given::grants;
use crate::said::{Few, Number, pick};
use crate::signals::{REPORTS, Said};
use crate::troupe::{Actor, Ears, Heard, Script};

/// At most so many of each: what happens among more of them happens among these. Members and answers are
/// arrays, because lists made of bytes are mostly short, and most of what can go wrong takes two or three.
const MEMBERS: usize = 4;
const EVENTS: usize = 8;

/// Somebody who takes part: with all powers but a few, and bounds where the user gives some.
#[derive(Arbitrary, Debug)]
pub struct Player {
    standing: u8,
    bounds: Option<[(Option<Number>, Option<Number>); 4]>,
    /// Powers that it does not use: those whose bit is set in all.
    leaves: [u16; 4],
    shares_a_report: u8,
    policy: u8,
}

/// What one of them answers.
#[derive(Arbitrary, Debug)]
pub struct Answer {
    signals: Few<Said>,
    /// Seldom it complains, or breaks.
    how: u8,
}

/// One hook with everybody's answer.
#[derive(Arbitrary, Debug)]
pub struct Event {
    hook: u8,
    phase: u8,
    answers: [Answer; MEMBERS],
    /// A batch, an epoch, or nothing ends with it.
    ends: u8,
}

/// A whole run.
#[derive(Arbitrary, Debug)]
pub struct Course {
    left_out: u8,
    players: [Player; MEMBERS],
    lr: Number,
    groups: u8,
    has_mom: bool,
    has_beta: bool,
    /// Per hyper-parameter who owns it, who would like to, and whether the first is preferred.
    owners: [(u8, u8, bool); 4],
    events: Vec<Event>,
    last_words: [Answer; MEMBERS],
}

/// What became of one event, without anything that may depend on the order of members.
#[derive(Debug, Clone, PartialEq)]
pub struct Became {
    decisions: Decisions,
    stops: bool,
    hypers: Vec<[Option<u64>; 4]>,
    metrics: BTreeMap<String, u64>,
    work: Option<Deeds>,
}

/// Work, with names for numbers.
#[derive(Debug, Clone, PartialEq)]
struct Deeds {
    gradients: Option<String>,
    groups: BTreeSet<(bool, u32, bool)>,
    slots: BTreeMap<String, Vec<SlotOp>>,
    refresh_norms: bool,
    checkpoints: BTreeSet<String>,
}

/// An event by its number, and one who answered to it.
pub type At = (usize, String);

/// What one performance left to look at.
#[derive(Debug, Default)]
pub struct Seen {
    /// Who took part, in order of names, and whose `owns` counts for less.
    pub members: BTreeMap<String, Vec<HyperName>>,
    /// After each event, the last words included.
    pub became: Vec<Became>,
    /// Lists that were refused.
    pub refused: BTreeSet<At>,
}

/// Looks at the handler after each event, with what was heard of it and how many signals were said.
pub type Witness<'a> = &'a mut dyn FnMut(&Handler, &Heard, &[(String, usize)]);

impl Player {
    fn name(index: usize) -> String {
        format!("p{index}")
    }

    fn plan(&self, index: usize, owns: Vec<HyperName>) -> Box<dyn Fn(&RunInfo) -> Plan> {
        let leaves = self.leaves.iter().fold(u16::MAX, |all, some| all & some);
        let shares = self.shares_a_report % 16 == 1;
        Box::new(move |run| {
            let uses = |power: &&str| {
                let bit = POWERS.iter().position(|other| other == power);
                let left = bit.is_some_and(|bit| leaves & (1 << bit) != 0);
                !left && run.granted.iter().any(|grant| grant.power == **power)
            };
            let powers: Vec<&str> = POWERS.into_iter().filter(uses).collect();
            let reports = [REPORTS[index], REPORTS[4]].into_iter().take(1 + usize::from(shares));
            let reads = Reads { losses: true, hypers: true, monitored: true, late: false };
            let everywhere = Hook::ALL.map(|hook| Subscription::to(hook).reading(reads));
            Plan {
                subscriptions: everywhere.to_vec(),
                monitors: vec!["loss".to_owned()],
                reports: reports.map(metric).collect(),
                owns: owns.iter().filter(|name| powers.contains(&name.name())).copied().collect(),
                powers: powers.into_iter().map(str::to_owned).collect(),
                ..Plan::default()
            }
        })
    }

    /// Everything, with bounds for hyper-parameters; `None`: what its standing gives.
    fn grants(&self) -> Option<Vec<Grant>> {
        let bounds = self.bounds?;
        let bounds_of = |power: &str| {
            let index = HyperName::ALL.iter().position(|name| name.name() == power);
            index.map_or((None, None), |index| bounds[index])
        };
        let grant = |power: &str| {
            let (one, other) = bounds_of(power);
            let number = |bound: Option<Number>| bound.map(Number::value).filter(|x| !x.is_nan());
            let (min, max) = match (number(one), number(other)) {
                // What no value is between stops a start, which another target is for.
                (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
                bounds => bounds,
            };
            Grant { power: power.to_owned(), min, max }
        };
        Some(POWERS.into_iter().map(grant).collect())
    }

    fn candidate(&self, index: usize, owns: Vec<HyperName>, script: &Script) -> Candidate {
        let descriptor = Descriptor {
            name: Player::name(index),
            wants: POWERS.map(str::to_owned).to_vec(),
            ..Descriptor::default()
        };
        let (plan, script) = (self.plan(index, owns), Script::clone(script));
        let policies = [FaultPolicy::Restart, FaultPolicy::Disable, FaultPolicy::Stop];
        let standings = [Standing::Native, Standing::Named, Standing::Dropped];
        Candidate {
            standing: *pick(&standings, self.standing),
            grants: grants(self.grants()),
            policy: *pick(&policies, self.policy),
            ..Actor { descriptor, plan, script }.candidate()
        }
    }
}

impl Answer {
    fn answer(&self, author: usize) -> Result<Vec<Signal>, Fault> {
        match self.how {
            254 => Err(Fault::Violation("it did not like that".to_owned())),
            255 => Err(Fault::Broken(Breakage {
                kind: BreakKind::Trap,
                message: "unreachable".to_owned(),
                backtrace: None,
            })),
            _ => Ok(self.signals.0.iter().map(|said| said.signal(author)).collect()),
        }
    }
}

fn metric(name: &str) -> MetricSpec {
    MetricSpec { name: name.to_owned(), higher_is_better: Some(false) }
}

impl Course {
    /// Through a new handler; `None` if it does not start. `silent` lists are left out, and members come
    /// in the order given or the other way round.
    pub fn perform(
        &self,
        backwards: bool,
        silent: &BTreeSet<At>,
        witness: Witness<'_>,
    ) -> Option<Seen> {
        let (script, ears, records) = (Script::default(), Ears::default(), Records::default());
        records.add(Box::new(ears.clone()));
        let players = self.players.iter().skip(usize::from(self.left_out) % MEMBERS).enumerate();
        let mut candidates: Vec<_> =
            players.map(|(i, one)| one.candidate(i, self.owned_by(i), &script)).collect();
        if backwards {
            candidates.reverse();
        }
        let mut handler = Handler::start(candidates, &self.run(), &self.rules(), records).ok()?;
        let mut seen = Seen::default();
        for member in handler.members() {
            let overruled = member.overruled.iter().map(|(name, _)| *name).collect();
            seen.members.insert(member.name.clone(), overruled);
        }
        drop(ears.take());
        for number in 0..=self.events.len().min(EVENTS) {
            let event = self.events.get(number).filter(|_| number < EVENTS);
            let answers = event.map_or(&self.last_words, |event| &event.answers);
            let said = put(answers, number, silent, &script);
            occur(&mut handler, event);
            // Whoever was not called has said nothing.
            let unsaid: BTreeSet<String> = script.borrow().keys().cloned().collect();
            let said: Vec<_> =
                said.into_iter().filter(|(name, _)| !unsaid.contains(name)).collect();
            let heard = ears.take();
            witness(&handler, &heard, &said);
            seen.refused.extend(heard.refused.iter().map(|name| (number, name.clone())));
            seen.became.push(became(&mut handler));
            if let Some(event) = event {
                go_on(&mut handler, event.ends);
            }
            drop(ears.take());
        }
        Some(seen)
    }

    /// Hyper-parameters at the start.
    #[must_use]
    pub fn start(&self) -> Vec<Hyper> {
        let start = Hyper {
            // What an optimizer starts with is the host's own, and checked elsewhere.
            lr: if (0.0..=1e6).contains(&self.lr.value()) { self.lr.value() } else { 0.1 },
            mom: self.has_mom.then_some(0.9),
            wd: 0.01,
            beta: self.has_beta.then_some(0.99),
        };
        vec![start; 1 + usize::from(self.groups % 3)]
    }

    fn run(&self) -> RunInfo {
        RunInfo { metrics: vec![metric("loss")], hypers: self.start(), ..RunInfo::default() }
    }

    fn owned_by(&self, index: usize) -> Vec<HyperName> {
        let is = |byte: u8, of: u8| usize::from(byte % of) == index;
        let owners = HyperName::ALL.into_iter().zip(self.owners);
        let own = owners.filter(|(_, (owner, rival, _))| is(*owner, 5) || is(*rival, 32));
        own.map(|(name, _)| name).collect()
    }

    fn rules(&self) -> Rules {
        let owners = HyperName::ALL.into_iter().zip(self.owners);
        // Nobody is preferred who does not own it.
        let preferred = owners.filter(|(_, (owner, rival, preferred))| {
            *preferred && owner % 5 < 4 && usize::from(rival % 32) < MEMBERS
        });
        let owners = preferred.map(|(name, (owner, ..))| (name, Player::name((owner % 5).into())));
        Rules { owners: owners.collect(), ..Rules::default() }
    }
}

/// Everybody gets its answer; how many signals each holds.
fn put(
    answers: &[Answer],
    number: usize,
    silent: &BTreeSet<At>,
    script: &Script,
) -> Vec<(String, usize)> {
    let mut script = script.borrow_mut();
    script.clear();
    let mut said = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let name = Player::name(index);
        if silent.contains(&(number, name.clone())) {
            continue;
        }
        let answer = answer.answer(index);
        said.push((name.clone(), answer.as_ref().map_or(0, Vec::len)));
        script.insert(name, answer);
    }
    said
}

fn occur(handler: &mut Handler, event: Option<&Event>) {
    let losses = Losses { raw: 0.5, last: 0.5, smooth: f64::NAN };
    match event {
        Some(event) => {
            // Mostly training, where most signals mean something.
            handler.state_mut().phase = PHASES[usize::from(event.phase % 8).saturating_sub(5)];
            let hook = *pick(&Hook::ALL, event.hook);
            let Ok(()) = handler.event(hook, || Ok::<_, Infallible>(losses));
        }
        None => handler.finish(&Outcome::Completed, losses),
    }
}

fn go_on(handler: &mut Handler, ends: u8) {
    match ends % 4 {
        0 => {}
        1 | 2 => {
            handler.decisions_mut().next_batch();
            handler.state_mut().iteration += u64::from(ends);
            handler.between_batches();
        }
        _ => {
            handler.decisions_mut().next_epoch();
            handler.metrics_mut().next_epoch();
            handler.state_mut().epoch += 1;
            handler.save();
        }
    }
}

fn became(handler: &mut Handler) -> Became {
    let work = handler.take_work().map(|work| deeds(handler, *work));
    let bits = |hyper: &Hyper| HyperName::ALL.map(|name| read(hyper, name).map(f64::to_bits));
    let values = handler.metrics().values().into_iter().map(f64::to_bits);
    Became {
        decisions: handler.decisions().clone(),
        stops: handler.is_stopping(),
        hypers: handler.hypers().iter().map(bits).collect(),
        metrics: handler.metrics().names().into_iter().zip(values).collect(),
        work,
    }
}

fn deeds(handler: &Handler, work: Work) -> Deeds {
    let gradients = work.gradients.map(|work| {
        let products = (work.scale(), work.noise_variance(), work.adaptive());
        format!("{products:?} {:?} {:?}", work.value, work.norm)
    });
    let mut slots: BTreeMap<String, Vec<SlotOp>> = BTreeMap::new();
    for (author, op) in work.slots {
        slots.entry(handler.members()[author].name.clone()).or_default().push(op);
    }
    let trainable = work.trainable.into_iter().map(|(group, on)| (false, group, on));
    let frozen = work.norm_frozen.into_iter().map(|(group, on)| (true, group, on));
    Deeds {
        gradients,
        groups: trainable.chain(frozen).collect(),
        slots,
        refresh_norms: work.refresh_norms,
        checkpoints: work.checkpoints.into_iter().collect(),
    }
}
