//! Golden values: numpy's `gradient` and fastai v1's formulas on a made-up curve.

use callbox_sdk::testing;
use callbox_sdk::types::{Grant, Hyper};

use super::*;

/// A curve that falls, has a bottom, and explodes.
fn raw(lr: f64) -> f64 {
    2.3 - 2.0 / (1.0 + (0.01 / lr).powf(1.5)) + 2.0 * lr * lr
}

fn start(params: Params) -> Result<LrFinder, String> {
    LrFinder::start(&testing::run(), params)
}

fn batch_end(finder: &mut LrFinder, smooth: f64) -> Vec<Signal> {
    let losses = Some(Losses { raw: smooth, last: smooth, smooth });
    finder.on_batch_end(&State { losses, ..testing::state() }).expect("an answer")
}

/// Trains on the curve, smoothed as the host does, and says which batch was the last.
fn run(finder: &mut LrFinder) -> (usize, Signal) {
    let mut average = 0.0;
    for batch in 0..1_000 {
        average = 0.98 * average + 0.02 * raw(finder.lr(batch));
        let smooth = average / (1.0 - 0.98_f64.powf((batch + 1) as f64));
        let signals = batch_end(finder, smooth);
        if let Some(Signal::StopTraining(_)) = signals.last() {
            return (batch, signals[2].clone());
        }
    }
    panic!("it never stopped");
}

fn assert_near(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-12 * right, "{left} is not {right}");
}

#[test]
fn the_rates_are_fastais() {
    let finder = start(Params::default()).expect("a run of 100 batches");
    let thread = Params { preset: "thread".to_owned(), ..Params::default() };
    let run = Run { planned_iterations: Some(200), ..testing::run() };
    let thread = LrFinder::start(&run, thread).expect("a run of 200 batches");
    for (batch, lr) in [(0, 1e-5), (1, 1.071_519_305_237_607e-5), (100, 0.01)] {
        assert_near(thread.lr(batch), lr);
    }

    let golden =
        [(0, 1e-7), (1, 1.202_264_434_617_413e-7), (50, 1e-3), (99, 8.317_637_711_026_709)];
    for (batch, lr) in golden {
        assert_near(finder.lr(batch), lr);
    }
}

#[test]
fn it_stops_when_the_loss_runs_away_and_suggests() {
    let mut finder = start(Params::default()).expect("a run of 100 batches");

    let (batch, stop) = run(&mut finder);
    assert_eq!((batch, stop), (97, signal::stop_training("the loss ran away at lr 5.754")));
    let [suggestion, least, ..] = finder.conclusion().expect("98 points");
    assert_near(suggestion, 0.039_810_717_055_349_69);
    assert_near(least, 0.758_577_575_029_183_5);

    let reports = finder.on_finish(&testing::state(), &Outcome::Completed).expect("an answer");
    let [steepest, valley] = [suggestion, finder.lr(46)];
    let expected = [
        ("suggestion", suggestion),
        ("lr-min-loss", least),
        ("steepest", steepest),
        ("valley", valley),
        ("minimum-tenth", least / 10.0),
    ];
    assert_eq!(reports, expected.map(|(name, value)| signal::report(name, value)));
    let mut copy = start(Params::default()).expect("a run of 100 batches");
    copy.load(&finder.save().expect("it saves")).expect("it loads");
    assert_eq!(copy.losses, finder.losses);
}

#[test]
fn a_loss_that_is_not_finite_ends_it() {
    for loss in [f64::NAN, f64::INFINITY] {
        let mut finder = start(Params::default()).expect("a run of 100 batches");
        batch_end(&mut finder, 2.0);
        let signals = batch_end(&mut finder, loss);
        assert!(matches!(signals.last(), Some(Signal::StopTraining(_))), "{signals:?}");
        // Nothing that is infinite is reported, and two points are no curve.
        assert!(matches!(&signals[1], Signal::Report(report) if report.value.is_nan()));
        let finish = finder.on_finish(&testing::state(), &Outcome::Completed);
        assert_eq!(finish, Ok(vec![]));
    }
}

