//! Gradient accumulation as a plugin: the gradient of the one large batch, in f32 and f16.

use callbox::callback::{Hook, Value};
use callbox::train::precision::Precision;
use callbox_tests::{Trained, Training, member};

const WEIGHT: &str = "layers.0.weight";

/// Batches of 100 in windows of three: 1,257 samples are four windows and a short one of 57.
fn accumulated(precision: Precision) -> Trained {
    let plugin = member("accumulate").named().with("batches", Value::Integer(3));
    Training::with(plugin).precision(precision).batch_size(100).epochs(1).run()
}

fn large(precision: Precision) -> Trained {
    Training::default()
        .precision(precision)
        .batch_size(300)
        .epochs(1)
        .scripted(|_, _| Vec::new())
        .run()
}

fn greatest_difference(one: &Trained, other: &Trained) -> f32 {
    let (one, other) = (one.values(WEIGHT), other.values(WEIGHT));
    one.iter().zip(&other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn windows_step_like_one_large_batch() {
    let (windows, large) = (accumulated(Precision::F32), large(Precision::F32));
    assert!(windows.faults().is_empty(), "{:?}", windows.faults());
    let difference = greatest_difference(&windows, &large);
    assert!(difference < 1e-6, "{difference}");
}

#[test]
fn so_they_do_in_f16() {
    let (windows, large) = (accumulated(Precision::F16), large(Precision::F16));
    assert!(windows.faults().is_empty(), "{:?}", windows.faults());
    let difference = greatest_difference(&windows, &large);
    // Forward and backward round to 11 bits, batch by batch.
    assert!(difference < 2e-4, "{difference}");
    let start = Training::default().batch_size(300).epochs(1).scripted(|hook, _| match hook {
        Hook::BatchBegin => vec![callbox::callback::Signal::SkipStep],
        _ => Vec::new(),
    });
    assert!(greatest_difference(&windows, &start.run()) > 1e-2, "it has learnt");
}

/// What the plugin leaves in a window's last gradient is what callbacks behind it see.
#[test]
fn it_lives_beside_a_clip_that_counts_once_per_window() {
    let clip = || {
        |hook: Hook, _: &callbox::callback::State<'_>| match hook {
            Hook::BackwardEnd => vec![callbox::callback::Signal::ClipGradNorm(0.05)],
            _ => Vec::new(),
        }
    };
    let plugin = member("accumulate").named().with("batches", Value::Integer(3));
    let windows = Training::with(plugin).batch_size(100).epochs(1).scripted(clip()).run();
    let large = Training::default().batch_size(300).epochs(1).scripted(clip()).run();
    let difference = greatest_difference(&windows, &large);
    assert!(difference < 1e-6, "{difference}");
}
