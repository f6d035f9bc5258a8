//! What is mixed and smoothed, seen from both sides of the plugin.

use callbox::callback::Callback;
use callbox::callback::tensors::{Dtype, Operation as Op, Tensors};
use callbox::train::data::Dataset;
use callbox::train::loss::Loss;
use callbox_tests::{MemberSpec, Training, shared};
use tch::{Device, Kind, Tensor};

use super::desk::{around, calm, changes, close, number, plugin, rows};
use super::network::{case, numbers, oracle, samples, step, training};

/// A batch before and after: input and target, by rows.
#[derive(Default, Clone)]
struct Mixed {
    before: [Vec<Vec<f32>>; 2],
    after: [Vec<Vec<f32>>; 2],
}

/// All training batches around a plugin's transform.
fn mixed(plugin: &str, training: Training) -> Vec<Mixed> {
    let seen = shared::<Vec<Mixed>>();
    let (first, second) = (seen.clone(), seen.clone());
    let hot = |desk: &mut dyn Tensors, target| desk.compute(Op::OneHot(target, 10)).unwrap();
    let witness = around(
        plugin,
        move |desk, [input, target]| {
            let target = hot(desk, target);
            let before = [rows(desk, input), rows(desk, target)];
            first.lock().unwrap().push(Mixed { before, ..Mixed::default() });
        },
        move |desk, batch| {
            let after = batch.map(|of| rows(desk, of));
            second.lock().unwrap().last_mut().unwrap().after = after;
        },
    );
    calm(&training.native(witness).run());
    seen.lock().unwrap().clone()
}

/// The partner of a row and the part that is kept, if the row is so mixed.
fn kept(batch: &Mixed, row: usize, partner: usize) -> Option<f32> {
    let [own, other] = [row, partner].map(|index| &batch.before[0][index]);
    let mixed = &batch.after[0][row];
    // Where the two differ most.
    let far = |pixel: &usize| (own[*pixel] - other[*pixel]).abs();
    let pixel = (0..own.len()).max_by(|a, b| far(a).total_cmp(&far(b)))?;
    let kept = (mixed[pixel] - other[pixel]) / (own[pixel] - other[pixel]);
    let mean = |a: f32, b: f32| kept * a + (1.0 - kept) * b;
    let fits = own.iter().zip(other).zip(mixed).all(|((a, b), x)| close(mean(*a, *b), *x));
    let [own, other] = [row, partner].map(|index| &batch.before[1][index]);
    let target = own.iter().zip(other).zip(&batch.after[1][row]);
    let fits = fits && target.into_iter().all(|((a, b), y)| close(mean(*a, *b), *y));
    fits.then_some(kept)
}

/// For each row its partner and the part that it keeps.
fn partners(batch: &Mixed) -> Vec<(usize, f32)> {
    let size = batch.before[0].len();
    let found = (0..size).map(|row| {
        if batch.before[0][row] == batch.after[0][row] {
            return (row, 1.0);
        }
        let others = (0..size).filter(|partner| *partner != row);
        let found = others.filter_map(|partner| Some((partner, kept(batch, row, partner)?)));
        found.min_by(|a, b| a.1.total_cmp(&b.1)).expect("a row is mixed with another one")
    });
    found.collect()
}

#[test]
fn mixup_mixes_each_sample_with_a_partner_and_so_its_target() {
    let batches = mixed("mixup", Training::with(plugin("mixup")).batch_size(64).epochs(1));
    assert_eq!(batches.len(), 20);
    let mut weights = Vec::new();
    for batch in &batches {
        let found = partners(batch);
        assert!(batch.after[1].iter().all(|row| close(row.iter().sum(), 1.0)));
        assert!(found.iter().all(|(_, kept)| (0.4999..=1.0001).contains(kept)));
        // Each is a partner once; where nearly all is kept it cannot be told.
        let mut told: Vec<usize> =
            found.iter().filter(|(_, kept)| *kept < 0.99).map(|(partner, _)| *partner).collect();
        let all = told.len();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), all, "partners are a permutation");
        weights.extend(found.into_iter().map(|(_, kept)| f64::from(kept)));
    }
    // A weight of its own for each; max(x, 1 - x) of Beta(0.4, 0.4) has the mean 0.840.
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    assert!((mean - 0.840).abs() < 0.02, "{mean}");
    assert!(weights.windows(2).filter(|pair| pair[0] != pair[1]).count() > 1000);
    // In validation nothing is mixed: `around` sees training alone, and targets stay whole.
}

