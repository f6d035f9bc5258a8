//! `plugins.lock` beside a run file: which plugins the user has looked at, by the digests of their files,
//! and what each one may do.
//!
//! A grant is for a file as it was. Another file in its place has the rights of a stranger, within what
//! the earlier one had, until it is granted anew.

mod power;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};

pub use self::power::{Bounds, Power, Word};
use super::powers;
use crate::callback::{Descriptor, Given};
use crate::plain_file::read_at_most;

/// The file's name.
pub const NAME: &str = "plugins.lock";

/// The version of its format.
const VERSION: u32 = 1;

/// More than a thousand plugins need; a larger file is no lock.
const LONGEST: u64 = 4 << 20;

const HEAD: &str = "# Written by `callbox plugins grant`, `revoke` and `lock`: what each plugin may do, by the \
                    digest of its file.\n# Keep it with the run file. `callbox train --locked` refuses what is \
                    not in it, or has changed.\n\n";

/// What stands in a lock file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default, rename = "plugin")]
    plugins: Vec<Locked>,
}

/// One plugin that the user has looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Its file: relative to the lock where it lies below, with `/` between folders.
    pub file: String,
    /// What it calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Of its file, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Powers that it declared.
    #[serde(default)]
    pub asks: Vec<String>,
    /// Powers that it has.
    #[serde(default)]
    pub powers: BTreeMap<String, Power>,
}

/// Over the lock that a run's folder keeps.
const KEPT: &str = "# What each plugin of this run could do, with bounds in numbers.\n\n";

/// A lock file and where it lies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lock {
    path: PathBuf,
    /// What a reader is told first.
    head: &'static str,
    /// In the order of their files.
    plugins: Vec<Locked>,
}

/// How a plugin stands to a lock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen<'a> {
    /// The user has looked at this very file.
    Same(&'a Locked),
    /// In its place lay another one.
    Changed(&'a Locked),
    /// Nobody has looked at it.
    Absent,
}

impl Lock {
    /// The lock of a folder; empty if there is none yet.
    ///
    /// # Errors
    /// A file that cannot be read or is no lock: which line, and what was expected.
    pub fn read(folder: &Path) -> Result<Lock> {
        let path = folder.join(NAME);
        let text = match read_bounded(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Lock { path, head: HEAD, plugins: Vec::new() });
            }
            Err(error) => return Err(anyhow!("cannot read {}: {error}", path.display())),
        };
        let plugins = parse(&text).with_context(|| path.display().to_string())?;
        Ok(Lock { path, head: HEAD, plugins })
    }

    /// The one that a run's folder keeps.
    #[must_use]
    pub fn kept(folder: &Path, plugins: Vec<Locked>) -> Lock {
        let mut lock = Lock { path: folder.join(NAME), head: KEPT, plugins: Vec::new() };
        plugins.into_iter().for_each(|plugin| lock.put(plugin));
        lock
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says of a file. A copy elsewhere is another plugin: with a stranger's parameters beside it, it
    /// would do something else with the same powers.
    #[must_use]
    pub fn look_up(&self, file: &Path, sha256: &str) -> Seen<'_> {
        let place = self.place_of(file);
        match self.plugins.iter().find(|locked| locked.file == place) {
            Some(locked) if locked.sha256.eq_ignore_ascii_case(sha256) => Seen::Same(locked),
            Some(locked) => Seen::Changed(locked),
            None => Seen::Absent,
        }
    }

    /// A file as the lock names it. A link goes by its own name: parameters lie beside it, not beside the
    /// file that it leads to.
    #[must_use]
    pub fn place_of(&self, file: &Path) -> String {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let file = place(file);
        let place = file.strip_prefix(&folder).unwrap_or(&file);
        place.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    }

    /// Adds a plugin, or puts it in the place of what was known of its file.
    pub fn put(&mut self, plugin: Locked) {
        self.plugins.retain(|locked| locked.file != plugin.file);
        self.plugins.push(plugin);
        self.plugins.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// Writes it down: the old one stays until the new one is whole.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn write(&self) -> Result<()> {
        let text = self.head.to_owned() + &write(&self.plugins)?;
        if text.len() as u64 > LONGEST {
            bail!("{} would be longer than {LONGEST} bytes", self.path.display());
        }
        let draft = self.path.with_extension(format!("lock.{}", std::process::id()));
        let put = || {
            let mut file = fs::File::create(&draft)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, &self.path)
        };
        put().with_context(|| format!("cannot write {}", self.path.display())).inspect_err(|_| {
            let _never_made = fs::remove_file(&draft);
        })
    }
}

