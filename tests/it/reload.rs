use callbox::callback::{
    Callback, Candidate, Change, Descriptor, Fault, Hook, HyperName, HyperOp, HyperUpdate, Param,
    Phase, Plan, RunInfo, Setting, Signal, Standing, State, Subscription, Value,
};
use callbox_tests::{Drive, Driven};
use serde_json::Value as Json;

/// A version of a callback: it scales the learning rate, and counts its events in what it saves.
#[derive(Clone)]
struct Version {
    factor: f64,
    descriptor: Descriptor,
    plan: Plan,
    start: Result<(), String>,
    load: Result<(), String>,
    count: u8,
}

impl Version {
    fn scaling(factor: f64) -> Version {
        let powers = vec!["lr".to_owned()];
        let name = "scaler".to_owned();
        let descriptor = Descriptor { name, wants: powers.clone(), ..Descriptor::default() };
        let subscriptions = vec![Subscription::to(Hook::BatchBegin).in_phase(Phase::Train)];
        let plan = Plan { subscriptions, powers, ..Plan::default() };
        Version { factor, descriptor, plan, start: Ok(()), load: Ok(()), count: 0 }
    }

    /// As if its file had been dropped; its digest is its factor.
    fn dropped(self) -> Candidate {
        Candidate {
            source: "plugins/scaler.wasm".to_owned(),
            file: Some("plugins/scaler.wasm".into()),
            digest: format!("digest of {}", self.factor),
            standing: Standing::Dropped,
            ..Candidate::native(Box::new(self))
        }
    }

    fn comes(self) -> Change {
        Change::Came(Box::new(self.dropped()))
    }
}

impl Callback for Version {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(self.descriptor.clone())
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        self.start.clone().map_err(Fault::Violation)?;
        Ok(self.plan.clone())
    }

    fn on_event(&mut self, _hook: Hook, _state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        self.count += 1;
        let (name, op, value) = (HyperName::Lr, HyperOp::Scale, self.factor);
        Ok(vec![Signal::SetHyper(HyperUpdate { name, group: None, op, value })])
    }

    fn save(&mut self) -> Result<Vec<u8>, Fault> {
        Ok(vec![self.count])
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), Fault> {
        self.load.clone().map_err(Fault::Violation)?;
        self.count = saved[0];
        Ok(())
    }
}

fn swaps(driven: &Driven) -> Vec<Json> {
    driven.seen.of("swapped")
}

/// Two versions of one file, the second one before the fifth batch.
fn replaced_by(second: Version) -> Driven {
    Drive::default().native(Version::scaling(0.5).dropped()).change(4, second.comes()).run()
}

fn saved(driven: &Driven) -> u8 {
    driven.handler.saved().next().unwrap().1[0]
}

#[test]
fn a_changed_file_takes_effect_at_the_next_batch_and_goes_on_from_the_old_ones_state() {
    let driven = replaced_by(Version::scaling(0.25));
    assert_eq!(driven.lrs, [[0.05; 4].as_slice(), &[0.025; 6]].concat());
    let swap = &swaps(&driven)[0];
    assert_eq!(
        (&swap["before"], &swap["after"]),
        (&"digest of 0.5".into(), &"digest of 0.25".into())
    );
    assert_eq!(swap["kept-because"], Json::Null);
    assert_eq!(swap["at"]["iteration"], 4);
    assert_eq!(saved(&driven), 10, "four events of the first version, six of the second");
}

/// Whatever the new one does wrong, the old one goes on as if nothing had been tried.
#[test]
fn a_new_version_that_fails_leaves_the_old_one_in_its_place() {
    let good = Version::scaling(0.25);
    let start = Version { start: Err("no licence".into()), ..good.clone() };
    let load = Version { load: Err("another format".into()), ..good.clone() };
    let descriptor = Descriptor { version: "no version!".into(), ..good.descriptor.clone() };
    let describe = Version { descriptor, ..good };
    let expected = [
        (start, "no licence"),
        (load, "it could not go on from the saved state: another format"),
        (describe, "its version is longer than 32 letters, digits and `.+-`, or other text"),
    ];
    for (version, why) in expected {
        let driven = replaced_by(version);
        assert_eq!(driven.lrs, [0.05; 10], "{why}");
        assert_eq!(swaps(&driven)[0]["kept-because"], why);
        assert_eq!(saved(&driven), 10, "{why}");
        assert!(driven.seen.of("fault").is_empty(), "it is nobody's fault that runs");
    }
}

