use serde::Deserialize;
use tch::{Device, Kind};

use super::*;
use crate::train::params::ParamKind;
use crate::train::torch::{backward, grad_enabled, gradient};

/// `tests/oracle/gradients.py` wrote it.
const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/gradients.json"));
const SHAPES: [&[i64]; 5] = [&[2, 3], &[3], &[], &[2, 2, 1, 2], &[3, 2]];
/// The weights of this one are zero, and so is the gradient of its first unit.
const ZERO: usize = 4;

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    work: Asked,
    gradients: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(default)]
struct Asked {
    scale: f64,
    value: Option<f64>,
    adaptive: Vec<(f64, f64)>,
    norm: Option<f64>,
}

impl Default for Asked {
    fn default() -> Self {
        Self { scale: 1.0, value: None, adaptive: Vec::new(), norm: None }
    }
}

impl Asked {
    fn work(&self) -> GradientWork {
        let Self { scale, value, ref adaptive, norm } = *self;
        let adaptive = adaptive.clone();
        GradientWork { scales: vec![scale], value, adaptive, norm, ..GradientWork::default() }
    }
}

fn weight(index: usize, element: usize) -> f64 {
    if index == ZERO { 0.0 } else { (1.0 + 3.0 * index as f64 + 0.7 * element as f64).sin() }
}

fn slope(index: usize, element: usize) -> f64 {
    let zero = index == ZERO && element < 2;
    if zero { 0.0 } else { 3.0 * (0.4 + index as f64 + 1.1 * element as f64).cos() }
}

fn tensor(index: usize, value: fn(usize, usize) -> f64) -> Tensor {
    let shape = SHAPES[index];
    let size = shape.iter().product::<i64>() as usize;
    Tensor::from_slice(&(0..size).map(|e| value(index, e)).collect::<Vec<_>>()).view(shape)
}

fn params() -> Params {
    let mut params = Params::new(Device::Cpu);
    for index in 0..SHAPES.len() {
        let _ = params.add(format!("w{index}"), ParamKind::Weight, &tensor(index, weight)).unwrap();
    }
    params
}

/// Backward of Σ w·g gives exactly g.
fn with_gradients() -> Params {
    let params = params();
    let terms = (0..).zip(&params).map(|(i, p)| (&p.tensor * tensor(i, slope)).sum(None));
    backward(&terms.fold(Tensor::from(0.0), |sum, term| sum + term)).unwrap();
    params
}

fn found(params: &Params) -> Vec<f64> {
    let numbers = |tensor: &Tensor| {
        let gradient = gradient(tensor).unwrap().unwrap();
        Vec::<f64>::try_from(gradient.flatten(0, -1).to_kind(Kind::Double)).unwrap()
    };
    params.iter().flat_map(|param| numbers(&param.tensor)).collect()
}

fn after(work: &GradientWork, steps: bool) -> Vec<f64> {
    let params = with_gradients();
    apply(work, &params, steps, 5).unwrap();
    assert!(grad_enabled());
    found(&params)
}

#[test]
fn clips_agree_with_pytorch() {
    let oracle: Oracle = serde_json::from_str(ORACLE).unwrap();
    assert_eq!(oracle.cases.len(), 10);
    for case in &oracle.cases {
        let pairs = after(&case.work.work(), true).into_iter().zip(&case.gradients);
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-14, "{}: off by {worst:e}", case.name);
    }
}

#[test]
fn without_a_step_gradients_are_only_scaled() {
    let work = GradientWork {
        scales: vec![0.5],
        value: Some(0.1),
        adaptive: vec![(0.01, 1e-3)],
        norm: Some(0.1),
        variances: vec![4.0],
    };
    let halves: Vec<f64> = found(&with_gradients()).iter().map(|g| 0.5 * g).collect();
    assert_eq!(after(&work, false), halves);
    assert_ne!(after(&work, true), halves);
}

#[test]
fn nothing_asked_changes_nothing() {
    assert_eq!(after(&GradientWork::default(), true), found(&with_gradients()));
    let all = GradientWork { norm: Some(1.0), variances: vec![1.0], ..GradientWork::default() };
    apply(&all, &params(), true, 5).unwrap();
}

#[test]
fn noise_hangs_on_seed_and_weight_alone() {
    let work = GradientWork { variances: vec![0.25], ..GradientWork::default() };
    let noise = |params: &Params, seed| {
        apply(&work, params, true, seed).unwrap();
        params.iter().map(|p| gradient(&p.tensor).unwrap()).collect::<Vec<_>>()
    };
    let (first, other) = (noise(&with_gradients(), 1), noise(&with_gradients(), 2));
    assert_eq!(noise(&with_gradients(), 1), first);
    assert_ne!(other, first);
    let params = with_gradients();
    super::super::torch::unset_gradient(&params.get("w0").unwrap().tensor).unwrap();
    assert_eq!(noise(&params, 1)[1..], first[1..]);
}

#[test]
fn noise_has_the_variance_that_was_asked_for() {
    let mut params = Params::new(Device::Cpu);
    let zeros = Tensor::zeros([100, 200], (Kind::Float, Device::Cpu));
    let handle = params.add("w".into(), ParamKind::Weight, &zeros).unwrap();
    backward(&(&handle * 0.0).sum(None)).unwrap();
    let work = GradientWork { variances: vec![0.25], ..GradientWork::default() };
    apply(&work, &params, true, 3).unwrap();
    let noise = gradient(&handle).unwrap().unwrap();
    // Five standard errors: 0.5/√20000 for the mean, 0.5/√40000 for the deviation.
    assert!(noise.mean(None).double_value(&[]).abs() < 0.018);
    assert!((noise.std(true).double_value(&[]) - 0.5).abs() < 0.0125);
}

#[test]
fn what_is_not_a_number_stays_visible() {
    let work = GradientWork { value: Some(1.0), norm: Some(1.0), ..GradientWork::default() };
    let params = with_gradients();
    let gradient = gradient(&params.get("w1").unwrap().tensor).unwrap().unwrap();
    crate::train::torch::fill_(&gradient, f64::NAN).unwrap();
    let adaptive = GradientWork { adaptive: vec![(0.1, 1e-3)], ..GradientWork::default() };
    apply(&adaptive, &params, true, 0).unwrap();
    let nans = |params: &Params| found(params).iter().filter(|g| g.is_nan()).count();
    assert_eq!(nans(&params), 3);
    apply(&work, &params, true, 0).unwrap();
    assert_eq!(nans(&params), found(&params).len());
}
