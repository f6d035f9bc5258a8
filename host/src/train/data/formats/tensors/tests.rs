mod in_place;

use super::super::oracle::{assert_near, file, flat, in_memory, oracle};
use super::*;
use crate::train::data::Dataset;
use crate::train::data::Targets;
use std::fs;
use std::io::Write;
use tch::{Device, Kind, Tensor};
use zip::CompressionMethod;
use zip::write::FileOptions;

fn config(text: &str) -> TensorsConfig {
    toml::from_str(text).unwrap()
}

fn whole(path: &Path, more: &str) -> TensorsConfig {
    config(&format!("train = '{}'\nvalid-fraction = 0\n{more}", path.display()))
}

/// Samples by their first input, whatever order they were drawn in.
fn sorted(table: &Dataset) -> Vec<(Vec<f64>, Vec<f64>)> {
    let width = flat(&table.inputs).len() / table.len();
    let targets = flat(&table.targets);
    let per = targets.len() / table.len();
    let inputs = flat(&table.inputs);
    let rows = inputs.chunks(width).map(<[f64]>::to_vec);
    let mut rows: Vec<_> = rows.zip(targets.chunks(per).map(<[f64]>::to_vec)).collect();
    rows.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    rows
}

#[test]
fn numpys_files_are_read() {
    let expected = oracle().tensors;
    for name in ["plain.npz", "packed.npz", "plain.safetensors"] {
        let table = in_memory(whole(&file(name), "").load(0).unwrap().train);
        assert_eq!((table.inputs.size(), table.spec.targets), (vec![6, 2, 2], Targets::Classes(3)));
        assert_eq!((table.inputs.kind(), table.targets.kind()), (Kind::Float, Kind::Int64));
        let rows = sorted(&table);
        let (inputs, classes): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        assert_near(&inputs.concat(), &expected.inputs, 0.0);
        assert_eq!(
            classes.concat(),
            expected.classes.iter().map(|&c| c as f64).collect::<Vec<_>>()
        );
        let numbers = whole(&file(name), "targets = 'numbers'").load(0).unwrap();
        let table = in_memory(numbers.train);
        assert_eq!((table.targets.size(), table.spec.targets), (vec![6, 1], Targets::Numbers(1)));
        let (_, numbers): (Vec<_>, Vec<_>) = sorted(&table).into_iter().unzip();
        assert_near(&numbers.concat(), &expected.numbers, 1e-7);
    }
    let columns = whole(&file("columns.npz"), "").load(0).unwrap_err().to_string();
    assert!(columns.ends_with(
        "columns.npz: array `inputs`: it lies column by column; write it with numpy.ascontiguousarray"
    ));
}

fn written(tensors: &[(&str, Tensor)], name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    Tensor::write_safetensors(tensors, &path).unwrap();
    (folder, path)
}

fn tokens() -> Tensor {
    Tensor::from_slice(&[0_i64, 4, 1, 2, 3, 0]).view([3, 2])
}

#[test]
fn integers_are_tokens_and_bytes_are_numbers() {
    let (_folder, path) = written(&[("inputs", tokens()), ("targets", tokens())], "a.safetensors");
    let table = in_memory(whole(&path, "vocabulary = 9").load(0).unwrap().train);
    assert_eq!((table.spec.vocabulary, table.spec.targets), (Some(9), Targets::Classes(5)));
    assert!(table.labels().is_none());
    let bytes = Tensor::from_slice(&[0_u8, 255, 7]).view([3, 1]);
    let classes = Tensor::from_slice(&[0_i64, 1, 0]);
    let (_folder, path) = written(&[("inputs", bytes), ("targets", classes)], "a.safetensors");
    let table = in_memory(whole(&path, "classes = 4").load(0).unwrap().train);
    assert_eq!((table.spec.vocabulary, table.spec.targets), (None, Targets::Classes(4)));
    assert_eq!(table.inputs.max().double_value(&[]), 255.0);
}

#[test]
fn what_does_not_fit_is_told() {
    let told = |tensors: &[(&str, Tensor)], more: &str| {
        let (folder, path) = written(tensors, "a.safetensors");
        let error = whole(&path, more).load(0).unwrap_err().to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Float, Device::Cpu));
    let classes = |list: &[i64]| Tensor::from_slice(list);
    let both = |inputs, targets| [("inputs", inputs), ("targets", targets)];
    assert_eq!(
        told(&[("input", zeros(&[2, 1])), ("targets", classes(&[0, 1]))], ""),
        "a.safetensors has no tensor `inputs`; there are input, targets; did you mean `input`?"
    );
    assert!(told(&both(zeros(&[2, 1]), classes(&[0, 1, 0])), "").starts_with(
        "a.safetensors: `inputs` has shape [2, 1] and `targets` [3]; expected as many samples"
    ));
    assert_eq!(told(&both(zeros(&[0, 1]), classes(&[])), ""), "a.safetensors: it has no samples");
    assert_eq!(
        told(&both(zeros(&[2, 1]), classes(&[0, 3])), "classes = 3"),
        "a.safetensors: class 3 is not among 0 to 2"
    );
    assert!(told(&both(zeros(&[2, 1]), classes(&[0, -1])), "").contains("class -1 is not among"));
    assert_eq!(
        told(&both(tokens(), classes(&[0, 1, 0])), "vocabulary = 3"),
        "a.safetensors: token 4 is not among 0 to 2"
    );
    let flat = told(&both(classes(&[0, 1]), classes(&[0, 1])), "");
    assert!(flat.contains("which are tokens, of shape [2]; expected [samples, time]"), "{flat}");
    let deep = told(&both(zeros(&[2, 1]), tokens().narrow(0, 0, 2)), "");
    assert!(deep.contains("which are classes, of shape [2, 2]; expected [samples]"), "{deep}");
    let deep = told(&both(zeros(&[2, 1]), zeros(&[2, 1, 1])), "");
    assert!(deep.ends_with("expected [samples] or [samples, numbers]"), "{deep}");
    let numbers = told(&both(tokens(), zeros(&[3])), "");
    assert!(numbers.contains("tokens with numbers to be told are not read"), "{numbers}");
    let many = told(&both(zeros(&[2, 1]), classes(&[0, i64::MAX])), "");
    assert_eq!(many, "classes would be 9223372036854775807; expected from 1 to 16777216");
    let none = told(&both(zeros(&[2, 1]), zeros(&[2])), "classes = 3");
    assert_eq!(none, "classes: there are no integers to count");
}

