//! Every operation against values that were worked out by hand.

use super::*;
use crate::callback::tensors::Operation as Op;

fn close(left: &[f32], right: &[f32]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-5)
}

#[test]
fn by_element() {
    let f = Fixture::new();
    let (a, b) = (f.create(&[2, 2], &[1.0, 2.0, 3.0, 4.0]), f.create(&[2], &[10.0, 20.0]));
    let (half, at) = (f.create(&[], &[0.5]), f.create(&[2], &[1.0, 4.0]));
    let of = |op| f.values(f.make(op));
    assert_eq!(of(Op::Add(a, b)), [11.0, 22.0, 13.0, 24.0]);
    assert_eq!(of(Op::Sub(b, a)), [9.0, 18.0, 7.0, 16.0]);
    assert_eq!(of(Op::Mul(a, b)), [10.0, 40.0, 30.0, 80.0]);
    assert_eq!(of(Op::Affine(a, 2.0, -1.0)), [1.0, 3.0, 5.0, 7.0]);
    assert_eq!(of(Op::Affine(a, 1.0, 0.5)), [1.5, 2.5, 3.5, 4.5]);
    assert_eq!(of(Op::Affine(a, -2.0, 0.0)), [-2.0, -4.0, -6.0, -8.0]);
    assert_eq!(of(Op::Lerp(a, b, half)), [5.5, 11.0, 6.5, 12.0]);
    assert_eq!(of(Op::Clamp(a, 1.5, 3.5)), [1.5, 2.0, 3.0, 3.5]);
    assert_eq!(of(Op::Clamp(a, f64::NEG_INFINITY, 2.0)), [1.0, 2.0, 2.0, 2.0]);
    assert_eq!(of(Op::Square(a)), [1.0, 4.0, 9.0, 16.0]);
    let equal = f.make(Op::Equal(a, at));
    assert_eq!(f.kind(equal), Ok(Dtype::Boolean));
    assert_eq!(f.read_integers(equal, 0, 4).unwrap(), [1, 0, 0, 1]);
    assert_eq!(of(Op::Choose(equal, a, b)), [1.0, 20.0, 10.0, 4.0]);
}

#[test]
fn along_a_dimension() {
    let f = Fixture::new();
    let a = f.create(&[2, 3], &[1.0, 2.0, 3.0, 6.0, 5.0, 4.0]);
    let of = |op| f.values(f.make(op));
    assert_eq!(of(Op::Sum(a, None)), [21.0]);
    assert_eq!(of(Op::Sum(a, Some(0))), [7.0, 7.0, 7.0]);
    assert_eq!(of(Op::Sum(a, Some(-1))), [6.0, 15.0]);
    assert_eq!(of(Op::Mean(a, None)), [3.5]);
    assert_eq!(of(Op::Mean(a, Some(1))), [2.0, 5.0]);
    assert_eq!(of(Op::Argmax(a, 1)), [2.0, 0.0]);
    assert_eq!(of(Op::Argmax(a, 0)), [1.0, 1.0, 1.0]);
    // softmax(0, ln 3) = (1/4, 3/4)
    let logits = f.create(&[1, 2], &[0.0, 3.0_f32.ln()]);
    assert!(close(&of(Op::LogSoftmax(logits, -1)), &[0.25_f32.ln(), 0.75_f32.ln()]));
    let total = f.make(Op::Sum(a, None));
    assert_eq!(f.shape(total), Ok(vec![]));
    assert_eq!(f.item(total), Ok(21.0));
    let numbers = f.whole(&[3.0, 4.0]);
    let sum = f.make(Op::Sum(numbers, None));
    assert_eq!(f.kind(sum), Ok(Dtype::Int64));
}

