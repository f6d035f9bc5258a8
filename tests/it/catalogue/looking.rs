//! Plugins that look: what they report is what there is, and the training is as without them.

use callbox::callback::tensors::Operation as Op;
use callbox::callback::{Hook, HyperName, HyperOp, HyperUpdate, Phase, Signal, Value};
use callbox_tests::{MemberSpec, Trained, Training, shared};
use serde_json::Value as Json;

use super::desk::{calm, looks, plugin, rows, whole};
use super::network::{near, numbers, oracle, training};

fn every(member: MemberSpec, n: i64) -> MemberSpec {
    member.with("every", Value::Integer(n))
}

/// Values reported under a name, in order.
fn reported(trained: &Trained, name: &str) -> Vec<f64> {
    let start = format!("report {name} ");
    let texts = trained.seen.texts("signal", "signal");
    let of = texts.iter().filter_map(|text| text.strip_prefix(&start));
    of.map(|value| value.parse().unwrap()).collect()
}

/// What was shown under a title, in order.
fn shown(trained: &Trained, title: &str) -> Vec<Json> {
    let signals = trained.seen.of("signal");
    signals.iter().filter(|s| s["signal"] == title).map(|s| s["shows"].clone()).collect()
}

fn untouched(trained: &Trained) {
    calm(trained);
    let plain = Training::default().scripted(|_, _| Vec::new()).run();
    assert_eq!(trained.bits(), plain.bits(), "nothing is changed");
}

/// A learning rate that falls, of the first group faster.
fn falling(hook: Hook, state: &callbox::callback::State<'_>) -> Vec<Signal> {
    if hook != Hook::BatchEnd || state.phase != Phase::Train {
        return Vec::new();
    }
    let value = 0.5_f64.powi(i32::try_from(state.iteration + 1).unwrap());
    let update = HyperUpdate { name: HyperName::Lr, group: Some(0), op: HyperOp::Scale, value };
    vec![Signal::SetHyper(update)]
}

