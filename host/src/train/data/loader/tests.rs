use std::thread::ThreadId;

use tch::{Kind, Tensor};

use super::*;
use crate::random::Stream;
use crate::train::data::{Batch, Sample, SampleStream, SampleWeights, StreamError};

const DEPTHS: [usize; 4] = [0, 1, 2, 5];

fn config(batch_size: usize) -> LoaderConfig {
    LoaderConfig { batch_size, ..LoaderConfig::default() }
}

fn shuffled(batch_size: usize) -> LoaderConfig {
    LoaderConfig { shuffle: true, ..config(batch_size) }
}

fn endless(batch_size: usize) -> LoaderConfig {
    LoaderConfig { endless: true, ..shuffled(batch_size) }
}

fn table(samples: i64) -> Dataset {
    let inputs = Tensor::arange(samples, (Kind::Float, Device::Cpu)).view([samples, 1]);
    let targets = Tensor::arange(samples, (Kind::Int64, Device::Cpu));
    Dataset::new(inputs, targets, samples).unwrap()
}

/// Ten samples, each of which is its own number.
fn loader(config: LoaderConfig) -> Loader {
    Loader::new(table(10), config, 42).unwrap()
}

fn batches(loader: &Loader, draw: &Draw) -> Vec<Batch> {
    loader.batches(draw).unwrap().map(Result::unwrap).collect()
}

fn indices(loader: &Loader, epoch: u64, consumed: usize) -> Vec<Vec<i64>> {
    let draw = Draw { consumed, ..Draw::of(epoch) };
    batches(loader, &draw).into_iter().map(|batch| batch.indices).collect()
}

/// The first batches of an epoch that has no end.
fn first(loader: &Loader, draw: &Draw, count: usize) -> Vec<Vec<i64>> {
    loader.batches(draw).unwrap().take(count).map(|batch| batch.unwrap().indices).collect()
}

/// Samples that hang on seed, epoch and number.
fn noise(length: Length) -> SampleStream {
    let spec = DataSpec::of_classes(vec![2], 2);
    SampleStream::numbered(spec, length, |pass, number| {
        let mut stream = Stream::new(pass.seed, "noise", pass.epoch, number);
        let class = i64::from(stream.unit() < 0.5);
        Ok(Sample::of_class(&[stream.unit() as f32, number as f32], class)?)
    })
}

/// The numbers of a batch, to compare.
fn content(batch: &Batch) -> (Vec<f32>, Vec<i64>, Vec<i64>, usize) {
    let input = Vec::try_from(batch.input.flatten(0, -1)).unwrap();
    let target = Vec::try_from(&batch.target).unwrap();
    (input, target, batch.indices.clone(), batch.position)
}

#[test]
fn the_last_batch_is_kept_or_dropped() {
    let keep = loader(config(4));
    assert_eq!(indices(&keep, 0, 0), [vec![0, 1, 2, 3], vec![4, 5, 6, 7], vec![8, 9]]);
    assert_eq!((keep.batches_per_epoch(), keep.samples()), (Some(3), Some(10)));
    let drop = loader(LoaderConfig { last_batch: LastBatch::Drop, ..config(4) });
    assert_eq!(indices(&drop, 0, 0), [vec![0, 1, 2, 3], vec![4, 5, 6, 7]]);
    assert_eq!((drop.batches_per_epoch(), drop.samples()), (Some(2), Some(8)));
    // All of it is measured.
    assert_eq!(drop.whole().unwrap().samples(), Some(10));
}

#[test]
fn an_epoch_is_shuffled_anew_and_the_same_again() {
    let loader = loader(shuffled(3));
    let flat = |epoch| indices(&loader, epoch, 0).concat();
    assert_eq!(flat(0), flat(0));
    assert_ne!(flat(0), flat(1));
    let mut all = flat(5);
    all.sort_unstable();
    assert!(all.into_iter().eq(0..10));
    assert!(indices(&loader.whole().unwrap(), 5, 0).concat().into_iter().eq(0..10));
}