#[test]
fn composers_mixup_has_one_weight_for_a_batch() {
    let member = plugin("mixup").text("preset", "composer");
    let batches = mixed("mixup", number(member, "alpha", 1.0).on(64));
    let weights: Vec<f32> = batches
        .iter()
        .map(|batch| {
            let found = partners(batch);
            let moved: Vec<f32> =
                found.into_iter().filter(|(_, kept)| *kept < 1.0).map(|(_, kept)| kept).collect();
            assert!(moved.iter().all(|kept| (kept - moved[0]).abs() < 1e-4), "{moved:?}");
            moved[0]
        })
        .collect();
    assert!(weights.iter().all(|kept| (0.5..=1.0).contains(kept)));
    assert!(weights.windows(2).all(|pair| pair[0] != pair[1]), "another one for each batch");
}

/// One epoch in batches of this size.
trait On {
    fn on(self, batch_size: usize) -> Training;
}

impl On for MemberSpec {
    fn on(self, batch_size: usize) -> Training {
        Training::with(self).batch_size(batch_size).epochs(1)
    }
}

/// The loss of a mixed row is fastai's mean of two losses, and so is its gradient.
#[test]
fn a_mixed_row_has_the_interpolated_loss_of_both_targets() {
    let fixed = oracle()["fixed"].clone();
    let partner: Vec<i64> = numbers(&fixed["partner"]).iter().map(|n| *n as i64).collect();
    let kept = Tensor::from_slice(&numbers(&fixed["kept"])).to_kind(Kind::Float);
    let data = samples();
    let mean = |of: &Tensor| {
        let mut shape = vec![1_i64; of.dim()];
        shape[0] = -1;
        of.index_select(0, &Tensor::from_slice(&partner)).lerp_tensor(of, &kept.reshape(shape))
    };
    let mut model = super::network::model(&data.spec);
    let output = model.forward(&mean(&data.inputs), true).unwrap();
    let target = mean(&data.targets.one_hot(10).to_kind(Kind::Float));
    let loss = Loss::cross_entropy().of(&output, &target).unwrap();
    let case = case("mixup");
    assert!((loss.double_value(&[]) - case["loss"].as_f64().unwrap()).abs() < 1e-5);
    callbox::train::torch::backward(&loss).unwrap();
    let norms = model.params().iter().map(|param| param.tensor.grad().norm().double_value(&[]));
    for (norm, expected) in norms.zip(numbers(&case["norms"])) {
        assert!((norm - expected).abs() < 1e-5, "{norm} is not {expected}");
    }
}

/// No pixel of the images is like another.
fn distinct() -> Dataset {
    let pixels =
        Tensor::arange(64 * 64, (Kind::Float, Device::Cpu)).reshape([64, 1, 8, 8]) / 4096.0;
    let classes = Tensor::arange(64, (Kind::Int64, Device::Cpu)).remainder(10);
    Dataset::new(pixels, classes, 10).unwrap()
}

