//! Where plugins lie: a library that run files name things from, and folders that people drop files into.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::nearest::nearest;

use super::{LoadError, Sidecar};

const EXTENSION: &str = "wasm";

/// Folders whose plugins a run file can name, searched in order.
#[derive(Debug, Clone, Default)]
pub struct Library {
    folders: Vec<PathBuf>,
}

/// A file in a drop folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The file's name without its extension, underscores as hyphens.
    pub name: String,
    /// The file.
    pub file: PathBuf,
}

impl Library {
    /// A library of these folders. Those that do not exist are skipped.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>) -> Library {
        Library { folders }
    }

    /// The file of a plugin: `one-cycle` is `one-cycle.wasm` or `one_cycle.wasm`, in the first folder that
    /// has one of them.
    ///
    /// # Errors
    /// If there is none; the error lists the known names and the nearest.
    pub fn find(&self, name: &str) -> Result<PathBuf, LoadError> {
        if !is_name(name) {
            return Err(LoadError::Name(crate::text::clean(name, 80).into_owned()));
        }
        let spellings =
            [format!("{name}.{EXTENSION}"), format!("{}.{EXTENSION}", name.replace('-', "_"))];
        let files =
            self.folders.iter().flat_map(|folder| spellings.each_ref().map(|s| folder.join(s)));
        match files.into_iter().find(|file| file.is_file()) {
            Some(file) => Ok(file),
            None => Err(self.unknown(name)?),
        }
    }

    /// The names of all plugins in it, sorted.
    ///
    /// # Errors
    /// If a folder exists and cannot be read.
    pub fn names(&self) -> Result<Vec<String>, LoadError> {
        let mut names = Vec::new();
        for folder in &self.folders {
            match wasm_files(folder) {
                Ok(files) => names.extend(files.iter().map(|file| name_of(file))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(LoadError::Read { path: folder.clone(), source }),
            }
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn unknown(&self, name: &str) -> Result<LoadError, LoadError> {
        let known = self.names()?;
        let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Ok(LoadError::Unknown {
            name: name.into(),
            searched: self.folders.clone(),
            known,
            nearest: near,
        })
    }
}

/// The plugins of a drop folder, sorted by the bytes of their file names: every `*.wasm` directly in it but
/// for hidden ones. Symbolic links are followed, subfolders are not searched.
///
/// # Errors
/// If the folder cannot be read.
pub fn dropped(folder: &Path) -> Result<Vec<Dropped>, LoadError> {
    let files =
        wasm_files(folder).map_err(|source| LoadError::Read { path: folder.into(), source })?;
    Ok(files.into_iter().map(Dropped::at).collect())
}

/// Sidecars in a drop folder without a plugin: misnamed ones, which would silently do nothing.
///
/// # Errors
/// If the folder cannot be read.
pub fn orphans(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let refused = |source| LoadError::Read { path: folder.into(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        let sidecar = path.extension().is_some_and(|extension| extension == "toml");
        if sidecar && !path.with_extension(EXTENSION).exists() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

impl Dropped {
    pub(super) fn at(file: PathBuf) -> Dropped {
        Dropped { name: name_of(&file), file }
    }

    /// Two names that read alike are not told apart by anybody who reads them.
    ///
    /// # Errors
    /// A name that cannot be shown as it is.
    pub fn check_name(&self) -> Result<(), LoadError> {
        let name = self.file.file_name().unwrap_or_default();
        let plain = name.to_str().is_some_and(|name| crate::text::clean(name, 200) == name);
        match plain {
            true => Ok(()),
            false => Err(LoadError::FileName(
                crate::text::clean(&name.to_string_lossy(), 200).into_owned(),
            )),
        }
    }

    /// What `NAME.toml` beside `NAME.wasm` says; nothing if there is no such file.
    ///
    /// # Errors
    /// If there is one and it cannot be read or says something that a sidecar does not say.
    pub fn sidecar(&self) -> Result<Sidecar, LoadError> {
        Sidecar::read(&self.file.with_extension("toml"))
    }
}

fn wasm_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A link to nowhere counts, so that it is reported when it is read.
        if is_wasm(&path) && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort_unstable_by(|a, b| {
        a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes())
    });
    Ok(files)
}

fn is_wasm(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension().is_some_and(|extension| extension == EXTENSION)
}

fn name_of(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    crate::text::clean(&stem, 200).replace('_', "-")
}

/// Nothing that could be a path.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn only_visible_wasm_files_directly_in_the_folder_are_dropped_plugins() {
        let folder = folder(&[
            "b.wasm",
            "a_x.wasm",
            "B.wasm",
            "a.toml",
            ".hidden.wasm",
            "sub/c.wasm",
            "dir.wasm/x",
            "n.WAT",
        ]);
        let names: Vec<_> = dropped(folder.path()).unwrap().into_iter().map(|d| d.name).collect();
        assert_eq!(names, ["B", "a-x", "b"]);
    }

    #[test]
    fn links_are_followed_and_broken_ones_reported_later() {
        let folder = folder(&["target"]);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("target", folder.path().join("link.wasm")).unwrap();
            std::os::unix::fs::symlink("nowhere", folder.path().join("lost.wasm")).unwrap();
            assert_eq!(dropped(folder.path()).unwrap().len(), 2);
        }
    }

    #[test]
    fn a_missing_drop_folder_is_named() {
        let error = dropped(Path::new("/nowhere/plugins")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /nowhere/plugins");
    }

    #[test]
    fn the_library_knows_both_spellings_and_the_first_folder_wins() {
        let (one, two) = (folder(&["one_cycle.wasm"]), folder(&["one-cycle.wasm", "ema.wasm"]));
        let library = Library::new(vec!["/nowhere".into(), one.path().into(), two.path().into()]);
        assert_eq!(library.find("one-cycle").unwrap(), one.path().join("one_cycle.wasm"));
        assert_eq!(library.find("ema").unwrap(), two.path().join("ema.wasm"));
        assert_eq!(library.names().unwrap(), ["ema", "one-cycle"]);
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones_and_the_nearest() {
        let folder = folder(&["one-cycle.wasm", "recorder.wasm"]);
        let library = Library::new(vec![folder.path().into()]);
        let text = library.find("one-cicle").unwrap_err().to_string();
        assert!(
            text.ends_with("did you mean `one-cycle`? known are one-cycle, recorder"),
            "{text}"
        );
        let text = library.find("zzzzz").unwrap_err().to_string();
        assert!(text.ends_with("; known are one-cycle, recorder"), "{text}");
    }

    #[test]
    fn a_path_is_no_name() {
        let library = Library::new(vec![".".into()]);
        for name in ["", "../x", "a/b", "a\\b", "C:x", ".x"] {
            assert!(matches!(library.find(name), Err(LoadError::Name(_))), "{name}");
        }
    }
}
