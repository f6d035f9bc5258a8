//! Numbers in JSON, which has no word for what is not finite: `"nan"`, `"inf"` and `"-inf"`.
//!
//! For serde's `with`. A NaN has no sign and no payload here: its bits mean nothing.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number as it stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Finite(f64),
    Other(Word),
}

#[derive(Serialize, Deserialize)]
enum Word {
    #[serde(rename = "nan")]
    Nan,
    #[serde(rename = "inf")]
    Infinite,
    #[serde(rename = "-inf")]
    Negative,
}

impl From<f64> for Written {
    fn from(number: f64) -> Self {
        match number {
            finite if finite.is_finite() => Written::Finite(finite),
            nan if nan.is_nan() => Written::Other(Word::Nan),
            infinite if infinite > 0.0 => Written::Other(Word::Infinite),
            _ => Written::Other(Word::Negative),
        }
    }
}

impl From<Written> for f64 {
    fn from(written: Written) -> Self {
        match written {
            Written::Finite(number) => number,
            Written::Other(Word::Nan) => f64::NAN,
            Written::Other(Word::Infinite) => f64::INFINITY,
            Written::Other(Word::Negative) => f64::NEG_INFINITY,
        }
    }
}

pub(crate) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
    Written::from(*number).serialize(to)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Written::deserialize(from).map(f64::from)
}

/// A list of them.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, Serializer, Written};

    pub(crate) fn serialize<S: Serializer>(numbers: &[f64], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(numbers.iter().copied().map(Written::from))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
        let written = Vec::<Written>::deserialize(from)?;
        Ok(written.into_iter().map(f64::from).collect())
    }
}

/// One that may be missing, which is `null`.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Written};

    pub(crate) fn serialize<S: Serializer>(number: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
        number.map(Written::from).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Written>::deserialize(from)?.map(f64::from))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Line {
        #[serde(with = "super")]
        one: f64,
        #[serde(with = "super::list")]
        all: Vec<f64>,
        #[serde(with = "super::optional")]
        none: Option<f64>,
    }

    #[test]
    fn every_number_comes_back_bit_by_bit() {
        let all = vec![0.1 + 0.2, -0.0, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, 3.0];
        let line = Line { one: f64::NAN, all, none: None };
        let text = serde_json::to_string(&line).unwrap();
        assert!(text.contains(r#""one":"nan""#) && text.contains(r#""inf","-inf",3.0"#), "{text}");
        let read: Line = serde_json::from_str(&text).unwrap();
        let bits = |line: &Line| line.all.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&read), bits(&line));
        assert!(read.one.is_nan() && read.none.is_none());
    }
}