#[test]
fn cutmix_puts_one_box_of_a_partner_into_each_image() {
    let training = Training::with(plugin("cutmix")).samples(distinct).batch_size(64).epochs(12);
    let batches = mixed("cutmix", training);
    assert_eq!(batches.len(), 12);
    let mut areas = Vec::new();
    for batch in &batches {
        let [images, targets] = &batch.after;
        if images == &batch.before[0] {
            assert_eq!(targets.len(), 64, "a box without a pixel");
            continue;
        }
        let changed = |row: usize, pixel: usize| images[row][pixel] != batch.before[0][row][pixel];
        let moved = (0..64).find(|row| (0..64).any(|pixel| changed(*row, pixel))).unwrap();
        let inside: Vec<usize> = (0..64).filter(|pixel| changed(moved, *pixel)).collect();
        let [ys, xs] = [8, 1].map(|step| inside.iter().map(|at| at / step % 8).collect::<Vec<_>>());
        let side = |of: &[usize]| of.iter().max().unwrap() - of.iter().min().unwrap() + 1;
        assert_eq!(side(&ys) * side(&xs), inside.len(), "a box");
        let given = inside.len() as f32 / 64.0;
        areas.push(inside.len());
        for row in 0..64 {
            // The values say whose pixels they are.
            let partner = (images[row][inside[0]] * 64.0) as usize;
            for (pixel, value) in images[row].iter().enumerate() {
                let from = if inside.contains(&pixel) { partner } else { row };
                assert_eq!(*value, batch.before[0][from][pixel]);
            }
            for (class, found) in targets[row].iter().enumerate() {
                let of = |row: usize| batch.before[1][row][class];
                let expected = (1.0 - given) * of(row) + given * of(partner);
                assert!(close(*found, expected), "{found} {expected}");
            }
        }
    }
    areas.dedup();
    assert!(areas.len() > 5, "boxes of many sizes: {areas:?}");
}

#[test]
fn cutmix_wants_images() {
    let flat = || {
        let data = distinct();
        Dataset::new(data.inputs.flatten(1, -1), data.targets, 10).unwrap()
    };
    let trained = Training::with(plugin("cutmix")).samples(flat).batch_size(64).epochs(1).run();
    assert_eq!(trained.faults()[0], "it takes images: inputs [batch, channels, height, width]");
}

#[test]
fn label_smoothing_is_pytorchs() {
    step(training().and(plugin("label-smoothing"))).assert_is("label-smoothing");
    let more = number(plugin("label-smoothing"), "epsilon", 0.3);
    step(training().and(more)).assert_is("label-smoothing 0.3");
}

/// The oracle's mixed targets, in place of a plugin that draws them.
fn mixed_rows() -> Box<dyn Callback> {
    let fixed = oracle()["fixed"].clone();
    let list = move |key: &str| numbers(&fixed[key]).iter().map(|n| *n as f32).collect::<Vec<_>>();
    changes("mixup", move |desk, [input, target]| {
        let (partner, kept) = (list("partner"), list("kept"));
        let mut made = |operation| desk.compute(operation).unwrap();
        let partner = made(Op::Create(&[8], &partner));
        let partner = made(Op::Convert(partner, Dtype::Int64));
        let kept = made(Op::Create(&[8, 1], &kept));
        let hot = made(Op::OneHot(target, 10));
        let other = made(Op::Pick(hot, 0, partner));
        [input, made(Op::Lerp(other, hot, kept))]
    })
}

/// It comes after `mixup` although the run names it first.
#[test]
fn rows_are_smoothed_as_they_are() {
    let smoothing = training().and(plugin("label-smoothing"));
    step(smoothing.native(mixed_rows())).assert_is("label-smoothing of mixed rows");
}

#[test]
fn smoothing_composes_with_mixup() {
    let both = plugin("mixup").on(64).and(plugin("label-smoothing"));
    let smooth = mixed("mixup", both);
    let mixed = mixed("mixup", plugin("mixup").on(64));
    for (smooth, mixed) in smooth.iter().zip(&mixed) {
        let pairs = smooth.after[1].iter().flatten().zip(mixed.after[1].iter().flatten());
        assert!(pairs.into_iter().all(|(soft, hard)| close(*soft, 0.9 * hard + 0.01)));
    }
}
