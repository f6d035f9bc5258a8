//! A user's parameter values, checked against what a callback declares before it sees them.

use super::{Param, Setting, Value};
use crate::nearest::nearest;

/// Every parameter with the user's value or its default, in the declared order.
///
/// # Errors
/// One sentence: an unknown name with the nearest known one, a wrong type, or a value out of
/// bounds, with what was expected.
pub fn settle(params: &[Param], given: &[(String, Value)]) -> Result<Vec<Setting>, String> {
    if let Some((unknown, _)) =
        given.iter().find(|(name, _)| params.iter().all(|p| p.name != *name))
    {
        return Err(unknown_parameter(params, unknown));
    }
    params.iter().map(|param| settle_one(param, given)).collect()
}

fn settle_one(param: &Param, given: &[(String, Value)]) -> Result<Setting, String> {
    let value = match given.iter().find(|(name, _)| *name == param.name) {
        None => param.default.clone(),
        Some((_, value)) => {
            let value = convert(param, value)?;
            param.check(&value)?;
            value
        }
    };
    Ok(Setting { name: param.name.clone(), value })
}

fn unknown_parameter(params: &[Param], unknown: &str) -> String {
    let known: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
    match (nearest(unknown, known.iter().copied()), known.as_slice()) {
        (Some(near), _) => format!("no parameter `{unknown}`; did you mean `{near}`?"),
        (None, []) => format!("no parameter `{unknown}`: it has none"),
        (None, known) => format!("no parameter `{unknown}`; it has {}", known.join(", ")),
    }
}

/// A whole number is a number, and one element a list: TOML writes `3` where `3.0` is meant.
fn convert(param: &Param, value: &Value) -> Result<Value, String> {
    #[allow(clippy::cast_precision_loss, reason = "a user's parameter is far below 2^53")]
    let converted = match (&param.default, value) {
        (Value::Number(_), Value::Integer(n)) => Value::Number(*n as f64),
        (Value::Numbers(_), Value::Integer(n)) => Value::Numbers(vec![*n as f64]),
        (Value::Numbers(_), Value::Number(x)) => Value::Numbers(vec![*x]),
        (Value::Texts(_), Value::Text(text)) => Value::Texts(vec![text.clone()]),
        // An empty TOML array has no type of its own.
        (Value::Texts(_), Value::Numbers(none)) if none.is_empty() => Value::Texts(Vec::new()),
        (Value::Numbers(_), Value::Texts(none)) if none.is_empty() => Value::Numbers(Vec::new()),
        (expected, given) if expected.kind() == given.kind() => given.clone(),
        (expected, given) => {
            return Err(format!(
                "parameter `{}` is {given}; expected {}",
                param.name,
                expected.kind()
            ));
        }
    };
    Ok(converted)
}

impl Param {
    /// Whether a value of its type is within its bounds, or among its choices.
    ///
    /// # Errors
    /// The value, and what was expected.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        match value {
            #[allow(clippy::cast_precision_loss, reason = "bounds are compared, not computed with")]
            Value::Integer(n) => check_number(self, *n as f64),
            Value::Number(x) => check_number(self, *x),
            Value::Numbers(all) => all.iter().try_for_each(|x| check_number(self, *x)),
            Value::Text(text) => check_choice(self, text),
            Value::Texts(all) => all.iter().try_for_each(|text| check_choice(self, text)),
            Value::Flag(_) => Ok(()),
        }
    }
}

fn check_number(param: &Param, x: f64) -> Result<(), String> {
    let least = param.min.unwrap_or(f64::NEG_INFINITY);
    let greatest = param.max.unwrap_or(f64::INFINITY);
    if x.is_finite() && least <= x && x <= greatest {
        return Ok(());
    }
    let expected = match (param.min, param.max) {
        (None, None) => "a finite number".to_owned(),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
    };
    Err(format!("parameter `{}` is {x}; expected {expected}", param.name))
}

fn check_choice(param: &Param, text: &str) -> Result<(), String> {
    if param.choices.is_empty() || param.choices.iter().any(|choice| choice == text) {
        return Ok(());
    }
    Err(format!(
        "parameter `{}` is {text:?}; expected one of {}",
        param.name,
        param.choices.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience() -> Param {
        Param {
            name: "patience".into(),
            doc: String::new(),
            default: Value::Integer(3),
            min: Some(0.0),
            max: Some(100.0),
            choices: vec![],
        }
    }

    fn settle_patience(name: &str, value: Value) -> Result<Vec<Setting>, String> {
        settle(&[patience()], &[(name.to_owned(), value)])
    }

    #[test]
    fn a_default_fills_what_is_not_given() {
        let settings = settle(&[patience()], &[]).unwrap();
        assert_eq!(settings, [Setting { name: "patience".into(), value: Value::Integer(3) }]);
    }

    #[test]
    fn each_mistake_is_named_with_its_remedy() {
        let errors = [
            settle_patience("patiense", Value::Integer(1)),
            settle_patience("patience", Value::Integer(-1)),
            settle_patience("patience", Value::Text("five".into())),
            settle_patience("zzz", Value::Integer(1)),
        ]
        .map(Result::unwrap_err);
        assert_eq!(
            errors,
            [
                "no parameter `patiense`; did you mean `patience`?",
                "parameter `patience` is -1; expected 0 to 100",
                "parameter `patience` is \"five\"; expected a whole number",
                "no parameter `zzz`; it has patience",
            ]
        );
    }

    #[test]
    fn a_whole_number_is_a_number() {
        let param = Param { default: Value::Number(0.5), min: None, max: None, ..patience() };
        let settings = settle(&[param], &[("patience".into(), Value::Integer(2))]).unwrap();
        assert_eq!(settings[0].value, Value::Number(2.0));
    }

    #[test]
    fn not_finite_is_out_of_bounds() {
        let param = Param { default: Value::Number(0.5), min: None, max: None, ..patience() };
        assert!(settle(&[param], &[("patience".into(), Value::Number(f64::NAN))]).is_err());
    }
}
