//! What holds for every model, and for each of them.

use tch::{Device, Kind, Tensor};

use super::{CnnConfig, Depth, MlpConfig, Model, ModelConfig, ResnetConfig, Stem};
use crate::train::data::{DataSpec, Targets};
use crate::train::params::ParamKind;
use crate::train::precision::Precision;
use crate::train::torch::{backward, gradient, manual_seed, rng_state, seeding};

fn digits() -> DataSpec {
    DataSpec::of_classes(vec![1, 8, 8], 10)
}

fn config(text: &str) -> Result<ModelConfig, toml::de::Error> {
    toml::from_str(text)
}

#[test]
fn configurations_are_read_and_checked() {
    let mlp = config("kind = 'mlp'\nhidden = [64, 32]").unwrap();
    assert_eq!(mlp, ModelConfig::Mlp(MlpConfig { hidden: vec![64, 32] }));
    assert_eq!(config("kind = 'cnn'").unwrap(), ModelConfig::Cnn(CnnConfig { width: 16 }));
    let error = config("kind = 'cnn'\nhidden = [3]").unwrap_err().to_string();
    assert!(error.contains("unknown field `hidden`"), "{error}");
    let error = config("kind = 'rnn'").unwrap_err().to_string();
    assert!(error.contains("expected one of `mlp`, `cnn`, `resnet`, `lstm-lm`"), "{error}");
}

#[test]
fn every_model_maps_a_batch_to_logits() {
    let _lock = seeding();
    for text in ["kind = 'mlp'", "kind = 'mlp'\nhidden = []", "kind = 'cnn'\nwidth = 4"] {
        let mut model = config(text).unwrap().build(&digits(), Device::Cpu).unwrap();
        let input = Tensor::zeros([3, 1, 8, 8], (Kind::Float, Device::Cpu));
        let output = model.forward(&input, true).unwrap();
        assert_eq!(output.main.size(), [3, 10], "{text}");
        let named: Vec<String> = output.named.into_iter().map(|(name, _)| name).collect();
        assert_eq!(named, model.activations(), "{text}");
        assert_eq!(model.params().groups(), ["body", "head"], "{text}");
    }
}

#[test]
fn names_are_pytorchs() {
    let _lock = seeding();
    let names = |text: &str| -> Vec<String> {
        let model = config(text).unwrap().build(&digits(), Device::Cpu).unwrap();
        model.params().iter().map(|param| param.name.clone()).collect()
    };
    assert_eq!(
        names("kind = 'mlp'"),
        ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]
    );
    let cnn = names("kind = 'cnn'");
    assert_eq!(cnn.len(), 3 * 6 + 2);
    assert_eq!(cnn[..2], ["blocks.0.conv.weight", "blocks.0.norm.weight"]);
    assert_eq!(cnn[18..], ["head.weight", "head.bias"]);
}

#[test]
fn what_makes_no_model_is_named() {
    let _lock = seeding();
    let build = |text: &str, spec: &DataSpec| {
        config(text).unwrap().build(spec, Device::Cpu).map(drop).unwrap_err().to_string()
    };
    assert_eq!(
        build("kind = 'mlp'\nhidden = [0]", &digits()),
        "model.hidden must be at least 1, got 0"
    );
    let flat = DataSpec::of_classes(vec![64], 10);
    assert_eq!(
        build("kind = 'cnn'", &flat),
        "model kind `cnn` needs inputs of shape [channels, height ≥ 4, width ≥ 4], \
         but the data has [64]; choose another model or other data"
    );
}

#[test]
fn a_model_without_hidden_state_takes_none() {
    let _lock = seeding();
    let mut model = config("kind = 'mlp'").unwrap().build(&digits(), Device::Cpu).unwrap();
    assert!(model.hidden().is_empty());
    model.set_hidden(&[]).unwrap();
    let error = model.set_hidden(&[Tensor::from(1.0)]).unwrap_err().to_string();
    assert_eq!(error, "hidden state: 1 tensors were given, and the model has none");
}

#[test]
fn a_wrong_batch_is_an_error() {
    let _lock = seeding();
    let mut model = config("kind = 'mlp'").unwrap().build(&digits(), Device::Cpu).unwrap();
    let input = Tensor::zeros([3, 7], (Kind::Float, Device::Cpu));
    let error = model.forward(&input, false).unwrap_err().to_string();
    assert!(error.starts_with("linear layer `layers.0`: mat1 and mat2"), "{error}");
}

