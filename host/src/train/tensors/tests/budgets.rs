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
        "the budget of 1 MiB of new tensors per event is spent (`device-mib`)"
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
    for long in [Op::RandomBeta(&[1 << 24], 0.4, 0.4), Op::RandomUniform(&[1 << 28])] {
        f.at(Occasion::Event(Hook::BatchEnd));
        assert!(over(f.compute(long).unwrap_err()).contains("`host-ms`"));
        assert!(f.desk().host_time() < Duration::from_secs(1), "{long:?}");
    }
}
