//! Boxes are those of the paper's code, given its draws: `tests/oracle/images.json`.

use callbox_sdk::testing;
use serde_json::Value;

use super::*;

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

#[test]
fn boxes_are_the_papers() {
    let oracle: Value =
        serde_json::from_str(include_str!("../../../../tests/oracle/images.json")).expect("JSON");
    let boxes = oracle["boxes"].as_array().expect("boxes");
    assert_eq!(boxes.len(), 28);
    for case in boxes {
        let (sides, middle) = (numbers(&case["sides"]), numbers(&case["middle"]));
        let (lam, kept) = (number(&case["lam"]), number(&case["kept"]));
        let share = (1.0 - lam).sqrt();
        // The middle of the drawn pixel.
        let drawn = [0, 1].map(|axis| (middle[axis] + 0.5) / sides[axis]);
        let ranges = [0, 1].map(|axis| cut(sides[axis] as u64, share, drawn[axis]));
        let found = ranges.clone().map(|range| vec![range.start as f64, range.end as f64]);
        assert_eq!(found, [numbers(&case["rows"]), numbers(&case["columns"])], "{case}");
        let given = part([&ranges[0], &ranges[1]], [sides[0] as u64, sides[1] as u64]);
        assert!((1.0 - given - kept).abs() < 1e-12, "{case}");
    }
}

#[test]
fn it_asks_for_training_inputs_alone() {
    let run = Run { class_counts: vec![5; 3], ..testing::run() };
    let plugin = Cutmix::start(&run, Params::default()).expect("any run will do");
    assert_eq!((plugin.alpha, plugin.classes), (1.0, 3));
    let plan = plugin.plan();
    assert!(plan.transforms.input && !plan.transforms.in_validation);
}
