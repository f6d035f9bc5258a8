//! Transforms in a chain: their order, what each sees, and who is blamed for what comes back.

use callbox::callback::Value;
use callbox_tests::{MemberSpec, Trained, Training, member};

fn transformer(name: &str, moments: &[(&str, &str)]) -> MemberSpec {
    let guest = member("transformer").named().alias(name);
    moments.iter().fold(guest, |guest, (moment, action)| guest.text(moment, action))
}

fn number(guest: MemberSpec, name: &str, value: f64) -> MemberSpec {
    guest.with(name, Value::Number(value))
}

fn texts(values: &[&str]) -> Value {
    Value::Texts(values.iter().map(|text| (*text).to_owned()).collect())
}

/// Without biases or curves between: what is done to the input can be undone on the output.
fn linear() -> Training {
    Training::default().model("kind = 'mlp'\nhidden = []").epochs(1)
}

fn untouched() -> Trained {
    linear().scripted(|_, _| Vec::new()).run()
}

/// Who was called, in order, at one moment of the first batch.
fn order(trained: &Trained, moment: &str) -> Vec<String> {
    let lines = trained.seen.of("log");
    let here = format!("transform={moment} iteration=0 ");
    let of_moment = lines.iter().filter(|log| log["line"].as_str().unwrap().contains(&here));
    of_moment.map(|log| log["plugin"].as_str().unwrap().to_owned()).collect()
}

const EVERYWHERE: [(&str, &str); 3] = [("input", "same"), ("output", "same"), ("loss", "same")];

#[test]
fn the_way_out_is_the_way_in_reversed() {
    let trained = linear()
        .and(transformer("outer", &EVERYWHERE))
        .and(transformer("inner", &EVERYWHERE))
        .run();
    assert_eq!(order(&trained, "input"), ["outer", "inner"]);
    assert_eq!(order(&trained, "output"), ["inner", "outer"]);
    assert_eq!(order(&trained, "loss"), ["inner", "outer"]);
    assert_eq!(trained.bits(), untouched().bits(), "what comes back as it went changes nothing");
}

#[test]
fn constraints_come_before_the_order_of_the_run_file() {
    let after = transformer("outer", &EVERYWHERE).with("run-after", texts(&["inner", "absent"]));
    let trained = linear().and(after).and(transformer("inner", &EVERYWHERE)).run();
    assert_eq!(order(&trained, "input"), ["inner", "outer"]);
    let before = transformer("third", &EVERYWHERE).with("run-before", texts(&["first"]));
    let trained = linear()
        .and(transformer("first", &EVERYWHERE))
        .and(transformer("second", &EVERYWHERE))
        .and(before)
        .run();
    assert_eq!(order(&trained, "input"), ["second", "third", "first"]);
}

#[test]
fn a_cycle_is_refused_with_its_members() {
    let one = transformer("one", &EVERYWHERE).with("run-before", texts(&["two"]));
    let two = transformer("two", &EVERYWHERE).with("run-before", texts(&["three"]));
    let three = transformer("three", &EVERYWHERE).with("run-before", texts(&["one"]));
    let error = linear().and(one).and(two).and(three).try_run().err().unwrap().to_string();
    let expected = "plugin `three` (transformer.wasm): its transforms cannot be ordered: one \
                    before two before three before one; leave one of them out, or change what it \
                    says of the others";
    assert_eq!(error, expected);
}

/// x ↦ 2x + 1 nested in x ↦ 4x + 3, each undone on the output by the one who did it.
#[test]
fn a_nested_input_transform_is_undone_on_the_output() {
    let both = [("input", "affine"), ("output", "undo")];
    let within = |name, factor, offset| {
        number(number(transformer(name, &both), "factor", factor), "offset", offset)
    };
    let trained = linear().and(within("outer", 2.0, 1.0)).and(within("inner", 4.0, 3.0)).run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    let saw = |moment: &str, plugin: &str| {
        let lines = trained.seen.of("log");
        let here = format!("transform={moment} iteration=0 ");
        let line = lines
            .iter()
            .find(|log| log["plugin"] == plugin && log["line"].as_str().unwrap().contains(&here));
        numbers(line.unwrap()["line"].as_str().unwrap())
    };
    let close = |a: &[f64], b: Vec<f64>| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
    let raw = saw("input", "outer");
    // The second sees what the first has made.
    assert!(close(&saw("input", "inner"), raw.iter().map(|x| 2.0 * x + 1.0).collect()));
    let output = saw("output", "inner");
    assert!(close(&saw("output", "outer"), output.iter().map(|y| (y - 3.0) / 4.0).collect()));
}

/// The numbers of `saw=[…]`.
fn numbers(line: &str) -> Vec<f64> {
    let start = line.find("saw=[").unwrap() + 5;
    let inner = &line[start..start + line[start..].find(']').unwrap()];
    inner.split(", ").map(|number| number.parse().unwrap()).collect()
}

