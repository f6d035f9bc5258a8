//! Stale numbers, misfits and what would cost too much: an answer each time, never a panic.

use super::*;
use crate::callback::tensors::{Budgets, Operation as Op};

/// What the misfits below are made of.
struct Things {
    /// float32 `[2, 3]`
    a: TensorId,
    /// float32 `[4]`
    b: TensorId,
    /// int64 `[2]`: 0, 1
    whole: TensorId,
    /// int64 `[2]`: 0, 7
    far: TensorId,
    /// int64 `[2]`: -1, 0
    below: TensorId,
    /// float64 `[2, 3]`
    double: TensorId,
    /// float32 `[]`
    scalar: TensorId,
    /// float32 `[2, 0]`
    empty: TensorId,
}

impl Things {
    fn new(f: &Fixture) -> Self {
        let a = f.create(&[2, 3], &[0.0; 6]);
        Things {
            a,
            b: f.create(&[4], &[0.0; 4]),
            whole: f.whole(&[0.0, 1.0]),
            far: f.whole(&[0.0, 7.0]),
            below: f.whole(&[-1.0, 0.0]),
            double: f.make(Op::Convert(a, Dtype::Float64)),
            scalar: f.create(&[], &[1.0]),
            empty: f.create(&[2, 0], &[]),
        }
    }
}

/// Every operation that takes a tensor, with this number in every place at once.
fn with_number(x: TensorId) -> Vec<Op<'static>> {
    vec![
        Op::LossOf(x, x),
        Op::Add(x, x),
        Op::Sub(x, x),
        Op::Mul(x, x),
        Op::Affine(x, 1.0, 1.0),
        Op::Lerp(x, x, x),
        Op::Choose(x, x, x),
        Op::Clamp(x, 0.0, 1.0),
        Op::Square(x),
        Op::LogSoftmax(x, 0),
        Op::Sum(x, None),
        Op::Mean(x, None),
        Op::Argmax(x, 0),
        Op::Equal(x, x),
        Op::OneHot(x, 2),
        Op::Unsqueeze(x, 0),
        Op::Narrow(x, 0, 0, 1),
        Op::Put(x, 0, 0, x),
        Op::Pick(x, 0, x),
        Op::Resize(x, 1, 1),
        Op::Convert(x, Dtype::Float32),
    ]
}

fn misfits(t: &Things) -> Vec<Op<'static>> {
    let Things { a, b, whole, far, below, double, scalar, empty } = *t;
    vec![
        Op::LossOf(a, b),
        Op::LossOf(b, b),
        Op::LossOf(whole, whole),
        Op::LossOf(a, far),
        Op::LossOf(a, below),
        Op::LossOf(empty, whole),
        Op::LossOf(scalar, scalar),
        Op::Create(&[2, 2], &[1.0]),
        Op::Create(&[u64::MAX, 2], &[1.0]),
        Op::Create(&[1; 17], &[1.0]),
        Op::Add(a, b),
        Op::Sub(a, b),
        Op::Mul(a, b),
        Op::Equal(a, b),
        Op::Lerp(a, b, a),
        Op::Lerp(a, double, a),
        Op::Lerp(whole, whole, whole),
        Op::Choose(a, a, a),
        Op::Clamp(a, 1.0, 0.0),
        Op::Clamp(a, f64::NAN, 0.0),
        Op::LogSoftmax(a, 2),
        Op::LogSoftmax(whole, 0),
        Op::Sum(a, Some(-3)),
        Op::Mean(a, Some(i64::MAX)),
        Op::Mean(whole, None),
        Op::Argmax(a, 2),
        Op::Argmax(empty, 1),
        Op::OneHot(a, 2),
        Op::OneHot(whole, 0),
        Op::OneHot(whole, u64::MAX),
        Op::OneHot(whole, 1),
        Op::OneHot(below, 5),
    ]
}

fn misplaced(t: &Things) -> Vec<Op<'static>> {
    let Things { a, b, whole, far, below, double, scalar, empty } = *t;
    vec![
        Op::Unsqueeze(a, 3),
        Op::Unsqueeze(a, i64::MIN),
        Op::Narrow(a, 0, 1, 3),
        Op::Narrow(a, 0, 2, 1),
        Op::Narrow(a, 2, 0, 1),
        Op::Narrow(a, 0, 0, u64::MAX),
        Op::Narrow(scalar, 0, 0, 1),
        Op::Put(a, 0, 0, b),
        Op::Put(a, 0, 1, a),
        Op::Put(a, 0, u64::MAX, a),
        Op::Put(a, 0, 0, double),
        Op::Put(scalar, 0, 0, scalar),
        Op::Pick(a, 0, b),
        Op::Pick(a, 0, far),
        Op::Pick(a, 0, below),
        Op::Pick(a, 5, whole),
        Op::Pick(scalar, 0, whole),
        Op::Resize(b, 2, 2),
        Op::Resize(whole, 2, 2),
        Op::Resize(a, 0, 2),
        Op::Resize(a, u64::MAX, u64::MAX),
        Op::Resize(empty, 2, 2),
        Op::RandomPermutation(u64::MAX),
        Op::RandomUniform(&[u64::MAX, u64::MAX]),
        Op::RandomBeta(&[2], 0.0, 1.0),
        Op::RandomBeta(&[2], 1.0, f64::NAN),
        Op::RandomBeta(&[2], f64::INFINITY, 1.0),
    ]
}

