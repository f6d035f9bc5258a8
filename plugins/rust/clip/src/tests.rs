use callbox_sdk::testing;

use super::*;

fn answer(norm: f64, value: f64) -> Vec<Signal> {
    let mut clip = Clip::start(&testing::run(), Params { norm, value }).expect("a bound");
    clip.on_backward_end(&testing::state()).expect("an answer")
}

#[test]
fn it_says_what_is_set() {
    let (by_norm, by_value) = (signal::clip_grad_norm(1.0), signal::clip_grad_value(0.5));
    assert_eq!(answer(1.0, 0.0), std::slice::from_ref(&by_norm));
    assert_eq!(answer(0.0, 0.5), std::slice::from_ref(&by_value));
    assert_eq!(answer(1.0, 0.5), [by_value, by_norm]);
}

#[test]
fn without_a_bound_it_is_refused() {
    let nothing = Clip::start(&testing::run(), Params { norm: 0.0, value: 0.0 });
    assert!(nothing.is_err_and(|why| why.contains("set norm")));
}