/// A file's place without `..` and without links on the way to it. The file itself may be gone, or a link: in
/// a folder it goes by the name that it has there.
#[must_use]
pub fn place(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok();
    match (folder, file.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => file.to_owned(),
    }
}

/// What a lock's text says.
///
/// # Errors
/// What is wrong with it, and where.
pub fn parse(text: &str) -> Result<Vec<Locked>> {
    let written: Written = toml::from_str(text).map_err(|error| anyhow!("{error}"))?;
    if written.version != VERSION {
        bail!(
            "version = {}: this callbox reads version {VERSION}; use the callbox that wrote it",
            written.version
        );
    }
    for (index, plugin) in written.plugins.iter().enumerate() {
        plugin.check().with_context(|| format!("plugin {:?}", plugin.file))?;
        if written.plugins[..index].iter().any(|other| other.file == plugin.file) {
            bail!("plugin {:?}: there are two entries for this file; keep one", plugin.file);
        }
    }
    Ok(written.plugins)
}

/// A lock's text, without its head.
///
/// # Errors
/// What TOML cannot say.
pub fn write(plugins: &[Locked]) -> Result<String> {
    let written = Written { version: VERSION, plugins: plugins.to_vec() };
    toml::to_string(&written).context("cannot write a lock down")
}