/// Others have relied on what it said.
#[test]
fn a_new_version_that_asks_for_more_or_is_another_one_waits_for_the_next_run() {
    let good = Version::scaling(0.25);
    let mut more = good.clone();
    more.descriptor.wants.push("control".into());
    let mut params = good.clone();
    params.descriptor.params.push(Param {
        name: "x".into(),
        doc: String::new(),
        default: Value::Flag(true),
        min: None,
        max: None,
        choices: Vec::new(),
    });
    let mut other = good.clone();
    other.descriptor.name = "other".into();
    let mut reports = good.clone();
    reports
        .plan
        .reports
        .push(callbox::callback::MetricSpec { name: "score".into(), higher_is_better: None });
    let mut owns = good;
    owns.plan.owns.push(HyperName::Lr);
    let expected = [
        (more, "it asks for control in addition"),
        (params, "it has other parameters"),
        (other, "it calls itself `other`"),
        (reports, "it reports other metrics"),
        (owns, "it owns other hyper-parameters"),
    ];
    for (version, why) in expected {
        let driven = replaced_by(version);
        let kept = swaps(&driven)[0]["kept-because"].as_str().unwrap().to_owned();
        assert_eq!(kept, format!("{why}; it takes part from the next run on"));
        assert_eq!(driven.lrs, [0.05; 10]);
    }
}

#[test]
fn a_file_that_comes_takes_part_and_one_that_goes_takes_its_factor_with_it() {
    let goes = || Change::Went("plugins/scaler.wasm".into());
    let driven = Drive::default()
        .change(2, Version::scaling(0.5).comes())
        .change(5, goes())
        .change(8, Version::scaling(0.5).comes())
        .run();
    let expected = [[0.1; 2].as_slice(), &[0.05; 3], &[0.1; 3], &[0.05; 2]].concat();
    assert_eq!(driven.lrs, expected);
    let ends: Vec<(bool, bool)> =
        swaps(&driven).iter().map(|s| (s["before"].is_string(), s["after"].is_string())).collect();
    assert_eq!(ends, [(false, true), (true, false), (false, true)]);
    assert_eq!(saved(&driven), 5, "it goes on from what it saved when it went");
    assert_eq!(driven.gone.len(), 1);
    assert_eq!(driven.seen.of("joined").len(), 2, "each time with its powers");
}

#[test]
fn a_newcomer_loses_every_conflict() {
    let owner = |name: &str, source: &str| {
        let mut version = Version::scaling(0.5);
        version.descriptor.name = name.to_owned();
        version.plan.owns.push(HyperName::Lr);
        Candidate { source: source.to_owned(), file: Some(source.into()), ..version.dropped() }
    };
    let second = Change::Came(Box::new(owner("second", "plugins/second.wasm")));
    let driven =
        Drive::default().native(owner("first", "plugins/first.wasm")).change(1, second).run();
    assert_eq!(driven.handler.members().len(), 1);
    let notice = driven.seen.texts("notice", "text").join("\n");
    assert!(
        notice.starts_with("plugins/second.wasm: left out: `first` owns lr already; remove one"),
        "{notice}"
    );
}

#[test]
fn a_newcomer_with_metrics_of_its_own_waits() {
    let mut reports = Version::scaling(0.5);
    let spec = callbox::callback::MetricSpec { name: "score".into(), higher_is_better: None };
    reports.plan.reports.push(spec);
    let driven = Drive::default().change(1, reports.comes()).run();
    assert!(driven.handler.members().is_empty());
    let notice = driven.seen.texts("notice", "text").join("\n");
    assert!(notice.contains("it takes part from the next run on"), "{notice}");
}

