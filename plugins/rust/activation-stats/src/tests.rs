//! Bins by hand; the statistics are compared in a training.

use callbox_sdk::testing;

use super::*;

#[test]
fn bins_are_of_equal_width_and_the_last_holds_its_end() {
    let values = [0.0, 0.5, 0.999, 1.0, 2.5, 4.0];
    let edges = vec![0.0, 1.0, 2.0, 3.0, 4.0];
    let expected = signal::histogram("x", edges, vec![3.0, 1.0, 1.0, 1.0]);
    assert_eq!(histogram("x", &values, [0.0, 4.0], 4), Some(expected));
    // What lies outside is of a part of the tensor that was not read, or NaN.
    let expected = signal::histogram("x", vec![0.0, 2.0, 4.0], vec![2.0, 1.0]);
    assert_eq!(histogram("x", &[f32::NAN, -1.0, 9.0], [0.0, 4.0], 2), Some(expected));
}

#[test]
fn without_a_width_there_are_no_bins() {
    for [min, max] in [[1.0, 1.0], [0.0, f64::INFINITY], [f64::NAN, 1.0], [1.0, 1.0 + 1e-16]] {
        assert_eq!(histogram("x", &[1.0], [min, max], 10), None);
    }
}

#[test]
fn a_model_that_shows_nothing_is_refused() {
    let refused = ActivationStats::start(&testing::run(), Params::default());
    assert_eq!(refused.err().as_deref(), Some("this model shows no activations"));
}
