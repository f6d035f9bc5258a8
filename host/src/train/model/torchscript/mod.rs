//! A module that PyTorch has exported as TorchScript: any architecture, without a line of Rust.

use std::path::{Path, PathBuf};

use tch::{Device, Kind, Tensor};

use super::{Model, ModelError, Output};
use crate::nearest::nearest;
use crate::train::data::DataSpec;
use crate::train::params::{ParamKind, Params};
use crate::train::torch::{
    During, Form, Script, ScriptTensor, TorchError, no_grad, rng_state, set_rng_state,
};

/// `[model]` with `kind = "torchscript"`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptConfig {
    /// What `torch.jit.script(model).save(…)` has written, relative to the run file. It is a program
    /// that runs with the rights of callbox: load what you trust.
    pub path: PathBuf,
    /// Layer groups, by the beginnings of their parameters' names: `features` has `features.0.weight`.
    /// What belongs to none is a last group, `rest`; without any, all is one group, `all`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Where the module returns several tensors: a name for each of a tuple, or the keys of a dict. The
    /// first one is the output, the others are activations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
}

/// A module that cannot be trained here.
#[derive(Debug, thiserror::Error)]
pub enum ScriptModelError {
    /// Nothing there.
    #[error(
        "model.path: there is no file {}; write one in Python with \
         `torch.jit.script(model).save(…)`",
        .0.display()
    )]
    Missing(PathBuf),
    /// Something else there, or a module of another shape.
    #[error(
        "model.path: {} is no TorchScript module for a training: {said}; write one in Python with \
         `torch.jit.script(model).save(…)`",
        path.display()
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What libtorch said.
        said: String,
    },
    /// Nothing to train.
    #[error(
        "model.path: the module in {} has no parameters; export it as it is trained, without \
         `torch.jit.freeze`",
        .0.display()
    )]
    Frozen(PathBuf),
    /// Names for what has none, or none for what needs them.
    #[error("model.outputs = {given:?}: the module returns {returns}; {remedy}")]
    Outputs {
        /// The key's value.
        given: Vec<String>,
        /// What the module returns.
        returns: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A group without a parameter.
    #[error("model.groups: no parameter's name begins with `{name}`; {near}the module has {known}")]
    UnknownGroup {
        /// As it was given.
        name: String,
        /// A suggestion, or nothing.
        near: String,
        /// The beginnings that there are.
        known: String,
    },
    /// Two groups for one parameter.
    #[error("model.groups: what begins with `{inner}` belongs to `{outer}` too; keep one of them")]
    Overlap {
        /// The one that is longer, or equal.
        inner: String,
        /// The one that holds it.
        outer: String,
    },
    /// A module of another task.
    #[error(
        "the module gives outputs of shape {found:?} for two inputs of shape {input:?}, and the data \
         needs {needed:?}; export one whose last layer has as many outputs"
    )]
    Shape {
        /// Of one input.
        input: Vec<i64>,
        /// Of the outputs.
        found: Vec<i64>,
        /// What the outputs should be.
        needed: Vec<i64>,
    },
    /// It does not run on what the data has.
    #[error("the module refuses inputs of shape {input:?}, as the data has them: {said}")]
    Refuses {
        /// Of one input.
        input: Vec<i64>,
        /// What the interpreter said.
        said: TorchError,
    },
}

/// The model.
///
/// The registry has the module's own tensors, with PyTorch's names in the order of its `state_dict`. A
/// weight of one dimension is taken for a normalisation's, with the bias beside it. What the registry
/// cannot reach is inside the module: freezing a group leaves its normalisation in training mode, and
/// running statistics cannot be refreshed.
#[derive(Debug)]
pub struct TorchScript {
    params: Params,
    script: Script,
    outputs: Vec<String>,
    /// The mode that the module is in; `None`: as it was saved.
    mode: Option<bool>,
}

impl TorchScript {
    /// Loads the module onto the device and runs it once, in evaluation mode, on two inputs of zeros:
    /// what does not fit is said before anything is trained.
    ///
    /// # Errors
    /// A file that is no such module; outputs or groups that it has not; data that it does not fit.
    pub fn new(config: &ScriptConfig, data: &DataSpec, device: Device) -> Result<Self, ModelError> {
        let path = &config.path;
        if !path.is_file() {
            return Err(ScriptModelError::Missing(path.clone()).into());
        }
        let script = Script::load(path, device).map_err(|error| unusable(path, &error))?;
        check_outputs(script.form(), &config.outputs)?;
        let tensors = script.tensors()?;
        if tensors.iter().all(|entry| entry.is_buffer) {
            return Err(ScriptModelError::Frozen(path.clone()).into());
        }
        check_groups(&config.groups, &tensors)?;
        let params = register(&config.groups, &tensors, device)?;
        let mut model = Self { params, script, outputs: config.outputs.clone(), mode: None };
        model.probe(data)?;
        Ok(model)
    }

    /// Leaves torch's generators as they were.
    fn probe(&mut self, data: &DataSpec) -> Result<(), ModelError> {
        let device = self.params.device();
        let states = [Device::Cpu, device].map(|one| rng_state(one).map(|state| (one, state)));
        let _mode = no_grad();
        let mut shape = vec![2];
        shape.extend(&data.input_shape);
        let kind = if data.vocabulary.is_some() { Kind::Int64 } else { Kind::Float };
        let input = Tensor::f_zeros(&shape, (kind, device)).during("trying the module")?;
        let output = self.forward(&input, false);
        for state in states {
            let (device, state) = state?;
            set_rng_state(device, &state)?;
        }
        let input = data.input_shape.clone();
        let output =
            output.map_err(|said| ScriptModelError::Refuses { input: input.clone(), said })?;
        let found = output.main.size();
        let fits =
            |shape: &[i64]| shape.first() == Some(&2) && shape.last() == Some(&data.outputs());
        if found.len() < 2 || !fits(&found) {
            let needed = vec![2, data.outputs()];
            return Err(ScriptModelError::Shape { input, found, needed }.into());
        }
        Ok(())
    }

