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
        assert!(
            is_current,
            "{folder}/{name} is not current: {folder}/README.md says how to make it"
        );
    }
    assert!(
        compared > 0,
        "{folder} has none of {:?}",
        files.iter().map(|file| &file.0).collect::<Vec<_>>()
    );
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

/// The generator leaves the layout to Go's formatter, which also sorts imports and drops a `;` at a line's end.
fn same_but_for_layout(committed: &[u8], made: &[u8]) -> bool {
    let lines = |text: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(text).into_owned();
        let lines = text.lines().map(|line| line.split_whitespace().collect::<String>());
        let lines = lines.map(|line| line.trim_end_matches(';').to_owned());
        let mut lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
        lines.sort();
        lines
    };
    lines(committed) == lines(made)
}

#[test]
fn go() {
    let options = wit_bindgen_go::Opts {
        format: wit_bindgen_go::Format::False,
        pkg_name: Some("callbox/bindings".to_owned()),
        ..Default::default()
    };
    let folder = "plugins/go/sdk/bindings";
    compare(&generated(options.build(), "tensor-plugin"), folder, same_but_for_layout);
    for export in ["transform", "metric"] {
        let made = generated(options.build(), &format!("x-{export}"));
        let placed = made.into_iter().filter_map(|(name, bytes)| {
            // The rest is the first world's.
            let imported = name.starts_with(&format!("imports/callbox_plugin_{export}/"));
            let exported = name == "exports/wit_exports/wit_exports.go";
            let name = name.replace("/wit_exports/", &format!("/{export}_exports/"));
            (imported || exported).then_some((name, bytes))
        });
        compare(&placed.collect::<Vec<_>>(), folder, same_but_for_layout);
    }
}
