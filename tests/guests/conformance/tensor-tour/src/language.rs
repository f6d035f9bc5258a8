//! How a call is written: `name(operand, operand)`, where an operand may be a call itself.
//!
//! | Operand | What it is |
//! |---|---|
//! | `input`, `target`, `output`, `loss`, `labels` | the batch's tensors |
//! | `sample-losses`, `sample-indices` | loss and index per sample |
//! | `weight:NAME`, `gradient:NAME`, `activation:NAME` | the model's tensors |
//! | `stale`, `foreign`, `number:N` | the first moment's input; a guessed number; any number |
//! | `zeros:2x3`, `ones:2x3`, `full:2x3=0.5` | float32 of that shape; `scalar` for no dimension |
//! | `floats:1 2.5`, `ints:0 1 2`, `bools:0 1` | one dimension of float32, int64, boolean |
//! | `3`, `-1.5`, `nan`, `inf` | a number |
//! | `2x3`, `scalar` | a shape; where one is taken, a number is one dimension |
//! | `int64` | a type of elements |
//!
//! The calls are the contract's, under its names; an operand that may be left out is left out.
//! `read(t)` and `read-integers(t)` read everything, `summary(t, …)` is `summaries`.

use callbox_sdk::prelude::*;
use callbox_sdk::tensors::Dtype;

use crate::calls;
use crate::value::{DTYPES, Value};

/// Why there is no value.
pub(crate) enum Trouble {
    /// The host's answer.
    Failure(Failure),
    /// The test wrote something else than this language.
    Language(String),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Operands that only the caller knows.
pub(crate) type Known<'a> = &'a dyn Fn(&str) -> Option<Value>;

/// The value of a call, or of an operand alone.
pub(crate) fn evaluate(text: &str, known: Known) -> Result<Value, Trouble> {
    let text = text.trim();
    let Some((name, rest)) = text.split_once('(') else {
        return operand(text, known);
    };
    let Some(inner) = rest.strip_suffix(')') else {
        return Err(Trouble::Language(format!("`{text}` does not end with `)`")));
    };
    let values: Result<Vec<Value>, Trouble> =
        split(inner).into_iter().map(|part| evaluate(part, known)).collect();
    calls::call(name.trim(), &values?)
}

/// At commas that stand in no parentheses.
fn split(inner: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in inner.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner.trim().is_empty() {
        parts.push(&inner[start..]);
    }
    parts
}

fn operand(word: &str, known: Known) -> Result<Value, Trouble> {
    if let Some(value) = known(word) {
        return Ok(value);
    }
    if let Some((kind, rest)) = word.split_once(':') {
        return made(kind, rest);
    }
    if let Some(value) = literal(word) {
        return Ok(value);
    }
    let tensor = match word {
        "input" => batch::input()?,
        "target" => batch::target()?,
        "output" => batch::output()?,
        "loss" => batch::loss()?,
        "labels" => batch::labels()?,
        "sample-losses" => batch::sample_losses()?.0,
        "sample-indices" => batch::sample_losses()?.1,
        _ => return Err(Trouble::Language(format!("there is no operand `{word}`"))),
    };
    Ok(tensor.into())
}

fn literal(word: &str) -> Option<Value> {
    if DTYPES.iter().any(|(name, _)| *name == word) {
        return Some(Value::Word(word.to_owned()));
    }
    word.parse().map(Value::Number).ok().or_else(|| shape(word).map(Value::Shape))
}

fn shape(word: &str) -> Option<Vec<u64>> {
    if word == "scalar" {
        return Some(Vec::new());
    }
    word.split('x').map(|size| size.parse().ok()).collect()
}

fn made(kind: &str, rest: &str) -> Result<Value, Trouble> {
    let wrong = || Trouble::Language(format!("`{kind}:{rest}` is no operand"));
    let tensor = match kind {
        "weight" => model::weight(rest)?,
        "gradient" => model::gradient(rest)?,
        "activation" => batch::activation(rest)?,
        "number" => Tensor::from(rest.parse::<u64>().map_err(|_| wrong())?),
        "zeros" => full(&shape(rest).ok_or_else(wrong)?, 0.0)?,
        "ones" => full(&shape(rest).ok_or_else(wrong)?, 1.0)?,
        "full" => {
            let (sizes, value) = rest.split_once('=').ok_or_else(wrong)?;
            full(&shape(sizes).ok_or_else(wrong)?, value.parse().map_err(|_| wrong())?)?
        }
        "floats" => row(rest).ok_or_else(wrong)??,
        "ints" => row(rest).ok_or_else(wrong)??.convert(Dtype::Int64)?,
        "bools" => row(rest).ok_or_else(wrong)??.convert(Dtype::Boolean)?,
        _ => return Err(wrong()),
    };
    Ok(tensor.into())
}

fn full(shape: &[u64], value: f32) -> Result<Tensor, Failure> {
    let len: u64 = shape.iter().product();
    Tensor::create(shape, &vec![value; len as usize])
}

fn row(numbers: &str) -> Option<Result<Tensor, Failure>> {
    let values: Option<Vec<f32>> =
        numbers.split_whitespace().map(|number| number.parse().ok()).collect();
    values.map(|values| Tensor::create(&[values.len() as u64], &values))
}
