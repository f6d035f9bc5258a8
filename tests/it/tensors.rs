//! Tensors as a plugin reaches them: through the sandbox, call by call.

use callbox::callback::Value;
use callbox::plugin::Limits;
use callbox_tests::{MemberSpec, Training, member};

fn tour(at: &str, calls: &[&str]) -> MemberSpec {
    let calls = calls.iter().map(|call| (*call).to_owned()).collect();
    member("tensor-tour").named().text("at", at).with("calls", Value::Texts(calls))
}

/// What each call answered, one line each.
fn answers(guest: MemberSpec) -> Vec<String> {
    let trained = Training::with(guest).epochs(1).run();
    assert!(trained.faults().is_empty(), "{:?}", trained.faults());
    trained.log().into_iter().filter(|line| line.contains(" -> ")).collect()
}

#[test]
fn every_operation_answers_with_its_value() {
    let calls = [
        "shape(input)",
        "kind(target)",
        "summary(full:2x3=0.5)",
        "item(full:1=2.5)",
        "read(floats:1 2 3)",
        "read-integers(ints:4 5)",
        "create(2, 1, 2)",
        "add(floats:1 2, floats:3 4)",
        "sub(floats:1 2, floats:3 4)",
        "mul(floats:1 2, floats:3 4)",
        "affine(floats:1 2, 2, 1)",
        "lerp(floats:0 0, floats:4 8, full:1=0.25)",
        "choose(bools:1 0, floats:1 2, floats:3 4)",
        "clamp(floats:-2 0 2, -1, 1)",
        "square(floats:3 -4)",
        "log-softmax(floats:0 0, 0)",
        "sum(ones:2x3)",
        "sum(ones:2x3, 1)",
        "mean(floats:1 2 6)",
        "argmax(floats:1 3 2, 0)",
        "equal(ints:1 2, ints:1 3)",
        "one-hot(ints:1 0, 3)",
        "unsqueeze(floats:1 2, 0)",
        "narrow(floats:1 2 3 4, 0, 1, 3)",
        "put(zeros:4, 0, 1, floats:7 8)",
        "pick(floats:1 2 3, 0, ints:2 0)",
        "shape(resize(ones:1x1x4x4, 2, 2))",
        "convert(floats:1.5 2, int64)",
        "shape(random-permutation(5))",
        "shape(random-uniform(2x2))",
        "shape(random-beta(3, 0.4, 0.4))",
        "shape(output)",
        "shape(labels)",
        "shape(weight:layers.0.weight)",
        "shape(activation:layers.0)",
        "shape(sample-losses)",
        "shape(loss-of(output, target))",
    ];
    insta::assert_snapshot!(answers(tour("batch-end", &calls)).join("\n"));
}

#[test]
fn what_does_not_fit_is_an_error_value_with_a_reason() {
    let calls = [
        "add(stale, stale)",
        "add(foreign, foreign)",
        "add(ones:2, ones:3)",
        "lerp(ints:1, ints:2, full:1=0.5)",
        "choose(floats:1, floats:1, floats:2)",
        "argmax(ones:2, 7)",
        "one-hot(ints:9, 3)",
        "one-hot(floats:1, 3)",
        "narrow(ones:4, 0, 3, 9)",
        "put(zeros:4, 0, 3, floats:7 8)",
        "pick(ones:3, 0, ints:5)",
        "pick(ones:3, 0, ints:-1)",
        "resize(ones:4, 2, 2)",
        "create(3, 1, 2)",
        "item(ones:2)",
        "read-integers(ones:2)",
        "random-beta(2, -1, 1)",
        "weight:layers.9.weight",
        "activation:layers.9",
        "gradient:layers.0.weight",
        "loss-of(output, ones:3)",
    ];
    // A batch later, so that the first batch's input is stale.
    let guest = tour("batch-end", &calls).with("iteration", Value::Integer(1));
    insta::assert_snapshot!(answers(guest).join("\n"));
}

#[test]
fn outside_a_batch_there_is_none() {
    let calls = ["input", "output", "loss", "shape(labels)", "shape(weight:layers.1.bias)"];
    insta::assert_snapshot!(answers(tour("epoch-end", &calls)).join("\n"));
}

#[test]
fn each_budget_has_its_own_text() {
    let spent = |limits: Limits, call: &str, repeat: i64| {
        let guest = tour("batch-end", &[call]).limits(limits);
        answers(guest.with("repeat", Value::Integer(repeat))).join("\n")
    };
    let few = Limits { host_operations: 20, ..Limits::default() };
    let read = Limits { read_elements: 1_000, ..Limits::default() };
    let small = Limits { device_mib: 1, ..Limits::default() };
    let texts = [
        spent(few, "square(input)", 100),
        spent(read, "read(ones:400)", 100),
        spent(small, "zeros:512x256", 100),
        // Refused before a byte of it is made, whatever the product of its sizes is.
        spent(Limits::default(), "random-uniform(4000000000x4000000000)", 1),
    ];
    insta::assert_snapshot!(texts.join("\n"));
    let slow = Limits { host_ms: 0, ..Limits::default() };
    assert!(spent(slow, "square(input)", 100).contains("`host-ms`"));
}

/// A penalty on the loss reaches the gradient only where a graph is recorded.
#[test]
fn the_graph_is_there_in_the_transforms_of_output_and_loss() {
    let within = |at: &str| answers(tour(at, &["item(mean(square(output)))"])).join("");
    assert!(within("transform-loss").contains("-> ok"));
    assert!(within("backward-end").contains("-> ok"));
}
