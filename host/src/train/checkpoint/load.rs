//! Reading a checkpoint.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use tch::{TchError, Tensor};

use super::{CheckpointError, MODEL};
use crate::train::params::{Param, Params};

/// Puts the weights and buffers of a checkpoint's folder into a model of the same shape, on whatever
/// device it is. Either all tensors are changed or none.
///
/// # Errors
/// A file that cannot be read; a tensor that is missing, that the model does not have, or that has
/// another shape or kind of number: which tensor, and which file.
pub fn load_model(folder: &Path, params: &Params) -> Result<(), CheckpointError> {
    let path = folder.join(MODEL);
    let other_model = |reason| CheckpointError::OtherModel { path: path.clone(), reason };
    let mut saved = read(&path)?;
    let mut pairs = Vec::new();
    for param in params {
        let value = saved.remove(&param.name);
        let value = value.ok_or_else(|| other_model(format!("it lacks `{}`", param.name)))?;
        compare(param, &value).map_err(other_model)?;
        pairs.push((&param.name, value));
    }
    if let Some(name) = saved.keys().next() {
        return Err(other_model(format!("it holds `{name}`, which the model does not have")));
    }
    for (name, value) in pairs {
        params.load(name, &value)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<BTreeMap<String, Tensor>, CheckpointError> {
    let on_disk = |source| CheckpointError::Disk { path: path.to_owned(), source };
    drop(File::open(path).map_err(on_disk)?);
    let tensors = Tensor::read_safetensors(path).map_err(|error| {
        let why = match error {
            TchError::SafeTensorError { err, .. } => err.to_string(),
            other => other.to_string(),
        };
        let reason = format!("it is cut short, or no safetensors file ({why})");
        CheckpointError::Unreadable { path: path.to_owned(), reason }
    })?;
    Ok(tensors.into_iter().collect())
}

fn compare(param: &Param, value: &Tensor) -> Result<(), String> {
    let (expected, found) = (param.tensor.size(), value.size());
    if expected != found {
        return Err(format!(
            "`{}` has shape {found:?} in it, and {expected:?} in the model",
            param.name
        ));
    }
    let kinds = (param.tensor.f_kind(), value.f_kind());
    match kinds {
        (Ok(expected), Ok(found)) if expected != found => Err(format!(
            "`{}` holds numbers of kind {found:?} in it, and {expected:?} in the model",
            param.name
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::params::ParamKind;
    use tch::{Device, Kind};

    fn filled(value: f64, shape: &[i64]) -> Tensor {
        Tensor::full(shape, value, (Kind::Float, Device::Cpu))
    }

    fn params() -> Params {
        let mut params = Params::new(Device::Cpu);
        let mut add = |name: &str, kind, value| {
            let _handle = params.add(name.to_owned(), kind, &value).unwrap();
        };
        add("a.weight", ParamKind::Weight, filled(0.0, &[2, 3]));
        add("a.bias", ParamKind::Bias, filled(0.0, &[2]));
        params
    }

    fn load(tensors: &[(&str, Tensor)]) -> (Params, Result<(), String>) {
        let folder = tempfile::tempdir().unwrap();
        Tensor::write_safetensors(tensors, folder.path().join(MODEL)).unwrap();
        let params = params();
        let loaded = load_model(folder.path(), &params).map_err(|error| {
            error.to_string().replace(&format!("{}/", folder.path().display()), "")
        });
        (params, loaded)
    }

    #[test]
    fn tensors_find_their_places_by_name() {
        let (params, loaded) =
            load(&[("a.bias", filled(2.0, &[2])), ("a.weight", filled(1.0, &[2, 3]))]);
        loaded.unwrap();
        let sum = |name: &str| params.get(name).unwrap().tensor.sum(Kind::Float).double_value(&[]);
        assert_eq!((sum("a.weight"), sum("a.bias")), (6.0, 4.0));
        // They are still what an optimizer changes.
        assert!(params.get("a.weight").unwrap().tensor.requires_grad());
    }

    #[test]
    fn what_does_not_fit_is_named_and_changes_nothing() {
        let weight = || ("a.weight", filled(1.0, &[2, 3]));
        let cases = [
            (vec![weight()], "it lacks `a.bias`"),
            (
                vec![weight(), ("a.bias", filled(1.0, &[3]))],
                "`a.bias` has shape [3] in it, and [2] in the model",
            ),
            (
                vec![weight(), ("a.bias", filled(1.0, &[2]).to_kind(Kind::Double))],
                "`a.bias` holds numbers of kind Double in it, and Float in the model",
            ),
            (
                vec![weight(), ("a.bias", filled(1.0, &[2])), ("b", filled(1.0, &[1]))],
                "it holds `b`, which the model does not have",
            ),
        ];
        for (tensors, expected) in cases {
            let (params, loaded) = load(&tensors);
            let rest = "; the checkpoint belongs to another model than the run file describes";
            assert_eq!(loaded.unwrap_err(), format!("model.safetensors: {expected}{rest}"));
            let weight = &params.get("a.weight").unwrap().tensor;
            assert_eq!(weight.sum(Kind::Float).double_value(&[]), 0.0);
        }
    }

    #[test]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let told = || load_model(folder.path(), &params()).unwrap_err().to_string();
        let path = folder.path().join(MODEL);
        let expected = format!("{}: No such file or directory (os error 2)", path.display());
        assert_eq!(told(), expected);
        std::fs::write(&path, "no safetensors").unwrap();
        let expected = format!("{}: it is cut short, or no safetensors file (", path.display());
        assert!(told().starts_with(&expected), "{}", told());
    }
}