fn text() -> DataSpec {
    DataSpec { input_shape: vec![6], vocabulary: Some(11), targets: Targets::Classes(11) }
}

/// Small models of every kind, with the data that they take.
fn all() -> Vec<(&'static str, DataSpec)> {
    let rnn = "kind = 'lstm-lm'\nembedding = 8\nhidden = 12\nlayers = 2";
    let gpt = "kind = 'gpt'\nlayers = 2\nheads = 2\nwidth = 8";
    vec![
        ("kind = 'mlp'", digits()),
        ("kind = 'cnn'\nwidth = 2", digits()),
        ("kind = 'resnet'\nwidth = 2\nstem = 'cifar'", digits()),
        ("kind = 'resnet'\nwidth = 2\ndepth = 50", digits()),
        (rnn, text()),
        (gpt, text()),
    ]
}

fn built(text: &str, data: &DataSpec) -> Box<dyn Model> {
    config(text).unwrap().build(data, Device::Cpu).unwrap()
}

fn batch(data: &DataSpec, size: i64) -> Tensor {
    let shape: Vec<i64> = [size].into_iter().chain(data.input_shape.iter().copied()).collect();
    match data.vocabulary {
        Some(tokens) => Tensor::randint(tokens, shape.as_slice(), (Kind::Int64, Device::Cpu)),
        None => Tensor::randn(shape.as_slice(), (Kind::Float, Device::Cpu)),
    }
}

#[test]
fn a_configuration_comes_back_as_it_was() {
    for (text, _) in all() {
        let config = config(text).unwrap();
        let written = toml::to_string(&config).unwrap();
        assert_eq!(toml::from_str::<ModelConfig>(&written).unwrap(), config, "{written}");
    }
    let resnet =
        ModelConfig::Resnet(ResnetConfig { depth: Depth::Fifty, stem: Stem::Imagenet, width: 64 });
    assert_eq!(config("kind = 'resnet'\ndepth = 50").unwrap(), resnet);
    let error = config("kind = 'resnet'\ndepth = 20").unwrap_err().to_string();
    assert!(error.contains("model.depth must be 18, 34 or 50, got 20"), "{error}");
    let error = config("kind = 'resnet'\nstem = 'vgg'").unwrap_err().to_string();
    assert!(error.contains("unknown variant `vgg`, expected `cifar` or `imagenet`"), "{error}");
    let error = config("kind = 'lstm-lm'\ninput-droput = 0.1").unwrap_err().to_string();
    assert!(error.contains("unknown field `input-droput`, expected one of `embedding`"), "{error}");
}

#[test]
fn every_model_computes_in_every_precision() {
    let _lock = seeding();
    for (text, data) in all() {
        for precision in [Precision::F32, Precision::Bf16] {
            manual_seed(2).unwrap();
            let mut model = built(text, &data);
            // Twice: what is carried from batch to batch must fit as well.
            for _ in 0..2 {
                let output = precision.forward(&mut *model, &batch(&data, 4), true).unwrap();
                assert_eq!(output.main.kind(), Kind::Float, "{text}");
                assert_eq!(output.main.size().first(), Some(&4), "{text}");
                assert_eq!(output.main.size().last(), Some(&data.outputs()), "{text}");
                backward(&output.main.square().mean(Kind::Float)).unwrap();
            }
            for param in model.params().weights() {
                let gradient = gradient(&param.tensor).unwrap().expect("a gradient");
                assert!(
                    bool::try_from(gradient.isfinite().all()).unwrap(),
                    "{text}: {}",
                    param.name
                );
            }
        }
    }
}

#[test]
fn evaluation_draws_nothing_and_names_what_it_gives() {
    let _lock = seeding();
    for (text, data) in all() {
        manual_seed(3).unwrap();
        let mut model = built(text, &data);
        let input = batch(&data, 3);
        let before = rng_state(Device::Cpu).unwrap();
        let first = model.forward(&input, false).unwrap();
        model.set_hidden(&[]).unwrap();
        let again = model.forward(&input, false).unwrap();
        assert_eq!(first.main, again.main, "{text}");
        assert_eq!(rng_state(Device::Cpu).unwrap(), before, "{text}");
        let named: Vec<String> = first.named.into_iter().map(|(name, _)| name).collect();
        assert_eq!(named, model.activations(), "{text}");
    }
}

