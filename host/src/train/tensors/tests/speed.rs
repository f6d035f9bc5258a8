//! What the parts cost. Run by hand, optimised: `cargo test --release tensors::tests::speed -- --ignored --nocapture`

use std::time::Instant;

use super::*;
use crate::callback::tensors::{Flow, Operation as Op};

fn nanoseconds(times: u32, mut body: impl FnMut()) -> f64 {
    (0..times / 10).for_each(|_| body());
    let began = Instant::now();
    (0..times).for_each(|_| body());
    began.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

#[test]
#[ignore = "a measurement, not a check"]
fn costs() {
    let f = Fixture::new();
    let batch = f.take_off();
    let state = State::start();
    let begin = nanoseconds(1_000_000, || f.desk().begin(Occasion::Event(Hook::BatchEnd), &state));
    let clear = nanoseconds(1_000_000, || f.bench.clear());
    let mut flow = f.bench.input_flow(batch.input, batch.target);
    let same = nanoseconds(100_000, || {
        let given = flow.offer(f.number).unwrap();
        flow.accept(f.number, given).unwrap();
        f.bench.clear();
    });
    println!(
        "begin {begin:.1} ns, clear of nothing {clear:.1} ns, offer, accept, clear {same:.0} ns"
    );
    let a = f.create(&[1], &[1.0]);
    let shape = nanoseconds(100_000, || drop(f.shape(a).unwrap()));
    println!("shape {shape:.0} ns");
    let big = f.create(&[4 << 20], &vec![1.0; 4 << 20]);
    let read = nanoseconds(20, || drop(f.read(big, 0, 4 << 20).unwrap()));
    println!("read {:.2} GB/s", f64::from(16 << 20) / read);
    let all = nanoseconds(1000, || drop(f.summaries(&[a; 20]).unwrap()));
    println!("20 summaries {:.0} µs", all / 1e3);
    let beta = nanoseconds(10, || {
        f.make(Op::RandomBeta(&[1 << 16], 0.4, 0.4));
    });
    println!("random-beta {:.0} ns per element", beta / 65536.0);
}
