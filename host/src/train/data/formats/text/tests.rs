use super::super::file::tests::gzip;
use super::*;
use crate::train::data::{Batch, Data, DataConfig, DataKind, Draw, Targets};
use std::fs;
use tch::{Device, Tensor};

fn config(folder: &tempfile::TempDir, names: &[&str], more: &str) -> TextConfig {
    let paths = names.iter().map(|name| folder.path().join(name).display().to_string());
    let paths = paths.map(|path| format!("'{path}'")).collect::<Vec<_>>().join(", ");
    toml::from_str(&format!("path = [{paths}]\n{more}")).unwrap()
}

fn written(text: impl AsRef<[u8]>, more: &str) -> (tempfile::TempDir, TextConfig) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), text).unwrap();
    let config = config(&folder, &["a.txt"], more);
    (folder, config)
}

fn data(config: &TextConfig, batch_size: usize) -> Data {
    let kind = DataKind::Text(config.clone());
    let config = DataConfig { batch_size, ..DataConfig::new(kind) };
    Data::load(&config, 7, Device::Cpu).unwrap()
}

fn batches(data: &Data, name: &str, epoch: u64) -> Vec<Batch> {
    let loader = data.loader(name).unwrap();
    loader.batches(&Draw::of(epoch)).unwrap().map(Result::unwrap).collect()
}

/// A row of a batch: its tokens.
fn row(tensor: &Tensor, row: i64) -> Vec<i64> {
    Vec::try_from(tensor.select(0, row)).unwrap()
}

fn told(config: &TextConfig) -> String {
    config.load(2, 2).unwrap_err().to_string()
}

const NO_REST: &str = "valid-fraction = 0\ntest-fraction = 0\n";

#[test]
fn each_row_goes_on_where_it_ended_and_targets_are_what_follows() {
    // 46 tokens: 22 samples of 2, in 3 rows of 7 samples each; 0 to 45 in their order.
    let text: Vec<u8> = (0..46).collect();
    let (_folder, config) = written(&text, &format!("{NO_REST}time = 2"));
    let data = data(&config, 3);
    let spec = data.spec();
    assert_eq!(spec.input_shape, [2]);
    assert_eq!((spec.vocabulary, spec.targets), (Some(256), Targets::Classes(256)));
    assert!(data.valid.is_none() && data.test.is_none());
    assert!(data.train.labels().is_none() && data.train.class_counts().is_empty());
    let batches = batches(&data, "train", 5);
    assert_eq!(batches.len(), 7);
    for (number, batch) in (0..).zip(&batches) {
        assert_eq!(batch.input.size(), [3, 2]);
        for row in 0..3 {
            let start = row * 14 + number * 2;
            assert_eq!(self::row(&batch.input, row), [start, start + 1], "{number} {row}");
            assert_eq!(self::row(&batch.target, row), [start + 1, start + 2]);
        }
    }
}

#[test]
fn windows_are_shuffled_and_lose_only_the_rest() {
    let text: Vec<u8> = (0..46).collect();
    let (_folder, config) = written(&text, &format!("{NO_REST}time = 4\norder = 'windows'"));
    let data = data(&config, 4);
    let first = |epoch| -> Vec<i64> {
        let batches = batches(&data, "train", epoch);
        batches
            .iter()
            .flat_map(|batch| Vec::try_from(batch.input.select(1, 0)).unwrap())
            .collect::<Vec<i64>>()
    };
    let mut starts = first(0);
    assert_ne!(starts, first(1));
    assert_eq!(starts, first(0));
    starts.sort_unstable();
    assert_eq!(starts, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
}

#[test]
fn validation_and_tests_are_the_last_parts() {
    let text: Vec<u8> = (0..100).collect();
    let (_folder, config) = written(&text, "time = 3\nvalid-fraction = 0.1\ntest-fraction = 0.2");
    let data = data(&config, 4);
    let valid = batches(&data, "valid", 0);
    // 70 to 79: three samples, less than a batch.
    assert_eq!(valid.iter().map(|batch| batch.size).collect::<Vec<_>>(), [3]);
    assert_eq!(row(&valid[0].input, 2), [76, 77, 78]);
    assert_eq!(row(&valid[0].target, 2), [77, 78, 79]);
    // 80 to 99: six samples, of which one batch of four remains.
    let test = batches(&data, "test", 0);
    assert_eq!(test.iter().map(|batch| batch.size).collect::<Vec<_>>(), [4]);
    assert_eq!(row(&test[0].input, 0), [80, 81, 82]);
}

#[test]
fn characters_are_those_of_the_training_part() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "bäb").unwrap();
    fs::write(folder.path().join("b.txt"), "a→ab\nab→ab").unwrap();
    let more = "time = 1\nunit = 'characters'\nvalid-fraction = 0.3\ntest-fraction = 0";
    let config = config(&folder, &["a.txt", "b.txt"], more);
    let data = data(&config, 2);
    // \n, a, b, ä, →
    assert_eq!(data.spec().vocabulary, Some(5));
    let all = batches(&data, "train", 0);
    assert_eq!([row(&all[0].input, 0), row(&all[1].input, 0)], [[2], [3]]);
    let names = config.load(2, 2).unwrap().class_names;
    assert_eq!(names, ["\n", "a", "b", "ä", "→"]);
}

