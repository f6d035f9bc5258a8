//! What an event may use, and what is counted.

use std::time::Duration;

use super::*;
use crate::callback::tensors::{Budgets, Operation as Op};

fn over(failure: Failure) -> String {
    match failure {
        Failure::OverBudget(text) => text,
        other => panic!("expected a spent budget, got {other:?}"),
    }
}

#[test]
fn operations_are_counted_per_event() {
    let f = Fixture::new();
    f.desk().limit(Budgets { operations: 3, ..Budgets::NONE });
    let a = f.create(&[1], &[1.0]);
    f.shape(a).unwrap();
    f.item(a).unwrap();
    assert_eq!(
        over(f.compute(Op::Square(a)).unwrap_err()),
        "the budget of 3 tensor operations per event is spent (`host-operations`)"
    );
    f.at(Occasion::Event(Hook::BatchEnd));
    f.make(Op::Square(a));
    // What has no way to say so has nothing to tell.
    f.at(Occasion::Event(Hook::BatchEnd));
    assert_eq!(f.desk().parameters().len(), 4);
    assert_eq!((0..3).map(|_| f.desk().parameters().len()).collect::<Vec<_>>(), [4, 4, 0]);
    f.at(Occasion::Event(Hook::BatchEnd));
    // A list counts as many as it names.
    over(f.summaries(&[a; 4]).unwrap_err());
}

/// A guest's deadline leaves host time out, so a call beyond the budget must not be host time.
#[test]
fn a_refused_call_takes_no_host_time() {
    let f = Fixture::new();
    f.desk().limit(Budgets { operations: 2, ..Budgets::NONE });
    f.create(&[1], &[1.0]);
    f.create(&[1], &[1.0]);
    let spent = f.desk().host_time();
    for _ in 0..1000 {
        over(f.compute(Op::Input).unwrap_err());
    }
    assert_eq!(f.desk().host_time(), spent);
}

#[test]
fn elements_count_as_they_are_read() {
    let f = Fixture::new();
    f.desk().limit(Budgets { elements: 5, ..Budgets::NONE });
    let a = f.create(&[4], &[1.0; 4]);
    f.read(a, 0, 4).unwrap();
    assert_eq!(
        over(f.read(a, 0, 2).unwrap_err()),
        "the budget of 5 elements read per event is spent (`read-elements`)"
    );
    f.read(a, 0, 1).unwrap();
    let sum = f.make(Op::Sum(a, None));
    over(f.item(sum).unwrap_err());
}

#[test]
fn bytes_are_refused_before_they_are_taken() {
    let f = Fixture::new();
    f.desk().limit(Budgets { device_bytes: 1 << 20, ..Budgets::NONE });
    let column = f.create(&[512, 1], &[0.0; 512]);
    let row = f.create(&[512], &[0.0; 512]);
    // 4,096 bytes so far; their sum would be another MiB.
    assert_eq!(
        over(f.compute(Op::Add(column, row)).unwrap_err()),
        "the budget of 1 MiB of new tensors per batch is spent (`device-mib`)"
    );
    for huge in [
        Op::RandomUniform(&[1 << 29]),
        Op::RandomPermutation(1 << 29),
        Op::Resize(column, 1 << 20, 1),
    ] {
        over(f.compute(huge).unwrap_err());
    }
    // What is only looked at costs nothing.
    for _ in 0..600 {
        f.make(Op::Labels);
        f.make(Op::Narrow(column, 0, 0, 512));
    }
    f.at(Occasion::Event(Hook::BatchEnd));
    f.bench.clear();
    for _ in 0..2 {
        f.create(&[1 << 17], &[0.0; 1 << 17]);
    }
    over(f.compute(Op::Create(&[1], &[0.0])).unwrap_err());
}

#[test]
fn the_call_after_the_time_is_spent_fails() {
    let f = Fixture::new();
    f.desk().limit(Budgets { host_time: Duration::from_nanos(1), ..Budgets::NONE });
    let a = f.create(&[1], &[1.0]);
    assert!(f.desk().host_time() > Duration::ZERO);
    assert_eq!(
        over(f.compute(Op::Square(a)).unwrap_err()),
        "the budget of 0 ms in tensor operations per event is spent (`host-ms`)"
    );
    f.at(Occasion::Event(Hook::BatchEnd));
    assert_eq!(f.desk().host_time(), Duration::ZERO);
    f.make(Op::Square(a));
    // Those that take long by themselves look at the clock on their way.
    f.desk().limit(Budgets { host_time: Duration::from_millis(1), ..Budgets::NONE });
    for long in [
        Op::RandomBeta(&[1 << 24], 0.4, 0.4),
        Op::RandomUniform(&[1 << 28]),
        Op::RandomPermutation(1 << 24),
    ] {
        f.at(Occasion::Event(Hook::BatchEnd));
        assert!(over(f.compute(long).unwrap_err()).contains("`host-ms`"));
        assert!(f.desk().host_time() < Duration::from_secs(1), "{long:?}");
    }
}

/// What a call may take above what the tensors made before it take.
fn leave(f: &Fixture, taken: u64, left: u64) {
    f.desk().limit(Budgets { device_bytes: taken + left, ..Budgets::NONE });
}

const MIB: u64 = 1 << 20;

