//! Tables that do not fit into memory, and folds of them.

use super::*;
use crate::train::data::{Batch, Draw, Loader, LoaderConfig};

/// Inputs, targets and numbers of all samples of a part, batch by batch in an order that is drawn.
fn batches(part: Samples) -> Vec<(Vec<f64>, Vec<f64>, Vec<i64>)> {
    let config = LoaderConfig { batch_size: 7, shuffle: true, ..LoaderConfig::default() };
    let loader = Loader::new(part, config, 5).unwrap();
    let batch = |batch: Result<Batch, DataError>| {
        let Batch { input, target, indices, .. } = batch.unwrap();
        let numbers = indices.iter().map(|&index| loader.number(index)).collect();
        (flat(&input), flat(&target), numbers)
    };
    loader.batches(&Draw::of(1)).unwrap().map(batch).collect()
}

/// What does not fit into memory is read as it is needed, and is the same to the bit.
#[test]
fn samples_are_the_same_from_memory_and_from_disk() {
    let [train, test] = ["train", "test"].map(|name| file(name).display().to_string());
    for (layout, ending) in [(Layout::Csv, "csv"), (Layout::Parquet, "parquet")] {
        for target in ["'plan'", "['score', 'age']"] {
            let text = format!(
                "train = '{train}.{ending}'\ntest = '{test}.{ending}'\ntarget = {target}\n\
                 features = ['income', 'city']\nvalid-fraction = 0.2\n"
            );
            let load = |more: &str, fold| {
                let parts = config(&format!("{text}{more}")).load(2, layout, fold).unwrap();
                [Some(parts.train), parts.valid, parts.test].map(Option::unwrap)
            };
            for fold in [None, Some(Fold { of: 4, number: 1 })] {
                let (memory, disk) = (load("", fold), load("memory-mib = 0", fold));
                for (memory, disk) in memory.into_iter().zip(disk) {
                    let names = [&memory, &disk].map(|part| matches!(part, Samples::Lazy(_)));
                    assert_eq!(names, [false, true]);
                    assert_eq!(memory.spec(), disk.spec());
                    assert_eq!(memory.class_counts(), disk.class_counts());
                    let labels = [&memory, &disk]
                        .map(|part| Loader::new(part.share(), LoaderConfig::default(), 0).unwrap())
                        .map(|loader| loader.labels().map(flat));
                    assert_eq!(labels[0], labels[1]);
                    assert_eq!(batches(memory), batches(disk));
                }
            }
        }
    }
}

/// Means are those of what this fold trains on.
#[test]
fn a_fold_is_left_out_of_what_is_fitted() {
    let rows: String = (0..20).map(|row| format!("{row},{row}\n")).collect();
    let case = Case::new(format!("x,y\n{rows}"), "target = 'y'\ntest-fraction = 0");
    let (mut looked_at, mut means) = (Vec::new(), Vec::new());
    for number in 0..4 {
        let parts = case.config.load(0, Layout::Csv, Some(Fold { of: 4, number })).unwrap();
        let [train, valid] = [parts.train, parts.valid.unwrap()].map(in_memory);
        assert_eq!((train.len(), valid.len()), (15, 5));
        let mean = |data: &Dataset| data.inputs.mean(tch::Kind::Double).double_value(&[]);
        assert!(mean(&train).abs() < 1e-6);
        means.push(mean(&valid));
        looked_at.extend(flat(&valid.targets));
    }
    looked_at.sort_by(f64::total_cmp);
    assert!(looked_at.into_iter().eq((0..20).map(f64::from)));
    assert!(means.iter().all(|mean| mean.abs() > 1e-3), "{means:?}");
    let alone = Case::new(format!("x,y\n{rows}"), "target = 'y'\nvalid-fraction = 0");
    let told = alone.config.load(0, Layout::Csv, Some(Fold { of: 4, number: 0 })).unwrap_err();
    assert!(told.to_string().starts_with("folds: there is no part for validation"), "{told}");
}

#[test]
fn texts_that_all_differ_are_told_before_they_fill_the_memory() {
    let long = "x".repeat(200_000);
    let rows: String = (0..400).map(|row| format!("{long}{row},1\n")).collect();
    let told = Case::new(format!("x,y\n{rows}"), "target = 'y'\nmemory-mib = 1").told();
    let begins =
        "a.csv: column `x`, whose texts differ: it takes 65 MiB in memory, and memory-mib = 1;";
    assert!(told.starts_with(begins), "{told}");
    assert!(told.ends_with("or leave it out by `features`"), "{told}");
}
