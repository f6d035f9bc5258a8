//! Modules from PyTorch: their numbers, which `tests/oracle/torchscript.py` wrote, and what is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tch::{CModule, Device, Kind, Tensor};

use super::{ScriptConfig, TorchScript};
use crate::train::data::{DataSpec, Targets};
use crate::train::loss::Loss;
use crate::train::model::Model;
use crate::train::params::ParamKind;
use crate::train::precision::Precision;
use crate::train::torch::{backward, gradient, manual_seed, no_grad, rng_state, seeding};

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/torchscript.json"));

#[derive(Deserialize)]
struct Oracle {
    names: Vec<String>,
    evaluated: Vec<f64>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    output: Vec<f64>,
    loss: f64,
    gradients: BTreeMap<String, Vec<f64>>,
    buffers: BTreeMap<String, Vec<f64>>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn digits() -> ScriptConfig {
    let path = root().join("examples/torchscript/digits.pt");
    ScriptConfig { path, groups: Vec::new(), outputs: Vec::new() }
}

fn small(name: &str, outputs: &[&str]) -> ScriptConfig {
    let path = root().join(format!("tests/oracle/torchscript/{name}.pt"));
    let outputs = outputs.iter().map(|&name| name.to_owned()).collect();
    ScriptConfig { path, groups: Vec::new(), outputs }
}

fn grouped(names: &[&str]) -> ScriptConfig {
    ScriptConfig { groups: names.iter().map(|&name| name.to_owned()).collect(), ..digits() }
}

fn images() -> DataSpec {
    DataSpec::of_classes(vec![1, 8, 8], 10)
}

fn three(outputs: i64) -> DataSpec {
    DataSpec { targets: Targets::Numbers(outputs), ..DataSpec::of_classes(vec![3], 0) }
}

fn load(config: &ScriptConfig, data: &DataSpec) -> TorchScript {
    TorchScript::new(config, data, Device::Cpu).unwrap()
}

fn refused(config: &ScriptConfig, data: &DataSpec) -> String {
    let error = TorchScript::new(config, data, Device::Cpu).unwrap_err().to_string();
    error.replace(&root().display().to_string(), "…")
}

fn batch() -> (Tensor, Tensor) {
    let values = (0..4 * 64).map(|e| (0.37 * f64::from(e)).cos() + (0.011 * f64::from(e)).sin());
    let values = Tensor::from_slice(&values.collect::<Vec<f64>>()).to_kind(Kind::Float);
    (values.view([4, 1, 8, 8]), Tensor::from_slice(&[3_i64, 1, 4, 1]))
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    Vec::try_from(tensor.detach().to_kind(Kind::Double).flatten(0, -1)).unwrap()
}

fn near(what: &str, found: &Tensor, expected: &[f64]) {
    let found = numbers(found);
    assert_eq!(found.len(), expected.len(), "{what}");
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 1e-5, "{what}: {worst}");
}

/// One training batch: the output, its loss, and the gradients that it leaves.
fn train(model: &mut TorchScript, seed: u64) -> (Tensor, Tensor) {
    let (input, target) = batch();
    manual_seed(seed).unwrap();
    model.params().unset_gradients().unwrap();
    let output = model.forward(&input, true).unwrap();
    let loss = Loss::cross_entropy().of(&output, &target).unwrap();
    backward(&loss).unwrap();
    (output.main, loss)
}

#[test]
fn outputs_gradients_and_buffers_are_pytorchs() {
    let _lock = seeding();
    let oracle: Oracle = serde_json::from_str(ORACLE).unwrap();
    let mut model = load(&digits(), &images());
    let names: Vec<&str> = model.params().iter().map(|param| param.name.as_str()).collect();
    assert_eq!(names, oracle.names);
    {
        let _mode = no_grad();
        let output = model.forward(&batch().0, false).unwrap();
        near("evaluated", &output.main, &oracle.evaluated);
    }
    for (seed, step) in (0..).zip(&oracle.steps) {
        let (output, loss) = train(&mut model, seed);
        near("output", &output, &step.output);
        near("loss", &loss, &[step.loss]);
        let tensor = |name: &String| &model.params().get(name).unwrap().tensor;
        for (name, expected) in &step.gradients {
            near(name, &gradient(tensor(name)).unwrap().unwrap(), expected);
        }
        step.buffers.iter().for_each(|(name, expected)| near(name, tensor(name), expected));
    }
}

