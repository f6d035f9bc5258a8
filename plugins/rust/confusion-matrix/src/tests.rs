//! Matrices are scikit-learn's: `tests/oracle/classes.json`.

use callbox_sdk::testing;
use serde_json::Value;

use super::*;

fn start(classes: usize, normalise: &str) -> Result<ConfusionMatrix, String> {
    let run = Run { class_counts: vec![5; classes], ..testing::run() };
    ConfusionMatrix::start(&run, Params { normalise: normalise.to_owned() })
}

fn shown(plugin: &mut ConfusionMatrix, state: &State) -> Option<Vec<f64>> {
    match &plugin.on_valid_end(state).expect("an answer")[..] {
        [Signal::Table(table)] => {
            assert_eq!(table.rows, table.columns);
            Some(table.values.clone())
        }
        _ => None,
    }
}

#[test]
fn matrices_are_scikit_learns() {
    let oracle: Value =
        serde_json::from_str(include_str!("../../../../tests/oracle/classes.json")).expect("JSON");
    for case in oracle["confusion"].as_array().expect("cases") {
        let list = |key: &str| case[key].as_array().expect("a list").clone();
        let whole = |key: &str| list(key).iter().filter_map(Value::as_i64).collect::<Vec<_>>();
        for normalise in ["none", "rows"] {
            let expected: Vec<f64> = list(normalise).iter().filter_map(Value::as_f64).collect();
            let classes = expected.len().isqrt();
            let mut plugin = start(classes, normalise).expect("classes");
            plugin.on_valid_begin(&testing::state()).expect("an answer");
            let (targets, answers) = (whole("targets"), whole("answers"));
            // In two batches.
            plugin.count(&targets[..7], &answers[..7]);
            plugin.count(&targets[7..], &answers[7..]);
            assert_eq!(shown(&mut plugin, &testing::state()), Some(expected), "{normalise}");
        }
    }
}

#[test]
fn what_is_no_class_is_not_counted() {
    let mut plugin = start(2, "none").expect("classes");
    plugin.on_valid_begin(&testing::state()).expect("an answer");
    plugin.count(&[0, -100, 2, 1, 0, i64::MAX, -1], &[1, 0, 0, 1, 2, 0, 3]);
    assert_eq!(shown(&mut plugin, &testing::state()), Some(vec![0.0, 1.0, 0.0, 1.0]));
}

#[test]
fn a_validation_that_was_not_seen_as_a_whole_shows_nothing() {
    let mut plugin = start(2, "none").expect("classes");
    assert_eq!(shown(&mut plugin, &testing::state()), None, "made anew in the middle");
    plugin.on_valid_begin(&testing::state()).expect("an answer");
    plugin.count(&[1], &[1]);
    let partial = State { partial: true, ..testing::state() };
    assert_eq!(shown(&mut plugin, &partial), None);
    plugin.on_valid_begin(&testing::state()).expect("an answer");
    assert_eq!(shown(&mut plugin, &testing::state()), Some(vec![0.0; 4]), "counts start anew");
}

#[test]
fn it_refuses_what_it_could_not_show() {
    for classes in [0, 257] {
        assert!(start(classes, "none").is_err_and(|why| why.contains("1 to 256 classes")));
    }
    let run = Run { valid_batches: None, class_counts: vec![5; 3], ..testing::run() };
    let refused = ConfusionMatrix::start(&run, Params::default());
    assert!(refused.is_err_and(|why| why.starts_with("there is no validation")));
}
