//! Arrays that do not fit into memory.

use super::*;
use crate::train::data::{Batch, Data, DataConfig, DataKind, Draw};

/// Samples that are read in place were checked once, and must stay what they were.
#[test]
fn a_file_that_changes_under_a_run_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let numbers = Tensor::arange(8, (Kind::Float, tch::Device::Cpu));
    let tensors = [("inputs", numbers.view([4, 2])), ("targets", numbers.view([4, 2]))];
    Tensor::write_safetensors(&tensors, &path).unwrap();
    let config = whole(&path, "memory-mib = 0");
    let Samples::Lazy(table) = config.load(0).unwrap().train else { panic!("it is read in place") };
    let rows = table.rows(&[1, 3]).unwrap();
    // Another file under its name is another file.
    let other = folder.path().join("b.safetensors");
    Tensor::write_safetensors(&[("other", numbers.view([8]))], &other).unwrap();
    fs::rename(&other, &path).unwrap();
    assert_eq!(table.rows(&[1, 3]).unwrap(), rows);
    Tensor::write_safetensors(&tensors, &other).unwrap();
    let config = whole(&other, "memory-mib = 0");
    let Samples::Lazy(table) = config.load(0).unwrap().train else { panic!("it is read in place") };
    fs::OpenOptions::new().append(true).open(&other).unwrap().write_all(b"more").unwrap();
    let told = table.rows(&[1, 3]).unwrap_err().to_string();
    assert!(told.ends_with("it was changed since the run began; begin a new one"), "{told}");
}

/// A tensor's bytes, as they lie in a file.
fn bytes(tensor: &Tensor) -> Vec<u8> {
    let mut bytes = vec![0; tensor.numel() * tensor.kind().elt_size_in_bytes()];
    tensor.copy_data_u8(&mut bytes, tensor.numel());
    bytes
}

/// Writes the same tensors in all ways that are read; the files' names.
fn in_all_ways(folder: &Path, name: &str, tensors: &[(&str, Tensor)]) -> [PathBuf; 3] {
    let paths = ["stored.npz", "packed.npz", "safetensors"];
    let paths = paths.map(|ending| folder.join(format!("{name}.{ending}")));
    Tensor::write_safetensors(tensors, &paths[2]).unwrap();
    let shapes: Vec<String> = tensors
        .iter()
        .map(|(_, tensor)| format!("{:?},)", tensor.size()).replace('[', "(").replace("],", ","))
        .collect();
    let descr = |kind| match kind {
        Kind::Float => "<f4",
        Kind::Uint8 => "|u1",
        Kind::Int => "<i4",
        _ => "<i8",
    };
    let arrays = tensors.iter().zip(&shapes).map(|((name, tensor), shape)| {
        (*name, descr(tensor.kind()), shape.as_str(), bytes(tensor))
    });
    let arrays: Vec<_> = arrays.collect();
    npz(&paths[0], CompressionMethod::Stored, &arrays);
    npz(&paths[1], CompressionMethod::Deflated, &arrays);
    paths
}

/// So many samples, more than a MiB of each sort of inputs; everything that can be told.
fn plenty(samples: i64) -> Vec<(&'static str, Tensor)> {
    let numbers = |shape: &[i64]| {
        Tensor::arange(shape.iter().product::<i64>(), (Kind::Int64, Device::Cpu)).view(shape)
    };
    let images = numbers(&[samples, 3, 40, 40]);
    let tokens = numbers(&[samples, 2000]).remainder(97);
    vec![
        ("floats", images.to_kind(Kind::Float).sin()),
        ("bytes", images.remainder(251).to_kind(Kind::Uint8)),
        ("tokens", tokens.shallow_clone()),
        ("small", tokens.to_kind(Kind::Int)),
        ("classes", numbers(&[samples]).remainder(7)),
        ("each", (tokens * 3_i64).remainder(11)),
        ("number", numbers(&[samples]).to_kind(Kind::Float).cos()),
        ("several", numbers(&[samples, 2]).to_kind(Kind::Float).cos()),
    ]
}

/// Every batch of every part, for two epochs.
fn all(data: &Data) -> Vec<Batch> {
    let mut all = Vec::new();
    for name in ["train", "valid", "test"] {
        let loader = data.loader(name).unwrap();
        for epoch in 0..2 {
            all.extend(loader.batches(&Draw::of(epoch)).unwrap().map(Result::unwrap));
        }
    }
    all
}

