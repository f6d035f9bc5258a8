//! Sizes are Composer's: `tests/oracle/images.json`.

use callbox_sdk::testing;
use serde_json::Value;

use super::*;

#[test]
fn sizes_are_composers() {
    let oracle: Value =
        serde_json::from_str(include_str!("../../../../tests/oracle/images.json")).expect("JSON");
    let cases = oracle["sizes"].as_array().expect("cases");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let number = |key: &str| case[key].as_f64().expect("a number");
        let params = Params {
            start: number("start"),
            grow_from: number("delay"),
            full_from: 1.0 - number("finetune"),
            multiple_of: number("increment") as u32,
            ..Params::default()
        };
        let run = Run { planned_iterations: Some(40), ..testing::run() };
        let plugin = ProgressiveResize::start(&run, params).expect("a run of 40 batches");
        let widths =
            (0..40).map(|batch| plugin.side(number("full") as u64, plugin.scale(batch)) as f64);
        let expected: Vec<f64> =
            case["widths"].as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
        assert_eq!(widths.collect::<Vec<_>>(), expected, "{case}");
    }
}

#[test]
fn a_side_is_at_least_one_step_and_at_most_itself() {
    let plugin = |multiple_of| {
        let params = Params { multiple_of, ..Params::default() };
        ProgressiveResize::start(&testing::run(), params).expect("a run of 100 batches")
    };
    assert_eq!(
        [plugin(4).side(8, 0.1), plugin(4).side(6, 0.9), plugin(16).side(8, 0.5)],
        [4, 4, 8]
    );
}

#[test]
fn it_refuses_what_it_could_not_do() {
    let endless = Run { planned_iterations: None, ..testing::run() };
    let refused = ProgressiveResize::start(&endless, Params::default());
    assert_eq!(refused.err().as_deref(), Some("images grow over a run of known length"));
    let backwards = Params { grow_from: 0.9, ..Params::default() };
    let refused = ProgressiveResize::start(&testing::run(), backwards);
    assert!(refused.is_err_and(|why| why.contains("full-from is less")));
    let at_once = Params { grow_from: 0.3, full_from: 0.3, ..Params::default() };
    let plugin = ProgressiveResize::start(&testing::run(), at_once).expect("a step");
    assert_eq!([29, 30].map(|batch| plugin.scale(batch)), [0.5, 1.0]);
}
