//! Golden values: `tests/oracle/averages.py`. Whether a step was made is tested in a training.

use callbox_sdk::testing;
use callbox_sdk::types::SlotOp;
use serde_json::Value as Json;

use super::*;

fn start(params: Params) -> Ema {
    Ema::start(&testing::run(), Params { assume_steps: true, ..params }).expect("any run will do")
}

/// A step that ends with this weight, and what the host makes of the average.
fn step(ema: &mut Ema, weight: f64, average: &mut f64) {
    for signal in ema.on_step_end(&testing::state()).expect("an answer") {
        let Signal::Slot(SlotOp::Blend((_, part))) = signal else { panic!("{signal:?}") };
        let before = if average.is_nan() { weight } else { *average };
        *average = before + part * (weight - before);
    }
}

fn numbers(list: &Json) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

#[test]
fn the_averages_are_pytorchs() {
    let oracle = include_str!("../../../../tests/oracle/averages.json");
    let oracle: Json = serde_json::from_str(oracle).expect("a file of ours");
    for case in oracle["ema"].as_array().expect("cases") {
        let decay = case["decay"].as_f64().expect("a number");
        let mut ema = start(Params { decay, ramp: case["ramp"] == true, ..Params::default() });
        let mut average = f64::NAN;
        for (value, expected) in numbers(&oracle["values"]).iter().zip(numbers(&case["averages"])) {
            step(&mut ema, *value, &mut average);
            assert!((average - expected).abs() < 1e-14, "{average} is not {expected}");
        }
    }
}

#[test]
fn an_update_every_few_steps() {
    let mut ema = start(Params { decay: 0.5, every: 3, ..Params::default() });
    let mut average = f64::NAN;
    let found = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(|weight| {
        step(&mut ema, weight, &mut average);
        average
    });
    assert!(found[1].is_nan());
    assert_eq!(found[2..], [3.0, 3.0, 3.0, 4.5]);
}

#[test]
fn it_validates_and_ends_with_what_there_is() {
    let mut ema = start(Params::default());
    let state = testing::state();
    assert_eq!(ema.on_valid_begin(&state), Ok(vec![]), "before the first step");
    assert_eq!(ema.on_finish(&state, &Outcome::Completed), Ok(vec![]));
    step(&mut ema, 1.0, &mut f64::NAN.clone());
    assert_eq!(ema.on_valid_begin(&state), Ok(vec![signal::evaluate_with("average")]));
    let adopt = Ok(vec![signal::adopt("average")]);
    assert_eq!(ema.on_finish(&state, &Outcome::Stopped(vec![])), adopt);
    assert_eq!(ema.on_finish(&state, &Outcome::Failed("disk".to_owned())), Ok(vec![]));

    // One that broke goes on with its slot; in a resumed run it is gone.
    let mut copy = start(Params::default());
    copy.load(&ema.save().expect("bytes")).expect("the same bytes");
    assert_eq!(copy.on_finish(&state, &Outcome::Completed), adopt);
    assert_eq!(copy.on_train_begin(&state), Ok(vec![]));
    assert_eq!(copy.on_finish(&state, &Outcome::Completed), Ok(vec![]));
    let mut thrown = start(Params { keep: false, ..Params::default() });
    step(&mut thrown, 1.0, &mut f64::NAN.clone());
    assert_eq!(thrown.on_finish(&state, &Outcome::Completed), Ok(vec![]));
}

#[test]
fn it_is_called_for_what_it_does() {
    let hooks = |params| start(params).plan().subscriptions.iter().map(|at| at.hook).collect();
    let all: Vec<Hook> = hooks(Params::default());
    assert_eq!(all, [Hook::TrainBegin, Hook::StepEnd, Hook::ValidBegin]);
    let few: Vec<Hook> = hooks(Params { evaluate: false, ..Params::default() });
    assert_eq!(few, [Hook::TrainBegin, Hook::StepEnd]);
}
