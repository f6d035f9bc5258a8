//! What other libraries read out of the same files: `tests/oracle/readers.py` wrote them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::train::data::{Dataset, Samples};

const ORACLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/readers.json"));

#[derive(Deserialize)]
pub(super) struct Oracle {
    pub(super) table: Table,
    pub(super) images: BTreeMap<String, Image>,
    pub(super) tensors: Tensors,
}

#[derive(Deserialize)]
pub(super) struct Table {
    pub(super) train: Vec<Vec<f64>>,
    pub(super) test: Vec<Vec<f64>>,
    pub(super) scores: Vec<f64>,
    pub(super) plans: Vec<i64>,
}

#[derive(Deserialize)]
pub(super) struct Image {
    pub(super) colours: Vec<u8>,
    pub(super) grey: Vec<u8>,
    pub(super) smaller: Vec<u8>,
    pub(super) larger: Vec<u8>,
}

#[derive(Deserialize)]
pub(super) struct Tensors {
    pub(super) inputs: Vec<f64>,
    pub(super) classes: Vec<i64>,
    pub(super) numbers: Vec<f64>,
}

pub(super) fn oracle() -> Oracle {
    serde_json::from_str(ORACLE).unwrap()
}

/// A file that the script wrote.
pub(super) fn file(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/readers")).join(name)
}

pub(super) fn in_memory(part: Samples) -> Dataset {
    match part {
        Samples::Table(table) => table,
        other => panic!("{other:?}"),
    }
}

/// All numbers of a tensor.
pub(super) fn flat(tensor: &tch::Tensor) -> Vec<f64> {
    Vec::try_from(tensor.flatten(0, -1).to_kind(tch::Kind::Double)).unwrap()
}

pub(super) fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{index}: {found}, expected {expected}");
    }
}
