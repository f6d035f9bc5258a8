//! Weights are the papers' formulas: `tests/oracle/classes.json`.

use callbox_sdk::testing;
use serde_json::Value;

use super::*;

#[test]
fn weights_are_the_formulas() {
    let oracle: Value =
        serde_json::from_str(include_str!("../../../../tests/oracle/classes.json")).expect("JSON");
    let numbers = |value: &Value| -> Vec<f64> {
        value.as_array().expect("a list").iter().map(|n| n.as_f64().expect("a number")).collect()
    };
    let cases = oracle["weights"].as_array().expect("cases");
    assert_eq!(cases.len(), 9);
    for case in cases {
        let counts = numbers(&case["counts"]).into_iter().map(|count| count as u64);
        let run = Run { class_counts: counts.collect(), ..testing::run() };
        for preset in ["inverse", "effective"] {
            let beta = case["beta"].as_f64().expect("a number");
            let params = Params { preset: preset.to_owned(), beta };
            let plugin = ClassBalance::start(&run, params).expect("classes");
            for (weight, expected) in plugin.weights.iter().zip(numbers(&case[preset])) {
                let off = (f64::from(*weight) / expected - 1.0).abs();
                assert!(off < 1e-6, "{preset} {case}: {weight} is not {expected}");
            }
        }
    }
}

#[test]
fn a_class_without_samples_weighs_nothing() {
    let run = |class_counts| Run { class_counts, ..testing::run() };
    let plugin = ClassBalance::start(&run(vec![2, 0, 4]), Params::default()).expect("two classes");
    assert_eq!(plugin.weights, [0.5, 0.0, 0.25]);
    for none in [vec![], vec![7], vec![0, 7]] {
        let refused = ClassBalance::start(&run(none), Params::default());
        assert!(refused.is_err_and(|why| why.contains("it takes two classes")));
    }
    let flat = Params { preset: "effective".to_owned(), beta: 0.0 };
    let plugin = ClassBalance::start(&run(vec![2, 400]), flat).expect("two classes");
    assert_eq!(plugin.weights, [1.0, 1.0]);
}
