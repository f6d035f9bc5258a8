//! The curves in `plugins/README.md` are what the plugins do. `make tables` draws them.

use std::path::Path;

use callbox::callback::{
    Grant, Hook, Hyper, HyperName, HyperOp, Losses, POWERS, RunInfo, Setting, Signal, State, Value,
};
use callbox::plot::{Axis, Curve, Plot};
use callbox_tests::{member, run_info};

const EPOCHS: u32 = 10;
const BATCHES: u32 = 20;

/// A run of 200 batches, SGD with lr 0.1.
fn run() -> RunInfo {
    let hyper = Hyper { lr: 0.1, mom: Some(0.9), wd: 0.1, beta: None };
    let grant = |power: &str| Grant { power: power.to_owned(), min: None, max: None };
    RunInfo {
        n_epochs: EPOCHS,
        planned_iterations: Some(u64::from(EPOCHS * BATCHES)),
        train_batches: Some(BATCHES.into()),
        hypers: vec![hyper],
        granted: POWERS.map(grant).to_vec(),
        ..run_info()
    }
}

/// What every batch trains with, as the plugin sets or scales it, beginning from 0.1.
fn course(plugin: &str, hyper: HyperName, params: &[(&str, Value)]) -> Vec<(f64, f64)> {
    let mut callback = member(plugin).callback();
    callback.describe().unwrap();
    let setting =
        |(name, value): &(&str, Value)| Setting { name: (*name).to_owned(), value: value.clone() };
    let settings: Vec<Setting> = params.iter().map(setting).collect();
    let plan = callback.start(&run(), &settings).unwrap();
    let listens = |hook| plan.subscriptions.iter().any(|subscription| subscription.hook == hook);
    let (mut value, mut points) = (0.1, Vec::new());
    let mut follow = |signals: &[Signal]| {
        for signal in signals {
            if let Signal::SetHyper(update) = signal
                && update.name == hyper
            {
                value = if update.op == HyperOp::Set { update.value } else { 0.1 * update.value };
            }
        }
        value
    };
    let mut state = State::start();
    state.losses = Some(Losses { raw: 1.0, last: 1.0, smooth: 1.0 });
    let mut now = 0.1;
    let mut event = |hook, state: &State<'_>| {
        if listens(hook) {
            now = follow(&callback.on_event(hook, state).unwrap());
        }
        now
    };
    event(Hook::TrainBegin, &state);
    for batch in 0..EPOCHS * BATCHES {
        state.iteration = batch.into();
        (state.epoch, state.num_batch) = (batch / BATCHES, batch % BATCHES);
        if state.num_batch == 0 {
            event(Hook::EpochBegin, &state);
        }
        points.push((f64::from(batch), event(Hook::BatchBegin, &state)));
        event(Hook::BatchEnd, &state);
        if state.num_batch + 1 == BATCHES {
            event(Hook::EpochEnd, &state);
        }
    }
    points
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn preset(plugin: &str, hyper: HyperName, name: &str) -> Curve {
    let params = [("preset", text(name)), ("lr-max", Value::Number(0.1))];
    Curve { name: name.to_owned(), points: course(plugin, hyper, &params) }
}

fn picture(title: &str, y: &str, curves: Vec<Curve>) -> Plot {
    Plot {
        title: title.to_owned(),
        x: Axis { label: "training batch".to_owned(), is_log: false },
        y: Axis { label: y.to_owned(), is_log: false },
        curves,
        marks: Vec::new(),
    }
}

/// The same picture as in the repository; with UPDATE_TABLES it is drawn anew.
fn hold(name: &str, plot: &Plot) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/pictures").join(name);
    let drawn = plot.svg().unwrap();
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, drawn).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "plugins/pictures/{name} is out of date: make tables");
}

#[test]
fn the_presets_of_one_cycle() {
    let names = ["thread", "fastai1", "fastai2"];
    let curves = |hyper| names.map(|name| preset("one-cycle", hyper, name)).to_vec();
    let lr =
        picture("one-cycle: learning rate, lr-max 0.1", "learning rate", curves(HyperName::Lr));
    hold("one-cycle-lr.svg", &lr);
    let mom = picture("one-cycle: momentum", "momentum", curves(HyperName::Mom));
    hold("one-cycle-mom.svg", &mom);
}

#[test]
fn the_presets_of_the_lr_finder() {
    let curves = [("thread", 200), ("fastai1", 100)].map(|(name, batches)| {
        let params = [("preset", text(name))];
        let mut points = course("lr-finder", HyperName::Lr, &params);
        points.truncate(batches);
        let name = if name == "fastai1" { "fastai1, fastai2" } else { name };
        Curve { name: name.to_owned(), points }
    });
    let mut plot = picture("lr-finder: what it tries", "learning rate", curves.to_vec());
    plot.y.is_log = true;
    hold("lr-finder.svg", &plot);
}

#[test]
fn the_other_schedules() {
    let lr = |plugin: &str, params: &[(&str, Value)]| Curve {
        name: plugin.to_owned(),
        points: course(plugin, HyperName::Lr, params),
    };
    let max = ("lr-max", Value::Number(0.1));

    let curves = vec![
        lr("flat-cos", std::slice::from_ref(&max)),
        lr("cosine-restarts", &[max.clone(), ("cycle-epochs", Value::Integer(2))]),
        lr("polynomial", &[max.clone(), ("power", Value::Number(2.0))]),
        lr("step-decay", &[max, ("every", Value::Integer(3)), ("factor", Value::Number(0.5))]),
        lr("warmup", &[("steps", Value::Integer(40))]),
        lr(
            "phases",
            &[
                ("lengths", Value::Numbers(vec![0.2, 0.8])),
                ("starts", Value::Numbers(vec![0.01, 0.05])),
                ("ends", Value::Numbers(vec![0.05, 0.01])),
                ("annealings", Value::Texts(vec!["linear".to_owned(), "exponential".to_owned()])),
            ],
        ),
    ];

    hold("schedules.svg", &picture("Schedules of the learning rate", "learning rate", curves));
}
