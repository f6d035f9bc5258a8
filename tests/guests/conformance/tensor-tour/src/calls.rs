//! The contract's functions by their names.

use callbox_sdk::prelude::*;
use callbox_sdk::tensors::Dtype;

use crate::language::Trouble;
use crate::value::{DTYPES, Value, name};

/// Calls the function of this name.
pub(crate) fn call(function: &str, values: &[Value]) -> Result<Value, Trouble> {
    let given = Given { function, values };
    if let Some(answer) = reads(&given)? {
        return Ok(answer);
    }
    if let Some(tensor) = draws(&given)? {
        return Ok(tensor.into());
    }
    computes(&given).map(Value::Tensor)
}

/// What gives no tensor.
fn reads(given: &Given) -> Result<Option<Value>, Trouble> {
    Ok(Some(match given.function {
        "shape" => Value::Shape(given.tensor(0)?.shape()?),
        "kind" => Value::Text(name(given.tensor(0)?.kind()?).to_owned()),
        "item" => Value::Number(given.tensor(0)?.item()?),
        "read" if given.values.len() == 1 => Value::Floats(given.tensor(0)?.read()?),
        "read" => Value::Floats(given.tensor(0)?.read_part(given.count(1)?, given.count(2)?)?),
        "read-integers" if given.values.len() == 1 => {
            Value::Integers(given.tensor(0)?.read_integers()?)
        }
        "read-integers" => {
            let (offset, len) = (given.count(1)?, given.count(2)?);
            Value::Integers(given.tensor(0)?.read_integers_part(offset, len)?)
        }
        "summary" => {
            let all: Result<Vec<Tensor>, Trouble> =
                (0..given.values.len()).map(|at| given.tensor(at)).collect();
            tensors::summaries(&all?)?.into()
        }
        "gradient-norm" => Value::Number(model::gradient_norm()?),
        "parameters" => model::parameters().into(),
        "activations" => Value::Text(model::activations().join("; ")),
        _ => return Ok(None),
    }))
}

/// What makes a tensor of none.
fn draws(given: &Given) -> Result<Option<Tensor>, Trouble> {
    Ok(Some(match given.function {
        "create" => {
            let values: Result<Vec<f32>, Trouble> =
                (1..given.values.len()).map(|at| Ok(given.number(at)? as f32)).collect();
            Tensor::create(&given.shape(0)?, &values?)?
        }
        "random-permutation" => tensors::random_permutation(given.count(0)?)?,
        "random-uniform" => tensors::random_uniform(&given.shape(0)?)?,
        "random-beta" => {
            tensors::random_beta(&given.shape(0)?, given.number(1)?, given.number(2)?)?
        }
        _ => return Ok(None),
    }))
}

/// What makes a tensor of tensors.
fn computes(given: &Given) -> Result<Tensor, Trouble> {
    let a = given.tensor(0);
    let b = || given.tensor(1);
    Ok(match given.function {
        "add" => a?.add(b()?)?,
        "sub" => a?.sub(b()?)?,
        "mul" => a?.mul(b()?)?,
        "affine" => a?.affine(given.number(1)?, given.number(2)?)?,
        "lerp" => a?.lerp(b()?, given.tensor(2)?)?,
        "choose" => a?.choose(b()?, given.tensor(2)?)?,
        "clamp" => a?.clamp(given.number(1)?, given.number(2)?)?,
        "square" => a?.square()?,
        "log-softmax" => a?.log_softmax(given.integer(1)?)?,
        "sum" => a?.sum(given.dim(1)?)?,
        "mean" => a?.mean(given.dim(1)?)?,
        "argmax" => a?.argmax(given.integer(1)?)?,
        "equal" => a?.equal(b()?)?,
        "one-hot" => a?.one_hot(given.count(1)?)?,
        "unsqueeze" => a?.unsqueeze(given.integer(1)?)?,
        "narrow" => a?.narrow(given.integer(1)?, given.count(2)?..given.count(3)?)?,
        "put" => a?.put(given.integer(1)?, given.count(2)?, given.tensor(3)?)?,
        "pick" => a?.pick(given.integer(1)?, given.tensor(2)?)?,
        "resize" => a?.resize(given.count(1)?, given.count(2)?)?,
        "convert" => a?.convert(given.dtype(1)?)?,
        "loss-of" => batch::loss_of(a?, b()?)?,
        unknown => return Err(Trouble::Language(format!("there is no call `{unknown}`"))),
    })
}

/// What a call was given, by place.
struct Given<'a> {
    function: &'a str,
    values: &'a [Value],
}

impl Given<'_> {
    fn tensor(&self, at: usize) -> Result<Tensor, Trouble> {
        match self.values.get(at) {
            Some(Value::Tensor(tensor)) => Ok(*tensor),
            _ => Err(self.lacks(at, "a tensor")),
        }
    }

    fn number(&self, at: usize) -> Result<f64, Trouble> {
        match self.values.get(at) {
            Some(Value::Number(number)) => Ok(*number),
            _ => Err(self.lacks(at, "a number")),
        }
    }

    fn integer(&self, at: usize) -> Result<i64, Trouble> {
        self.number(at).map(|number| number as i64)
    }

    fn count(&self, at: usize) -> Result<u64, Trouble> {
        self.number(at).map(|number| number as u64)
    }

    fn dim(&self, at: usize) -> Result<Option<i64>, Trouble> {
        if self.values.len() <= at { Ok(None) } else { self.integer(at).map(Some) }
    }

    fn shape(&self, at: usize) -> Result<Vec<u64>, Trouble> {
        match self.values.get(at) {
            Some(Value::Shape(shape)) => Ok(shape.clone()),
            Some(Value::Number(size)) => Ok(vec![*size as u64]),
            _ => Err(self.lacks(at, "a shape")),
        }
    }

    fn dtype(&self, at: usize) -> Result<Dtype, Trouble> {
        let word = match self.values.get(at) {
            Some(Value::Word(word)) => word.as_str(),
            _ => "",
        };
        let found = DTYPES.iter().find(|(name, _)| *name == word);
        found.map(|(_, dtype)| *dtype).ok_or_else(|| self.lacks(at, "a type"))
    }

    fn lacks(&self, at: usize, what: &str) -> Trouble {
        Trouble::Language(format!("operand {at} of `{}` is to be {what}", self.function))
    }
}
