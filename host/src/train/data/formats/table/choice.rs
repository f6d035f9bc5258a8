//! Which columns are wanted.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::super::file::shown;
use super::columns::Kind;
use super::{TableConfig, Task};
use crate::nearest::nearest;
use crate::text::clean;
use crate::train::data::DataError;

/// The columns that are read, by name: first the features, then the targets.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    names: Vec<String>,
    /// What each is to be read as; `None`: as what it looks like.
    kinds: Vec<Option<Kind>>,
    features: usize,
}

impl Choice {
    /// Those that the run file names, of those that there are.
    ///
    /// # Errors
    /// A name that no column has, or that stands where it may not.
    pub(super) fn new(
        config: &TableConfig,
        there: &[String],
        path: &Path,
    ) -> Result<Self, DataError> {
        let targets = config.target.all();
        let known: HashSet<&str> = there.iter().map(String::as_str).collect();
        let features = match &config.features {
            Some(features) => features.clone(),
            None => there.iter().filter(|name| !targets.contains(name)).cloned().collect(),
        };
        for (key, names) in
            [("target", targets), ("features", &features), ("categories", &config.categories)]
        {
            let mut named = HashSet::new();
            for name in names {
                if !known.contains(name.as_str()) {
                    return Err(missing(&format!("{key}: {}", shown(path)), name, there));
                }
                if !named.insert(name.as_str()) {
                    return Err(refused(format!("{key}: `{name}` stands there twice; keep one")));
                }
            }
        }
        if let Some(both) = features.iter().find(|name| targets.contains(name)) {
            return Err(refused(format!("features: `{both}` is the target; leave it out")));
        }
        if let Some(other) = config.categories.iter().find(|name| !features.contains(name)) {
            let message = format!("categories: `{other}` is none of the features; leave it out");
            return Err(refused(message));
        }
        if features.is_empty() {
            return Err(refused(format!("{}: it has no column beside the target", shown(path))));
        }
        if config.task == Some(Task::Classes) && targets.len() > 1 {
            return Err(refused("target: classes are told from one column; expected one name"));
        }
        let kind = |name: &String| config.categories.contains(name).then_some(Kind::Words);
        let target = config.task.map(|task| match task {
            Task::Classes => Kind::Words,
            Task::Numbers => Kind::Numbers,
        });
        let kinds = features.iter().map(kind).chain(targets.iter().map(|_| target)).collect();
        let count = features.len();
        let names = features.into_iter().chain(targets.iter().cloned()).collect();
        Ok(Self { names, kinds, features: count })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn kinds(&self) -> &[Option<Kind>] {
        &self.kinds
    }

    /// How many of the columns are features.
    pub(super) fn features(&self) -> usize {
        self.features
    }

    /// Where the wanted columns are in a file with these columns.
    ///
    /// # Errors
    /// One that is not there.
    pub(super) fn places(&self, there: &[String], path: &Path) -> Result<Vec<usize>, DataError> {
        let places: HashMap<&str, usize> =
            there.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        let place = |name: &String| {
            let place = places.get(name.as_str()).copied();
            place.ok_or_else(|| missing(&shown(path), name, there))
        };
        self.names.iter().map(place).collect()
    }
}

fn missing(place: &str, name: &str, there: &[String]) -> DataError {
    let near = nearest(name, there.iter().map(String::as_str));
    let near = near.map_or(String::new(), |near| format!("; did you mean `{}`?", clean(near, 80)));
    // Some tables have thousands.
    let shown: Vec<Cow<'_, str>> = there.iter().take(20).map(|name| clean(name, 80)).collect();
    let more = if there.len() > shown.len() { ", …" } else { "" };
    let shown = shown.join(", ");
    refused(format!("{place} has no column `{name}`; there are {shown}{more}{near}"))
}

fn refused(message: impl Into<String>) -> DataError {
    DataError::Settings(message.into())
}
