//! What a candidate says of itself, and what a user gives it: who may take part, and with what powers.

#![no_main]

use arbitrary::Arbitrary;
use callbox::callback::{
    Candidate, FaultPolicy, Grant, Handler, Hyper, Losses, MetricSpec, Outcome, Plan, Records,
    Rules, RunInfo, Standing, Transforms,
};
use callbox_fuzz::given::{Described, Given, Granted, KEYS, METRICS, NAMES, Planned, grants};
use callbox_fuzz::laws;
use callbox_fuzz::said::{Text, hyper};
use callbox_fuzz::troupe::{Actor, Ears, Script};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Applicant {
    described: Described,
    planned: Planned,
    /// The plan keeps to what was granted, as an honest one does.
    honest: bool,
    alias: Option<Text>,
    named: bool,
    params: Vec<(Text, Given)>,
    grants: Option<Vec<Granted>>,
}

#[derive(Arbitrary, Debug)]
struct Application {
    applicants: Vec<Applicant>,
    owners: Vec<(u8, Text)>,
}

impl Applicant {
    fn grants(&self) -> Option<Vec<Grant>> {
        Some(self.grants.as_ref()?.iter().map(Granted::grant).collect())
    }

    fn candidate(&self, index: usize, script: &Script) -> Candidate {
        let (plan, honest) = (self.planned.plan(), self.honest);
        let keep = move |run: &RunInfo| if honest { kept(&plan, run) } else { plan.clone() };
        let actor = Actor {
            descriptor: self.described.descriptor(),
            plan: Box::new(keep),
            script: Script::clone(script),
        };
        let params = self.params.iter().map(|(key, given)| (key.of(&KEYS), given.value()));
        Candidate {
            alias: self.alias.as_ref().map(|alias| alias.of(&NAMES)),
            // Names may be anything, so this is how it is known again.
            source: index.to_string(),
            standing: if self.named { Standing::Named } else { Standing::Dropped },
            params: params.collect(),
            grants: grants(self.grants()),
            policy: FaultPolicy::Disable,
            ..actor.candidate()
        }
    }
}

/// The plan of somebody who has read the contract: otherwise hardly two are ever admitted at once.
fn kept(plan: &Plan, run: &RunInfo) -> Plan {
    let powers: Vec<String> = run.granted.iter().map(|grant| grant.power.clone()).collect();
    let holds = |power: &str| powers.iter().any(|held| held == power);
    let mut plan = plan.clone();
    plan.subscriptions.iter_mut().for_each(|wanted| (wanted.every, wanted.phase) = (1, None));
    plan.subscriptions.sort_by_key(|wanted| wanted.hook);
    plan.subscriptions.dedup_by_key(|wanted| wanted.hook);
    plan.owns.retain(|name| holds(name.name()));
    plan.monitors.retain(|name| name == METRICS[0]);
    plan.reports.clear();
    if !holds("transform") {
        plan.transforms = Transforms::default();
    }
    Plan { powers, ..plan }
}

fn run() -> RunInfo {
    RunInfo {
        metrics: vec![MetricSpec { name: "loss".to_owned(), higher_is_better: Some(false) }],
        groups: vec!["body".to_owned(), "head".to_owned()],
        hypers: vec![Hyper { lr: 0.1, mom: Some(0.9), wd: 0.01, beta: None }; 2],
        ..RunInfo::default()
    }
}

fuzz_target!(|application: Application| {
    let applicants = &application.applicants[..application.applicants.len().min(5)];
    let script = Script::default();
    let candidates = applicants.iter().enumerate();
    let candidates: Vec<_> = candidates.map(|(index, one)| one.candidate(index, &script)).collect();
    let all_dropped = candidates.iter().all(|one| one.standing == Standing::Dropped);
    let owners = application.owners.iter().take(4);
    let owners: Vec<_> = owners.map(|(name, by)| (hyper(*name), by.of(&NAMES))).collect();
    let rules = Rules { owners: owners.clone(), ..Rules::default() };
    let records = Records::default();
    records.add(Box::new(Ears::default()));
    match Handler::start(candidates, &run(), &rules, records) {
        Err(error) => {
            laws::is_fit_to_show(&error.to_string());
            assert!(!all_dropped || !owners.is_empty(), "a dropped file stops a start: {error}");
        }
        Ok(mut handler) => {
            laws::members_are_in_order(&handler, |member| {
                let index: usize = member.source.parse().expect("the source is an index");
                applicants[index].grants()
            });
            handler.finish(&Outcome::Completed, Losses::NONE);
        }
    }
});
