//! Each committed binding is what its generator makes of `wit/` today.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failed step is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a generator makes of a world, by file names.
fn generated(mut generator: Box<dyn WorldGenerator>, world: &str) -> Vec<(String, Vec<u8>)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut files = Files::default();
    generator.generate(&mut resolve, world, &mut files).unwrap();
    files.iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect()
}

/// Compares with the files of a folder; what the folder does not have is not needed.
fn compare(files: &[(String, Vec<u8>)], folder: &str, same: impl Fn(&[u8], &[u8]) -> bool) {
    let mut compared = 0;
    for (name, bytes) in files {
        let Ok(committed) = fs::read(root().join(folder).join(name)) else { continue };
        compared += 1;
        let is_current = same(&committed, bytes);
        assert!(is_current, "{folder}/{name} is not current: {folder}/README.md says how to make it");
    }
    assert!(compared > 0, "{folder} has none of {:?}", files.iter().map(|file| &file.0).collect::<Vec<_>>());
}

#[test]
fn c() {
    let types = |name: &str| vec![("callbox:plugin/types@0.1.0".to_owned(), name.to_owned())];
    let worlds = [
        ("tensor-plugin", "callbox", Vec::new()),
        ("x-transform", "callbox_transform", types("callbox_transform_types")),
        ("x-metric", "callbox_metric", types("callbox_metric_types")),
    ];
    for (world, name, rename) in worlds {
        let rename_world = Some(name.to_owned());
        let options = wit_bindgen_c::Opts { rename, rename_world, ..Default::default() };
        let files = generated(options.build(), world);
        assert_eq!(files.len(), 3, "header, source and type of {world}");
        compare(&files, "plugins/c/sdk/bindings", |committed, made| committed == made);
    }
}