/// Somebody else's `every` goes on counting where it was.
#[test]
fn a_swap_disturbs_nobody_else() {
    let every = |change: Option<Change>| {
        let mut other = Version::scaling(0.9);
        other.descriptor.name = "other".into();
        other.plan.subscriptions[0].every = 3;
        let other = Candidate { file: Some("plugins/other.wasm".into()), ..other.dropped() };
        let drive = Drive::default().native(other).native(Version::scaling(0.5).dropped());
        let driven = match change {
            Some(change) => drive.change(4, change).run(),
            None => drive.run(),
        };
        let signals = driven.seen.of("signal");
        let own = signals.into_iter().filter(|signal| signal["plugin"] == "other");
        own.map(|signal| signal["at"]["iteration"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(every(Some(Version::scaling(0.25).comes())), every(None));
}

/// Written again as it was: nothing happens, and nothing is said.
#[test]
fn the_same_file_again_is_no_change() {
    let driven = replaced_by(Version::scaling(0.5));
    assert!(swaps(&driven).is_empty());
    assert_eq!(saved(&driven), 10);
}

#[test]
fn what_cannot_be_used_is_told_and_changes_nothing() {
    let source = "plugins/scaler.wasm".to_owned();
    let why = "the file is empty".to_owned();
    let change = Change::Unusable { file: "plugins/scaler.wasm".into(), source, why };
    let driven = Drive::default().native(Version::scaling(0.5).dropped()).change(3, change).run();
    let notice = driven.seen.texts("notice", "text").join("\n");
    assert_eq!(notice, "plugins/scaler.wasm: the file is empty; the old one goes on");
    assert_eq!(driven.lrs, [0.05; 10]);
}

/// What the run file names stays as it is, whatever lies in a folder.
#[test]
fn only_dropped_files_are_replaced() {
    let named = Candidate { standing: Standing::Named, ..Version::scaling(0.5).dropped() };
    let gone = Change::Went("plugins/scaler.wasm".into());
    let driven = Drive::default().native(named).change(2, gone).run();
    assert_eq!(driven.lrs, [0.05; 10]);
}

/// Words for people leave out what cannot be seen; a file whose name only looks the same is another.
#[test]
fn a_file_is_known_by_its_path_not_by_how_it_reads() {
    let twin = Version::scaling(0.25).dropped();
    let twin = Candidate { file: Some("plugins/scaler\u{200b}.wasm".into()), ..twin };
    let driven = Drive::default()
        .native(Version::scaling(0.5).dropped())
        .change(2, Change::Came(Box::new(twin)))
        .run();
    assert_eq!(driven.lrs, [0.05; 10]);
    let notice = driven.seen.texts("notice", "text").join("\n");
    assert!(notice.contains("has this name already"), "{notice}");
}

/// At its own file, with a name of its own.
fn called(name: &str, owns: bool) -> Candidate {
    let mut version = Version::scaling(0.5);
    version.descriptor.name = name.to_owned();
    if owns {
        version.plan.owns.push(HyperName::Lr);
    }
    let source = format!("plugins/{name}.wasm");
    Candidate { file: Some(source.clone().into()), source, ..version.dropped() }
}

/// A file that is renamed goes, and comes as another.
#[test]
fn what_has_gone_leaves_its_name_and_what_it_owned() {
    let came = |candidate| Change::Came(Box::new(candidate));
    let renamed = Candidate { file: Some("plugins/b.wasm".into()), ..called("a", true) };
    let driven = Drive::default()
        .native(called("a", true))
        .change(2, Change::Went("plugins/a.wasm".into()))
        .change(4, came(renamed))
        .change(6, came(called("a", true)))
        .run();
    assert_eq!(driven.lrs[4..], [0.05; 6], "its factor is in effect again");
    assert_eq!(driven.handler.members().len(), 2);
    let notice = driven.seen.texts("notice", "text").join("\n");
    assert_eq!(notice, "plugins/a.wasm: left out: another plugin is called `a` by now");
}

/// The run file's preference holds for those who come later as well.
#[test]
fn a_newcomer_does_not_own_what_the_run_file_gives_to_another() {
    let owners = vec![(HyperName::Lr, "first".to_owned())];
    let rules = callbox::callback::Rules { owners, ..Default::default() };
    let driven = Drive::default()
        .native(called("first", true))
        .rules(rules)
        .change(1, Change::Came(Box::new(called("second", true))))
        .run();
    let second = &driven.handler.members()[1];
    assert_eq!(second.overruled, [(HyperName::Lr, "first".to_owned())]);
    assert!(driven.handler.members()[0].overruled.is_empty());
}
