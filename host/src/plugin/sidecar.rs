//! `NAME.toml` beside a dropped `NAME.wasm`: the user's values for the plugin's parameters, and whether it
//! is only observed.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Deserialize;
use toml::Value;

use super::LoadError;
use crate::plain_file::read_at_most;

/// More than anybody writes by hand; what is beyond is not read, and so an error.
const LONGEST: u64 = 64 << 10;

/// What a sidecar says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sidecar {
    /// Values by parameter name, as written; whether the plugin has such a parameter is not known here.
    pub params: BTreeMap<String, ParamValue>,
    /// What the plugin asks for is journaled and has no effect.
    pub observe: bool,
}

/// A parameter's value as a TOML file gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamValue {
    /// true or false.
    Bool(bool),
    /// A whole number; good for a number as well.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Numbers. An empty list is one of these; it is good for texts as well.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    params: toml::Table,
    #[serde(default)]
    mode: Mode,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    #[default]
    Enforce,
    Observe,
}

impl Sidecar {
    pub(super) fn read(path: &Path) -> Result<Sidecar, LoadError> {
        match read_at_most(LONGEST, path) {
            Ok(text) => Sidecar::parse(&String::from_utf8_lossy(&text))
                .map_err(|message| LoadError::Sidecar { path: path.into(), message }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Sidecar::default()),
            Err(source) => Err(LoadError::Read { path: path.into(), source }),
        }
    }

    /// Understands the text of one.
    ///
    /// # Errors
    /// What is wrong, with its line or its key.
    pub fn parse(text: &str) -> Result<Sidecar, String> {
        let written: Written = toml::from_str(text).map_err(|error| located(&error, text))?;
        let values = written.params.iter().map(|(name, value)| {
            let value =
                ParamValue::try_from(value).map_err(|why| format!("params.{name} {why}"))?;
            Ok((name.clone(), value))
        });
        let observe = matches!(written.mode, Mode::Observe);
        Ok(Sidecar { params: values.collect::<Result<_, String>>()?, observe })
    }
}

impl TryFrom<&Value> for ParamValue {
    /// What it is and what it should be, to stand after the parameter's name.
    type Error = String;

    fn try_from(value: &Value) -> Result<ParamValue, String> {
        match value {
            Value::Boolean(value) => Ok(ParamValue::Bool(*value)),
            Value::Integer(value) => Ok(ParamValue::Integer(*value)),
            Value::Float(value) => Ok(ParamValue::Number(*value)),
            Value::String(value) => Ok(ParamValue::Text(value.clone())),
            Value::Array(values) => list(values),
            Value::Datetime(_) | Value::Table(_) => Err(format!(
                "is a {}; a parameter is true or false, a number, a text, or a list of numbers or texts",
                value.type_str()
            )),
        }
    }
}

fn list(values: &[Value]) -> Result<ParamValue, String> {
    let numbers: Option<Vec<f64>> = values.iter().map(number).collect();
    let texts = || values.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<_>>();
    match numbers {
        Some(numbers) => Ok(ParamValue::Numbers(numbers)),
        None => texts()
            .map(ParamValue::Texts)
            .ok_or_else(|| "is a mixed list; a list holds numbers only or texts only".into()),
    }
}

/// Whole numbers beyond 2^53 are rounded, as everywhere where a number is meant.
fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
}

fn located(error: &toml::de::Error, text: &str) -> String {
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let message = crate::text::clean(error.message(), 300);
    match error.span() {
        Some(span) => format!("line {}: {message}", line(span.start)),
        None => message.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_type() {
        let text =
            "[params]\na = true\nb = 3\nc = 0.5\nd = \"x\"\ne = [1, 2.5]\nf = [\"y\"]\ng = []\n";
        let sidecar = Sidecar::parse(text).unwrap();
        let values: Vec<_> = sidecar.params.into_values().collect();
        assert_eq!(
            values,
            [
                ParamValue::Bool(true),
                ParamValue::Integer(3),
                ParamValue::Number(0.5),
                ParamValue::Text("x".into()),
                ParamValue::Numbers(vec![1.0, 2.5]),
                ParamValue::Texts(vec!["y".into()]),
                ParamValue::Numbers(vec![]),
            ]
        );
    }

    #[test]
    fn mistakes_name_the_line_or_the_key() {
        let error = |text| Sidecar::parse(text).unwrap_err();
        assert_eq!(
            error("\n[parms]\n"),
            "line 2: unknown field `parms`, expected `params` or `mode`"
        );
        assert!(error("[params]\nday = 2026-01-01").starts_with("params.day is a datetime; "));
        assert!(error("[params]\nx = [1, \"a\"]").starts_with("params.x is a mixed list"));
        assert!(error("[params]\nx = ").starts_with("line 2: "));
    }

    #[test]
    fn no_file_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Sidecar::read(&folder.path().join("x.toml")).unwrap(), Sidecar::default());
        std::fs::write(folder.path().join("x.toml"), "[params]\nx = 1979-05-27").unwrap();
        let text = Sidecar::read(&folder.path().join("x.toml")).unwrap_err().to_string();
        assert!(text.contains("x.toml: params.x is a datetime"), "{text}");
    }
}