    fn output(&self, mut results: Vec<(String, Tensor)>) -> Result<Output, TorchError> {
        if self.script.form() == Form::Dict {
            results =
                self.outputs.iter().map(|key| take(&mut results, key)).collect::<Result<_, _>>()?;
        }
        let mut tensors = results.into_iter().map(|(_, tensor)| tensor);
        let main = tensors.next();
        let main = main.ok_or_else(|| TorchError::new("TorchScript", "it gave no tensor"))?;
        Ok(Output { main, named: self.outputs.iter().skip(1).cloned().zip(tensors).collect() })
    }
}

/// libtorch's first sentence; what follows are guesses at how the file was damaged.
fn unusable(path: &Path, error: &TorchError) -> ScriptModelError {
    let said = error.message.split(". ").next().unwrap_or_default().to_owned();
    ScriptModelError::Unusable { path: path.to_owned(), said }
}

fn take(results: &mut Vec<(String, Tensor)>, key: &str) -> Result<(String, Tensor), TorchError> {
    let found = results.iter().position(|(name, _)| name == key);
    let found = found.map(|index| results.remove(index));
    found.ok_or_else(|| {
        let known: Vec<&str> = results.iter().map(|(name, _)| name.as_str()).collect();
        let message =
            format!("model.outputs has `{key}`, and the module gave {}", known.join(", "));
        TorchError::new("TorchScript", &message)
    })
}

fn check_outputs(form: Form, given: &[String]) -> Result<(), ScriptModelError> {
    let (returns, remedy) = match form {
        Form::Tensor if given.is_empty() => return Ok(()),
        Form::Tuple(count) if given.len() == count => return Ok(()),
        Form::Dict if !given.is_empty() => return Ok(()),
        Form::Tensor => ("one tensor".to_owned(), "leave the key out"),
        Form::Tuple(count) => {
            (format!("a tuple of {count}"), "give each a name, the output's first")
        }
        Form::Dict => ("a dict".to_owned(), "give its keys, the output's first"),
    };
    Err(ScriptModelError::Outputs { given: given.to_vec(), returns, remedy })
}

/// Whether a dotted name begins with these parts.
fn begins(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn check_groups(groups: &[String], tensors: &[ScriptTensor]) -> Result<(), ScriptModelError> {
    for (index, name) in groups.iter().enumerate() {
        let others = groups.iter().enumerate().filter(|(other, _)| *other != index);
        if let Some((_, outer)) = others.clone().find(|(_, outer)| begins(name, outer)) {
            let (inner, outer) = (name.clone(), outer.clone());
            return Err(ScriptModelError::Overlap { inner, outer });
        }
        if !tensors.iter().any(|entry| !entry.is_buffer && begins(&entry.name, name)) {
            return Err(unknown_group(name, tensors));
        }
    }
    Ok(())
}

fn unknown_group(name: &str, tensors: &[ScriptTensor]) -> ScriptModelError {
    let mut known: Vec<&str> = Vec::new();
    for first in tensors.iter().filter_map(|entry| entry.name.split('.').next()) {
        if !known.contains(&first) {
            known.push(first);
        }
    }
    let near = nearest(name, known.iter().copied());
    let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    ScriptModelError::UnknownGroup { name: name.to_owned(), near, known: known.join(", ") }
}

fn register(
    groups: &[String],
    tensors: &[ScriptTensor],
    device: Device,
) -> Result<Params, TorchError> {
    let mut params = Params::new(device);
    for name in groups {
        params.begin_group(name);
    }
    let group = |entry: &ScriptTensor| groups.iter().position(|name| begins(&entry.name, name));
    if tensors.iter().any(|entry| group(entry).is_none()) {
        params.begin_group(if groups.is_empty() { "all" } else { "rest" });
    }
    for entry in tensors {
        let group = group(entry).unwrap_or(groups.len());
        let _ = params.add_to(group, entry.name.clone(), kind(entry, tensors), &entry.tensor)?;
    }
    Ok(params)
}

/// A guess by name and shape: TorchScript keeps the names of attributes, not what they are for.
fn kind(entry: &ScriptTensor, tensors: &[ScriptTensor]) -> ParamKind {
    if entry.is_buffer {
        return ParamKind::Buffer;
    }
    let (layer, last) = entry.name.rsplit_once('.').unwrap_or(("", &entry.name));
    if !last.contains("bias") {
        return if entry.tensor.dim() == 1 { ParamKind::Norm } else { ParamKind::Weight };
    }
    let beside = |other: &ScriptTensor| other.name.rsplit_once('.') == Some((layer, "weight"));
    let of_norm = tensors.iter().any(|other| beside(other) && other.tensor.dim() == 1);
    if of_norm { ParamKind::Norm } else { ParamKind::Bias }
}

impl Model for TorchScript {
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError> {
        if self.mode != Some(training) {
            self.script.set_training(training)?;
            self.mode = Some(training);
        }
        let results = self.script.forward(input)?;
        self.output(results)
    }

    fn params(&self) -> &Params {
        &self.params
    }

    /// What `outputs` names beside the first.
    fn activations(&self) -> Vec<String> {
        self.outputs.iter().skip(1).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
