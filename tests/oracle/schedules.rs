//! Plays schedules.json to a plugin, in its unit tests: `#[path = "…/tests/oracle/schedules.rs"]
//! mod oracle;`

use callbox_sdk::callback::Callback;
use callbox_sdk::params::Parameters;
use callbox_sdk::testing;
use callbox_sdk::types::{Hyper, HyperName, HyperOp, Run, Setting, Signal, State, Value};
use serde_json::Value as Json;

/// Settings of a plugin from JSON, each of the type that its default has.
fn settings<P: Callback>(params: &Json) -> P::Params {
    let declared = P::Params::declare();
    let value = |name: &str, json: &Json| {
        let param = declared.iter().find(|param| param.name == name).expect("a known parameter");
        let list = || json.as_array().expect("a list").iter();
        match param.default {
            Value::Number(_) => Value::Number(json.as_f64().expect("a number")),
            Value::Integer(_) => Value::Integer(json.as_i64().expect("an integer")),
            Value::Text(_) => Value::Text(json.as_str().expect("a text").to_owned()),
            Value::Flag(_) => Value::Flag(json.as_bool().expect("a flag")),
            Value::Numbers(_) => Value::Numbers(list().filter_map(Json::as_f64).collect()),
            Value::Texts(_) => {
                Value::Texts(list().filter_map(Json::as_str).map(str::to_owned).collect())
            }
        }
    };
    let set =
        |(name, json): (&String, &Json)| Setting { name: name.clone(), value: value(name, json) };
    let settings: Vec<Setting> = params.as_object().expect("a table").iter().map(set).collect();
    P::Params::read(&settings).expect("settings of the right types")
}

/// Two groups: the first has a tenth of the learning rate and no weight decay.
fn run(batches: u64, per_epoch: u64) -> Run {
    let group = |lr, wd| Hyper { lr, mom: Some(0.9), wd, beta: Some(0.99) };
    Run {
        planned_iterations: Some(batches),
        train_batches: Some(per_epoch),
        n_epochs: u32::try_from(batches.div_ceil(per_epoch)).expect("few epochs"),
        hypers: vec![group(0.001, 0.0), group(0.01, 0.1)],
        groups: vec!["body".to_owned(), "head".to_owned()],
        ..testing::run()
    }
}

/// What was last set or scaled, per hyper-parameter: of the last group.
#[derive(Default)]
struct Table([Option<f64>; 4]);

impl Table {
    fn take(&mut self, signals: &[Signal], op: HyperOp) {
        let mut first = None;
        for signal in signals {
            let Signal::SetHyper(update) = signal else { panic!("not a hyper: {signal:?}") };
            assert_eq!(update.op, op);
            match (update.group, first) {
                (Some(0), _) => first = Some(update.value),
                (Some(1), Some(body)) => {
                    let ratio = match update.name {
                        HyperName::Lr => 0.1,
                        HyperName::Wd => 0.0,
                        _ => 1.0,
                    };
                    assert!(
                        (body - ratio * update.value).abs() <= 1e-15,
                        "groups keep their ratios"
                    );
                }
                (group, _) => assert_eq!(group, None),
            }
            self.0[update.name as usize] = Some(update.value);
        }
    }
}

/// Trains on every curve of the plugin. What it is set to must be the reference's for every batch,
/// and nothing is set twice unless `repeats`.
pub(super) fn check<P: Callback>(repeats: bool) {
    let name = P::about().name;
    let json: Json = serde_json::from_str(include_str!("schedules.json")).expect("JSON");
    let curves = json["curves"].as_array().expect("curves").iter();
    let mut played = 0;
    for curve in curves.filter(|curve| curve["plugin"] == name.as_str()) {
        play::<P>(curve, repeats);
        played += 1;
    }
    assert!(played > 0, "no curve of {name}");
}

fn play<P: Callback>(curve: &Json, repeats: bool) {
    let name = curve["name"].as_str().expect("a name");
    let number = |json: &Json| json.as_u64().expect("a count");
    let by_epoch = curve["per"] == "epoch";
    let per_epoch = if by_epoch { 3 } else { number(&curve["run"]["per-epoch"]) };
    let batches = number(&curve["run"]["batches"]) * if by_epoch { 3 } else { 1 };
    let op = if curve["op"] == "scale" { HyperOp::Scale } else { HyperOp::Set };

    let mut plugin =
        P::start(&run(batches, per_epoch), settings::<P>(&curve["params"])).expect(name);
    let mut table = Table::default();
    table.take(&plugin.on_train_begin(&testing::state()).expect(name), op);
    let mut sets = 0;
    for iteration in 0..batches {
        let epoch = u32::try_from(iteration / per_epoch).expect("few epochs");
        let state = State { iteration, epoch, ..testing::state() };
        if iteration % per_epoch == 0 {
            table.take(&plugin.on_epoch_begin(&state).expect(name), op);
        }
        let row = if by_epoch { epoch as usize } else { iteration as usize };
        for (column, hyper) in [("lr", 0), ("mom", 1), ("wd", 2), ("beta", 3)] {
            let Some(values) = curve["values"][column].as_array() else {
                assert!(table.0[hyper].is_none(), "{name}: {column}");
                continue;
            };
            let values: Vec<f64> = values.iter().filter_map(Json::as_f64).collect();
            let greatest = values.iter().copied().fold(0.0, f64::max);
            let near = curve["near"].as_f64().expect("a number") * greatest;
            let found = table.0[hyper].expect("a value");
            assert!(
                (found - values[row]).abs() <= near,
                "{name}, batch {iteration}: {column} {found} is not {}",
                values[row]
            );
        }
        let signals = plugin.on_batch_end(&state).expect(name);
        let before = table.0;
        table.take(&signals, op);
        sets += signals.len();
        assert!(
            repeats || signals.is_empty() || before != table.0,
            "{name}: batch {iteration} sets again what is set"
        );
    }
    assert!(by_epoch || sets > 0, "{name} moves");
}