/// The executor that `tch` runs compiles after the first call.
#[test]
fn the_first_call_has_the_gradients_of_later_ones() {
    let _lock = seeding();
    let mut model = load(&digits(), &images());
    let mut gradients = || {
        let _ = train(&mut model, 7);
        let found = model.params().weights().map(|param| numbers(&param.tensor.grad()));
        found.collect::<Vec<_>>().concat().into_iter().map(f64::to_bits).collect::<Vec<_>>()
    };
    let first = gradients();
    for call in 2..=4 {
        assert_eq!(gradients(), first, "call {call}");
    }
}

#[test]
fn the_registry_holds_the_modules_own_tensors() {
    let _lock = seeding();
    let mut model = load(&digits(), &images());
    let before = model.forward(&batch().0, false).unwrap().main;
    model
        .params()
        .load("classifier.weight", &Tensor::zeros([10, 32], (Kind::Float, Device::Cpu)))
        .unwrap();
    let after = model.forward(&batch().0, false).unwrap().main;
    assert_ne!(before, after);
    assert_eq!(after.get(0), after.get(1), "what is left is the bias");
}

#[test]
fn loading_draws_nothing() {
    let _lock = seeding();
    manual_seed(1).unwrap();
    let before = rng_state(Device::Cpu).unwrap();
    load(&digits(), &images());
    assert_eq!(rng_state(Device::Cpu).unwrap(), before);
}

#[test]
fn kinds_are_guessed_by_name_and_shape() {
    let _lock = seeding();
    let kinds = |model: &TorchScript| {
        let kind = |name: &str| model.params().get(name).unwrap().kind;
        ["body.weight", "body.bias", "norm.weight", "norm.bias"].map(kind)
    };
    let model = load(&small("pair", &["logits", "features"]), &three(2));
    use ParamKind::{Bias, Norm, Weight};
    assert_eq!(kinds(&model), [Weight, Bias, Norm, Norm]);
    let model = load(&digits(), &images());
    let buffers = model.params().iter().filter(|param| param.kind == ParamKind::Buffer);
    assert_eq!(buffers.count(), 3);
}

#[test]
fn groups_are_beginnings_of_names() {
    let _lock = seeding();
    let all = load(&digits(), &images());
    assert_eq!(all.params().groups(), ["all"]);
    let model = load(&grouped(&["classifier", "features.0"]), &images());
    assert_eq!(model.params().groups(), ["classifier", "features.0", "rest"]);
    let group = |name: &str| model.params().get(name).unwrap().group;
    let names =
        ["classifier.bias", "features.0.weight", "features.1.running_mean", "features.4.bias"];
    assert_eq!(names.map(group), [0, 1, 2, 2]);
    let model = load(&grouped(&["features", "classifier"]), &images());
    assert_eq!(model.params().groups(), ["features", "classifier"]);
}

#[test]
fn groups_that_make_no_sense_are_named() {
    let _lock = seeding();
    assert_eq!(
        refused(&grouped(&["feature"]), &images()),
        "model.groups: no parameter's name begins with `feature`; did you mean `features`? the \
         module has features, classifier"
    );
    // Layers without parameters make no group.
    assert!(
        refused(&grouped(&["dropout"]), &images()).contains("begins with `dropout`; the module")
    );
    assert_eq!(
        refused(&grouped(&["features.0", "features"]), &images()),
        "model.groups: what begins with `features.0` belongs to `features` too; keep one of them"
    );
    assert!(refused(&grouped(&["features", "features"]), &images()).contains("keep one of them"));
}

#[test]
fn several_results_have_names() {
    let _lock = seeding();
    let input = Tensor::from_slice(&[1.0_f32, -2.0, 3.0]).view([1, 3]);
    for name in ["pair", "named"] {
        let mut model = load(&small(name, &["logits", "features"]), &three(2));
        assert_eq!(model.activations(), ["features"]);
        let output = model.forward(&input, true).unwrap();
        assert_eq!(output.main.size(), [1, 2], "{name}");
        let [(named, features)] = &output.named[..] else { panic!("one activation") };
        assert_eq!((named.as_str(), features.size()), ("features", vec![1, 4]), "{name}");
        assert!(features.requires_grad());
    }
    assert_eq!(
        refused(&small("pair", &["logits"]), &three(2)),
        "model.outputs = [\"logits\"]: the module returns a tuple of 2; give each a name, the \
         output's first"
    );
    assert_eq!(
        refused(&small("named", &[]), &three(2)),
        "model.outputs = []: the module returns a dict; give its keys, the output's first"
    );
    assert_eq!(
        refused(&small("named", &["logit"]), &three(2)),
        "the module refuses inputs of shape [3], as the data has them: TorchScript: model.outputs \
         has `logit`, and the module gave features, logits"
    );
    let config = ScriptConfig { outputs: vec!["logits".to_owned()], ..digits() };
    assert_eq!(
        refused(&config, &images()),
        "model.outputs = [\"logits\"]: the module returns one tensor; leave the key out"
    );
}

