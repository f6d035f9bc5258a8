//! A hyper-parameter in a run file: one value, a list, or a spread over the layer groups.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Hyper, OptimError};

/// What the layer groups start with, in the model's order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PerGroup {
    /// `0.1`: all the same.
    Same(f64),
    /// `[0.01, 0.1]`: one for each.
    Each(Vec<f64>),
    /// `{ from = 0.001, to = 0.1 }`.
    Spread(Spread),
}

/// Values that differ from the first layer group to the last, as fastai's `slice`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// The first group's; from there in equal ratios to the last. Without it, all groups but the
    /// last have a tenth of `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// The last group's, and that of a model with one group.
    pub to: f64,
}

impl From<f64> for PerGroup {
    fn from(value: f64) -> Self {
        Self::Same(value)
    }
}

impl PerGroup {
    /// One value for each group. What the value may be is checked by who takes it.
    ///
    /// # Errors
    /// A list of another length; a spread that reaches zero, where ratios end.
    pub(super) fn values(&self, hyper: Hyper, groups: &[String]) -> Result<Vec<f64>, OptimError> {
        match self {
            Self::Same(value) => Ok(vec![*value; groups.len()]),
            Self::Each(values) if values.len() == groups.len() => Ok(values.clone()),
            Self::Each(values) => {
                Err(OptimError::Length { hyper, found: values.len(), groups: groups.to_vec() })
            }
            Self::Spread(spread) => spread.values(hyper, groups.len()),
        }
    }
}

impl Spread {
    fn values(self, hyper: Hyper, count: usize) -> Result<Vec<f64>, OptimError> {
        let Self { from, to } = self;
        let range = "finite and greater than 0 in `from` and `to`";
        let wrong = |value: &f64| !(value.is_finite() && *value > 0.0);
        if let Some(value) = from.into_iter().chain([to]).find(wrong) {
            return Err(OptimError::Range { name: hyper.name(), range, value });
        }
        let mut values = match from {
            Some(from) => ratios(from, to, count),
            None => vec![to / 10.0; count],
        };
        // Exactly what was written, and what fastai gives a single group.
        if let Some(last) = values.last_mut() {
            *last = to;
        }
        Ok(values)
    }
}

/// `from · (to / from)^(i / (count − 1))`.
#[allow(clippy::cast_precision_loss, reason = "no model has 2^53 layer groups")]
fn ratios(from: f64, to: f64, count: usize) -> Vec<f64> {
    let steps = count.saturating_sub(1).max(1) as f64;
    (0..count).map(|group| from * (to / from).powf(group as f64 / steps)).collect()
}

/// By hand: the error of an untagged enum would name neither the key nor the forms.
impl<'de> Deserialize<'de> for PerGroup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms)
    }
}

struct Forms;

impl<'de> Visitor<'de> for Forms {
    type Value = PerGroup;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a list of numbers, or { from = number, to = number }")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<PerGroup, E> {
        Ok(PerGroup::Same(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<PerGroup, E> {
        f64::deserialize(value.into_deserializer()).map(PerGroup::Same)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<PerGroup, E> {
        f64::deserialize(value.into_deserializer()).map(PerGroup::Same)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<PerGroup, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(PerGroup::Each(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PerGroup, A::Error> {
        Spread::deserialize(MapAccessDeserializer::new(map)).map(PerGroup::Spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Table {
        lr: PerGroup,
    }

    fn read(text: &str) -> Result<PerGroup, toml::de::Error> {
        toml::from_str(text).map(|table: Table| table.lr)
    }

    fn over(text: &str, count: usize) -> Result<Vec<f64>, OptimError> {
        let groups: Vec<String> =
            ["stem", "body", "head"][..count].iter().map(|g| (*g).into()).collect();
        read(text).unwrap().values(Hyper::Lr, &groups)
    }

    #[test]
    fn every_form_gives_a_value_to_every_group() {
        assert_eq!(over("lr = 1", 2).unwrap(), [1.0, 1.0]);
        assert_eq!(over("lr = [0.5, 1, 0]", 3).unwrap(), [0.5, 1.0, 0.0]);
        assert_eq!(over("lr = { to = 0.5 }", 3).unwrap(), [0.05, 0.05, 0.5]);
        let spread = over("lr = { from = 0.001, to = 0.1 }", 3).unwrap();
        assert_eq!((spread[0], spread[2]), (0.001, 0.1));
        assert!((spread[1] - 0.01).abs() < 1e-15);
    }

    #[test]
    fn a_model_with_one_group_takes_the_last_value() {
        assert_eq!(over("lr = { from = 0.001, to = 0.1 }", 1).unwrap(), [0.1]);
        assert_eq!(over("lr = { to = 0.1 }", 1).unwrap(), [0.1]);
        assert!(over("lr = { to = 0.1 }", 0).unwrap().is_empty());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let error = over("lr = [0.1, 0.2]", 3).unwrap_err().to_string();
        assert_eq!(
            error,
            "lr is a list of 2, and the layer groups are stem, body, head: give one value for each of the 3, or one for all"
        );
        let error = over("lr = { from = 0.0, to = 0.2 }", 3).unwrap_err().to_string();
        assert_eq!(error, "lr must be finite and greater than 0 in `from` and `to`, got 0");
        assert!(over("lr = { to = inf }", 3).is_err());
        let error = read("lr = 'fast'").unwrap_err().message().to_owned();
        assert_eq!(
            error,
            "invalid type: string \"fast\", expected a number, a list of numbers, or { from = number, to = number }"
        );
        let error = read("lr = { form = 1, to = 2 }").unwrap_err().message().to_owned();
        assert_eq!(error, "unknown field `form`, expected `from` or `to`");
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        for text in
            ["lr = 0.5", "lr = [0.5, 1.0]", "lr = { to = 1.0 }", "lr = { from = 0.1, to = 1.0 }"]
        {
            let lr = read(text).unwrap();
            let written = toml::to_string(&Table { lr: lr.clone() }).unwrap();
            assert_eq!(read(&written).unwrap(), lr, "{written}");
        }
    }
}
