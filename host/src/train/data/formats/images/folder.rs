//! Which files there are, and their classes.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::file::{shown, unreadable, wrong};
use crate::nearest::nearest;
use crate::train::data::DataError;

/// Extensions of what is read.
const ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];

/// A file and its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) path: PathBuf,
    pub(super) class: usize,
}

/// The files of a folder.
#[derive(Debug)]
pub(super) struct Tree {
    /// Sorted.
    pub(super) classes: Vec<String>,
    /// There is a folder `train`.
    pub(super) has_parts: bool,
    /// By class, then by name.
    pub(super) train: Vec<Listed>,
    /// Where there is such a folder.
    pub(super) valid: Option<Vec<Listed>>,
    pub(super) test: Option<Vec<Listed>>,
}

impl Tree {
    pub(super) fn read(path: &Path) -> Result<Self, DataError> {
        let folders = folders(path)?;
        let has_parts = folders.iter().any(|name| name == "train");
        if !has_parts {
            let (classes, train) = (folders.clone(), files(path, &folders)?);
            return Ok(Self { classes, has_parts, train, valid: None, test: None });
        }
        let known = ["train", "valid", "val", "test"];
        if let Some(other) = folders.iter().find(|name| !known.contains(&name.as_str())) {
            let reason = format!(
                "beside the folder train, expected only valid, val and test, found {other}"
            );
            return Err(wrong(path, reason));
        }
        let valid: Vec<&str> =
            ["valid", "val"].into_iter().filter(|name| folders.iter().any(|f| f == name)).collect();
        if valid.len() == 2 {
            return Err(wrong(path, "it has both folders, valid and val; keep one"));
        }
        let classes = self::folders(&path.join("train"))?;
        let train = files(&path.join("train"), &classes)?;
        let valid = valid.first().map(|name| part(&path.join(name), &classes)).transpose()?;
        let test = folders.iter().any(|name| name == "test");
        let test = test.then(|| part(&path.join("test"), &classes)).transpose()?;
        Ok(Self { classes, has_parts, train, valid, test })
    }
}

/// The files of a part beside `train`, which may lack a class but has no other one.
fn part(path: &Path, classes: &[String]) -> Result<Vec<Listed>, DataError> {
    let there = folders(path)?;
    if let Some(other) = there.iter().find(|name| !classes.contains(name)) {
        let near = nearest(other, classes.iter().map(String::as_str));
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let reason = format!("class `{other}` is none of the training data's{near}");
        return Err(wrong(path, reason));
    }
    let mut listed = Vec::new();
    for (class, name) in classes.iter().enumerate().filter(|(_, name)| there.contains(name)) {
        listed.extend(images(&path.join(name), class)?);
    }
    Ok(listed)
}

fn files(path: &Path, classes: &[String]) -> Result<Vec<Listed>, DataError> {
    let mut listed = Vec::new();
    for (class, name) in classes.iter().enumerate() {
        listed.extend(images(&path.join(name), class)?);
    }
    Ok(listed)
}

/// Names of the folders in a folder, sorted; hidden ones are left out.
fn folders(path: &Path) -> Result<Vec<String>, DataError> {
    if !path.is_dir() {
        return Err(wrong(path, "there is no such folder"));
    }
    let mut names = Vec::new();
    for entry in entries(path)?.into_iter().filter(|entry| entry.is_dir()) {
        names.push(name(&entry)?);
    }
    if names.is_empty() {
        return Err(wrong(path, "it has no folders; expected one for each class"));
    }
    Ok(names)
}

/// The images in a class's folder, sorted by name; what has another ending is left out.
fn images(path: &Path, class: usize) -> Result<Vec<Listed>, DataError> {
    let is_image = |file: &Path| {
        let ending = file.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| ENDINGS.iter().any(|one| ending.eq_ignore_ascii_case(one)))
    };
    let files = entries(path)?.into_iter().filter(|file| is_image(file) && !file.is_dir());
    let listed: Vec<Listed> = files.map(|path| Listed { path, class }).collect();
    if listed.is_empty() {
        return Err(wrong(path, "it has no image: no file that ends in .jpg, .jpeg or .png"));
    }
    Ok(listed)
}

/// What lies in a folder, sorted; what is hidden is left out.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let refused = |error: std::io::Error| unreadable(folder, &error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> Result<String, DataError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.map(str::to_owned);
    name.ok_or_else(|| DataError::Unreadable {
        file: shown(path),
        reason: "its name, which is the class's, is not in UTF-8".to_owned(),
    })
}
