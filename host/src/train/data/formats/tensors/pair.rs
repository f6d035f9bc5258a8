//! A file's inputs and targets: what their headers must say, and what is read of them.

use std::path::Path;

use tch::{Kind, Tensor};

use super::super::file::{shown, wrong};
use super::array::{Header, Rows, columns, extremes};
use super::in_place::{Told, table};
use super::source::{Source, open};
use crate::train::data::{DataError, DataSpec, Dataset, LazyTable, Samples, Targets};
use crate::train::torch::{During, TorchError};

/// A file's two arrays, of which the headers were read and found to fit.
pub(super) struct Heads {
    source: Box<dyn Source>,
    /// Names of inputs and targets.
    names: [String; 2],
    inputs: Header,
    targets: Header,
}

/// A file's two arrays.
pub(super) struct Pair {
    file: String,
    content: Content,
    /// The least and the greatest of inputs, where they are tokens.
    pub(super) inputs: Option<[i64; 2]>,
    /// The least and the greatest of targets, where they are classes.
    pub(super) targets: Option<[i64; 2]>,
}

/// Inputs and targets.
enum Content {
    InMemory(Tensor, Tensor),
    InPlace(Rows, Told),
}

impl Heads {
    /// Reads the headers of a file's inputs and targets.
    ///
    /// # Errors
    /// A file that cannot be read, arrays that are not there or do not fit together.
    pub(super) fn open(path: &Path, inputs: &str, targets: &str) -> Result<Self, DataError> {
        let mut source = open(path)?;
        let names = [inputs.to_owned(), targets.to_owned()];
        let (inputs, targets) = (source.header(inputs)?, source.header(targets)?);
        let heads = Self { source, names, inputs, targets };
        heads.check()?;
        Ok(heads)
    }

    pub(super) fn file(&self) -> String {
        shown(self.source.path())
    }

    pub(super) fn samples(&self) -> usize {
        self.inputs.shape.first().map_or(0, |&count| usize::try_from(count).unwrap_or(0))
    }

    /// Bytes of all in memory.
    pub(super) fn takes(&self) -> u64 {
        self.inputs.takes().saturating_add(self.targets.takes())
    }

    /// Bytes of the classes, where each sample has one: how many there are of each must be known.
    pub(super) fn classes_take(&self) -> u64 {
        if self.has_class_each() { self.targets.takes() } else { 0 }
    }

    fn has_class_each(&self) -> bool {
        self.targets.is_integer() && self.targets.shape.len() == 1
    }

    /// Samples of another file are such as these.
    ///
    /// # Errors
    /// They are not.
    pub(super) fn check_alike(&self, other: &Self) -> Result<(), DataError> {
        let (expected, found) = (self.described(), other.described());
        if expected == found {
            return Ok(());
        }
        Err(DataError::Settings(format!(
            "the parts differ: training data has samples {expected}, and {} has samples {found}",
            other.file()
        )))
    }

    /// All that must be the same in each file, in words.
    fn described(&self) -> String {
        let tokens = if self.inputs.is_integer() { " of tokens" } else { "" };
        let targets = match (self.targets.is_integer(), self.targets.shape.get(1)) {
            (true, None) => "a class each".to_owned(),
            (true, Some(_)) => "a class for each token".to_owned(),
            (false, count) => format!("numbers [{}]", count.unwrap_or(&1)),
        };
        format!("{:?}{tokens} with {targets}", &self.inputs.shape[1..])
    }

    fn check(&self) -> Result<(), DataError> {
        let (inputs, targets) = (&self.inputs.shape, &self.targets.shape);
        let wrong = |reason: String| wrong(self.source.path(), reason);
        let [input_name, target_name] = &self.names;
        if inputs.is_empty() || targets.is_empty() || inputs[0] != targets[0] {
            return Err(wrong(format!(
                "`{input_name}` has shape {inputs:?} and `{target_name}` {targets:?}; expected as \
                 many samples, along the first dimension"
            )));
        }
        if inputs[0] == 0 {
            return Err(DataError::TooFew(format!("{}: it has no samples", self.file())));
        }
        if let Some(empty) = [inputs, targets].into_iter().find(|shape| shape.contains(&0)) {
            return Err(wrong(format!(
                "an array has shape {empty:?}; expected samples of something"
            )));
        }
        let tokens = self.inputs.is_integer();
        if tokens && inputs.len() != 2 {
            return Err(wrong(format!(
                "`{input_name}` are integers, which are tokens, of shape {inputs:?}; expected \
                 [samples, time]"
            )));
        }
        match (self.targets.is_integer(), targets.len()) {
            (true, 1) => Ok(()),
            (true, 2) if tokens && inputs == targets => Ok(()),
            (true, _) => Err(wrong(format!(
                "`{target_name}` are integers, which are classes, of shape {targets:?}; expected \
                 [samples]"
            ))),
            (false, 1 | 2) if tokens => Err(DataError::Settings(format!(
                "{}: tokens with numbers to be told are not read; expected classes",
                self.file()
            ))),
            (false, 1 | 2) => Ok(()),
            (false, _) => Err(wrong(format!(
                "`{target_name}` has shape {targets:?}; expected [samples] or [samples, numbers]"
            ))),
        }
    }

