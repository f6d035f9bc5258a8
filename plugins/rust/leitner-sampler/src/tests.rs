//! The boxes by hand; drawing is compared in a training.

use callbox_sdk::testing;

use super::*;

fn start(params: Params) -> Result<LeitnerSampler, String> {
    LeitnerSampler::start(&Run { n_samples: Some(4), ..testing::run() }, params)
}

#[test]
fn right_moves_up_and_wrong_goes_back_to_the_first() {
    let params = Params { boxes: 3, new_box: 2, ..Params::default() };
    let mut plugin = start(params).expect("a box of three");
    assert_eq!(plugin.boxes, [1, 1, 1, 1]);
    for (sample, right) in [(0, true), (0, true), (1, false), (2, true), (2, false), (2, true)] {
        plugin.answer(sample, right);
    }
    assert_eq!(plugin.boxes, [2, 0, 1, 1]);
    // What is no sample of this data moves nothing.
    plugin.answer(-1, false);
    plugin.answer(4, false);
    assert_eq!(plugin.boxes, [2, 0, 1, 1]);
}

#[test]
fn probabilities_fall_by_a_factor_and_not_below_the_cap() {
    let weights = |boxes, factor, max_ratio| {
        let params = Params { boxes, factor, max_ratio, ..Params::default() };
        super::weights(&params)[..boxes as usize].to_vec()
    };
    assert_eq!(weights(5, 0.5, 8.0), [1.0, 0.5, 0.25, 0.125, 0.125]);
    assert_eq!(weights(3, 0.25, 1e6), [1.0, 0.25, 0.0625]);
    assert_eq!(weights(3, 0.5, 1.0), [1.0; 3]);
    assert!(weights(255, 0.01, 1e6).iter().all(|weight| *weight > 0.0));
}

#[test]
fn it_goes_on_from_what_it_saved() {
    let mut plugin = start(Params::default()).expect("boxes");
    plugin.answer(1, true);
    plugin.answer(3, true);
    let saved = plugin.save().expect("it saves");
    assert_eq!(saved.len(), 4, "a byte for each sample");
    let mut copy = start(Params::default()).expect("boxes");
    copy.load(&saved).expect("it loads");
    assert_eq!(copy.boxes, [0, 1, 0, 1]);
    // Two samples more, and a box less.
    let run = Run { n_samples: Some(6), ..testing::run() };
    let params = Params { boxes: 2, new_box: 2, ..Params::default() };
    let mut grown = LeitnerSampler::start(&run, params).expect("boxes");
    grown.load(&[0, 4, 0, 1]).expect("it loads");
    assert_eq!(grown.boxes, [0, 1, 0, 1, 1, 1]);
}

#[test]
fn it_refuses_what_it_could_not_do() {
    let beyond = start(Params { boxes: 3, new_box: 4, ..Params::default() });
    assert_eq!(beyond.err().as_deref(), Some("there is no box of that number: lower new-box"));
    for (n_samples, why) in [(None, "a stream has none"), (Some(4_000_001), "these are more")] {
        let run = Run { n_samples, ..testing::run() };
        let refused = LeitnerSampler::start(&run, Params::default());
        assert!(refused.is_err_and(|text| text.contains(why)));
    }
}

#[test]
fn nothing_is_weighed_before_anything_was_answered() {
    let mut plugin = start(Params::default()).expect("boxes");
    assert_eq!(plugin.on_train_begin(&testing::state()), signal::none());
    // Natively no tensor can be made, so that an attempt is an error.
    plugin.answer(0, true);
    assert!(plugin.on_train_begin(&testing::state()).is_err());
}