#[test]
fn a_tied_weight_is_registered_once() {
    let _lock = seeding();
    let mut model = load(&small("tied", &[]), &three(3));
    let names: Vec<&str> = model.params().iter().map(|param| param.name.as_str()).collect();
    assert_eq!(names, ["there.weight"]);
    let output = model.forward(&Tensor::ones([1, 3], (Kind::Float, Device::Cpu)), true).unwrap();
    backward(&output.main.sum(Kind::Float)).unwrap();
    assert!(gradient(&model.params().get("there.weight").unwrap().tensor).unwrap().is_some());
}

#[test]
fn lower_precision_reaches_into_the_module() {
    let _lock = seeding();
    let mut model = load(&digits(), &images());
    let (input, _) = batch();
    let full = Precision::F32.forward(&mut model, &input, false).unwrap().main;
    let half = Precision::Bf16.forward(&mut model, &input, false).unwrap().main;
    assert_eq!(half.kind(), Kind::Float);
    let difference = (&full - &half).abs().max().double_value(&[]);
    assert!(difference > 0.0 && difference < 0.05, "{difference}");
    let output = Precision::Bf16.forward(&mut model, &input, true).unwrap();
    backward(&output.main.square().mean(Kind::Float)).unwrap();
}

/// A module without parameters, traced here.
fn traced(file: &Path, method: &str, inputs: usize) -> ScriptConfig {
    let ones = |_| Tensor::ones([2, 3], (Kind::Float, Device::Cpu));
    let tensors: Vec<Tensor> = (0..inputs).map(ones).collect();
    let mut closure = |inputs: &[Tensor]| vec![&inputs[0] * 2.0];
    let module = CModule::create_by_tracing("m", method, &tensors, &mut closure).unwrap();
    module.save(file).unwrap();
    ScriptConfig { path: file.to_owned(), groups: Vec::new(), outputs: Vec::new() }
}

#[test]
fn files_that_are_no_such_module_have_a_sentence_each() {
    let _lock = seeding();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m.pt");
    let told = |config: &ScriptConfig| {
        let error = TorchScript::new(config, &three(3), Device::Cpu).unwrap_err().to_string();
        error.replace(&file.display().to_string(), "m.pt")
    };
    let none = ScriptConfig { path: file.clone(), groups: Vec::new(), outputs: Vec::new() };
    let remedy = "write one in Python with `torch.jit.script(model).save(…)`";
    assert_eq!(told(&none), format!("model.path: there is no file m.pt; {remedy}"));
    std::fs::write(&file, "no module at all").unwrap();
    let begins = "model.path: m.pt is no TorchScript module for a training: ";
    assert_eq!(
        told(&none),
        format!(
            "{begins}PytorchStreamReader failed reading zip archive: not a ZIP archive; {remedy}"
        )
    );
    let error = told(&traced(&file, "other", 1));
    assert_eq!(error, format!("{begins}it has no method `forward`; {remedy}"));
    let error = told(&traced(&file, "forward", 2));
    assert!(error.contains("`forward` must take one tensor; it is forward("), "{error}");
    assert_eq!(
        told(&traced(&file, "forward", 1)),
        "model.path: the module in m.pt has no parameters; export it as it is trained, without \
         `torch.jit.freeze`"
    );
    let error = refused(&small("listed", &[]), &three(2));
    let returns = "`forward` must return a tensor, a tuple of tensors or a dict from names to \
                   tensors, and returns List[Tensor]";
    assert!(error.contains(returns), "{error}");
}

#[test]
fn data_that_do_not_fit_are_named_at_the_start() {
    let _lock = seeding();
    let images_of = |shape: Vec<i64>, classes| DataSpec::of_classes(shape, classes);
    assert_eq!(
        refused(&digits(), &images_of(vec![1, 8, 8], 3)),
        "the module gives outputs of shape [2, 10] for two inputs of shape [1, 8, 8], and the data \
         needs [2, 3]; export one whose last layer has as many outputs"
    );
    let error = refused(&digits(), &images_of(vec![3, 8, 8], 10));
    let begins = "the module refuses inputs of shape [3, 8, 8], as the data has them: TorchScript: \
                  Given groups=1, weight of size [8, 1, 3, 3]";
    assert!(error.starts_with(begins), "{error}");
}