#[test]
fn layer_groups_go_from_input_to_output() {
    let _lock = seeding();
    let groups = |index: usize| {
        let (text, data) = all().swap_remove(index);
        built(text, &data).params().groups().join(" ")
    };
    assert_eq!(groups(2), "stem layer1 layer2 layer3 layer4 head");
    assert_eq!(groups(4), "embedding rnns.0 rnns.1 decoder");
    assert_eq!(groups(5), "embedding h.0 h.1 head");
}

#[test]
fn normalisations_and_biases_are_told_apart() {
    let _lock = seeding();
    let kinds = |index: usize, suffix: &str| {
        let (text, data) = all().swap_remove(index);
        let model = built(text, &data);
        let params = model.params().iter().filter(|param| param.name.ends_with(suffix));
        params.map(|param| param.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(5, "ln_1.weight"), [ParamKind::Norm; 2]);
    assert_eq!(kinds(5, "ln_f.bias"), [ParamKind::Norm]);
    assert_eq!(kinds(5, "c_fc.bias"), [ParamKind::Bias; 2]);
    assert_eq!(kinds(4, "encoder.weight"), [ParamKind::Weight]);
    assert_eq!(kinds(2, "downsample.1.running_var"), [ParamKind::Buffer; 3]);
}

#[test]
fn a_residual_network_takes_images_of_any_size() {
    let _lock = seeding();
    for stem in ["cifar", "imagenet"] {
        let mut model = built(&format!("kind = 'resnet'\nwidth = 2\nstem = '{stem}'"), &digits());
        assert!(model.takes_any_size());
        for size in [[1, 1], [5, 9], [40, 24]] {
            let input = Tensor::ones([2, 1, size[0], size[1]], (Kind::Float, Device::Cpu));
            assert_eq!(model.forward(&input, true).unwrap().main.size(), [2, 10], "{size:?}");
        }
    }
}

#[test]
fn initial_values_have_their_deviations() {
    let _lock = seeding();
    manual_seed(4).unwrap();
    let near = |model: &dyn Model, name: &str, expected: f64| {
        let found = model.params().get(name).unwrap().tensor.std(true).double_value(&[]);
        assert!((found / expected - 1.0).abs() < 0.05, "{name}: {found} for {expected}");
    };
    let resnet = built("kind = 'resnet'\nwidth = 16\nstem = 'cifar'", &digits());
    // √(2 / (outputs·9)), and of the linear head 1/√(3·inputs).
    near(&*resnet, "layer2.0.conv1.weight", (2.0_f64 / (32.0 * 9.0)).sqrt());
    near(&*resnet, "fc.weight", 1.0 / (3.0_f64 * 128.0).sqrt());
    let gpt = built("kind = 'gpt'\nlayers = 8\nwidth = 64", &text());
    near(&*gpt, "transformer.h.3.attn.c_attn.weight", 0.02);
    near(&*gpt, "transformer.h.3.mlp.c_proj.weight", 0.02 / 4.0);
    let rnn = built("kind = 'lstm-lm'\nembedding = 64\nhidden = 100", &text());
    near(&*rnn, "encoder.weight", 0.1 / 3.0_f64.sqrt());
    near(&*rnn, "rnns.1.weight_hh_l0", 0.1 / 3.0_f64.sqrt());
}

#[test]
fn a_language_model_goes_on_where_the_last_batch_ended() {
    let _lock = seeding();
    let (text, data) = all().swap_remove(4);
    let mut model = built(text, &data);
    let tokens = batch(&data, 3);
    let whole = model.forward(&tokens, false).unwrap().main;
    assert_eq!(model.hidden().len(), 4);
    assert!(model.hidden().iter().all(|state| !state.requires_grad()));
    model.set_hidden(&[]).unwrap();
    let first = model.forward(&tokens.narrow(1, 0, 4), false).unwrap().main;
    let kept = model.hidden();
    let second = model.forward(&tokens.narrow(1, 4, 2), false).unwrap().main;
    let difference = (Tensor::cat(&[&first, &second], 1) - &whole).abs().max().double_value(&[]);
    assert!(difference < 1e-6, "{difference}");
    // What was kept is not changed by what came after it.
    model.set_hidden(&kept).unwrap();
    assert_eq!(model.forward(&tokens.narrow(1, 4, 2), false).unwrap().main, second);
    // A batch of another size begins anew.
    let two = tokens.narrow(0, 0, 2);
    let begun = model.forward(&two, false).unwrap().main;
    assert!((begun - whole.narrow(0, 0, 2)).abs().max().double_value(&[]) < 1e-6);
    let error = model.set_hidden(&kept[1..]).unwrap_err().to_string();
    assert_eq!(error, "hidden state: 3 tensors were given, and the model has 4");
}

#[test]
fn every_dropout_of_a_language_model_changes_what_it_gives_in_training_alone() {
    let _lock = seeding();
    let (text, data) = all().swap_remove(4);
    let kinds = ["embed", "input", "hidden", "weight", "output"];
    let keys = |of: &str, p: f64| {
        let key = |kind: &&str| format!("\n{kind}-dropout = {}", if *kind == of { p } else { 0.0 });
        format!("{text}{}", kinds.iter().map(key).collect::<String>())
    };
    for kind in kinds {
        manual_seed(5).unwrap();
        let mut model = built(&keys(kind, 0.5), &data);
        let tokens = batch(&data, 3);
        let mut run = |training| {
            model.set_hidden(&[]).unwrap();
            model.forward(&tokens, training).unwrap()
        };
        let (evaluated, trained) = (run(false), run(true));
        assert_ne!(evaluated.main, trained.main, "{kind}");
        let [raw, dropped] = [0, 1].map(|index| trained.named[index].1.shallow_clone());
        assert_eq!(raw.size(), [3, 6, 8]);
        assert_eq!(raw == dropped, kind != "output", "{kind}");
    }
}

#[test]
fn a_transformer_sees_no_later_token() {
    let _lock = seeding();
    let (text, data) = all().swap_remove(5);
    let mut model = built(text, &data);
    let tokens = batch(&data, 2);
    let whole = model.forward(&tokens, false).unwrap().main;
    let begun = model.forward(&tokens.narrow(1, 0, 3), false).unwrap().main;
    assert!((begun - whole.narrow(1, 0, 3)).abs().max().double_value(&[]) < 1e-6);
    let long = Tensor::zeros([1, 7], (Kind::Int64, Device::Cpu));
    let error = model.forward(&long, false).unwrap_err().to_string();
    assert_eq!(error, "gpt: a sequence of 7 tokens; it was made for 6");
}

#[test]
fn what_makes_no_language_model_is_named() {
    let refused = |text: &str, spec: &DataSpec| {
        config(text).unwrap().build(spec, Device::Cpu).map(drop).unwrap_err().to_string()
    };
    let _lock = seeding();
    assert_eq!(
        refused("kind = 'gpt'", &digits()),
        "model kind `gpt` needs sequences of tokens with a class for each, but the data's inputs are \
         no such sequences; choose another model, or text for data"
    );
    assert_eq!(
        refused("kind = 'mlp'", &text()),
        "model kind `mlp` needs inputs of numbers, but the data's are tokens; choose `lstm-lm` or \
         `gpt`, or other data"
    );
    assert_eq!(
        refused("kind = 'gpt'\nwidth = 10", &text()),
        "model.width = 10 is no multiple of model.heads = 4; change one of them"
    );
    assert_eq!(
        refused("kind = 'lstm-lm'\nweight-dropout = 1.0", &text()),
        "model.weight-dropout must be at least 0 and below 1, got 1"
    );
    assert_eq!(
        refused("kind = 'lstm-lm'\nlayers = 0", &text()),
        "model.layers must be at least 1, got 0"
    );
    let tags = DataSpec { targets: Targets::Classes(3), ..text() };
    assert_eq!(
        refused("kind = 'lstm-lm'", &tags),
        "model kind `lstm-lm` shares weights between tokens and outputs, but the data has 11 tokens \
         and 3 outputs; set model.tie = false, or choose other data"
    );
    let untied = "kind = 'lstm-lm'\nembedding = 4\nhidden = 5\ntie = false";
    let model = built(untied, &tags);
    assert_eq!(model.params().get("decoder.weight").unwrap().tensor.size(), [3, 5]);
}
