//! The oracle is the definition: the whole mean, which a stopped pass would have had.

use callbox_sdk::testing;

use super::*;

/// 10 batches of 64 samples, the last one of 40.
const SIZES: [u32; 10] = [64, 64, 64, 64, 64, 64, 64, 64, 64, 40];

fn start(params: Params) -> StopValidationWhenHopeless {
    let samples = SIZES.iter().map(|size| u64::from(*size)).sum();
    let run = Run { valid_samples: Some(samples), ..testing::run() };
    StopValidationWhenHopeless::start(&run, params).expect("a run with validation")
}

fn mean(losses: &[f64]) -> f64 {
    let sum: f64 = losses.iter().zip(SIZES).map(|(loss, size)| loss * f64::from(size)).sum();
    sum / SIZES.map(f64::from).iter().sum::<f64>()
}

/// One validation; the batch that it was stopped at.
fn validate(plugin: &mut StopValidationWhenHopeless, losses: &[f64]) -> Option<usize> {
    let stopped = losses.iter().zip(SIZES).enumerate().position(|(at, (loss, batch_size))| {
        let losses = Some(Losses { raw: *loss, last: *loss, smooth: 1.0 });
        let (phase, num_batch) = (Phase::Valid, at as u32);
        let state = State { losses, batch_size, num_batch, phase, ..testing::state() };
        !plugin.on_batch_end(&state).expect("an answer").is_empty()
    });
    let partial = stopped.is_some();
    let monitored = vec![mean(&losses[..stopped.map_or(losses.len(), |at| at + 1)])];
    let state = State { partial, monitored, ..testing::state() };
    assert_eq!(plugin.on_valid_end(&state), Ok(vec![]));
    stopped
}

#[test]
fn it_stops_when_the_rest_can_change_nothing() {
    let mut plugin = start(Params::default());
    assert_eq!(validate(&mut plugin, &[9.0; 10]), None, "the first one is the best");
    assert_eq!(validate(&mut plugin, &[1.0; 10]), None);
    // 616 samples at 1.0 are what the best has: 2.0 is hopeless after more than 308 of them.
    assert_eq!(validate(&mut plugin, &[2.0; 10]), Some(4));
    assert_eq!(validate(&mut plugin, &[1e9; 10]), Some(0));
    assert_eq!(plugin.best, Some(1.0));
    // Nothing remains after the last batch.
    let late = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.1];
    assert_eq!(validate(&mut plugin, &late), None);
}

#[test]
fn what_a_sample_costs_at_least_counts_ahead() {
    let mut plugin = start(Params { least: 0.5, margin: 0.0 });
    validate(&mut plugin, &[1.0; 10]);
    // 2.0 is 1.5 above the least, the best 0.5: hopeless after a third of the 616.
    assert_eq!(validate(&mut plugin, &[2.0; 10]), Some(3));
    let mut plugin = start(Params { least: 0.0, margin: 1.5 });
    validate(&mut plugin, &[1.0; 10]);
    assert_eq!(validate(&mut plugin, &[2.0; 10]), None);
    assert_eq!(validate(&mut plugin, &[5.0; 10]), Some(4));
}

#[test]
fn the_reason_has_both_numbers() {
    let mut plugin = start(Params::default());
    plugin.best = Some(0.25);
    let losses = Some(Losses { raw: 4.0, last: 4.0, smooth: 1.0 });
    let state = State { losses, phase: Phase::Valid, ..testing::state() };
    let reason = "the loss will be 0.4156 or more, and the best is 0.25";
    assert_eq!(plugin.on_batch_end(&state), Ok(vec![signal::stop_validation(reason)]));
}

#[test]
fn nan_is_no_bound_and_no_best() {
    let mut plugin = start(Params::default());
    let mut holed = [1.0; 10];
    holed[3] = f64::NAN;
    assert_eq!(validate(&mut plugin, &holed), None);
    assert_eq!(plugin.best, None);
    validate(&mut plugin, &[0.1; 10]);
    holed[2] = 0.1;
    assert_eq!(validate(&mut plugin, &holed), Some(0), "before the hole");
    holed[0] = f64::NAN;
    assert_eq!(validate(&mut plugin, &holed), None, "behind it");
}

/// Over any losses of at least `least`: a pass that is stopped would not have been the best, and the
/// best of all whole passes is the best of all.
#[test]
fn a_validation_that_would_have_been_best_is_never_stopped() {
    let mut random = Random::new(7);
    for round in 0..300 {
        let least = [0.0, 0.3, -1.0][round % 3];
        let margin = [0.0, 0.05][round % 2];
        let mut plugin = start(Params { least, margin });
        let (mut best, mut stops) = (f64::INFINITY, 0);
        for _ in 0..20 {
            let level = 0.9 + 0.2 * random.uniform();
            let losses: [f64; 10] =
                std::array::from_fn(|_| least + level * random.uniform() * random.uniform());
            let whole = mean(&losses);
            match validate(&mut plugin, &losses) {
                Some(_) => {
                    stops += 1;
                    assert!(whole > best, "{losses:?} would have been the best: {whole} < {best}");
                }
                None => best = best.min(whole),
            }
            assert_eq!(plugin.best, Some(best));
        }
        assert!(stops > 0 || margin > 0.0, "it does something");
    }
}

/// A pass of the same losses as the best in another order rounds otherwise.
#[test]
fn rounding_makes_nothing_hopeless() {
    let mut random = Random::new(3);
    for _ in 0..200 {
        let mut plugin = start(Params::default());
        let mut losses: [f64; 10] = std::array::from_fn(|_| random.uniform());
        // The last batch weighs less and stays where it is, and no loss is left for it.
        losses[9] = 0.0;
        validate(&mut plugin, &losses);
        losses[..9].sort_by(f64::total_cmp);
        assert_eq!(validate(&mut plugin, &losses), None);
    }
}

#[test]
fn without_validation_there_is_none_to_stop() {
    let run = Run { valid_samples: None, ..testing::run() };
    assert!(StopValidationWhenHopeless::start(&run, Params::default()).is_err());
}

#[test]
fn the_best_survives() {
    let mut before = start(Params::default());
    validate(&mut before, &[1.0; 10]);
    let mut after = start(Params::default());
    after.load(&before.save().expect("bytes")).expect("the same bytes");
    assert_eq!(validate(&mut after, &[2.0; 10]), Some(4));
}
