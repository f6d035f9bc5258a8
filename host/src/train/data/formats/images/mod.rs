//! A folder of images per class: JPEG and PNG, `[n, channels, height, width]` in [0, 1].
//!
//! Classes are the folders' names, sorted. `train`, `valid` (or `val`) and `test` may stand above
//! them; else one whole is parted by `split-seed`. What fits into memory is decoded at once; the rest
//! is decoded batch by batch, to the same numbers.

mod decode;
mod folder;
mod load;

use std::path::PathBuf;

pub use decode::Fit;

use super::{memory_mib, shares};
use crate::train::data::parts::{Drawn, Share};
use crate::train::data::{DataError, Parts};
use decode::Shape;
use folder::{Listed, Tree};

/// The keys of `images`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImagesConfig {
    /// The folder with a folder per class, or with `train`, `valid` and `test`, which have those.
    pub path: PathBuf,
    /// Height and width that every image is brought to; left out: they must all be of one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
    /// How an image of other proportions is brought to `size`.
    #[serde(default)]
    pub fit: Fit,
    /// 3: red, green, blue; 1: brightness.
    #[serde(default)]
    pub channels: Channels,
    /// Which part is for validation, where there is no folder `valid`; default 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_fraction: Option<Share>,
    /// Which part is for tests, where there is no folder `test`; default 0.1, and 0 where there is a
    /// folder `train`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_fraction: Option<Share>,
    /// What the decoded images may take in memory; more are decoded as they are needed.
    #[serde(default = "memory_mib")]
    pub memory_mib: u64,
}

/// How many numbers a pixel has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Channels {
    /// Brightness.
    One,
    /// Red, green, blue.
    #[default]
    Three,
}

impl TryFrom<u8> for Channels {
    type Error = String;

    fn try_from(channels: u8) -> Result<Self, String> {
        match channels {
            1 => Ok(Self::One),
            3 => Ok(Self::Three),
            _ => Err(format!("channels = {channels}: expected 1, brightness, or 3, colours")),
        }
    }
}

impl From<Channels> for u8 {
    fn from(channels: Channels) -> Self {
        match channels {
            Channels::One => 1,
            Channels::Three => 3,
        }
    }
}

/// Files by what they are for.
struct Files {
    classes: Vec<String>,
    train: Vec<Listed>,
    valid: Vec<Listed>,
    test: Vec<Listed>,
}

impl ImagesConfig {
    /// Reads or lists the files.
    pub(in super::super) fn load(&self, seed: u64) -> Result<Parts, DataError> {
        let files = self.files(seed)?;
        let shape = self.shape(&files)?;
        let all = files.train.len() + files.valid.len() + files.test.len();
        let takes = shape.bytes().saturating_mul(all as u64);
        let fits = takes <= self.memory_mib.saturating_mul(1 << 20);
        let classes = files.classes.len();
        let part = |files: Vec<Listed>| {
            if fits {
                load::eager(&files, shape, classes)
            } else {
                load::lazy(files, shape, classes)
            }
        };
        let some = |files: Vec<Listed>| (!files.is_empty()).then(|| part(files)).transpose();
        Ok(Parts {
            train: part(files.train)?,
            valid: some(files.valid)?,
            test: some(files.test)?,
            class_names: files.classes,
        })
    }

    /// All files that do not decode, or are of another size.
    pub(in super::super) fn faults(&self, seed: u64) -> Result<Vec<DataError>, DataError> {
        let files = self.files(seed)?;
        let all = [&files.train[..], &files.valid, &files.test].concat();
        // Where the first one gives the size and cannot, the others can still be tried.
        let shape = self.shape(&files).ok();
        Ok(load::faults(&all, shape.unwrap_or_else(|| self.any_shape()), shape.is_some()))
    }

    fn files(&self, seed: u64) -> Result<Files, DataError> {
        if self.size.is_some_and(|size| size.contains(&0) || size.iter().any(|&side| side > 16_384))
        {
            let message = format!("size = {:?}: sides are from 1 to 16384", self.size);
            return Err(DataError::Settings(message));
        }
        let tree = Tree::read(&self.path)?;
        let (valid, test) = (tree.valid.is_some(), tree.test.is_some());
        let shares =
            shares((valid, self.valid_fraction), (test, self.test_fraction), !tree.has_parts)?;
        let drawn = Drawn::new(tree.train.len(), shares, seed)?;
        let chosen = |numbers: &[i64]| -> Vec<Listed> {
            let numbers = numbers.iter().filter_map(|&number| usize::try_from(number).ok());
            numbers.map(|number| tree.train[number].clone()).collect()
        };
        // In the folder's order where it was not this that drew them.
        let train = match (drawn.valid.len(), drawn.test.len()) {
            (0, 0) => tree.train.clone(),
            _ => chosen(&drawn.train),
        };
        Ok(Files {
            train,
            valid: tree.valid.clone().unwrap_or_else(|| chosen(&drawn.valid)),
            test: tree.test.clone().unwrap_or_else(|| chosen(&drawn.test)),
            classes: tree.classes,
        })
    }

    /// That of all images: the given one, or that of the first.
    fn shape(&self, files: &Files) -> Result<Shape, DataError> {
        let shape = self.any_shape();
        match (self.size, files.train.first()) {
            (None, Some(first)) => shape.of_file(&first.path),
            _ => Ok(shape),
        }
    }

    fn any_shape(&self) -> Shape {
        let [height, width] = self.size.unwrap_or_default();
        Shape { channels: self.channels, height, width, fit: self.size.map(|_| self.fit) }
    }
}

#[cfg(test)]
mod tests;
