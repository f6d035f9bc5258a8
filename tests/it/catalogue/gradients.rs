//! What plugins do to gradients: seen in one step of plain SGD, which is the gradient.

use callbox::callback::{Hook, Signal, Value};
use callbox_tests::{MemberSpec, Trained, Training, member};

const LR: f64 = 100.0;

/// The weights, one tensor after another: of each its rows.
const SHAPES: [(&str, usize); 4] =
    [("layers.0.weight", 64), ("layers.0.bias", 8), ("layers.1.weight", 8), ("layers.1.bias", 10)];

/// A training in which only batch `step` makes a step; the others go by.
fn one_step(step: u64, plugin: Option<MemberSpec>) -> Trained {
    let training = Training::default().epochs(1).optimizer(|config| config.lr = Some(LR.into()));
    let training = training.scripted(move |hook, state| match hook {
        Hook::BackwardEnd if state.iteration != step => vec![Signal::SkipStep],
        _ => Vec::new(),
    });
    let trained = plugin.into_iter().fold(training, Training::and).run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    trained
}

fn untrained() -> Trained {
    one_step(u64::MAX, None)
}

/// The units of all weights, one after another.
fn units(trained: &Trained) -> Vec<Vec<f64>> {
    let rows = |(name, row): &(&str, usize)| {
        let values: Vec<f64> = trained.values(name).into_iter().map(f64::from).collect();
        values.chunks(*row).map(<[f64]>::to_vec).collect::<Vec<_>>()
    };
    SHAPES.iter().flat_map(rows).collect()
}

/// What a step was made with.
fn gradient(from: &Trained, to: &Trained) -> Vec<Vec<f64>> {
    let step = |(from, to): (&Vec<f64>, &Vec<f64>)| {
        from.iter().zip(to).map(|(from, to)| (from - to) / LR).collect()
    };
    units(from).iter().zip(&units(to)).map(step).collect()
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn assert_near(found: &[Vec<f64>], expected: &[Vec<f64>]) {
    for (found, expected) in found.concat().iter().zip(expected.concat()) {
        assert!((found - expected).abs() < 1e-7 + 1e-5 * expected.abs(), "{found} {expected}");
    }
}

/// The gradient as it is, and as the plugin leaves it.
fn both(plugin: MemberSpec) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let start = untrained();
    let plain = gradient(&start, &one_step(0, None));
    (plain, gradient(&start, &one_step(0, Some(plugin.named()))))
}

#[test]
fn all_gradients_together_are_clipped_by_norm() {
    let (plain, clipped) = both(member("clip").with("norm", Value::Number(0.05)));
    let whole = norm(&plain.concat());
    assert!(whole > 0.1, "there is something to clip: {whole}");
    let part = 0.05 / (whole + 1e-6);
    let expected: Vec<Vec<f64>> =
        plain.iter().map(|unit| unit.iter().map(|x| x * part).collect()).collect();
    assert_near(&clipped, &expected);
}

#[test]
fn elements_are_clipped_by_value_before() {
    let clip = member("clip").with("value", Value::Number(0.01));
    let (plain, clipped) = both(clip.with("norm", Value::Number(0.03)));
    let bounded: Vec<Vec<f64>> =
        plain.iter().map(|unit| unit.iter().map(|x| x.clamp(-0.01, 0.01)).collect()).collect();
    assert!(bounded != plain && norm(&bounded.concat()) > 0.03);
    let part = 0.03 / (norm(&bounded.concat()) + 1e-6);
    let expected: Vec<Vec<f64>> =
        bounded.iter().map(|unit| unit.iter().map(|x| x * part).collect()).collect();
    assert_near(&clipped, &expected);
}

/// Equation 3 of the paper, unit by unit.
#[test]
fn each_unit_is_clipped_by_its_weights() {
    let (plain, clipped) = both(member("adaptive-clip"));
    let mut bound = 0;
    let expected: Vec<Vec<f64>> = units(&untrained())
        .iter()
        .zip(&plain)
        .map(|(weights, gradient)| {
            let most = 0.01 * norm(weights).max(1e-3);
            let is_bound = norm(gradient) > most;
            bound += usize::from(is_bound);
            let part = if is_bound { most / norm(gradient) } else { 1.0 };
            gradient.iter().map(|x| x * part).collect()
        })
        .collect();
    assert!((1..plain.len()).contains(&bound), "{bound} of {}", plain.len());
    assert_near(&clipped, &expected);
}

#[test]
fn noise_has_the_papers_deviation() {
    let start = untrained();
    for (step, deviation) in [(0, 0.3_f64.sqrt()), (3, (0.3 / 4.0_f64.powf(0.55)).sqrt())] {
        let noise = member("gradient-noise").with("eta", Value::Number(0.3)).named();
        let plain = gradient(&start, &one_step(step, None)).concat();
        let noisy = gradient(&start, &one_step(step, Some(noise))).concat();
        let noise: Vec<f64> =
            noisy.iter().zip(&plain).map(|(noisy, plain)| noisy - plain).collect();
        let n = noise.len() as f64;
        let mean = noise.iter().sum::<f64>() / n;
        let found = (noise.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt();
        // 610 draws: the mean is off by 4% of a deviation, the deviation by 3% of itself.
        assert!(mean.abs() < 0.15 * deviation, "{mean}");
        assert!((found / deviation - 1.0).abs() < 0.1, "{found} is not {deviation}");
    }
}