#[test]
fn parts_in_files_of_their_own_must_be_alike() {
    let classes = |list: &[i64]| Tensor::from_slice(list);
    let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Float, Device::Cpu));
    let (_one, train) = written(
        &[("inputs", zeros(&[4, 3])), ("targets", classes(&[0, 1, 2, 1]))],
        "a.safetensors",
    );
    let (_two, test) =
        written(&[("inputs", zeros(&[2, 3])), ("targets", classes(&[0, 5]))], "a.safetensors");
    let (_three, other) =
        written(&[("inputs", zeros(&[2, 4])), ("targets", classes(&[0, 1]))], "a.safetensors");
    let text = |test: &Path| format!("train = '{}'\ntest = '{}'", train.display(), test.display());
    let parts = config(&text(&test)).load(0).unwrap();
    assert_eq!(parts.train.spec().targets, Targets::Classes(6));
    let lengths = [Some(&parts.train), parts.valid.as_ref(), parts.test.as_ref()];
    assert_eq!(lengths.map(|part| part.unwrap().length().known()), [Some(3), Some(1), Some(2)]);
    let told = config(&text(&other)).load(0).unwrap_err().to_string();
    let expected = "the parts differ: training data has samples [3] with a class each, and ";
    assert!(told.starts_with(expected), "{told}");
    assert!(told.ends_with("a.safetensors has samples [4] with a class each"), "{told}");
    let both = config(&(text(&test) + "\ntest-fraction = 0.5")).load(0).unwrap_err().to_string();
    assert!(both.starts_with("test-fraction: there is test data already"), "{both}");
}

#[test]
fn rubbish_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = whole(&path, "").load(0).unwrap_err().to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    for name in ["plain.npz", "packed.npz", "plain.safetensors"] {
        let bytes = fs::read(file(name)).unwrap();
        for cut in [0, 7, bytes.len() / 2, bytes.len() - 1] {
            let error = told(name, &bytes[..cut]);
            assert!(error.starts_with(&format!("{name}: it is cut short, or no ")), "{error}");
        }
        // No changed byte makes it panic, or read what is not there, at once or in place.
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x11;
            let path = folder.path().join(name);
            fs::write(&path, changed).unwrap();
            drop(whole(&path, "").load(0));
            let in_place = whole(&path, "targets = 'numbers'\nmemory-mib = 0").load(0);
            if let Ok(Parts { train: Samples::Lazy(table), .. }) = in_place {
                drop(table.rows(&[0, 1]));
            }
        }
    }
    assert_eq!(told("a.pt", b"x"), "a.pt: its name ends neither in .safetensors nor in .npz");
}

/// Writes an npz: names, with types and shapes as headers say them, and bytes.
fn npz(path: &Path, method: CompressionMethod, arrays: &[(&str, &str, &str, Vec<u8>)]) {
    let mut archive = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, descr, shape, bytes) in arrays {
        let options = FileOptions::default().compression_method(method);
        archive.start_file(format!("{name}.npy"), options).unwrap();
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        archive.write_all(b"\x93NUMPY\x01\x00").unwrap();
        archive.write_all(&u16::try_from(header.len()).unwrap().to_le_bytes()).unwrap();
        archive.write_all(header.as_bytes()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
}

/// An npy whose header promises more than there is: tch's own reader would read on behind it.
#[test]
fn a_shape_that_is_larger_than_its_array_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let told = |shape: &str, numbers: usize, more: &str| {
        let array = |name| (name, "<f4", shape, vec![0; 4 * numbers]);
        npz(&path, CompressionMethod::Deflated, &[array("inputs"), array("targets")]);
        whole(&path, more).load(0).unwrap_err().to_string()
    };
    let begins = "array `inputs`: its shape";
    for more in ["", "memory-mib = 0"] {
        let early = told("(1000000,)", 3, more);
        assert!(early.ends_with(&format!("{begins} [1000000] needs 4000000 bytes, found 12")));
        // The first dimension alone would fill the memory.
        let huge = told("(1099511627776,)", 0, more);
        assert!(huge.ends_with("needs 4398046511104 bytes, found 0"), "{huge}");
        let none = told("(1099511627776, 0)", 0, more);
        assert!(none.ends_with("has shape [1099511627776, 0]; expected samples of something"));
        let late = told("(2,)", 3, more);
        assert!(late.ends_with(&format!("{begins} [2] needs 8 bytes, found more")));
    }
}

const COMBINED: [(&str, &str); 8] = [
    ("floats", "classes"),
    ("floats", "number"),
    ("floats", "several"),
    ("bytes", "classes"),
    ("bytes", "several"),
    ("tokens", "classes"),
    ("tokens", "each"),
    ("small", "each"),
];