#[test]
fn a_position_resumes_in_the_middle() {
    let loader = loader(shuffled(3));
    assert_eq!(indices(&loader, 7, 2), indices(&loader, 7, 0)[2..]);
    let mut batches = loader.batches(&Draw { consumed: 1, ..Draw::of(7) }).unwrap();
    assert_eq!((batches.position(), batches.size_hint()), (1, (3, Some(3))));
    assert_eq!(batches.next().unwrap().unwrap().position, 1);
    assert_eq!((batches.position(), batches.size_hint()), (2, (2, Some(2))));
    for consumed in [4, 400, usize::MAX] {
        assert!(indices(&loader, 7, consumed).is_empty());
    }
}

#[test]
fn a_batch_holds_its_samples_and_spares_the_data() {
    let loader = loader(shuffled(3));
    let mut batch = loader.batches(&Draw::default()).unwrap().next().unwrap().unwrap();
    assert_eq!(Vec::<i64>::try_from(&batch.target).unwrap(), batch.indices);
    assert_eq!((batch.input.size(), batch.size), (vec![3, 1], 3));
    let _ = batch.input.zero_();
    assert_eq!(loader.table().unwrap().inputs.sum(Kind::Float).double_value(&[]), 45.0);
}

#[test]
fn an_endless_table_is_pass_after_pass_without_a_seam() {
    let loader = loader(endless(4));
    assert_eq!((loader.batches_per_epoch(), loader.samples()), (None, None));
    assert!(loader.is_endless());
    let draw = Draw::default();
    let ten = first(&loader, &draw, 10);
    assert!(ten.iter().all(|batch| batch.len() == 4));
    let passes: Vec<i64> = ten.concat();
    for pass in passes.chunks(10) {
        let mut pass = pass.to_vec();
        pass.sort_unstable();
        assert!(pass.into_iter().eq(0..10));
    }
    assert_ne!(passes[..10], passes[10..20]);
    // The first pass is the epoch that has an end.
    assert_eq!(passes[..10], indices(&self::loader(shuffled(4)), 0, 0).concat());
    for consumed in [1, 2, 5] {
        assert_eq!(first(&loader, &Draw { consumed, ..draw.clone() }, 3), ten[consumed..][..3]);
    }
    let batches = loader.batches(&draw).unwrap();
    assert_eq!(batches.size_hint(), (usize::MAX, None));
    // A batch may be longer than a pass.
    let mut long = first(&self::loader(endless(25)), &draw, 1).remove(0);
    assert_eq!(long.len(), 25);
    long.sort_unstable();
    assert!((0..10).all(|sample| long.iter().filter(|&&other| other == sample).count() >= 2));
}