/// libtorch's own copies on the way to a result, and only they, are beyond the budget.
#[test]
fn working_copies_are_asked_for_too() {
    let f = Fixture::new();
    let numbers = f.create(&[1 << 18], &[1.0; 1 << 18]);
    let of = |dtype| f.make(Op::Convert(numbers, dtype));
    let (boolean, half, brain) = (of(Dtype::Boolean), of(Dtype::Float16), of(Dtype::Bfloat16));
    let one = f.create(&[1], &[1.0]);
    let double = f.make(Op::Convert(one, Dtype::Float64));
    let taken = (4 + 1 + 2 + 2) * (MIB / 4) + 12;
    let refused = |left: u64, operation| {
        leave(&f, taken, left);
        over(f.compute(operation).unwrap_err());
    };
    // Converted to int64, float64, float32: 8, 8 and 4 bytes of each element.
    refused(MIB, Op::Sum(boolean, None));
    refused(MIB, Op::Sum(boolean, Some(0)));
    refused(MIB, Op::Equal(boolean, double));
    refused(MIB / 2, Op::Mean(half, None));
    // Float32 of two halves, and a copy of each.
    refused(2 * MIB, Op::Add(half, brain));
    refused(2 * MIB, Op::Choose(boolean, half, brain));
    // Product and sum.
    refused(MIB, Op::Affine(numbers, 2.0, 1.0));
    leave(&f, taken, MIB);
    over(f.summaries(&[boolean]).unwrap_err());
    over(f.summaries(&[numbers]).unwrap_err());
    assert_eq!(f.summaries(&[one]).unwrap()[0].mean, 1.0);
    f.make(Op::Affine(numbers, 2.0, 0.0));
}

#[test]
fn a_loss_asks_for_what_it_computes_with() {
    let f = Fixture::new();
    let output = f.create(&[1 << 15, 8], &[0.0; 1 << 18]);
    let classes = f.make(Op::Argmax(output, 1));
    let soft = f.make(Op::OneHot(classes, 8));
    let taken = MIB + MIB / 4 + MIB;
    for (target, copies) in [(classes, 1), (soft, 3)] {
        leave(&f, taken, copies * MIB - 1);
        over(f.compute(Op::LossOf(output, target)).unwrap_err());
        leave(&f, taken, copies * MIB + 64);
        f.make(Op::LossOf(output, target));
    }
}

#[test]
fn a_smoothed_loss_asks_for_more() {
    let mut f = Fixture::new();
    let loss = Loss::CrossEntropy { label_smoothing: 0.1 };
    f.bench = Bench::new(f.model.as_ref(), loss, &f.data).unwrap();
    (f.number, f.desk) = f.bench.open();
    f.at(Occasion::Event(Hook::BatchBegin));
    let output = f.create(&[1 << 15, 8], &[0.0; 1 << 18]);
    let classes = f.make(Op::Argmax(output, 1));
    leave(&f, MIB + MIB / 4, 2 * MIB - 1);
    over(f.compute(Op::LossOf(output, classes)).unwrap_err());
}

#[test]
fn booleans_have_no_square() {
    let f = Fixture::new();
    let a = f.create(&[2], &[1.0, 0.0]);
    assert_eq!(
        text(f.compute(Op::Square(f.make(Op::Equal(a, a)))).unwrap_err()),
        "`square` of boolean [2]: expected numbers; `convert` makes them of booleans"
    );
}

#[test]
fn bytes_count_as_long_as_the_tensors_live() {
    let f = Fixture::new();
    f.desk().limit(Budgets { device_bytes: MIB, ..Budgets::NONE });
    let all = || f.create(&[1 << 18], &[0.0; 1 << 18]);
    let clears: [fn(&Fixture); 2] = [|f| f.bench.land(), |f| f.desk().clear()];
    for clear in clears {
        all();
        f.at(Occasion::Event(Hook::BatchEnd));
        over(f.compute(Op::Create(&[1], &[0.0])).unwrap_err());
        clear(&f);
        f.at(Occasion::Event(Hook::BatchBegin));
    }
    all();
}

/// Each use of a tensor in the graph is a gradient of its size in backward, views included.
#[test]
fn a_graph_counts_what_backward_takes() {
    let mut f = Fixture::new();
    let _flight = f.fly();
    let often = |hidden, index, count: usize| {
        let uses = [
            Op::Narrow(hidden, 0, 0, 1),
            Op::Unsqueeze(hidden, 0),
            Op::Pick(hidden, 0, index),
            Op::Sum(hidden, None),
            Op::Mean(hidden, Some(1)),
        ];
        uses.into_iter().cycle().take(count).map(|operation| f.compute(operation)).last()
    };
    let open = |occasion| {
        f.desk().clear();
        f.at(occasion);
        // float32 [128, 32]: 16 KiB.
        (f.make(Op::Activation("layers.0")), f.whole(&[0.0]))
    };
    f.desk().limit(Budgets { device_bytes: 165 << 10, ..Budgets::NONE });
    let (hidden, index) = open(Occasion::Transform(Hook::BackwardBegin));
    often(hidden, index, 10).unwrap().unwrap();
    for operation in [Op::Narrow(hidden, 0, 0, 1), Op::Sum(hidden, None)] {
        over(f.compute(operation).unwrap_err());
    }
    over(f.desk().sample_losses().unwrap_err());
    // What is refused is not counted, and what has no graph costs its result alone.
    f.make(Op::Narrow(index, 0, 0, 1));
    let (hidden, index) = open(Occasion::Event(Hook::BackwardBegin));
    often(hidden, index, 100).unwrap().unwrap();
}

#[test]
fn the_losses_of_samples_are_counted() {
    let mut f = Fixture::new();
    let _flight = f.fly();
    let each = 128 * 12;
    f.desk().limit(Budgets { device_bytes: (8 << 10) + each, ..Budgets::NONE });
    f.desk().sample_losses().unwrap();
    f.desk().sample_losses().unwrap();
    over(f.desk().sample_losses().unwrap_err());
}
