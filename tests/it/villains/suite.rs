//! Each villain runs twice through a real training. With no powers, the numbers are those of a run
//! without it, byte for byte; with a stranger's, every hyper-parameter stays inside its bounds. In
//! both, what it took comes back, and what the user reads is one clean sentence.

use std::collections::HashMap;
use std::sync::Arc;

use callbox::callback::{DEFAULT_POWERS, Hook, Hyper, Rules};
use callbox::plugin::{Engine, Limits, Prepared};
use callbox::train::optim::{OptimConfig, OptimKind};
use callbox_tests::villains::{End, Source, Villain, theme, themes};
use callbox_tests::{MemberSpec, Trained, Training, prepared, shared};

/// At least so many villains, of at least so many kinds.
#[test]
fn there_are_enough_of_them_and_no_two_have_a_name() {
    let all: Vec<Villain> = themes().into_iter().flat_map(|(_, villains)| villains).collect();
    let mut names: Vec<&str> = all.iter().map(|villain| villain.name.as_str()).collect();
    assert!(names.len() > 250, "{} villains", names.len());
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// Each file of `guests/wat` is one of them.
#[test]
fn no_file_is_left_out() {
    let all: Vec<String> =
        themes().into_iter().flat_map(|(_, all)| all).map(|villain| villain.name).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/guests/wat");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(all.contains(&name), "{name} is in no list");
    }
}

/// Met without a word, or at a moment that another test looks at: `thefts`, `time`, `output`, `bombs`,
/// `conformance`.
const MET_ELSEWHERE: [&str; 9] = [
    "compile-mib",
    "device-mib",
    "host-ms",
    "host-operations",
    "load-ms",
    "log-kib",
    "log-run-mib",
    "read-elements",
    "share-percent",
];

/// Each limit has a villain that meets it, and the user reads its key.
#[test]
fn every_limit_has_a_villain() {
    let all: Vec<Villain> = themes().into_iter().flat_map(|(_, villains)| villains).collect();
    let limits = format!("{:?}", Limits::default());
    let fields = limits.split(['{', ',']).skip(1);
    let keys: Vec<String> = fields
        .map(|field| field.split(':').next().unwrap().trim().replace('_', "-"))
        .filter(|key| !MET_ELSEWHERE.contains(&key.as_str()))
        .collect();
    assert!(keys.len() >= 19, "{keys:?}");
    for key in keys {
        let quoted = format!("`{key}`");
        let limited = format!("{key} = ");
        let meets = |villain: &Villain| {
            villain.says.contains(&quoted)
                // A refusal says the number, and the key only in its advice.
                || (villain.ends == End::Refused && villain.limits.contains(&limited))
        };
        assert!(all.iter().any(meets), "no villain meets {quoted}");
    }
}

macro_rules! twice {
    ($($theme:ident)+) => {
        $(#[test]
        fn $theme() {
            run_twice(stringify!($theme));
        })+
    };
}
twice! { time memory traps output values tensors names control load }

/// What a training came to.
struct Ran {
    trained: Trained,
    /// Bits of the losses of every batch.
    losses: Vec<[u64; 2]>,
    /// Hyper-parameters at every batch's end.
    hypers: Vec<Hyper>,
}

/// Six batches of training, two validations; every hyper-parameter is there.
fn train(villain: Option<MemberSpec>, powers: Vec<String>) -> Ran {
    let (losses, hypers) = (shared::<Vec<[u64; 2]>>(), shared::<Vec<Hyper>>());
    let (to_losses, to_hypers) = (Arc::clone(&losses), Arc::clone(&hypers));
    let adam = OptimConfig::new(OptimKind::Adam);
    let training = Training::default()
        .optimizer(|optimizer| {
            *optimizer = OptimConfig { lr: Some(0.01.into()), wd: Some(0.01.into()), ..adam };
        })
        .spec(|spec| spec.max_steps = Some(6))
        .rules(Rules { default_powers: powers, ..Rules::default() })
        .scripted_as("recorder", move |hook, state| {
            if hook == Hook::BatchEnd {
                let seen = state.losses.map(|losses| [losses.raw.to_bits(), losses.last.to_bits()]);
                to_losses.lock().unwrap().extend(seen);
            }
            to_hypers.lock().unwrap().extend(state.hypers);
            Vec::new()
        });
    let trained = match villain {
        Some(villain) => training.and(villain).run(),
        None => training.run(),
    };
    let losses = std::mem::take(&mut *losses.lock().unwrap());
    let hypers = std::mem::take(&mut *hypers.lock().unwrap());
    Ran { trained, losses, hypers }
}

/// Compiles each guest once.
struct Workshop {
    engine: Engine,
    done: HashMap<&'static str, Prepared>,
}

impl Workshop {
    fn make(&mut self, villain: &Villain) -> Result<Prepared, String> {
        let Source::Rust(guest) = villain.source else { return self.compile(villain) };
        if let Some(done) = self.done.get(guest) {
            return Ok(done.clone());
        }
        let made = self.compile(villain)?;
        self.done.insert(guest, made.clone());
        Ok(made)
    }

    fn compile(&self, villain: &Villain) -> Result<Prepared, String> {
        let limits = villain.limits_in_effect();
        Prepared::from_bytes(&self.engine, None, villain.file(), &limits)
            .map_err(|refusal| refusal.to_string())
    }
}

fn member(villain: &Villain, made: &Prepared) -> MemberSpec {
    let member = prepared(made.clone(), &villain.name).limits(villain.limits_in_effect());
    villain.params.iter().fold(member, |member, (name, value)| member.with(name, value.clone()))
}