    /// Reads both arrays into memory, where they fit; else the classes alone, where each sample has
    /// one, and what there is of integers is looked through.
    ///
    /// # Errors
    /// What cannot be read; no memory, or no room on disk.
    pub(super) fn read(mut self, fits: bool, memory_mib: u64) -> Result<Pair, DataError> {
        let (file, has_class_each) = (self.file(), self.has_class_each());
        let (source, [inputs, targets]) = (&mut self.source, &self.names);
        if fits {
            let (inputs, targets) = (source.whole(inputs)?, source.whole(targets)?);
            let found = [extremes(&inputs)?, extremes(&targets)?];
            return Ok(Pair::new(file, Content::InMemory(inputs, targets), found));
        }
        let inputs = source.rows(inputs, memory_mib)?;
        let (told, found) = if has_class_each {
            let classes = source.whole(targets)?;
            let found = extremes(&classes)?;
            let listed = Vec::try_from(&classes).during("reading tensors")?;
            (Told::Classes(listed), found)
        } else {
            let rows = source.rows(targets, memory_mib)?;
            let found = rows.extremes()?;
            (Told::Rows(rows), found)
        };
        let found = [inputs.extremes()?, found];
        Ok(Pair::new(file, Content::InPlace(inputs, told), found))
    }
}

impl Pair {
    fn new(file: String, content: Content, [inputs, targets]: [Option<[i64; 2]>; 2]) -> Self {
        Self { file, content, inputs, targets }
    }

    /// Samples with random access.
    ///
    /// # Errors
    /// A token or a class out of range, with the file.
    pub(super) fn whole(
        self,
        classes: Option<i64>,
        vocabulary: Option<i64>,
    ) -> Result<Samples, DataError> {
        // Where there are no integers at all, no number of them is asked for either.
        let (classes, vocabulary) = (classes.unwrap_or(0), vocabulary.unwrap_or(0));
        let made = match self.content {
            Content::InMemory(inputs, targets) => {
                dataset(inputs, targets, classes, vocabulary).map(Samples::Table)
            }
            Content::InPlace(inputs, told) => {
                let found = [self.inputs, self.targets];
                in_place(inputs, told, found, classes, vocabulary).map(Samples::Lazy)
            }
        };
        made.map_err(|error| DataError::Unreadable { file: self.file, reason: error.message })
    }
}

fn dataset(
    inputs: Tensor,
    targets: Tensor,
    classes: i64,
    vocabulary: i64,
) -> Result<Dataset, TorchError> {
    let [tokens, are_classes] = [&inputs, &targets].map(|one| one.kind() == Kind::Int64);
    match (are_classes, tokens) {
        (_, true) => Dataset::of_tokens(inputs, targets, vocabulary, classes),
        (true, false) => Dataset::new(inputs, targets, classes),
        (false, false) => Dataset::of_numbers(inputs, columns(targets)?),
    }
}

fn in_place(
    inputs: Rows,
    told: Told,
    found: [Option<[i64; 2]>; 2],
    classes: i64,
    vocabulary: i64,
) -> Result<LazyTable, TorchError> {
    check_range(found[0], vocabulary, "token")?;
    let targets = match &told {
        Told::Classes(_) => Targets::Classes(classes),
        Told::Rows(rows) if rows.header().is_integer() => {
            check_range(found[1], classes, "class")?;
            Targets::Classes(classes)
        }
        Told::Rows(rows) => Targets::Numbers(*rows.header().shape.get(1).unwrap_or(&1)),
    };
    let header = inputs.header();
    let vocabulary = header.is_integer().then_some(vocabulary);
    let spec = DataSpec { input_shape: header.shape[1..].to_vec(), vocabulary, targets };
    table(spec, inputs, told)
}

/// Both extremes are from 0 to below a bound.
fn check_range(found: Option<[i64; 2]>, bound: i64, what: &str) -> Result<(), TorchError> {
    let outside = found.and_then(|both| both.into_iter().find(|one| !(0..bound).contains(one)));
    match outside {
        None => Ok(()),
        Some(one) => {
            let message = format!("{what} {one} is not among 0 to {}", bound - 1);
            Err(TorchError::new("checking tokens", &message))
        }
    }
}