#[test]
fn a_character_that_training_lacks_is_told_or_mapped() {
    let text = "abababab\nab?\n";
    let more = "time = 1\nunit = 'characters'\nvalid-fraction = 0.2\ntest-fraction = 0\n";
    let (folder, config) = written(text, more);
    let place = folder.path().join("a.txt");
    assert_eq!(
        told(&config),
        format!(
            "{}, line 2: the character '?' is not in the training part of the text; set unknown = \
             \"map\", or unit = \"bytes\"",
            place.display()
        )
    );
    let mapped = TextConfig { unknown: Unknown::Map, ..config };
    let data = data(&mapped, 8);
    assert_eq!(data.spec().vocabulary, Some(4));
    let valid = batches(&data, "valid", 0);
    let inputs: Vec<i64> = Vec::try_from(valid[0].input.flatten(0, -1)).unwrap();
    assert_eq!(inputs, [2, 3]);
}

#[test]
fn what_is_no_text_or_too_little_is_told() {
    let (folder, config) = written(b"ab\ncd\xff\xfe", "time = 1\nunit = 'characters'");
    let place = folder.path().join("a.txt");
    assert_eq!(
        told(&config),
        format!(
            "{}, byte 5: expected text in UTF-8 (unit = \"bytes\" takes any file), found the byte ff \
             in line 2",
            place.display()
        )
    );
    let bytes = TextConfig { unit: Unit::Bytes, ..config.clone() };
    let short = TextConfig { time: 7, ..bytes.clone() };
    assert!(told(&short).starts_with("the training part of the text has 5 tokens, and a sample"));
    assert!(told(&bytes).starts_with("the validation part of the text has 1 tokens"));
    for time in [0, LONGEST + 1] {
        let wrong = TextConfig { time, ..bytes.clone() };
        assert!(told(&wrong).ends_with("expected from 1 to 1048576 tokens"));
    }
    fs::write(&place, "").unwrap();
    assert!(told(&bytes).starts_with("0 samples leave none to train on"));
    fs::remove_file(&place).unwrap();
    assert!(told(&bytes).ends_with("a.txt: there is no such file"));
}

/// Every batch, whichever way the text is kept: inputs and targets.
fn all(config: &TextConfig) -> Vec<(Tensor, Tensor)> {
    let data = data(config, 3);
    let mut all = Vec::new();
    for name in ["train", "valid", "test"] {
        for epoch in 0..2 {
            let batches = batches(&data, name, epoch);
            all.extend(batches.into_iter().map(|batch| (batch.input, batch.target)));
        }
    }
    all
}

#[test]
fn a_text_on_disk_gives_the_batches_of_one_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..700_u32)
        .map(|at| ["a", "ä", "\n", "→", "🦀"][(at * 7 + at / 3) as usize % 5])
        .collect();
    fs::write(folder.path().join("a.txt"), &text).unwrap();
    fs::write(folder.path().join("b.txt.gz"), gzip(text.as_bytes())).unwrap();
    for unit in ["bytes", "characters"] {
        for order in ["windows", "continuous"] {
            let more = format!("time = 5\nunit = '{unit}'\norder = '{order}'");
            let memory = config(&folder, &["a.txt", "b.txt.gz"], &more);
            let disk = TextConfig { memory_mib: 0, ..memory.clone() };
            let (expected, found) = (all(&memory), all(&disk));
            assert!(expected.len() > 80 && expected == found, "{unit}, {order}");
        }
    }
}

/// The place is counted within the file, wherever the text is kept.
#[test]
fn an_unknown_character_is_told_in_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "ab\n".repeat(30)).unwrap();
    fs::write(folder.path().join("b.txt"), "b\na\n?\n").unwrap();
    let more = "time = 1\nunit = 'characters'\nmemory-mib = 0";
    let told = told(&config(&folder, &["a.txt", "b.txt"], more));
    assert!(told.contains("b.txt, line 3: the character '?' is not in the training"), "{told}");
}
