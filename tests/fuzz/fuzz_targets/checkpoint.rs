//! A checkpoint's weights, read into a small model: all of them or none.

#![no_main]

use std::cell::OnceCell;
use std::fs;
use std::path::Path;

use callbox::train::checkpoint::load_model;
use callbox::train::params::{ParamKind, Params};
use callbox_fuzz::laws;
use libfuzzer_sys::fuzz_target;
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

/// The model, and the folder in which its checkpoint lies.
struct Desk {
    folder: TempDir,
    params: Params,
}

thread_local! {
    static DESK: OnceCell<Desk> = const { OnceCell::new() };
}

const START: f64 = 0.5;

fn desk() -> Desk {
    tch::set_num_threads(1);
    let mut params = Params::new(Device::Cpu);
    let shapes: [(&str, ParamKind, &[i64]); 2] =
        [("a.weight", ParamKind::Weight, &[2, 3]), ("a.bias", ParamKind::Bias, &[2])];
    for (name, kind, shape) in shapes {
        let value = Tensor::full(shape, START, (Kind::Float, Device::Cpu));
        drop(params.add(name.to_owned(), kind, &value).expect("a new name"));
    }
    // In memory where the system has such a folder: a million files need no disk.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    Desk { folder: folder.expect("a folder"), params }
}

fn values(params: &Params) -> Vec<f32> {
    let flat = |param: &callbox::train::params::Param| param.tensor.flatten(0, -1);
    let all: Vec<Tensor> = params.iter().map(flat).collect();
    Vec::try_from(Tensor::cat(&all, 0)).expect("numbers")
}

fn put_back(params: &Params) {
    let start = |param: &callbox::train::params::Param| param.tensor.full_like(START);
    for param in params {
        params.load(&param.name, &start(param)).expect("its own shape");
    }
}

fuzz_target!(|bytes: &[u8]| {
    DESK.with(|cell| {
        let Desk { folder, params } = cell.get_or_init(desk);
        fs::write(folder.path().join("model.safetensors"), bytes).expect("room for a file");
        match load_model(folder.path(), params) {
            Ok(()) => put_back(params),
            Err(error) => {
                laws::is_fit_to_show(&error.to_string());
                let start = START as f32;
                assert!(values(params).iter().all(|value| *value == start), "half of it: {error}");
            }
        }
    });
});