/// Batches, classes and what a model must know are the same, whichever way samples are read.
fn assert_same(config: &TensorsConfig, what: &str) {
    let parts = config.load(3).unwrap();
    assert!(matches!((&parts.train, &parts.valid), (Samples::Lazy(_), Some(Samples::Lazy(_)))));
    let data = |memory_mib| {
        let kind = DataKind::Tensors(TensorsConfig { memory_mib, ..config.clone() });
        let config = DataConfig { batch_size: 16, ..DataConfig::new(kind) };
        Data::load(&config, 7, Device::Cpu).unwrap()
    };
    let (expected, found) = (data(1024), data(config.memory_mib));
    assert_eq!(found.spec(), expected.spec(), "{what}");
    assert_eq!(found.train.labels(), expected.train.labels(), "{what}");
    assert_eq!(found.train.class_counts(), expected.train.class_counts(), "{what}");
    let (expected, found) = (all(&expected), all(&found));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.indices, expected.indices, "{what}");
        assert_eq!(found.input.kind(), expected.input.kind(), "{what}");
        assert!(found.input == expected.input && found.target == expected.target, "{what}");
    }
}

#[test]
fn arrays_in_place_give_the_batches_of_those_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    for path in in_all_ways(folder.path(), "a", &plenty(70)) {
        for (inputs, targets) in COMBINED {
            let place = path.display();
            let keys = format!("inputs = '{inputs}'\ntargets = '{targets}'\nmemory-mib = 1");
            let keys = config(&format!("path = '{place}'\n{keys}"));
            assert_same(&keys, &format!("{place}: {inputs}, {targets}"));
        }
    }
}

#[test]
fn parts_in_files_of_their_own_may_lie_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let [train, ..] = in_all_ways(folder.path(), "train", &plenty(70));
    let [_, valid, _] = in_all_ways(folder.path(), "valid", &plenty(9));
    let [.., test] = in_all_ways(folder.path(), "test", &plenty(12));
    let paths = [("train", train), ("valid", valid), ("test", test)];
    let paths = paths.map(|(key, path)| format!("{key} = '{}'\n", path.display())).concat();
    for (inputs, targets) in COMBINED {
        let keys = format!("inputs = '{inputs}'\ntargets = '{targets}'\nmemory-mib = 1");
        assert_same(&config(&(paths.clone() + &keys)), &format!("{inputs}, {targets}"));
    }
}

#[test]
fn what_is_wrong_in_place_is_told_when_it_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let [stored, packed, safe] = in_all_ways(folder.path(), "a", &plenty(70));
    let told = |path: &Path, keys: &str| {
        let error = whole(path, keys).load(0).unwrap_err().to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    let tokens = "inputs = 'tokens'\nmemory-mib = 1\n";
    for (path, name) in [(&stored, "stored.npz"), (&packed, "packed.npz"), (&safe, "safetensors")] {
        let few = told(path, &format!("{tokens}targets = 'each'\nvocabulary = 96"));
        assert_eq!(few, format!("a.{name}: token 96 is not among 0 to 95"));
        let few = told(path, &format!("{tokens}targets = 'each'\nclasses = 10"));
        assert_eq!(few, format!("a.{name}: class 10 is not among 0 to 9"));
        let few = told(path, &format!("{tokens}targets = 'classes'\nclasses = 4"));
        assert_eq!(few, format!("a.{name}: class 4 is not among 0 to 3"));
        let none = told(path, "inputs = 'tokens'\ntargets = 'classes'\nmemory-mib = 0");
        assert_eq!(
            none,
            format!(
                "a.{name}, `classes`: it takes 1 MiB in memory, and memory-mib = 0; raise \
                 memory-mib, or give fewer samples: classes are read at once"
            )
        );
    }
    // One bit of the inputs is another one: their checksum tells.
    for (path, name) in [(&stored, "stored.npz"), (&packed, "packed.npz")] {
        let mut content = fs::read(path).unwrap();
        content[1 << 13] ^= 1;
        fs::write(path, content).unwrap();
        let broken = told(path, "inputs = 'floats'\ntargets = 'several'\nmemory-mib = 0");
        assert!(broken.starts_with(&format!("a.{name}: array `floats`: ")), "{broken}");
    }
    // A file that becomes shorter later on.
    let parts = whole(&safe, "inputs = 'floats'\ntargets = 'several'\nmemory-mib = 0").load(0);
    fs::write(&safe, "").unwrap();
    let Samples::Lazy(train) = parts.unwrap().train else { panic!("it fits into no memory") };
    let error = train.rows(&[0]).unwrap_err().to_string();
    assert!(error.contains("a.safetensors: it was changed since the run began"), "{error}");
}
