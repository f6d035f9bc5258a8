//! Metrics that plugins compute: over whole passes, beside the run's own, and blamed for their own.

use callbox::callback::Value;
use callbox_tests::{MemberSpec, Trained, Training, member};

fn measurer() -> MemberSpec {
    member("measurer").named()
}

/// The column of a metric in every epoch's row; null where there is none.
fn column(trained: &Trained, name: &str) -> Vec<Option<f64>> {
    let index = trained.callbacks.handler().metrics().find(name).unwrap();
    trained.seen.of("epoch").iter().map(|row| row["values"][index].as_f64()).collect()
}

#[test]
fn a_plugins_accuracy_is_the_runs_own() {
    let trained = Training::with(measurer()).batch_size(100).run();
    let (measured, own) = (column(&trained, "measured"), column(&trained, "accuracy"));
    for (measured, own) in measured.iter().zip(&own) {
        assert!((measured.unwrap() - own.unwrap()).abs() < 1e-12, "{measured:?} {own:?}");
    }
    let begun = trained.log().iter().filter(|line| *line == "metric=begin").count();
    assert_eq!(begun, 2, "once per validation");
}

/// 180 samples in batches of 7 end with one of 5: a mean of the batches' means would be another.
#[test]
fn unequal_batches_weigh_by_their_samples() {
    let rows = [180, 7, 100].map(|size| {
        let training = Training::with(measurer()).epochs(1);
        let trained = training.data(|data| data.valid_batch_size = Some(size)).run();
        ["valid-loss", "accuracy", "measured"].map(|name| column(&trained, name)[0].unwrap())
    });
    for row in &rows[1..] {
        let close = row.iter().zip(&rows[0]).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(close, "{row:?} {:?}", rows[0]);
    }
}

#[test]
fn one_that_fails_is_left_out_of_its_pass_and_training_goes_on() {
    let fails = measurer().text("fail", "update").with("pass", Value::Integer(0));
    let trained = Training::with(fails).run();
    let measured = column(&trained, "measured");
    assert!(measured[0].is_none() && measured[1].is_some(), "{measured:?}");
    assert_eq!(trained.seen.texts("fault", "kind"), ["violation"]);
    assert!(trained.outcome.is_ok());
}

#[test]
fn a_trap_in_a_metric_is_a_fault_and_the_plugin_comes_back() {
    let traps = measurer().text("trap", "update").with("pass", Value::Integer(0));
    let trained = Training::with(traps).run();
    assert_eq!(trained.seen.texts("fault", "kind")[0], "trap");
    assert!(!trained.seen.of("restarted").is_empty());
    assert!(trained.outcome.is_ok());
}

#[test]
fn an_undeclared_or_senseless_value_is_refused() {
    let message = |answer: &str| Training::with(measurer().text("answer", answer)).run().faults();
    assert!(message("undeclared")[0].contains("which its plan does not declare"));
    assert!(message("negative-weight")[0].contains("a weight is finite and at least 0"));
    let silent = Training::with(measurer().text("answer", "nothing")).run();
    assert_eq!(column(&silent, "measured"), [None, None]);
    assert!(silent.faults().is_empty());
}

#[test]
fn what_was_not_measured_is_not_repeated_and_a_refusal_is_journaled() {
    let skips = member("every-signal").named().text("signal", "skip-validation");
    let skips = skips.text("at", "epoch-begin").with("iteration", Value::Integer(5));
    let trained = Training::with(measurer()).and(skips).run();
    let measured = column(&trained, "measured");
    assert!(measured[0].is_some() && measured[1].is_none(), "{measured:?}");
    let refused = Training::with(measurer().text("answer", "undeclared")).run().seen.of("signal");
    assert!(refused.iter().all(|signal| signal["verdict"] == "refused") && !refused.is_empty());
}

#[test]
fn others_can_monitor_what_it_measures() {
    let early = member("early-stopping").named().text("monitor", "measured");
    let early = early.text("mode", "max").with("min-delta", Value::Number(2.0));
    let trained = Training::with(measurer()).and(early.with("patience", Value::Integer(0)));
    let trained = trained.epochs(5).run();
    // Accuracy cannot rise by 2: the second epoch is the first without improvement.
    assert_eq!(trained.seen.of("epoch").len(), 2);
}
