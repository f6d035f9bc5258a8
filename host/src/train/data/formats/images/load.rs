//! Files become samples: all at once, or those of a batch when it is asked for. Several threads
//! decode; which one has a file changes nothing.

use std::num::NonZero;
use std::thread;

use tch::Tensor;

use super::decode::Shape;
use super::folder::Listed;
use crate::train::data::{DataError, DataSpec, Dataset, LazyTable, Samples};
use crate::train::torch::During;

/// More would wait for the disk.
const MOST_THREADS: usize = 16;

fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS)
}

/// All images in memory.
pub(super) fn eager(files: &[Listed], shape: Shape, classes: usize) -> Result<Samples, DataError> {
    let files: Vec<&Listed> = files.iter().collect();
    let (inputs, targets) = rows(&files, shape)?;
    Ok(Dataset::new(inputs, targets, count(classes))?.into())
}

/// The images of a batch are decoded when it is asked for.
pub(super) fn lazy(files: Vec<Listed>, shape: Shape, classes: usize) -> Result<Samples, DataError> {
    let spec = DataSpec::of_classes(shape.dimensions().to_vec(), count(classes));
    let mut counts = vec![0; classes];
    files.iter().for_each(|file| counts[file.class] += 1);
    let labels = self::classes(files.iter())?;
    let table = LazyTable::new(spec, files.len(), move |samples| {
        let wanted = samples.iter().map(|&sample| usize::try_from(sample).ok());
        let wanted = wanted.map(|sample| sample.and_then(|sample| files.get(sample)));
        let wanted: Option<Vec<&Listed>> = wanted.collect();
        let wanted = wanted.ok_or_else(|| DataError::others(files.len()))?;
        rows(&wanted, shape)
    });
    Ok(table.with_labels(labels, counts).into())
}

/// What is wrong with each file that cannot be read. `sized`: also being of another shape is.
pub(super) fn faults(files: &[Listed], shape: Shape, sized: bool) -> Vec<DataError> {
    let each = files.len().div_ceil(threads()).max(1);
    let faulty = |files: &[Listed]| -> Vec<DataError> {
        let mut into = vec![0.0; shape.numbers()];
        let read = |file: &Listed| match sized {
            true => shape.read(&file.path, &mut into),
            false => super::decode::decode(&file.path).map(drop),
        };
        files.iter().map(read).filter_map(Result::err).collect()
    };
    thread::scope(|scope| {
        let workers: Vec<_> =
            files.chunks(each).map(|files| scope.spawn(move || faulty(files))).collect();
        // Panics of decoders are caught where they are told.
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    })
}

/// Inputs `[files, channels, height, width]` and class numbers `[files]`.
fn rows(files: &[&Listed], shape: Shape) -> Result<(Tensor, Tensor), DataError> {
    let numbers = shape.numbers();
    let mut values = vec![0.0_f32; files.len() * numbers];
    let each = files.len().div_ceil(threads()).max(1);
    let read = |files: &[&Listed], into: &mut [f32]| {
        let mut pairs = files.iter().zip(into.chunks_exact_mut(numbers));
        pairs.try_for_each(|(file, into)| shape.read(&file.path, into))
    };
    thread::scope(|scope| {
        let parts = files.chunks(each).zip(values.chunks_mut(each * numbers));
        let workers: Vec<_> =
            parts.map(|(files, into)| scope.spawn(move || read(files, into))).collect();
        // In the files' order, so that the first one that is wrong is told.
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(DataError::Panic("in a decoder".to_owned())))
        })
    })?;
    let what = "reading images";
    let inputs = Tensor::f_from_slice(&values).during(what)?;
    let [channels, height, width] = shape.dimensions();
    let inputs = inputs.f_view([-1, channels, height, width]).during(what)?;
    Ok((inputs, classes(files.iter().copied())?))
}

/// Class numbers `[files]`.
fn classes<'a>(files: impl Iterator<Item = &'a Listed>) -> Result<Tensor, DataError> {
    let classes: Vec<i64> = files.map(|file| count(file.class)).collect();
    Ok(Tensor::f_from_slice(&classes).during("reading images")?)
}

/// A number of classes, or of one, as libtorch counts.
fn count(classes: usize) -> i64 {
    i64::try_from(classes).unwrap_or(i64::MAX)
}
