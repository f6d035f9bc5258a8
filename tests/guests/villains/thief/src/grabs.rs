//! Ways to ask for what is not there.

use callbox_sdk::prelude::*;
use callbox_sdk::tensors::Dtype;

type Answers = Vec<Result<(), Failure>>;

/// So many ones.
pub(crate) fn row(len: u64) -> Result<Tensor, Failure> {
    Tensor::create(&[len], &vec![1.0; len as usize])
}

/// One number in every way in which a number can be used.
pub(crate) fn uses(it: Tensor) -> Answers {
    vec![
        it.shape().map(drop),
        it.kind().map(drop),
        it.item().map(drop),
        it.summary().map(drop),
        it.read_part(0, 1).map(drop),
        it.read_integers_part(0, 1).map(drop),
        it.add(it).map(drop),
        it.lerp(it, it).map(drop),
        it.choose(it, it).map(drop),
        it.clamp(0.0, 1.0).map(drop),
        it.sum(None).map(drop),
        it.put(0, 0, it).map(drop),
        it.pick(0, it).map(drop),
        it.convert(Dtype::Float64).map(drop),
        batch::loss_of(it, it).map(drop),
        tensors::summaries(&[it; 8]).map(drop),
    ]
}

/// As a host might number them: owner, generation and place in some bits each.
pub(crate) fn guess() -> Answers {
    let owners = (0..8_u64).map(|owner| owner << 48);
    let numbers =
        owners.flat_map(|owner| (0..32_u64).map(move |generation| owner | generation << 16));
    let numbers = numbers.flat_map(|base| (0..8).map(move |place| base | place));
    // Made before anything is its own: whatever is answered is another one's.
    numbers.map(|number| Tensor::from(number).shape().map(drop)).collect()
}

/// Nobody's.
pub(crate) fn numbers() -> Answers {
    let near = row(1).map_or(0, u64::from);
    let numbers = [
        0,
        1,
        u64::MAX,
        u64::MAX - 1,
        1 << 63,
        0xdead_beef,
        near + 1,
        near ^ (1 << 48),
        near ^ (1 << 16),
    ];
    numbers.into_iter().flat_map(|number| uses(Tensor::from(number))).collect()
}

/// Sizes, places and dimensions beyond everything.
pub(crate) fn shapes() -> Answers {
    let most = u64::MAX;
    let absurd: [&[u64]; 8] = [
        &[most],
        &[0],
        &[most, most],
        &[1 << 32, 1 << 32],
        &[1 << 62, 4],
        &[0, most],
        &[1; 100],
        &[1 << 40],
    ];
    let made = absurd.iter().flat_map(|shape| {
        let beta = tensors::random_beta(shape, f64::MAX, 5e-324).map(drop);
        [Tensor::create(shape, &[1.0]).map(drop), tensors::random_uniform(shape).map(drop), beta]
    });
    let mut answers: Answers = made.collect();
    answers.push(tensors::random_permutation(most).map(drop));
    answers.push(Tensor::create(&[1; 100_000], &[1.0]).map(drop));
    let Ok(it) = row(4) else { return answers };
    for dim in [i64::MIN, i64::MAX, -2, 1] {
        answers.extend(
            [it.argmax(dim), it.log_softmax(dim), it.sum(Some(dim))].map(|it| it.map(drop)),
        );
        answers.extend(
            [it.narrow(dim, 0..1), it.put(dim, most, it), it.unsqueeze(dim)].map(|it| it.map(drop)),
        );
    }
    let back = (2_u64, 1_u64);
    let odd = [
        it.narrow(0, most..0),
        it.narrow(0, 3..most),
        it.narrow(0, back.0..back.1),
        it.resize(most, most),
    ];
    answers.extend(odd.map(|it| it.map(drop)));
    let numbers =
        [it.affine(f64::NAN, f64::INFINITY), it.clamp(f64::NAN, f64::NAN), it.clamp(1.0, -1.0)];
    answers.extend(numbers.map(|it| it.map(drop)));
    answers.extend([it.read_part(most, most).map(drop), it.read_part(1, most).map(drop)]);
    answers.extend([
        it.one_hot(most).map(drop),
        it.resize(0, 0).map(drop),
        it.pick(0, it).map(drop),
    ]);
    answers
}

/// Of weights, gradients and activations that no model has.
pub(crate) fn names() -> Answers {
    let long = "x".repeat(1 << 20);
    let names = ["", "../../etc/passwd", "\x1b[2J", "layers.0.weight\0", &long, "*", "layers"];
    let asked = names
        .iter()
        .flat_map(|name| [model::weight(name), model::gradient(name), batch::activation(name)]);
    asked.map(|tensor| tensor.map(drop)).collect()
}

/// A call that fails, and then all of them, over and over.
pub(crate) fn after_failure() -> Answers {
    let mut answers = vec![Tensor::from(0).item().map(drop)];
    for _ in 0..100 {
        answers.extend(uses(Tensor::from(0)));
        answers.push(batch::input().and_then(|input| input.shape()).map(drop));
        answers.push(model::gradient_norm().map(drop));
    }
    answers
}

/// Until it fails, and three times more.
pub(crate) fn until_it_fails(call: impl Fn(u32) -> Result<(), Failure>) -> Answers {
    let mut answers = Vec::new();
    for turn in 0..100_000 {
        let answer = call(turn);
        let failed = answer.is_err();
        answers.push(answer);
        if failed {
            answers.extend((0..3).map(&call));
            break;
        }
    }
    answers
}

/// Whatever is answered.
pub(crate) fn for_ever(call: impl Fn() -> Result<(), Failure>) -> Answers {
    loop {
        let _spent = call();
    }
}
