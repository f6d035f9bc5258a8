use callbox_sdk::testing;
use callbox_sdk::types::Grant;

use serde_json::Value as Json;

use super::*;

/// A parameter that the reference leaves alone is left alone.
fn params(json: &Json) -> Params {
    let mut params = Params::default();
    for (name, value) in json.as_object().expect("a table") {
        let number = || value.as_f64().expect("a number");
        match name.as_str() {
            "preset" => params.preset = value.as_str().expect("a text").to_owned(),
            "mode" => params.mode = value.as_str().expect("a text").to_owned(),
            "factor" => params.factor = number(),
            "patience" => params.patience = value.as_i64().expect("a number"),
            "min-delta" => params.min_delta = number(),
            "cooldown" => params.cooldown = number() as u32,
            "min-factor" => params.min_factor = number(),
            other => panic!("{other}"),
        }
    }
    params
}

/// One epoch with a whole validation; the factor, if it changed.
fn epoch(plugin: &mut ReduceOnPlateau, value: f64) -> Option<f64> {
    plugin.on_valid_end(&testing::state()).expect("an answer");
    end_epoch(plugin, value)
}

fn end_epoch(plugin: &mut ReduceOnPlateau, value: f64) -> Option<f64> {
    let state = State { monitored: vec![value], ..testing::state() };
    match &plugin.on_epoch_end(&state).expect("an answer")[..] {
        [] => None,
        [Signal::SetHyper(update)] => {
            assert_eq!(signal::scale(HyperName::Lr, update.value), Signal::SetHyper(*update));
            Some(update.value)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_factors_are_the_references() {
    let json = include_str!("../../../../tests/oracle/schedules.json");
    let json: Json = serde_json::from_str(json).expect("JSON");
    for plateau in json["plateaus"].as_array().expect("a list") {
        let params = params(&plateau["params"]);
        let mut plugin = ReduceOnPlateau::start(&testing::run(), params.clone()).expect("a start");
        let (mut factor, mut moved) = (1.0, 0);
        let column = |name: &str| plateau[name].as_array().expect("a list").iter();
        for (value, expected) in column("values").zip(column("factors")) {
            // After every epoch another one is made of what this one saved.
            let mut next =
                ReduceOnPlateau::start(&testing::run(), params.clone()).expect("a start");
            next.load(&plugin.save().expect("bytes")).expect("the same bytes");
            plugin = next;
            if let Some(changed) = epoch(&mut plugin, value.as_f64().unwrap_or(f64::NAN)) {
                (factor, moved) = (changed, moved + 1);
            }
            let expected = expected.as_f64().expect("a number");
            assert!(
                (factor / expected - 1.0).abs() < 1e-12,
                "{factor} is not {expected}: {params:?}"
            );
        }
        assert!(moved > 0, "{params:?}");
    }
}

#[test]
fn it_goes_down_to_the_least_factor_and_no_further() {
    let params = Params { min_factor: 0.01, ..Params::default() };
    let mut plugin = ReduceOnPlateau::start(&testing::run(), params).expect("a start");
    let factors: Vec<f64> = (0..9).filter_map(|_| epoch(&mut plugin, 1.0)).collect();
    assert_eq!(factors.len(), 3);
    assert_eq!(factors[2], 0.01);
}

#[test]
fn it_stays_above_the_least_that_is_granted() {
    let granted = vec![Grant { power: "lr".to_owned(), min: Some(0.0001), max: None }];
    let run = Run { granted, ..testing::run() };
    let mut plugin = ReduceOnPlateau::start(&run, Params::default()).expect("a start");
    let factors: Vec<f64> = (0..9).filter_map(|_| epoch(&mut plugin, 1.0)).collect();
    assert_eq!(factors.len(), 2, "lr 0.01 becomes 0.002, 0.0004, and not 0.00008");
}

#[test]
fn an_epoch_without_a_whole_validation_does_not_count() {
    let mut plugin = ReduceOnPlateau::start(&testing::run(), Params::default()).expect("a start");
    assert_eq!(epoch(&mut plugin, 1.0), None);
    assert_eq!(end_epoch(&mut plugin, 2.0), None, "there was no validation");
    let partial = State { partial: true, monitored: vec![2.0], ..testing::state() };
    plugin.on_valid_end(&partial).expect("an answer");
    assert_eq!(plugin.on_epoch_end(&partial), Ok(vec![]));
    assert_eq!(epoch(&mut plugin, 2.0), Some(0.2));

    let train = Params { monitor: "train-loss".to_owned(), ..Params::default() };
    let run = Run { valid_batches: None, ..testing::run() };
    let mut plugin = ReduceOnPlateau::start(&run, train).expect("it needs no validation");
    assert_eq!([1.0, 2.0].map(|value| end_epoch(&mut plugin, value)), [None, Some(0.2)]);
    let refusal = ReduceOnPlateau::start(&run, Params::default()).err();
    assert!(refusal.is_some_and(|why| why.contains("monitor train-loss")));
}

#[test]
fn a_run_that_goes_on_keeps_its_factor() {
    let mut before = ReduceOnPlateau::start(&testing::run(), Params::default()).expect("a start");
    assert_eq!(before.on_train_begin(&testing::state()), Ok(vec![]));
    assert_eq!([1.0, 2.0].map(|value| epoch(&mut before, value)), [None, Some(0.2)]);
    let mut after = ReduceOnPlateau::start(&testing::run(), Params::default()).expect("a start");
    after.load(&before.save().expect("bytes")).expect("the same bytes");
    let first = after.on_train_begin(&testing::state());
    assert_eq!(first, Ok(vec![signal::scale(HyperName::Lr, 0.2)]));
    assert!(after.load(&[1, 2, 3]).is_err());
}

#[test]
fn the_metric_says_which_direction_is_better() {
    let sign = |monitor: &str, mode: &str| {
        let params =
            Params { monitor: monitor.to_owned(), mode: mode.to_owned(), ..Params::default() };
        ReduceOnPlateau::start(&testing::run(), params).expect("a start").sign
    };
    assert_eq!([sign("valid-loss", "auto"), sign("accuracy", "auto")], [1.0, -1.0]);
    assert_eq!([sign("valid-loss", "max"), sign("accuracy", "min")], [-1.0, 1.0]);
    assert_eq!([sign("top5-error", "auto"), sign("f1", "auto")], [1.0, -1.0]);
}