#[test]
fn a_calm_curve_takes_every_batch() {
    let mut finder = start(Params { num_it: 3, ..Params::default() }).expect("100 batches");

    let next = batch_end(&mut finder, 2.0);
    let Signal::SetHyper(update) = &next[2] else { panic!("not a set: {next:?}") };
    assert_near(update.value, finder.lr(1));
    batch_end(&mut finder, 2.0);
    let stop = signal::stop_training("all 3 learning rates were tried");
    assert_eq!(batch_end(&mut finder, 2.0).last(), Some(&stop));
}

#[test]
fn groups_keep_their_ratios() {
    let group = |lr| Hyper { lr, mom: None, wd: 0.0, beta: None };
    let run = Run { hypers: vec![group(0.001), group(0.01)], ..testing::run() };
    let mut finder = LrFinder::start(&run, Params::default()).expect("100 batches");

    let expected = [(0, 1e-8), (1, 1e-7)];
    let first = finder.on_train_begin(&testing::state()).expect("an answer");
    let [Signal::SetHyper(body), Signal::SetHyper(head)] = &first[..] else { panic!("{first:?}") };
    for (update, (group, lr)) in [body, head].into_iter().zip(expected) {
        assert_eq!(update.group, Some(group));
        assert_near(update.value, lr);
    }
}

#[test]
fn it_refuses_what_it_could_not_do() {
    let backwards = Params { start_lr: 1.0, end_lr: 0.1, ..Params::default() };
    assert!(start(backwards).is_err_and(|why| why.contains("below end-lr")));
    let long = start(Params { num_it: 101, ..Params::default() });
    let why = "this run has 100 batches, but num-it is 101: lower it";
    assert_eq!(long.err().as_deref(), Some(why));

    let granted = vec![Grant { power: "lr".to_owned(), min: Some(0.0), max: Some(0.1) }];
    let bounded = Run { granted, ..testing::run() };
    let refused = LrFinder::start(&bounded, Params::default());
    assert!(refused.is_err_and(|why| why.contains("above 0.1")));
}

/// The points that fastai's own functions suggest, on curves good and bad.
#[test]
fn the_points_are_fastais() {
    let json = include_str!("../../../../tests/oracle/lr_finder.json");
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    for case in json["cases"].as_array().expect("a list") {
        let losses = case["losses"].as_array().expect("a list").iter();
        let losses: Vec<f64> = losses.map(|loss| loss.as_f64().unwrap_or(f64::NAN)).collect();
        let num_it = case["num-it"].as_u64().expect("a number") as usize;
        for (preset, first, own) in
            [("fastai1", 10, "steepest"), ("fastai2", num_it / 10, "valley")]
        {
            let expected = |name: &str| case[preset][name].as_u64().map(|at| at as usize);
            let curve = Curve::of(&losses, first);
            let few = curve.is_none_or(|curve| curve.steepest().is_none());
            let found = match (few, curve) {
                (false, Some(curve)) if own == "valley" => [Some(curve.valley()), curve.least()],
                (false, Some(curve)) => [curve.steepest(), curve.least()],
                _ => [None, None],
            };
            let [mut valley, least] = [own, "least"].map(expected);
            if !few && valley.is_none() {
                valley = Some(first); // where fastai goes around to the last point
            }
            assert_eq!(found, [valley, least], "{preset}: {}", case["name"]);
        }
    }
}

#[test]
fn a_preset_suggests_as_its_library_does() {
    let suggestion = |preset: &str| {
        let params = Params { preset: preset.to_owned(), num_it: 100, ..Params::default() };
        let mut finder = start(params).expect("a run of 100 batches");
        run(&mut finder);
        let [suggestion, _, steepest, valley, _] = finder.conclusion().expect("98 points");
        (suggestion == steepest, suggestion == valley)
    };
    assert_eq!(["thread", "fastai1"].map(suggestion), [(true, false); 2]);
    assert_eq!(suggestion("fastai2"), (false, true));
}
