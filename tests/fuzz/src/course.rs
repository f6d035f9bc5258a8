//! A run of events through the handler, as the fuzzer made it up, and what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use arbitrary::Arbitrary;
use callbox::callback::hypers::read;
use callbox::callback::{
    BreakKind, Breakage, Candidate, Decisions, Descriptor, Fault, FaultPolicy, Handler, Hook,
    Hyper, HyperName, Losses, MetricSpec, Outcome, POWERS, Plan, Reads, Records, Rules, RunInfo,
    Signal, SlotOp, Standing, Subscription, Work,
};

use crate::given::{Granted, PHASES};
use crate::said::{Number, hyper, pick};
use crate::signals::{REPORTS, Said};
use crate::troupe::{Actor, Ears, Heard, Script};

/// At most so many of each: what happens among more of them happens among these.
const MEMBERS: usize = 4;
const EVENTS: usize = 8;

/// Somebody who takes part: with all powers that it is granted, unless it leaves some.
#[derive(Arbitrary, Debug)]
pub struct Player {
    standing: u8,
    grants: Option<Vec<Granted>>,
    leaves: u16,
    owns: u8,
    shares_a_report: bool,
    policy: u8,
}

/// What one of them answers.
#[derive(Arbitrary, Debug)]
pub enum Answer {
    Signals(Vec<Said>),
    Complains,
    Breaks,
}

/// One hook with everybody's answer.
#[derive(Arbitrary, Debug)]
pub struct Event {
    hook: u8,
    phase: u8,
    answers: Vec<Answer>,
    /// A batch, an epoch, or nothing ends with it.
    ends: u8,
}

/// A whole run.
#[derive(Arbitrary, Debug)]
pub struct Course {
    players: Vec<Player>,
    lr: Number,
    groups: u8,
    has_mom: bool,
    has_beta: bool,
    preferred: Vec<(u8, u8)>,
    events: Vec<Event>,
    last_words: Vec<Answer>,
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

    fn plan(&self, index: usize) -> Box<dyn Fn(&RunInfo) -> Plan> {
        let (leaves, owns, shares) = (self.leaves, self.owns, self.shares_a_report);
        Box::new(move |run| {
            let left = |power: &str| {
                POWERS.iter().position(|p| *p == power).is_some_and(|bit| leaves & (1 << bit) != 0)
            };
            let granted = run.granted.iter().map(|grant| grant.power.clone());
            let powers: Vec<String> = granted.filter(|power| !left(power)).collect();
            let mine = |name: &HyperName| {
                owns & (1 << *name as u8) != 0 && powers.iter().any(|power| power == name.name())
            };
            let reports = [REPORTS[index], REPORTS[4]].into_iter().take(1 + usize::from(shares));
            let reads = Reads { losses: true, hypers: true, monitored: true, late: false };
            Plan {
                subscriptions: Hook::ALL.map(|hook| Subscription::to(hook).reading(reads)).to_vec(),
                monitors: vec!["loss".to_owned()],
                reports: reports.map(metric).collect(),
                owns: HyperName::ALL.into_iter().filter(mine).collect(),
                powers,
                ..Plan::default()
            }
        })
    }

    fn candidate(&self, index: usize, script: &Script) -> Candidate {
        let descriptor = Descriptor {
            name: Player::name(index),
            wants: POWERS.map(str::to_owned).to_vec(),
            ..Descriptor::default()
        };
        let actor = Actor { descriptor, plan: self.plan(index), script: Script::clone(script) };
        let policies = [FaultPolicy::Restart, FaultPolicy::Disable, FaultPolicy::Stop];
        let standings = [Standing::Native, Standing::Named, Standing::Dropped];
        Candidate {
            standing: *pick(&standings, self.standing),
            grants: self.grants.as_ref().map(|all| all.iter().map(Granted::grant).collect()),
            policy: *pick(&policies, self.policy),
            ..actor.candidate()
        }
    }
}

impl Answer {
    fn answer(&self) -> Result<Vec<Signal>, Fault> {
        match self {
            Answer::Signals(signals) => Ok(signals.iter().map(Said::signal).collect()),
            Answer::Complains => Err(Fault::Violation("it did not like that".to_owned())),
            Answer::Breaks => Err(Fault::Broken(Breakage {
                kind: BreakKind::Trap,
                message: "unreachable".to_owned(),
                backtrace: None,
            })),
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
        let players = self.players.iter().take(MEMBERS).enumerate();
        let mut candidates: Vec<_> = players.map(|(i, one)| one.candidate(i, &script)).collect();
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

    fn rules(&self) -> Rules {
        let owners = self.preferred.iter().take(4);
        let owners = owners.map(|(name, by)| (hyper(*name), Player::name((by % 4).into())));
        // As in a run file, where a hyper-parameter is one key.
        let owners: BTreeMap<_, _> = owners.collect();
        Rules { owners: owners.into_iter().collect(), ..Rules::default() }
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
    for (index, answer) in answers.iter().take(MEMBERS).enumerate() {
        let name = Player::name(index);
        if silent.contains(&(number, name.clone())) {
            continue;
        }
        let answer = answer.answer();
        said.push((name.clone(), answer.as_ref().map_or(0, Vec::len)));
        script.insert(name, answer);
    }
    said
}

fn occur(handler: &mut Handler, event: Option<&Event>) {
    let losses = Losses { raw: 0.5, last: 0.5, smooth: f64::NAN };
    match event {
        Some(event) => {
            handler.state_mut().phase = *pick(&PHASES, event.phase);
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