fn read_bounded(path: &Path) -> io::Result<String> {
    let bytes = read_at_most(LONGEST + 1, path)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other(format!("it is longer than {LONGEST} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

impl Locked {
    /// A plugin as it is now, with the powers given.
    #[must_use]
    pub fn new(
        file: String,
        sha256: &str,
        descriptor: &Descriptor,
        powers: BTreeMap<String, Power>,
    ) -> Locked {
        Locked {
            file,
            name: descriptor.name.clone(),
            version: descriptor.version.clone(),
            sha256: sha256.to_owned(),
            asks: asked(descriptor),
            powers,
        }
    }

    fn check(&self) -> Result<()> {
        if self.sha256.len() != 64 || !self.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
            bail!("sha256 = {:?}: it has 64 hexadecimal digits", self.sha256);
        }
        self.given().map(drop)
    }

    /// The powers, as the handler knows them.
    ///
    /// # Errors
    /// A power that there is not, or a bound that it does not have.
    pub fn given(&self) -> Result<Vec<Given>> {
        let given = self.powers.iter().map(|(power, extent)| extent.given(power));
        Ok(given.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}

/// The powers that a plugin declares and that there are, each once.
#[must_use]
pub fn asked(descriptor: &Descriptor) -> Vec<String> {
    let mut asked: Vec<String> = Vec::new();
    for power in descriptor.needs.iter().chain(&descriptor.wants) {
        if !asked.contains(power) && powers::check_power(power).is_ok() {
            asked.push(power.clone());
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::Extent;

    const DIGEST: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn text(powers: &str) -> String {
        format!(
            "version = 1\n[[plugin]]\nfile = \"plugins/ema.wasm\"\nname = \"ema\"\nversion = \"0.1.0\"\n\
             sha256 = \"{DIGEST}\"\nasks = [\"lr\", \"weights\"]\n[plugin.powers]\n{powers}\n"
        )
    }

    fn error(powers: &str) -> String {
        format!("{:#}", parse(&text(powers)).unwrap_err())
    }

    #[test]
    fn powers_are_read_in_each_of_their_forms() {
        let powers = "lr = [1e-6, 1]\nwd = { max = 0.1 }\nweights = true\nmom = \"default\"\n\
                      beta = false\ncontrol = { from-step = 1000 }";
        let given = parse(&text(powers)).unwrap()[0].given().unwrap();
        let extent = |power: &str| given.iter().find(|g| g.power == power).map(|g| g.extent);
        let bounds = |min, max| Some(Extent::Bounds { min, max });
        assert_eq!(extent("lr"), bounds(Some(1e-6), Some(1.0)));
        assert_eq!(extent("wd"), bounds(None, Some(0.1)));
        assert_eq!(extent("weights"), bounds(None, None));
        assert_eq!(extent("mom"), Some(Extent::Standing));
        assert_eq!(extent("beta"), None);
        assert_eq!(extent("control"), bounds(Some(1000.0), None));
    }

    #[test]
    fn mistakes_name_the_plugin_and_what_was_expected() {
        assert!(error("lrr = true").contains("there is no power `lrr`; did you mean `lr`?"));
        assert!(error("weights = [0, 1]").contains("`weights` has no `min` and `max`"));
        assert!(error("lr = [1, 0]").contains("not greater than `max`"));
        assert!(error("lr = \"much\"").contains("lr"));
        let other = text("").replace("version = 1", "version = 2");
        assert!(format!("{:#}", parse(&other).unwrap_err()).contains("reads version 1"));
        let short = text("").replace(DIGEST, "00");
        assert!(format!("{:#}", parse(&short).unwrap_err()).contains("64 hexadecimal digits"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut lock = Lock::read(folder.path()).unwrap();
        let powers = "lr = [1e-6, 1]\ncontrol = { from-step = 7 }\nweights = true";
        lock.put(parse(&text(powers)).unwrap().remove(0));
        lock.write().unwrap();
        assert_eq!(Lock::read(folder.path()).unwrap(), lock);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_file_is_known_by_its_place_and_its_digest_together() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::kept(folder.path(), parse(&text("")).unwrap());
        let here = folder.path().join("plugins/ema.wasm");
        fs::create_dir(folder.path().join("plugins")).unwrap();
        fs::write(&here, "").unwrap();
        assert_eq!(lock.place_of(&here), "plugins/ema.wasm");
        assert!(matches!(lock.look_up(&here, DIGEST), Seen::Same(_)));
        assert!(matches!(lock.look_up(&here, &DIGEST.to_uppercase()), Seen::Same(_)));
        assert!(matches!(lock.look_up(&here, "other"), Seen::Changed(_)));
        assert_eq!(lock.look_up(&folder.path().join("x.wasm"), DIGEST), Seen::Absent, "a copy");
    }

    #[test]
    fn another_file_keeps_limits_and_no_power_beyond_a_strangers() {
        let left = |power: &str, extent: Power| extent.for_another(power);
        assert_eq!(left("weights", Power::Whole(true)), None);
        assert_eq!(left("lr", Power::Whole(true)), Some(Power::Word(Word::Default)));
        let within = left("lr", Power::Range([1e-6, 5.0])).unwrap();
        let given = within.given("lr").unwrap().unwrap();
        assert_eq!(given.extent, Extent::Within { min: Some(1e-6), max: Some(5.0) });
    }

    #[test]
    fn two_entries_for_one_file_are_an_error() {
        let twice = text("lr = true") + &text("lr = false").replace("version = 1\n", "");
        let error = format!("{:#}", parse(&twice).unwrap_err());
        assert!(error.contains("there are two entries for this file"), "{error}");
    }

    /// Nobody fills it with what there is not.
    #[test]
    fn only_powers_that_there_are_are_written_down() {
        let wants = vec!["x".repeat(4_000), "lr".to_owned()];
        let descriptor = Descriptor { wants, ..Descriptor::default() };
        assert_eq!(asked(&descriptor), ["lr"]);
    }
}