#[test]
fn weights_steer_what_is_drawn() {
    let mut weights = [0.0; 10];
    (weights[3], weights[8]) = (1.0, 3.0);
    let plain = loader(shuffled(10));
    let weights = Some(plain.weights(&weights).unwrap());
    let draw = |epoch| Draw { weights: weights.clone(), ..Draw::of(epoch) };
    let drawn: Vec<i64> =
        (0..100).flat_map(|epoch| first(&plain, &draw(epoch), 9).concat()).collect();
    let threes = drawn.iter().filter(|&&index| index == 3).count();
    assert!(drawn.iter().all(|index| [3, 8].contains(index)));
    assert!(drawn.len() == 1000 && (190..310).contains(&threes), "{threes}");
    // An endless table goes on by them from the place where they were given.
    let forever = loader(endless(4));
    let later = first(&forever, &Draw { consumed: 7, ..draw(0) }, 20).concat();
    assert!(later.len() == 80 && later.iter().all(|index| [3, 8].contains(index)));
    assert_eq!(first(&forever, &draw(0), 27)[7..].concat(), later);
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let weights = Some(Arc::new(SampleWeights::new(&[1.0; 9], 9).unwrap()));
    let draw = Draw { weights, ..Draw::default() };
    let told = |loader: &Loader| loader.batches(&draw).err().unwrap().to_string();
    assert_eq!(told(&loader(shuffled(3))), "9 sample weights for 10 samples");
    // Nine samples are drawn, and ten can be.
    let drop = loader(LoaderConfig { last_batch: LastBatch::Drop, ..shuffled(3) });
    assert_eq!(drop.weights(&[1.0; 10]).unwrap().samples(), 10);
    assert_eq!(told(&drop), "9 sample weights for 10 samples");
    let stream = Loader::new(noise(Length::Known(9)), config(3), 1).unwrap();
    let refused = "a stream takes no sample weights: its samples come in its own order";
    assert_eq!(told(&stream), refused);
    assert_eq!(stream.weights(&[1.0; 9]).unwrap_err().to_string(), refused);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let told = |samples: Samples, config| Loader::new(samples, config, 0).unwrap_err().to_string();
    let one = || Samples::from(table(1));
    let drop = LoaderConfig { last_batch: LastBatch::Drop, ..config(2) };
    for (samples, config) in
        [(one(), config(0)), (one(), drop), (noise(Length::Known(1)).into(), drop)]
    {
        let error = told(samples, config);
        assert!(error.starts_with("1 samples give no batch of"), "{error}");
    }
    let error = told(table(0).into(), endless(1));
    assert!(error.starts_with("0 samples give no batch of 1;"), "{error}");
    let error = told(noise(Length::Unknown).into(), config(0));
    assert!(error.starts_with("a stream's samples give no batch of 0;"), "{error}");
    let error = told(one(), LoaderConfig { prefetch: Some(2000), ..config(1) });
    assert_eq!(error, "prefetch = 2000: at most 1024");
    let error = told(noise(Length::Unknown).into(), shuffled(1));
    assert!(error.starts_with("a stream cannot be shuffled;"), "{error}");
    let error = told(noise(Length::Endless).into(), LoaderConfig { endless: true, ..config(1) });
    assert!(error.starts_with("endless repeats a table;"), "{error}");
}

#[test]
fn prefetching_changes_nothing() {
    let all = |prefetch, consumed| {
        let table = Loader::new(table(10), LoaderConfig { prefetch, ..shuffled(3) }, 42).unwrap();
        let stream = noise(Length::Known(20));
        let stream = Loader::new(stream, LoaderConfig { prefetch, ..config(6) }, 42).unwrap();
        let draw = Draw { consumed, ..Draw::of(3) };
        let of = |loader: &Loader| batches(loader, &draw).iter().map(content).collect::<Vec<_>>();
        (of(&table), of(&stream))
    };
    for consumed in [0, 2] {
        let (tables, streams) = all(Some(0), consumed);
        assert_eq!((tables.len(), streams.len()), (4 - consumed, 4 - consumed));
        for depth in DEPTHS {
            assert_eq!(all(Some(depth), consumed), (tables.clone(), streams.clone()), "{depth}");
        }
    }
}

#[test]
fn a_position_is_what_was_consumed_not_what_was_made() {
    for depth in DEPTHS {
        let loader = loader(LoaderConfig { prefetch: Some(depth), ..endless(4) });
        let mut batches = loader.batches(&Draw::default()).unwrap();
        assert_eq!(batches.position(), 0);
        for expected in 1..4 {
            batches.next().unwrap().unwrap();
            assert_eq!(batches.position(), expected);
        }
    }
}

/// A stream whose fifth sample fails in its own way.
fn failing(fail: fn() -> Result<Sample, StreamError>) -> SampleStream {
    let spec = DataSpec::of_classes(vec![1], 2);
    SampleStream::numbered(spec, Length::Endless, move |_, number| match number {
        5 => fail(),
        _ => Ok(Sample::of_class(&[0.0], 1)?),
    })
}