fn assert_mismatch(f: &Fixture, operation: Op<'_>) {
    match f.compute(operation) {
        Err(Failure::Mismatch(text)) => {
            assert!(text.starts_with('`') && !text.contains('\n'), "{operation:?}: {text}");
            assert!(!text.ends_with('.') || text.contains("bounds"), "{operation:?}: {text}");
        }
        other => panic!("{operation:?} gave {other:?}"),
    }
}

#[test]
fn every_operation_refuses_a_stale_a_foreign_and_a_guessed_number() {
    let f = Fixture::new();
    let (_, there) = f.bench.clone().open();
    there.borrow_mut().begin(Occasion::Event(Hook::BatchBegin), &State::start());
    let foreign = there.borrow_mut().compute(Op::Create(&[1], &[1.0])).unwrap();
    let old = f.create(&[1], &[1.0]);
    f.bench.land();
    f.create(&[1], &[1.0]);
    for number in [old, foreign, 0, 12345, u64::MAX] {
        for operation in with_number(number) {
            assert_eq!(f.compute(operation), Err(Failure::Stale), "{operation:?}");
        }
        let mut desk = f.desk();
        assert_eq!(desk.shape(number), Err(Failure::Stale));
        assert_eq!(desk.kind(number), Err(Failure::Stale));
        assert_eq!(desk.item(number), Err(Failure::Stale));
        assert_eq!(desk.read(number, 0, 1), Err(Failure::Stale));
        assert_eq!(desk.read_integers(number, 0, 1), Err(Failure::Stale));
        assert_eq!(desk.summaries(&[number]), Err(Failure::Stale));
        assert_eq!(desk.sample_weights(number), Err(Failure::Stale));
    }
}

/// In a graph and without one; with no budget at all, for the machine is everybody's.
#[test]
fn every_operation_refuses_what_does_not_fit() {
    let f = Fixture::new();
    let things = Things::new(&f);
    f.desk().limit(Budgets::NONE);
    for occasion in [Occasion::Event(Hook::BatchEnd), Occasion::Transform(Hook::BackwardBegin)] {
        f.at(occasion);
        let all = misfits(&things).into_iter().chain(misplaced(&things));
        all.for_each(|operation| assert_mismatch(&f, operation));
    }
}

/// Whatever meets whatever: an answer, and gradient mode as before.
#[test]
fn no_combination_panics() {
    let mut f = Fixture::new();
    let _flight = f.fly();
    f.at(Occasion::Transform(Hook::BackwardBegin));
    let t = Things::new(&f);
    let boolean = f.make(Op::Equal(t.a, t.a));
    let half = f.make(Op::Convert(t.a, Dtype::Float16));
    let output = f.make(Op::Output);
    for x in [half, t.a, t.b, t.whole, t.far, t.below, t.double, t.scalar, t.empty, boolean, output]
    {
        for operation in with_number(x) {
            let answer = f.compute(operation);
            assert!(!matches!(answer, Err(Failure::Stale | Failure::Missing(_))), "{operation:?}");
            if let Err(Failure::Mismatch(text)) = answer {
                assert!(!text.contains("panicked"), "{operation:?}: {text}");
            }
        }
        let mut desk = f.desk();
        let _ =
            (desk.item(x), desk.read(x, 0, 1), desk.read_integers(x, 0, 1), desk.summaries(&[x]));
        let _ = (desk.shape(x).unwrap(), desk.kind(x).unwrap(), desk.sample_weights(x));
    }
}

#[test]
fn texts_name_what_was_given() {
    let f = Fixture::new();
    let t = Things::new(&f);
    let says = |operation| text(f.compute(operation).unwrap_err());
    assert_eq!(
        says(Op::Add(t.a, t.b)),
        "`add` of float32 [2, 3] and float32 [4]: the shapes do not broadcast to one"
    );
    assert_eq!(
        says(Op::Pick(t.a, 0, t.far)),
        "`pick` of float32 [2, 3] and int64 [2]: 7 is not among 0 to 1"
    );
    assert_eq!(
        says(Op::Narrow(t.a, 1, 2, 4)),
        "`narrow` of float32 [2, 3]: 2 to 4 is no part of dimension 1 with size 3"
    );
    assert_eq!(
        says(Op::RandomUniform(&[1 << 31])),
        "`random-uniform`: shape [2147483648] is too large; a tensor has at most 1,073,741,824 \
         elements"
    );
    let error = f.read(t.a, 4, 3).unwrap_err();
    assert_eq!(text(error), "`read` of float32 [2, 3]: 3 elements from 4 are not among its 6");
    let error = f.read_integers(t.a, 0, 1).unwrap_err();
    assert_eq!(
        text(error),
        "`read-integers` of float32 [2, 3]: expected whole numbers or booleans; `read` takes fractions"
    );
    let error = f.item(t.a).unwrap_err();
    assert_eq!(text(error), "`item` of float32 [2, 3]: expected a single element");
    let error = f.summaries(&[t.a, t.empty]).unwrap_err();
    assert_eq!(
        text(error),
        "`summaries` of float32 [2, 0]: a tensor without elements has no statistics"
    );
}
