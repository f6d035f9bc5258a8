//! `callbox plugins new`: a folder with a plugin that builds, and a test.

mod language;
mod template;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
pub(in crate::cli) use language::Language;
use template::Template;

use crate::callback::Hook;
use crate::cli::Failure;
use crate::cli::args::NewArgs;
use crate::cli::print::say;
use crate::nearest::nearest;

/// Hooks that can be asked for: those of the loop, and the end.
const FINISH: &str = "finish";

/// What the template does with its defaults on the recorded digits, if it is called at batch-end. It is the same in
/// every language, which a test holds.
const EXPECTED: &str = include_str!("expected.jsonl");

/// Writes the folder of a new plugin.
///
/// # Errors
/// A name that is none, an unknown hook, a folder that has something in it or cannot be written.
pub(in crate::cli) fn new(args: &NewArgs) -> Result<(), Failure> {
    write(args).map_err(Failure::Usage)?;
    let folder = args.folder.display();
    say(&format!(
        "{folder}: a plugin in {}\n\n  make -C {folder}        builds it\n  make -C {folder} test   plays a recorded run to it\n\n\
         {folder}/README.md says what is where.\n",
        args.lang.title(),
    ))
}

fn write(args: &NewArgs) -> Result<()> {
    let folder = &args.folder;
    let name = plugin_name(folder)?;
    let hooks = args.hooks.iter().map(|hook| known(hook)).collect::<Result<Vec<_>>>()?;
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!(
            "{}: there is something in it already; name a folder that is not there",
            folder.display()
        );
    }
    let template = Template { name: &name, hooks: &hooks };
    for (path, contents) in args.lang.files() {
        put(folder, &path, &contents)?;
    }
    for (path, text) in args.lang.template()? {
        let text =
            template.fill(text).with_context(|| format!("the template's {}", path.display()))?;
        put(folder, &path, text.as_bytes())?;
    }
    let expected = if hooks.contains(&Hook::BatchEnd.name()) { EXPECTED } else { "" };
    put(folder, Path::new("expected.jsonl"), template.fill(expected)?.as_bytes())
}

fn put(folder: &Path, path: &Path, contents: &[u8]) -> Result<()> {
    let file = folder.join(path);
    let parent = file.parent().unwrap_or(folder);
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    fs::write(&file, contents).with_context(|| format!("cannot write {}", file.display()))
}

/// The folder's name, which becomes the plugin's: every language can make an identifier of it.
fn plugin_name(folder: &Path) -> Result<String> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if name.len() > 64 || !name.split('-').all(is_word) {
        bail!(
            "`{name}` cannot be a plugin's name: words of small letters and digits, joined by `-`, such as `good-enough`"
        );
    }
    Ok(name)
}

fn known(hook: &str) -> Result<&'static str> {
    let names = || Hook::ALL.into_iter().map(Hook::name).chain([FINISH]);
    if let Some(name) = names().find(|name| *name == hook) {
        return Ok(name);
    }
    match nearest(hook, names()) {
        Some(near) => bail!("there is no hook `{hook}`; did you mean `{near}`?"),
        None => {
            bail!("there is no hook `{hook}`; there are {}", names().collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugins_name_can_be_an_identifier_everywhere() {
        for good in ["ema", "good-enough", "a/b/top-5"] {
            let name = plugin_name(Path::new(good));
            assert_eq!(name.is_ok(), good != "a/b/top-5", "{good}: {name:?}");
        }
        for bad in ["", "..", "Ema", "good_enough", "-x", "x-", "ä", "5x", "a b"] {
            assert!(plugin_name(Path::new(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_unknown_hook_is_told_with_the_nearest() {
        assert_eq!(known("finish").unwrap(), "finish");
        let error = known("batch-ends").unwrap_err().to_string();
        assert_eq!(error, "there is no hook `batch-ends`; did you mean `batch-end`?");
    }
}
