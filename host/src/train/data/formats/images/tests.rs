use super::super::oracle::{file, flat, in_memory, oracle};
use super::*;
use crate::train::data::{Batch, Data, DataConfig, DataKind, Draw, Samples};
use std::fs;
use std::path::Path;
use tch::Device;

fn config(path: &Path, more: &str) -> ImagesConfig {
    toml::from_str(&format!("path = '{}'\n{more}", path.display())).unwrap()
}

/// A folder with copies of the oracle's image, under these names.
fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let source = if name.ends_with("png") { "a.png" } else { "b.jpg" };
        fs::copy(file(source), path).unwrap();
    }
    folder
}

fn read(name: &str, more: &str) -> Vec<f64> {
    let config = config(Path::new(""), more);
    let shape = match config.size {
        Some(_) => config.any_shape(),
        None => config.any_shape().of_file(&file(name)).unwrap(),
    };
    let mut values = vec![0.0; shape.numbers()];
    shape.read(&file(name), &mut values).unwrap();
    values.into_iter().map(|value| f64::from(value) * 255.0).collect()
}

/// The greatest difference in levels of 255, and the mean one.
fn distance(found: &[f64], expected: &[u8]) -> (f64, f64) {
    assert_eq!(found.len(), expected.len());
    let apart = found.iter().zip(expected).map(|(found, &level)| (found - f64::from(level)).abs());
    (apart.clone().fold(0.0, f64::max), apart.sum::<f64>() / found.len() as f64)
}

#[test]
fn images_are_pillows() {
    for (name, expected) in oracle().images {
        let measured = [
            (distance(&read(&name, ""), &expected.colours), 1e-4),
            (distance(&read(&name, "channels = 1"), &expected.grey), 1e-4),
            // Both round, each in its own way.
            (distance(&read(&name, "size = [4, 5]"), &expected.smaller), 1.1),
            (distance(&read(&name, "channels = 1\nsize = [16, 20]"), &expected.larger), 1.1),
        ];
        for (place, ((most, mean), near)) in measured.into_iter().enumerate() {
            // Decoders of JPEG bring colours to full size in different ways.
            let is_near = if name == "b.jpg" { most < 16.0 && mean < 2.0 } else { most <= near };
            assert!(is_near, "{name}, {place}: at most {most}, {mean} in the mean");
        }
    }
}

#[test]
fn the_middle_is_kept_of_what_is_cropped() {
    // 11 high and 14 wide: 11 by 11 are columns 1 to 12, or 2 to 13.
    let whole = read("a.png", "");
    let cropped = read("a.png", "size = [11, 11]\nfit = 'crop'");
    let columns = |first: usize| -> Vec<f64> {
        whole.chunks(14).flat_map(|line| line[first..first + 11].to_vec()).collect()
    };
    let near = |other: &[f64]| cropped.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(near(&columns(1)) || near(&columns(2)));
    assert_eq!(read("a.png", "size = [6, 3]\nfit = 'crop'").len(), 3 * 18);
}

#[test]
fn folders_are_classes_and_one_whole_is_parted() {
    let names: Vec<String> = (0..10)
        .flat_map(|n| [format!("cat/{n}.png"), format!("ant/{n}.JPG"), format!("bee/{n}.jpeg")])
        .collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.extend([".hidden/a.png", "cat/.b.png"]);
    let folder = folder(&names);
    fs::write(folder.path().join("cat/notes.txt"), "not an image").unwrap();
    let parts = config(folder.path(), "size = [4, 4]").load(5).unwrap();
    assert_eq!(parts.class_names, ["ant", "bee", "cat"]);
    let parts = [parts.train, parts.valid.unwrap(), parts.test.unwrap()].map(in_memory);
    assert_eq!(parts.each_ref().map(|part| part.len()), [24, 3, 3]);
    assert_eq!(parts[0].inputs.size(), [24, 3, 4, 4]);
    let counts = (0..3).map(|class| parts.iter().map(|part| part.class_counts[class]).sum::<u64>());
    assert_eq!(counts.collect::<Vec<_>>(), [10, 10, 10]);
}

