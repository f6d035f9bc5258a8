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
    let mut saved = read(&path)?;
    let pairs = pair(&path, &mut saved, params.iter())?;
    if let Some(name) = saved.keys().next() {
        let reason = format!("it holds `{name}`, which the model does not have");
        return Err(CheckpointError::OtherModel { path, reason });
    }
    load(pairs, params)
}

/// Puts the weights and buffers of a safetensors file into these layer groups of a model that may be
/// another one elsewhere: its other groups stay, and what else the file holds is left alone. Either
/// all tensors are changed or none.
///
/// # Errors
/// As [`load_model`], but for tensors that the model does not have.
pub fn load_groups(file: &Path, params: &Params, groups: &[usize]) -> Result<(), CheckpointError> {
    let mut saved = read(file)?;
    let wanted = params.iter().filter(|param| groups.contains(&param.group));
    load(pair(file, &mut saved, wanted)?, params)
}

/// Takes each parameter's value out of what was saved.
fn pair<'a>(
    path: &Path,
    saved: &mut BTreeMap<String, Tensor>,
    params: impl Iterator<Item = &'a Param>,
) -> Result<Vec<(&'a str, Tensor)>, CheckpointError> {
    let other_model = |reason| CheckpointError::OtherModel { path: path.to_owned(), reason };
    let take = |param: &'a Param| {
        let value = saved.remove(&param.name);
        let value = value.ok_or_else(|| other_model(format!("it lacks `{}`", param.name)))?;
        compare(param, &value).map_err(other_model)?;
        Ok((param.name.as_str(), value))
    };
    params.map(take).collect()
}

fn load(pairs: Vec<(&str, Tensor)>, params: &Params) -> Result<(), CheckpointError> {
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
    fn a_group_takes_what_is_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("other.safetensors");
        let tensors = [("body.weight", filled(1.0, &[2])), ("head.weight", filled(1.0, &[7]))];
        Tensor::write_safetensors(&tensors, &file).unwrap();
        let mut params = Params::new(Device::Cpu);
        for (group, size) in [("body", 2), ("head", 3)] {
            params.begin_group(group);
            let value = filled(0.0, &[size]);
            let _ = params.add(format!("{group}.weight"), ParamKind::Weight, &value).unwrap();
        }
        load_groups(&file, &params, &[0]).unwrap();
        let sum = |name: &str| params.get(name).unwrap().tensor.sum(Kind::Float).double_value(&[]);
        assert_eq!((sum("body.weight"), sum("head.weight")), (2.0, 0.0));
        let error = load_groups(&file, &params, &[0, 1]).unwrap_err().to_string();
        assert!(
            error.contains("`head.weight` has shape [7] in it, and [3] in the model"),
            "{error}"
        );
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