fn run_twice(name: &str) {
    let mut workshop = Workshop { engine: Engine::new().unwrap(), done: HashMap::new() };
    let alone = train(None, Vec::new());
    assert!(alone.losses.len() >= 8 && alone.hypers.len() > 6, "there is something to compare");
    let mut complaints = Vec::new();
    for villain in theme(name) {
        let found = match (workshop.make(&villain), villain.ends) {
            (Err(text), End::Refused) => told(&text, &villain.says),
            (Err(text), _) => vec![format!("it is refused: {text}")],
            (Ok(_), End::Refused) => vec!["it was not refused".to_owned()],
            (Ok(made), _) => {
                let mut found = powerless(&villain, &made, &alone);
                found.extend(as_a_stranger(&villain, &made));
                found
            }
        };
        complaints.extend(found.iter().map(|complaint| format!("{}: {complaint}", villain.name)));
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// Without a power, nobody can tell that it was there.
fn powerless(villain: &Villain, made: &Prepared, alone: &Ran) -> Vec<String> {
    let ran = train(Some(member(villain, made)), Vec::new());
    let mut complaints = came_back(&ran, made);
    let members = ran.trained.callbacks.handler().members().len();
    if members == 1 && villain.ends != End::LeftOut {
        complaints.push("without powers it takes no part".to_owned());
    }
    let mut demand = |same: bool, what: &str| {
        if !same {
            complaints.push(format!("without powers it changes {what}"));
        }
    };
    demand(ran.losses == alone.losses, "losses");
    demand(ran.hypers == alone.hypers, "hyper-parameters");
    demand(ran.trained.bits() == alone.trained.bits(), "weights");
    demand(ran.trained.outcome.is_ok(), "how the run ends");
    drop(ran);
    complaints.extend(gone(made));
    complaints
}

/// With a stranger's powers it does what it may, and is told what it may not.
fn as_a_stranger(villain: &Villain, made: &Prepared) -> Vec<String> {
    let powers = DEFAULT_POWERS.iter().chain(&villain.grants).map(|power| (*power).to_owned());
    let ran = train(Some(member(villain, made)), powers.collect());
    let mut complaints = came_back(&ran, made);
    if let Err(error) = &ran.trained.outcome {
        complaints.push(format!("it ends the run: {error}"));
    }
    complaints.extend(ran.hypers.iter().filter_map(out_of_bounds).take(1));
    complaints.extend(end(villain, &ran.trained));
    drop(ran);
    complaints.extend(gone(made));
    complaints
}

/// What the user reads of its end.
fn end(villain: &Villain, trained: &Trained) -> Vec<String> {
    let (notices, faults) = (trained.seen.texts("notice", "text"), trained.faults());
    let kinds = trained.seen.texts("fault", "kind");
    let unclean = notices.iter().chain(&faults).flat_map(|text| clean(text));
    let mut complaints: Vec<String> = unclean.collect();
    let left_out = notices.iter().find(|text| text.starts_with("left out: plugin `"));
    match (villain.ends, left_out) {
        (End::LeftOut, Some(text)) => complaints.extend(told(text, &villain.says)),
        (End::LeftOut, None) => complaints.push(format!("it was not left out: {faults:?}")),
        (_, Some(text)) => complaints.push(format!("it was left out: {text}")),
        (End::Fault(kind), None) => match kinds.first() {
            Some(first) if first == kind => complaints.extend(told(&faults[0], &villain.says)),
            _ => complaints.push(format!("its faults are {kinds:?} {:?}", faults.first())),
        },
        (_, None) if faults.is_empty() => {}
        (_, None) => complaints.push(format!("it is blamed: {:?} {:?}", kinds[0], faults[0])),
    }
    complaints
}

fn told(text: &str, says: &str) -> Vec<String> {
    let mut complaints: Vec<String> = clean(text);
    if !text.contains(says) {
        complaints.push(format!("the user reads {text:?}, not {says:?}"));
    }
    complaints
}

/// One line that a terminal can show, of a length that somebody reads.
fn clean(text: &str) -> Vec<String> {
    let harmful = |c: char| {
        c.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    let mut complaints = Vec::new();
    if text.contains(harmful) || text.len() > 4500 || text.is_empty() {
        complaints.push(format!("unreadable, {} bytes: {:.200?}", text.len(), text));
    }
    if text.ends_with('.') || text.starts_with(char::is_uppercase) {
        complaints.push(format!("not as the house writes: {text:?}"));
    }
    complaints
}

/// What a dropped file may make of 0.01, 0.01, 0.9 and 0.999.
fn out_of_bounds(hyper: &Hyper) -> Option<String> {
    let within =
        |value: f64, most: f64| value.is_finite() && value.is_sign_positive() && value <= most;
    let below_one =
        |value: Option<f64>| value.is_some_and(|value| within(value, 1.0) && value < 1.0);
    let holds = within(hyper.lr, 0.01 * 10.0)
        && within(hyper.wd, 0.01 * 10.0)
        && below_one(hyper.mom)
        && below_one(hyper.beta);
    (!holds).then(|| format!("out of bounds: {hyper:?}"))
}

/// No tensor lies on any desk, and no more than one sandbox is alive.
fn came_back(ran: &Ran, made: &Prepared) -> Vec<String> {
    let mut complaints = Vec::new();
    let held = ran.trained.callbacks.handler().tensors_held();
    if held > 0 {
        complaints.push(format!("{held} tensors are still held"));
    }
    if made.instances() > 1 {
        complaints.push(format!("it has {} sandboxes", made.instances()));
    }
    complaints
}

/// Nothing of it is left when the run is over.
fn gone(made: &Prepared) -> Option<String> {
    let left = made.instances();
    (left > 0).then(|| format!("{left} sandboxes outlive the run"))
}
