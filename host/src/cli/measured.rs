//! What was measured on some data, to read or to parse.

use serde_json::{Map, Value};

/// For a person, as in `loss 0.1234, accuracy 95.00 %`.
pub(super) fn text(values: &[(String, f64)]) -> String {
    let shown: Vec<String> = values.iter().map(|(name, value)| shown(name, *value)).collect();
    shown.join(", ")
}

fn shown(name: &str, value: f64) -> String {
    if name == "accuracy" {
        format!("accuracy {:.2} %", 100.0 * value)
    } else {
        format!("{name} {value:.4}")
    }
}

/// For a program, by name. What is not a number is null.
pub(super) fn json(values: &[(String, f64)]) -> Map<String, Value> {
    values.iter().map(|(name, value)| (name.clone(), (*value).into())).collect()
}
