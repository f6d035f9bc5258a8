//! What is drawn hangs on seed and place alone.

use super::*;
use crate::callback::Phase;
use crate::callback::tensors::Operation as Op;
use crate::random::Stream;

fn place(iteration: u64, num_batch: u32, phase: Phase) -> State<'static> {
    State { iteration, num_batch, phase, ..State::start() }
}

fn begin(f: &Fixture, state: &State<'_>) {
    f.desk().begin(Occasion::Event(Hook::BatchBegin), state);
}

fn draw(f: &Fixture) -> Vec<f32> {
    f.values(f.make(Op::RandomUniform(&[4])))
}

#[test]
fn the_same_place_gives_the_same_numbers() {
    let (f, g) = (Fixture::new(), Fixture::new());
    [&f, &g].iter().for_each(|f| f.desk().seed(9));
    begin(&f, &place(3, 3, Phase::Train));
    let [first, second] = [draw(&f), draw(&f)];
    assert_ne!(first, second);
    // Another history before the same place, and two events at it.
    begin(&g, &place(2, 2, Phase::Train));
    (0..5).for_each(|_| drop(draw(&g)));
    begin(&g, &place(3, 3, Phase::Train));
    assert_eq!(draw(&g), first);
    begin(&g, &place(3, 3, Phase::Train));
    assert_eq!(draw(&g), second);
    for other in [place(4, 3, Phase::Train), place(3, 4, Phase::Train), place(3, 3, Phase::Valid)] {
        begin(&g, &other);
        assert_ne!(draw(&g), first);
    }
    g.desk().seed(10);
    begin(&g, &place(3, 3, Phase::Train));
    assert_ne!(draw(&g), first);
}

#[test]
fn draws_have_their_types_and_ranges() {
    let f = Fixture::new();
    let order = f.make(Op::RandomPermutation(100));
    assert_eq!(f.kind(order), Ok(Dtype::Int64));
    let mut numbers = f.read_integers(order, 0, 100).unwrap();
    assert_ne!(numbers[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..100));
    let uniform = f.make(Op::RandomUniform(&[100, 100]));
    let s = f.summaries(&[uniform]).unwrap()[0];
    assert!(s.min >= 0.0 && s.max < 1.0 && (s.mean - 0.5).abs() < 0.02);
    assert!((s.std - (1.0_f64 / 12.0).sqrt()).abs() < 0.01);
    let beta = f.make(Op::RandomBeta(&[100, 100], 2.0, 6.0));
    let s = f.summaries(&[beta]).unwrap()[0];
    assert!((s.mean - 0.25).abs() < 0.01 && (s.std - (0.1875_f64 / 9.0).sqrt()).abs() < 0.01);
    assert_eq!(f.shape(f.make(Op::RandomBeta(&[], 1.0, 1.0))), Ok(vec![]));
    assert_eq!(f.shape(f.make(Op::RandomUniform(&[2, 0]))), Ok(vec![2, 0]));
    assert_eq!(f.shape(f.make(Op::RandomPermutation(0))), Ok(vec![0]));
}

/// Whatever the clock is looked at in between.
#[test]
fn a_long_permutation_is_the_streams_own() {
    let f = Fixture::new();
    f.desk().seed(42);
    begin(&f, &place(7, 2, Phase::Train));
    for (length, count) in [(1 << 16, 0), ((1 << 17) + 1, 1), (2, 2)] {
        let order = f.make(Op::RandomPermutation(length));
        let mut stream = Stream::new(42, "tensors-train", 7, 2 << 32 | count);
        let expected = stream.permutation(length.cast_signed());
        assert_eq!(f.read_integers(order, 0, length).unwrap(), expected, "{length}");
    }
}

/// The bytes of recorded runs stand on these.
#[test]
fn the_format_is_frozen() {
    let f = Fixture::new();
    f.desk().seed(42);
    begin(&f, &place(7, 2, Phase::Train));
    let order = f.make(Op::RandomPermutation(8));
    let uniform = f.make(Op::RandomUniform(&[2]));
    let beta = f.make(Op::RandomBeta(&[2], 0.4, 0.4));
    assert_eq!(f.read_integers(order, 0, 8).unwrap(), ORDER);
    assert_eq!((f.values(uniform), f.values(beta)), (UNIFORM.to_vec(), BETA.to_vec()));
}

const ORDER: [i64; 8] = [7, 6, 4, 2, 5, 3, 0, 1];
const UNIFORM: [f32; 2] = [0.91139627, 0.15703762];
const BETA: [f32; 2] = [0.011592739, 0.28223735];