#[test]
fn a_changed_loss_is_what_is_back_propagated() {
    let losses = callbox_tests::shared::<Vec<(f64, f64)>>();
    let inner = losses.clone();
    let doubled = number(transformer("doubled", &[("loss", "scale")]), "factor", 2.0);
    let trained = linear().and(doubled).scripted(move |hook, state| {
        if hook == callbox::callback::Hook::BackwardEnd {
            let losses = state.losses.unwrap();
            inner.lock().unwrap().push((losses.raw, losses.last));
        }
        Vec::new()
    });
    let trained = trained.run();
    assert!(losses.lock().unwrap().iter().all(|(raw, last)| (last - 2.0 * raw).abs() < 1e-5));
    let fast = linear().optimizer(|config| config.lr = Some(0.2.into()));
    let fast = fast.scripted(|_, _| Vec::new()).run();
    let (left, right) = (trained.values("layers.0.weight"), fast.values("layers.0.weight"));
    assert!(left.iter().zip(&right).all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn class_probabilities_need_no_special_case() {
    let swapped = linear().and(transformer("one-hot", &[("input", "swap-target")])).run();
    assert!(swapped.faults().is_empty(), "{:?}", swapped.faults());
    let (left, right) = (swapped.values("layers.0.weight"), untouched().values("layers.0.weight"));
    assert!(left.iter().zip(&right).all(|(a, b)| (a - b).abs() < 1e-5), "one-hot rows are classes");
    let mixed = linear().epochs(2).and(member("mixer").named()).run();
    assert!(mixed.faults().is_empty(), "{:?}", mixed.faults());
    assert!(mixed.log()[0].contains("sum=1"), "{:?}", mixed.log()[0]);
    assert_ne!(mixed.bits(), untouched().bits());
}

#[test]
fn validation_is_transformed_only_where_the_plan_says() {
    let phases = |in_validation: bool| {
        let guest = transformer("looks", &EVERYWHERE);
        let trained = linear().and(guest.with("in-validation", Value::Flag(in_validation))).run();
        let count = |moment: &str| {
            let word = format!("transform={moment} ");
            let lines = trained.log();
            let here = lines.iter().filter(|line| line.contains(&word));
            here.filter(|line| line.contains("phase=valid")).count()
        };
        [count("input"), count("output"), count("loss")]
    };
    assert_eq!(phases(false), [0, 0, 0]);
    assert_eq!(phases(true), [1, 1, 0], "no loss is back-propagated in validation");
}

/// Each wrong answer, the plugin that gave it, and the sentence; training goes on as without it.
#[test]
fn what_may_not_flow_is_the_plugins_violation() {
    let cases = [
        ("input", "stale"),
        ("input", "foreign"),
        ("input", "wrong-shape"),
        ("input", "wrong-dtype"),
        ("input", "fail"),
        ("output", "foreign"),
        ("output", "wrong-shape"),
        ("output", "wrong-dtype"),
        ("output", "detached"),
        ("loss", "foreign"),
        ("loss", "vector"),
        ("loss", "detached"),
        ("loss", "wrong-dtype"),
    ];
    let mut texts = Vec::new();
    for (moment, action) in cases {
        // One that the run file names and that holds powers would end the run when it is given up.
        let guest = transformer("wrong", &[(moment, action)]).with("iteration", Value::Integer(1));
        let trained = linear().and(guest).run();
        assert_eq!(trained.bits(), untouched().bits(), "{moment} {action}");
        let faults = trained.seen.of("fault");
        assert!(faults.iter().all(|fault| fault["kind"] == "violation"), "{moment} {action}");
        assert!(!faults.is_empty(), "{moment} {action}");
        texts.push(format!("{moment} {action}: {}", faults[0]["message"].as_str().unwrap()));
    }
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn one_that_failed_at_batch_begin_is_out_of_the_chain_for_that_batch() {
    let both = [("input", "fail"), ("output", "undo"), ("loss", "same")];
    let guest = transformer("fails", &both).with("iteration", Value::Integer(2));
    let trained = linear().and(guest).run();
    let lines = trained.log();
    let calls = |moment: &str, iteration: u32| {
        let word = format!("transform={moment} iteration={iteration} ");
        lines.iter().filter(|line| line.contains(&word)).count()
    };
    assert_eq!([calls("input", 1), calls("output", 1), calls("loss", 1)], [1, 1, 1]);
    assert_eq!([calls("input", 2), calls("output", 2), calls("loss", 2)], [1, 0, 0]);
}

#[test]
fn a_trap_in_a_transform_restarts_the_plugin_and_spares_the_batch() {
    let guest = member("transformer").text("input", "trap").with("iteration", Value::Integer(1));
    let guest = guest.named().policy(callbox::callback::FaultPolicy::Restart);
    let trained = linear().epochs(1).and(guest).run();
    assert_eq!(trained.seen.texts("fault", "kind")[0], "trap");
    assert!(!trained.seen.of("restarted").is_empty());
    assert_eq!(trained.bits(), untouched().bits());
}
