//! What was released stays: the contract's text, and plugins that were built against it.

use std::fs;
use std::path::{Path, PathBuf};

use callbox_tests::Workplace;
use serde::Deserialize;
use sha2::{Digest, Sha256};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The contract's files below a folder, by their paths in it.
fn contract(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if !path.ends_with("released") => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "wit") => {
                    let name = path.strip_prefix(folder).unwrap().to_owned();
                    found.push((name, fs::read_to_string(&path).unwrap()));
                }
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Version and digest of each release. A line is added for a release, and none is ever changed.
const RELEASES: [(&str, &str); 1] =
    [("0.1.0", "9e03e2a89f2da94151b9409d9f98e34956d6a7ab3772173abf6df57339ffd01a")];

#[test]
fn a_released_contract_is_frozen() {
    for (version, frozen) in RELEASES {
        let files = contract(&root().join("wit/released").join(version));
        assert!(files.len() >= 5, "{version} is there");
        let all: String =
            files.iter().map(|(path, text)| format!("{}\n{text}", path.display())).collect();
        assert_eq!(digest(all.as_bytes()), frozen, "wit/released/{version} was changed");
    }
}

/// Comments may become better; what is bound may not change within a version.
#[test]
fn the_contract_of_a_released_version_is_the_released_one() {
    let code = |files: Vec<(PathBuf, String)>| -> Vec<(PathBuf, Vec<String>)> {
        let code = |text: String| {
            let lines = text.lines().map(|line| line.split("//").next().unwrap().trim_end());
            lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        files.into_iter().map(|(path, text)| (path, code(text))).collect()
    };
    let ours = contract(&root().join("wit"));
    for (version, _) in RELEASES {
        if !ours
            .iter()
            .any(|(_, text)| text.contains(&format!("package callbox:plugin@{version};")))
        {
            continue;
        }
        let released = code(contract(&root().join("wit/released").join(version)));
        assert_eq!(code(ours.clone()), released, "a change is another version: see wit/README.md");
    }
}

/// `tests/museum/VERSION/index.toml`.
#[derive(Deserialize)]
struct Index {
    plugin: Vec<Exhibit>,
}

/// A plugin as it was built for a release.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exhibit {
    /// Where it lies, or would lie; `.gz`: compressed.
    file: PathBuf,
    /// Of the wasm file.
    sha256: String,
    /// Of what it does in the recorded digits, as `plugins test --json` writes it.
    journal: String,
    /// What builds one that is too large to be kept, and where it then lies.
    #[serde(default)]
    recipe: Option<Recipe>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    /// From the repository's root, as it was at the release.
    command: String,
    /// Where it then lies.
    built: PathBuf,
}

impl Exhibit {
    /// Its bytes; `None`: it is not kept, and not built.
    fn bytes(&self, museum: &Path) -> Option<Vec<u8>> {
        let packed = match &self.recipe {
            None => fs::read(museum.join(&self.file)).unwrap(),
            Some(recipe) => fs::read(root().join(&recipe.built)).ok()?,
        };
        if self.file.extension().is_none_or(|extension| extension != "gz") {
            return Some(packed);
        }
        let mut bytes = Vec::new();
        let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
        std::io::Read::read_to_end(&mut unpacked, &mut bytes).unwrap();
        Some(bytes)
    }
}

/// Whatever the host becomes, it loads them, and they do what they did.
#[test]
fn the_museum_runs() {
    let place = Workplace::new(env!("CARGO_BIN_EXE_callbox-tested"));
    let mut complaints = Vec::new();
    for (version, _) in RELEASES {
        let museum = root().join("tests/museum").join(version);
        let index = fs::read_to_string(museum.join("index.toml")).unwrap();
        let index: Index = toml::from_str(&index).unwrap();
        for exhibit in index.plugin {
            let name = exhibit.file.display().to_string();
            let Some(bytes) = exhibit.bytes(&museum) else {
                let command = exhibit.recipe.unwrap().command;
                eprintln!("skipped: {name}; `{command}` at the release {version} builds it");
                continue;
            };
            if digest(&bytes) != exhibit.sha256 {
                match exhibit.recipe {
                    None => complaints.push(format!("{name}: its digest is {}", digest(&bytes))),
                    Some(_) => eprintln!("skipped: {name}; what lies there is another build"),
                }
                continue;
            }
            place.write("exhibit.wasm", bytes);
            let ran = place.run(["plugins", "test", "exhibit.wasm", "--trace", "digits", "--json"]);
            let journal = digest(ran.stdout.as_bytes());
            if ran.code != 0 || journal != exhibit.journal {
                complaints
                    .push(format!("{name}: exit {}, journal {journal}; {}", ran.code, ran.stderr));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