#[test]
fn shapes() {
    let f = Fixture::new();
    let a = f.create(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let shape = |id| f.shape(id).unwrap();
    let of = |op| f.values(f.make(op));
    assert_eq!(shape(f.make(Op::Unsqueeze(a, 0))), [1, 2, 3]);
    assert_eq!(shape(f.make(Op::Unsqueeze(a, -1))), [2, 3, 1]);
    assert_eq!(of(Op::Narrow(a, 1, 1, 3)), [2.0, 3.0, 5.0, 6.0]);
    assert_eq!(shape(f.make(Op::Narrow(a, 0, 1, 1))), [0, 3]);
    let part = f.create(&[2, 1], &[8.0, 9.0]);
    assert_eq!(of(Op::Put(a, -1, 2, part)), [1.0, 2.0, 8.0, 4.0, 5.0, 9.0]);
    assert_eq!(f.values(a), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "`put` is a copy");
    let index = f.whole(&[1.0, 0.0, 1.0]);
    assert_eq!(of(Op::Pick(a, 0, index)), [4.0, 5.0, 6.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(shape(f.make(Op::Pick(a, 1, index))), [2, 3]);
    assert_eq!(of(Op::OneHot(index, 2)), [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(shape(f.make(Op::OneHot(index, 2))), [3, 2]);
    let none = f.whole(&[]);
    assert_eq!(shape(f.make(Op::Pick(a, 0, none))), [0, 3]);
}

/// Without `align_corners`, a pixel's centre is at (i + ½) · scale − ½.
#[test]
fn bilinear_resizing() {
    let f = Fixture::new();
    let image = f.create(&[2, 2], &[0.0, 4.0, 8.0, 12.0]);
    let wide = f.make(Op::Resize(image, 2, 4));
    assert_eq!(f.values(wide), [0.0, 1.0, 3.0, 4.0, 8.0, 9.0, 11.0, 12.0]);
    assert_eq!(f.values(f.make(Op::Resize(image, 1, 1))), [6.0]);
    for shape in [&[3, 2, 2][..], &[1, 3, 2, 2], &[1, 1, 3, 2, 2]] {
        let values: Vec<f32> = [0.0, 4.0, 8.0, 12.0].repeat(3);
        let many = f.make(Op::Resize(f.create(shape, &values), 2, 4));
        assert_eq!(f.values(many), f.values(wide).repeat(3));
        assert_eq!(f.shape(many).unwrap()[..shape.len() - 2], shape[..shape.len() - 2]);
    }
}

#[test]
fn types_are_converted_and_promoted() {
    let f = Fixture::new();
    let a = f.create(&[2], &[1.9, -1.9]);
    let kind = |id| f.kind(id).unwrap();
    for dtype in [
        Dtype::Float32,
        Dtype::Float64,
        Dtype::Float16,
        Dtype::Bfloat16,
        Dtype::Int64,
        Dtype::Int32,
        Dtype::Boolean,
    ] {
        assert_eq!(kind(f.make(Op::Convert(a, dtype))), dtype);
    }
    let whole = f.make(Op::Convert(a, Dtype::Int64));
    assert_eq!(f.read_integers(whole, 0, 2).unwrap(), [1, -1]);
    assert_eq!(kind(f.make(Op::Add(whole, a))), Dtype::Float32);
    assert_eq!(kind(f.make(Op::Affine(whole, 2.0, 0.0))), Dtype::Float32);
    assert_eq!(kind(f.make(Op::Clamp(whole, 0.0, 0.5))), Dtype::Float32);
    assert_eq!(f.values(f.make(Op::Clamp(whole, 0.0, 0.5))), [0.5, 0.0]);
    let byte = f.make(Op::Convert(f.create(&[1], &[200.0]), Dtype::Uint8));
    assert_eq!((kind(byte), f.values(byte)), (Dtype::Uint8, vec![200.0]));
}

#[test]
fn reading_goes_row_by_row() {
    let f = Fixture::new();
    let a = f.create(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(f.read(a, 2, 3).unwrap(), [3.0, 4.0, 5.0]);
    assert!(f.read(a, 6, 0).unwrap().is_empty());
    let column = f.make(Op::Narrow(a, 1, 1, 2));
    assert_eq!(f.read(column, 0, 2).unwrap(), [2.0, 5.0]);
    let double = f.make(Op::Convert(a, Dtype::Float64));
    assert_eq!(f.read(double, 5, 1).unwrap(), [6.0]);
    assert_eq!(f.item(f.make(Op::Sum(a, None))), Ok(21.0));
}

#[test]
fn summaries_take_all_at_once() {
    let f = Fixture::new();
    let a = f.create(&[2, 2], &[3.0, -4.0, 0.0, 5.0]);
    let one = f.create(&[1], &[2.0]);
    let broken = f.create(&[3], &[1.0, f32::NAN, f32::INFINITY]);
    let whole = f.whole(&[1.0, 2.0, 3.0]);
    let all = f.summaries(&[a, one, broken, whole]).unwrap();
    let Summary { mean, std, min, max, l2_norm, non_finite } = all[0];
    assert_eq!((mean, min, max, non_finite), (1.0, -4.0, 5.0, 0));
    assert!(
        (std - (46.0_f64 / 3.0).sqrt()).abs() < 1e-6 && (l2_norm - 50.0_f64.sqrt()).abs() < 1e-6
    );
    assert_eq!((all[1].mean, all[1].l2_norm), (2.0, 2.0));
    assert!(all[1].std.is_nan());
    assert_eq!(all[2].non_finite, 2);
    assert!(all[2].mean.is_nan());
    assert_eq!((all[3].mean, all[3].std, all[3].max), (2.0, 1.0, 3.0));
    assert_eq!(f.summaries(&[]).unwrap(), []);
    let half = f.make(Op::Convert(f.create(&[2], &[60000.0, 60000.0]), Dtype::Float16));
    let norm = f.summaries(&[half]).unwrap()[0].l2_norm;
    assert!((norm / 84853.0 - 1.0).abs() < 1e-3, "beyond the range of a half: {norm}");
}
