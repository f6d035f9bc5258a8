//! The oracle is the definition: the mean over all samples of a window.

use callbox_sdk::testing;

use super::*;

/// What the optimizer steps with, epoch after epoch of these batch sizes: the loop's arithmetic on
/// one weight whose gradient in batch i is the mean of `slope(i)` over the batch's samples.
fn steps(batches: u32, sizes: &[u32], epochs: u32) -> Vec<f64> {
    let run = Run {
        train_batches: Some(sizes.len() as u64),
        n_samples: Some(sizes.iter().map(|size| u64::from(*size)).sum()),
        ..testing::run()
    };
    let mut plugin = Accumulate::start(&run, Params { batches }).expect("any run will do");
    let (mut grad, mut steps) = (0.0, Vec::new());
    for epoch in 0..epochs {
        for (num_batch, batch_size) in (0..).zip(sizes.iter().copied()) {
            grad += slope(num_batch);
            let state = State { epoch, num_batch, batch_size, ..testing::state() };
            let signals = plugin.on_backward_end(&state).expect("an answer");
            let [Signal::ScaleGrad(factor), rest @ ..] = &signals[..] else { panic!("no scale") };
            grad *= factor;
            if rest == [signal::skip_step(), signal::keep_gradients()] {
                continue;
            }
            assert_eq!(rest, []);
            steps.push(std::mem::take(&mut grad));
        }
    }
    steps
}

fn slope(batch: u32) -> f64 {
    f64::from(batch * batch) + 0.5
}

/// Mean over the samples of consecutive batches.
fn large_batch(first: u32, sizes: &[u32]) -> f64 {
    let weighted = (first..).zip(sizes).map(|(batch, size)| f64::from(*size) * slope(batch));
    weighted.sum::<f64>() / f64::from(sizes.iter().sum::<u32>())
}

fn assert_near(left: &[f64], right: &[f64]) {
    assert_eq!(left.len(), right.len(), "{left:?} is not {right:?}");
    for (left, right) in left.iter().zip(right) {
        assert!((left - right).abs() < 1e-12 * right.abs(), "{left} is not {right}");
    }
}

#[test]
fn a_step_has_the_gradient_of_the_large_batch() {
    let sizes = [8; 6];
    assert_near(&steps(3, &sizes, 1), &[large_batch(0, &[8; 3]), large_batch(3, &[8; 3])]);
    assert_near(&steps(1, &sizes, 1), &[0, 1, 2, 3, 4, 5].map(slope));
}

#[test]
fn a_short_last_batch_weighs_less() {
    let sizes = [8, 8, 8, 8, 8, 3];
    let expected = [large_batch(0, &sizes[..3]), large_batch(3, &sizes[3..])];
    assert_near(&steps(3, &sizes, 1), &expected);
    // It stands alone in its window, and the next epoch begins with a whole one.
    let sizes = [8, 8, 3];
    let expected = [large_batch(0, &[8, 8]), slope(2)];
    assert_near(&steps(2, &sizes, 2), &[expected, expected].concat());
}

#[test]
fn an_epoch_ends_with_a_step() {
    let sizes = [8; 5];
    let expected = [large_batch(0, &[8; 4]), slope(4)];
    assert_near(&steps(4, &sizes, 1), &expected);
    assert_near(&steps(100, &sizes, 1), &[large_batch(0, &sizes)]);
}

#[test]
fn an_endless_loader_has_equal_batches() {
    let run = Run { train_batches: None, n_samples: None, ..testing::run() };
    let mut plugin = Accumulate::start(&run, Params::default()).expect("any run will do");
    let state = testing::state();

    let keep = vec![signal::scale_grad(1.0), signal::skip_step(), signal::keep_gradients()];
    assert_eq!(plugin.on_backward_end(&state), Ok(keep));
    assert_eq!(plugin.on_backward_end(&state), Ok(vec![signal::scale_grad(0.5)]));
}