#[test]
fn the_recorder_has_the_losses_and_what_was_stepped_with() {
    let losses = shared::<Vec<[f64; 2]>>();
    let inner = losses.clone();
    let trained = Training::with(plugin("recorder")).scripted(move |hook, state| {
        if hook == Hook::BatchEnd && state.phase == Phase::Train {
            let of = state.losses.unwrap();
            inner.lock().unwrap().push([of.raw, of.smooth]);
        }
        falling(hook, state)
    });
    let trained = trained.run();
    calm(&trained);
    let losses = losses.lock().unwrap();
    assert_eq!(losses.len(), 10);
    for (index, name) in ["loss", "smooth-loss"].iter().enumerate() {
        let expected: Vec<f64> = losses.iter().map(|pair| pair[index]).collect();
        assert_eq!(reported(&trained, name), expected, "{name}");
    }
    let body: Vec<f64> = (0..10).map(|k| 0.1 * 0.5_f64.powi(k)).collect();
    near(&reported(&trained, "lr-body"), &body, "lr");
    assert_eq!(reported(&trained, "lr-head"), [0.1; 10]);
    let table = &shown(&trained, "table recorded")[0];
    let rows: Vec<&str> =
        table["rows"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    assert_eq!(rows[..3], ["loss", "smooth-loss", "lr-body"]);
    near(&numbers(&table["values"])[..2], &losses[9], "the last losses");
}

#[test]
fn looking_changes_nothing() {
    let trained = Training::with(every(plugin("recorder"), 3))
        .and(plugin("lr-monitor"))
        .and(every(plugin("activation-stats"), 2))
        .and(every(plugin("gradient-stats"), 2).with("update-ratio", Value::Flag(true)))
        .and(plugin("confusion-matrix"))
        .run();
    untouched(&trained);
    assert_eq!(reported(&trained, "loss").len(), 4, "1, 4, 7 and 10");
    assert_eq!(reported(&trained, "grad-norm").len(), 5);
}

#[test]
fn learning_rates_are_told_by_step_or_by_epoch() {
    let member = || plugin("lr-monitor").with("momentum", Value::Flag(true));
    let steps = Training::with(member()).scripted(falling).run();
    calm(&steps);
    let body: Vec<f64> = (0..10).map(|k| 0.1 * 0.5_f64.powi(k)).collect();
    near(&reported(&steps, "lr-sgd-body"), &body, "by step");
    let epochs = Training::with(member().text("interval", "epoch")).scripted(falling).run();
    near(&reported(&epochs, "lr-sgd-body"), &[0.1, 0.1 * 0.5_f64.powi(5)], "by epoch");
    assert_eq!(reported(&epochs, "lr-sgd-head"), [0.1, 0.1]);
}

fn statistic(name: &str) -> f64 {
    oracle()["statistics"][name].as_f64().unwrap()
}

#[test]
fn activations_are_as_pytorch_counts_them() {
    let stats = plugin("activation-stats").with("bins", Value::Integer(4));
    let trained = training().and(stats).run();
    calm(&trained);
    for kind in ["mean", "std", "near-zero"] {
        near(&reported(&trained, &format!("layers-0-{kind}")), &[statistic(kind)], kind);
    }
    let histogram = &shown(&trained, "histogram layers.0")[0];
    assert_eq!(histogram["counts"], oracle()["statistics"]["counts"]);
    let edges: Vec<f64> = (0..5).map(|edge| statistic("max") / 4.0 * f64::from(edge)).collect();
    near(&numbers(&histogram["edges"]), &edges, "edges");
    let far = plugin("activation-stats").with("near", Value::Number(4.0));
    let far = training().and(far).run();
    near(&reported(&far, "layers-0-near-zero"), &[statistic("near-four")], "near");
    // One histogram in an epoch.
    let often = Training::with(every(plugin("activation-stats"), 1)).run();
    assert_eq!(shown(&often, "histogram layers.0").len(), 2);
    assert_eq!(reported(&often, "layers-0-mean").len(), 10);
}

#[test]
fn an_unknown_activation_is_refused_with_the_known_ones() {
    let names = Value::Texts(vec!["layers.7".to_owned()]);
    let stats = plugin("activation-stats").with("names", names);
    let error = Training::with(stats).try_run().err().unwrap().to_string();
    assert!(error.contains("the model shows no activation `layers.7`, but layers.0"), "{error}");
}

#[test]
fn gradients_are_as_pytorch_computes_them() {
    let stats = plugin("gradient-stats").with("update-ratio", Value::Flag(true));
    let trained = training().and(stats).run();
    calm(&trained);
    for name in ["grad-norm", "grad-max"] {
        near(&reported(&trained, name), &[statistic(name)], name);
    }
    let norms = numbers(&super::network::case("plain")["norms"]);
    for (name, norms) in [("grad-norm-body", &norms[..2]), ("grad-norm-head", &norms[2..])] {
        near(&reported(&trained, name), &[norms[0].hypot(norms[1])], name);
    }
    assert_eq!(reported(&trained, "grad-missing"), [0.0]);
    // SGD without momentum: the change is the gradient times the learning rate.
    let weights = super::network::model(trained.data.spec());
    let squares =
        weights.params().iter().map(|param| param.tensor.norm().double_value(&[]).powi(2));
    let ratio = 0.1 * statistic("grad-norm") / squares.sum::<f64>().sqrt();
    near(&reported(&trained, "update-ratio"), &[ratio], "update-ratio");
}

/// 520 of the 610 elements have no gradient where the head alone is trained; frozen ones don't count.
#[test]
fn what_is_frozen_misses_no_gradient() {
    let frozen =
        training().and(every(plugin("gradient-stats"), 1)).scripted(|hook, _| match hook {
            Hook::TrainBegin => vec![Signal::SetTrainable(0, false)],
            _ => Vec::new(),
        });
    let trained = frozen.run();
    calm(&trained);
    assert_eq!(reported(&trained, "grad-missing"), [0.0]);
    let norms = numbers(&super::network::case("plain")["norms"]);
    near(&reported(&trained, "grad-norm"), &[norms[2].hypot(norms[3])], "the head's");
    assert_eq!(reported(&trained, "grad-norm-body"), [0.0]);
}

#[test]
fn the_matrix_has_every_answer_of_a_validation() {
    let seen = shared::<Vec<(u32, i64, usize)>>();
    let inner = seen.clone();
    let witness = looks(&[Hook::BatchEnd], move |desk, _, state| {
        if state.phase == Phase::Valid {
            let output = desk.compute(Op::Output).unwrap();
            let outputs = rows(desk, output);
            let target = desk.compute(Op::Target).unwrap();
            for (class, output) in whole(desk, target).into_iter().zip(outputs) {
                let best = (0..10).max_by(|a, b| output[*a].total_cmp(&output[*b])).unwrap();
                inner.lock().unwrap().push((state.epoch, class, best));
            }
        }
        Vec::new()
    });
    let trained = Training::with(plugin("confusion-matrix")).batch_size(50).native(witness).run();
    calm(&trained);
    let tables = shown(&trained, "table confusion-matrix");
    assert_eq!(tables.len(), 2);
    let seen = seen.lock().unwrap();
    for (epoch, table) in (0..).zip(&tables) {
        let mut expected = vec![0.0; 100];
        for (_, class, answer) in seen.iter().filter(|(of, ..)| *of == epoch) {
            expected[usize::try_from(*class).unwrap() * 10 + answer] += 1.0;
        }
        assert_eq!(numbers(&table["values"]), expected);
        assert_eq!(expected.iter().sum::<f64>(), 180.0);
    }
}

#[test]
fn a_partial_validation_has_no_matrix() {
    let cut = Training::with(plugin("confusion-matrix").text("normalise", "rows"));
    let cut = cut.batch_size(50).scripted(|hook, state| {
        let last = hook == Hook::BatchBegin && state.phase == Phase::Valid && state.epoch == 0;
        if last { vec![Signal::SkipBatch] } else { Vec::new() }
    });
    let trained = cut.run();
    calm(&trained);
    let tables = shown(&trained, "table confusion-matrix");
    assert_eq!(tables.len(), 1, "the second validation's");
    for row in numbers(&tables[0]["values"]).chunks(10) {
        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