#[test]
fn what_goes_wrong_on_the_worker_is_an_error_of_its_batch() {
    let told = |fail, depth| {
        let config = LoaderConfig { prefetch: Some(depth), ..config(2) };
        let loader = Loader::new(failing(fail), config, 0).unwrap();
        let mut batches = loader.batches(&Draw::of(1)).unwrap();
        assert!(batches.next().unwrap().is_ok() && batches.next().unwrap().is_ok());
        let error = batches.next().unwrap().unwrap_err().to_string();
        assert!(batches.next().is_none());
        assert_eq!((batches.position(), batches.size_hint()), (2, (0, Some(0))));
        error
    };
    for depth in DEPTHS {
        let lost = told(|| Err("the file is gone".into()), depth);
        assert_eq!(lost, "sample 5 of epoch 2: the file is gone");
        let wide = told(|| Ok(Sample::of_class(&[0.0, 1.0], 1)?), depth);
        assert_eq!(
            wide,
            "sample 5 of epoch 2: it has shape [2], but the stream promises shape [1]"
        );
        let panicked = told(|| std::panic::resume_unwind(Box::new("out of order")), depth);
        assert_eq!(panicked, "the code that makes samples panicked: out of order");
    }
}

/// Dropping waits for the worker, so nobody holds the stream's code after it.
#[test]
fn dropping_batches_early_ends_the_worker() {
    let held = Arc::new(());
    let theirs = Arc::clone(&held);
    let spec = DataSpec::of_classes(vec![1], 2);
    let stream = SampleStream::new(spec, Length::Endless, move |_| {
        let held = Arc::clone(&theirs);
        std::iter::repeat_with(move || {
            let _held = &held;
            Ok(Sample::of_class(&[0.0], 1)?)
        })
    });
    for depth in DEPTHS {
        let config = LoaderConfig { prefetch: Some(depth), ..config(2) };
        let loader = Loader::new(stream.clone(), config, 0).unwrap();
        let mut batches = loader.batches(&Draw::default()).unwrap();
        batches.next().unwrap().unwrap();
        // The test, the stream, and the iterator wherever it runs.
        assert_eq!(Arc::strong_count(&held), 3);
        drop(batches);
        assert_eq!(Arc::strong_count(&held), 2);
        // Also before the first batch was asked for.
        drop(loader.batches(&Draw::default()).unwrap());
        assert_eq!(Arc::strong_count(&held), 2);
    }
    // And in the middle of a batch, here one that would take for ever.
    let config = LoaderConfig { prefetch: Some(1), ..config(usize::MAX) };
    let loader = Loader::new(stream, config, 0).unwrap();
    drop(loader.batches(&Draw::default()).unwrap());
    assert_eq!(Arc::strong_count(&held), 2);
}

#[test]
fn streams_are_made_ahead_unless_told_otherwise_and_tables_are_not() {
    let table = loader(config(2));
    let stream = Loader::new(noise(Length::Unknown), config(2), 0).unwrap();
    assert_eq!((table.prefetch(), stream.prefetch()), (0, 2));
}

/// Thread, threads of libtorch, and gradient mode where samples are made.
fn surroundings(prefetch: usize) -> (ThreadId, usize, bool) {
    let (sender, seen) = std::sync::mpsc::channel();
    let spec = DataSpec::of_classes(vec![1], 2);
    let stream = SampleStream::numbered(spec, Length::Known(1), move |_, _| {
        let grad = crate::train::torch::grad_enabled();
        let threads = crate::train::torch::num_threads();
        sender.send((std::thread::current().id(), threads, grad))?;
        Ok(Sample::of_class(&[0.0], 1)?)
    });
    let config = LoaderConfig { prefetch: Some(prefetch), ..config(1) };
    let loader = Loader::new(stream, config, 0).unwrap();
    loader.batches(&Draw::default()).unwrap().next().unwrap().unwrap();
    seen.recv().unwrap()
}

#[test]
fn a_worker_has_one_thread_and_no_gradients() {
    let here = std::thread::current().id();
    let (thread, _, grad) = surroundings(0);
    assert_eq!((thread, grad), (here, false));
    let (thread, threads, grad) = surroundings(2);
    assert!(thread != here && threads == 1 && !grad);
}