#[test]
fn folders_for_the_parts_are_taken_as_they_are() {
    let folder =
        folder(&["train/a/1.png", "train/a/2.png", "train/b/1.png", "val/b/1.png", "test/a/1.png"]);
    let parts = config(folder.path(), "").load(5).unwrap();
    let [train, valid, test] =
        [parts.train, parts.valid.unwrap(), parts.test.unwrap()].map(in_memory);
    assert_eq!(Vec::<i64>::try_from(&train.targets).unwrap(), [0, 0, 1]);
    assert_eq!(
        (train.inputs.size(), valid.class_counts, test.class_counts),
        (vec![3, 3, 11, 14], vec![0, 1], vec![1, 0])
    );
    fs::remove_dir_all(folder.path().join("val")).unwrap();
    fs::remove_dir_all(folder.path().join("test")).unwrap();
    let parts = config(folder.path(), "").load(5).unwrap();
    assert_eq!(parts.valid.unwrap().length().known(), Some(1));
    assert!(parts.test.is_none());
}

fn content(batch: &Batch) -> (Vec<f64>, Vec<f64>, Vec<i64>) {
    (flat(&batch.input), flat(&batch.target), batch.indices.clone())
}

/// What is decoded as it is needed gives the same batches as what lies in memory.
#[test]
fn memory_changes_no_batch() {
    let names: Vec<String> =
        (0..9).flat_map(|n| [format!("a/{n}.png"), format!("b/{n}.jpg")]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = folder(&names);
    // Each image is another one.
    for (number, name) in names.iter().enumerate() {
        let side = u32::try_from(number).unwrap() + 3;
        let image = image::open(folder.path().join(name)).unwrap();
        let image = image.resize_exact(side, 7, image::imageops::FilterType::Nearest);
        image.into_rgb8().save(folder.path().join(name)).unwrap();
    }
    let data = |memory: u64, endless: bool| {
        let images = config(folder.path(), &format!("size = [5, 6]\nmemory-mib = {memory}"));
        let kind = DataKind::Images(images);
        let config = DataConfig { batch_size: 4, endless, ..DataConfig::new(kind) };
        Data::load(&config, 3, Device::Cpu).unwrap()
    };
    for endless in [false, true] {
        let (eager, lazy) = (data(1, endless), data(0, endless));
        assert!(eager.train.table().is_some() && lazy.train.table().is_none());
        assert_eq!((eager.train.prefetch(), lazy.train.prefetch()), (0, 2));
        assert_eq!(eager.spec(), lazy.spec());
        assert_eq!(eager.train.class_counts(), lazy.train.class_counts());
        assert_eq!(eager.train.labels(), lazy.train.labels());
        assert_eq!(eager.train.numbered(), lazy.train.numbered());
        let weights = vec![1.0; eager.train.numbered().unwrap()];
        for weighted in [false, true] {
            let seen = |data: &Data| {
                let weights = weighted.then(|| data.train.weights(&weights).unwrap());
                let draw = Draw { epoch: 2, consumed: 1, weights };
                let batches = data.train.batches(&draw).unwrap().take(9);
                batches.map(|batch| content(&batch.unwrap())).collect::<Vec<_>>()
            };
            assert_eq!(seen(&eager), seen(&lazy));
        }
        for name in ["valid", "test"] {
            let seen = |data: &Data| {
                let batches = data.loader(name).unwrap().batches(&Draw::default()).unwrap();
                batches.map(|batch| content(&batch.unwrap())).collect::<Vec<_>>()
            };
            assert_eq!(seen(&eager), seen(&lazy), "{name}");
        }
    }
}

#[test]
fn what_does_not_decode_is_told_and_all_of_it_is_found() {
    let folder =
        folder(&["a/1.png", "a/2.jpg", "a/3.png", "b/1.jpg", "b/2.png", "b/3.png", "b/4.png"]);
    let path = |name: &str| folder.path().join(name);
    let (png, jpeg) = (fs::read(file("a.png")).unwrap(), fs::read(file("b.jpg")).unwrap());
    fs::write(path("a/2.jpg"), &jpeg[..jpeg.len() - 40]).unwrap();
    fs::write(path("a/3.png"), &png[..png.len() / 2]).unwrap();
    fs::write(path("b/1.jpg"), b"GIF89a").unwrap();
    fs::write(path("b/2.png"), b"").unwrap();
    let mut changed = png.clone();
    changed[60] ^= 0xff;
    fs::write(path("b/3.png"), &changed).unwrap();
    let config = config(folder.path(), "size = [4, 4]\nvalid-fraction = 0\ntest-fraction = 0");
    let faults = config.faults(0).unwrap();
    let told =
        |error: &DataError| error.to_string().replace(&format!("{}/", folder.path().display()), "");
    let found: Vec<String> = faults.iter().map(told).collect();
    assert_eq!(found.len(), 5, "{found:#?}");
    assert_eq!(found[0], "a/2.jpg: the JPEG ends early");
    assert!(found[1].starts_with("a/3.png: it does not decode: "), "{}", found[1]);
    assert_eq!(
        found[2..4],
        ["b/1.jpg: it is neither JPEG nor PNG", "b/2.png: it is neither JPEG nor PNG"]
    );
    assert!(found[4].starts_with("b/3.png: it does not decode: "), "{}", found[4]);
    // Loading stops at the first one, and nothing is half-loaded.
    assert_eq!(told(&config.load(0).unwrap_err()), found[0]);
    let lazy = ImagesConfig { memory_mib: 0, ..config };
    let Samples::Lazy(train) = lazy.load(0).unwrap().train else { panic!("decoded later") };
    assert_eq!(told(&train.rows(&[0, 1]).unwrap_err()), found[0]);
    assert!(train.rows(&[0, 6]).is_ok() && train.rows(&[7]).is_err());
}

#[test]
fn folders_that_are_not_as_they_should_be_are_told() {
    let told = |names: &[&str], folders: &[&str], more: &str| {
        let folder = folder(names);
        folders.iter().for_each(|name| fs::create_dir_all(folder.path().join(name)).unwrap());
        let error = config(folder.path(), more).load(0).unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "F")
    };
    assert_eq!(told(&[], &[], ""), "F: it has no folders; expected one for each class");
    assert_eq!(
        told(&["a/1.png"], &["b"], ""),
        "F/b: it has no image: no file that ends in .jpg, .jpeg or .png"
    );
    assert_eq!(
        told(&["train/a/1.png", "cats/1.png"], &[], ""),
        "F: beside the folder train, expected only valid, val and test, found cats"
    );
    assert_eq!(
        told(&["train/cat/1.png", "test/catt/1.png"], &[], ""),
        "F/test: class `catt` is none of the training data's; did you mean `cat`?"
    );
    assert_eq!(
        told(&["train/a/1.png", "valid/a/1.png", "val/a/1.png"], &[], ""),
        "F: it has both folders, valid and val; keep one"
    );
    assert!(
        told(&["train/a/1.png", "test/a/1.png"], &[], "test-fraction = 0.5")
            .starts_with("test-fraction: there is test data already")
    );
    assert!(told(&["a/1.png", "b/1.png"], &[], "").starts_with("2 samples leave none to train on"));
    assert!(told(&["a/1.png"], &[], "size = [0, 4]").ends_with("sides are from 1 to 16384"));
    let nowhere = config(Path::new("/nowhere"), "").load(0).unwrap_err().to_string();
    assert_eq!(nowhere, "/nowhere: there is no such folder");
    let wrong = toml::from_str::<ImagesConfig>("path = 'x'\nchannels = 4").unwrap_err().to_string();
    assert!(wrong.contains("channels = 4: expected 1, brightness, or 3, colours"), "{wrong}");
    // Without a size all must be of the first one's.
    let folder = folder(&["a/1.png", "a/2.png", "a/3.png"]);
    let small = image::RgbImage::new(3, 5);
    small.save(folder.path().join("a/2.png")).unwrap();
    let config = config(folder.path(), "valid-fraction = 0\ntest-fraction = 0");
    let told = config.load(0).unwrap_err().to_string();
    assert!(told.ends_with(
        "a/2.png: it has height 5 and width 3, and the first image 11 and 14; set size = [height, width]"
    ));
    assert_eq!(config.faults(0).unwrap().len(), 1);
}
