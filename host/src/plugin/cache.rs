//! Machine code of plugins, kept in the user's cache folder.
//!
//! Loading machine code is as trusting as loading a library, so an entry counts only if it carries a MAC
//! under a random key that lies beside it, readable by the user alone: whoever can forge an entry could
//! read that key, and then could as well change the callbox binary. Whatever goes wrong in here is a
//! miss: the plugin is compiled again and the run goes on.
#![allow(unsafe_code, reason = "deserialising machine code is unsafe; see the argument in `load`")]

use std::fs::{self, File, Permissions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use etcetera::BaseStrategy;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use super::Refusal;
use super::compile::{Compiled, pack, unpack};
use super::parse::{Parsed, VERSION};

const MAC_LEN: usize = 32;
const MOST_ENTRIES: usize = 256;
const MOST_BYTES: u64 = 1 << 30;
const EXTENSION: &str = "cwasm";
const DRAFT: &str = "draft";

/// Compiled code in a folder that only its user can read. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Arc<Path>,
    key: [u8; 32],
}

/// Where one plugin's code lies, or will lie.
pub(super) struct Entry<'a> {
    cache: &'a Cache,
    id: [u8; 32],
}

impl Cache {
    /// Opens or makes the folder and its key. It must be a folder of its own.
    ///
    /// # Errors
    /// If the folder cannot be made, or cannot be closed to other users. A run goes on without a cache.
    pub fn open(folder: &Path) -> io::Result<Cache> {
        fs::create_dir_all(folder)?;
        make_private(folder, 0o700)?;
        let key = read_key(folder).or_else(|_| make_key(folder))?;
        Ok(Cache { folder: folder.into(), key })
    }

    /// The folder to use where the user names none: `callbox/plugins` in the user's cache folder.
    #[must_use]
    pub fn default_folder() -> Option<PathBuf> {
        let user = etcetera::choose_base_strategy().ok()?;
        Some(user.cache_dir().join("callbox").join("plugins"))
    }

    /// The entry of a plugin with this digest, for this engine in this version of callbox.
    pub(super) fn entry(&self, engine: &wasmtime::Engine, digest: &[u8]) -> Entry<'_> {
        let mut sha = Sha256::new();
        sha.update(digest);
        sha.update(concat!("names and code ", env!("CARGO_PKG_VERSION")));
        sha.update(VERSION);
        engine.precompile_compatibility_hash().hash(&mut Hashed(&mut sha));
        Entry { cache: self, id: sha.finalize().into() }
    }

    fn mac(&self, id: &[u8; 32]) -> Option<Hmac<Sha256>> {
        let mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.key).ok()?;
        Some(mac.chain_update(id))
    }
}

impl Entry<'_> {
    /// The compiled component and its names, if they are there and untouched: the file need not be read.
    pub(super) fn get(&self, engine: &wasmtime::Engine) -> Option<(Parsed, Component)> {
        let path = self.path();
        let bytes = fs::read(&path).ok()?;
        let (mac, entry) = bytes.split_at_checked(MAC_LEN)?;
        self.cache.mac(&self.id)?.chain_update(entry).verify_slice(mac).ok()?;
        let (parsed, code) = unpack(entry)?;
        let component = load(engine, code).ok()?;
        // The least recently used entries go first; that it stays usable matters more than its age.
        let _aged = File::options()
            .append(true)
            .open(&path)
            .and_then(|f| f.set_modified(SystemTime::now()));
        Some((parsed, component))
    }

    /// Keeps a compiled component; if that fails the next run compiles again.
    pub(super) fn put(&self, compiled: &Compiled) {
        let _lost = self.try_put(compiled);
        let _grown = evict(&self.cache.folder);
    }

    fn try_put(&self, Compiled { parsed, code }: &Compiled) -> io::Result<()> {
        let names = pack(parsed)?;
        let mac = self.cache.mac(&self.id).ok_or(io::ErrorKind::InvalidInput)?;
        let mac = mac.chain_update(&names).chain_update(code).finalize().into_bytes();
        let draft = Draft::write(&self.cache.folder, &[mac.as_ref(), &names, code])?;
        fs::rename(&draft.0, self.path())
    }

    fn path(&self) -> PathBuf {
        self.cache.folder.join(hex(&self.id)).with_extension(EXTENSION)
    }
}

impl Compiled {
    /// The component, ready to be linked.
    pub(super) fn load(&self, engine: &wasmtime::Engine) -> Result<Component, Refusal> {
        load(engine, &self.code).map_err(|error| Refusal::Compile(format!("{error:#}")))
    }
}

fn load(engine: &wasmtime::Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize` asks for bytes that wasmtime's compiler gave. There are two callers.
    // `Compiled::load` has what `compile::build` made: in this process, or in one of a program that the
    // embedder or the command line named (callbox's own binary), which answered over a pipe that nobody
    // else holds. Who could put a forged answer there, by replacing that binary or by breaking the compiler
    // from within, could as well make the compiler emit that code. `Entry::get` has checked a MAC, which
    // binds the code to this plugin, engine and version of callbox under a key that only this user's
    // processes can read, and `try_put` is the only one that makes such MACs, over such a `Compiled`.
    unsafe { Component::deserialize(engine, code) }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes with SHA-256 what only promises to be hashable.
struct Hashed<'a>(&'a mut Sha256);

impl Hasher for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// A file that is removed unless it was renamed.
struct Draft(PathBuf);

impl Draft {
    fn write(folder: &Path, parts: &[&[u8]]) -> io::Result<Draft> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let draft = Draft(folder.join(format!("{}-{count}.{DRAFT}", std::process::id())));
        let mut file = private_file(&draft.0)?;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        Ok(draft)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _renamed = fs::remove_file(&self.0);
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make_private(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, <Permissions as std::os::unix::fs::PermissionsExt>::from_mode(mode))?;
    Ok(())
}

/// The key, unless others could have read or written it.
fn read_key(folder: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(folder.join("key"))?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o077 != 0 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut key = [0; 32];
    file.read_exact(&mut key)?;
    Ok(key)
}

/// Two processes that start together may both make a key: the later one stays, and the entries of the
/// other are misses.
fn make_key(folder: &Path) -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let draft = Draft::write(folder, &[&key])?;
    fs::rename(&draft.0, folder.join("key"))?;
    Ok(key)
}

/// Removes the oldest entries until the rest is within bounds.
fn evict(folder: &Path) -> io::Result<()> {
    let mut entries = Vec::new();
    for file in fs::read_dir(folder)? {
        let (path, data) = file.and_then(|file| Ok((file.path(), file.metadata()?)))?;
        // Drafts that a crash left behind grow old like entries.
        if path.extension().is_some_and(|extension| extension == EXTENSION || extension == DRAFT) {
            entries.push((data.modified()?, data.len(), path));
        }
    }
    entries.sort_by(|a, b| b.cmp(a));
    let mut bytes = 0;
    for (index, (_, size, path)) in entries.iter().enumerate() {
        bytes += size;
        if index >= MOST_ENTRIES || bytes > MOST_BYTES {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Guest;
    use super::super::{Engine, Limits, Prepared};
    use super::*;

    fn entries(folder: &Path) -> Vec<PathBuf> {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|e| e == EXTENSION)).collect()
    }

    fn hit(engine: &Engine, folder: &Path) -> bool {
        let cache = Cache::open(folder).unwrap();
        let bytes = Guest::default().core_module();
        Prepared::from_bytes(engine, Some(&cache), bytes, &Limits::default()).unwrap().from_cache()
    }

    #[test]
    fn the_second_time_is_a_hit_and_tampering_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::new().unwrap();
        assert!(!hit(&engine, folder.path()));
        assert!(hit(&engine, folder.path()));
        let entry = entries(folder.path()).remove(0);
        let whole = fs::read(&entry).unwrap();
        for (at, what) in [(0, "the MAC"), (MAC_LEN, "the beginning"), (whole.len() - 1, "the end")]
        {
            let mut forged = whole.clone();
            forged[at] ^= 1;
            fs::write(&entry, forged).unwrap();
            assert!(!hit(&engine, folder.path()), "{what} was changed");
            assert!(hit(&engine, folder.path()), "written again after {what} was changed");
        }
        for size in [0, MAC_LEN - 1, MAC_LEN, whole.len() / 2] {
            fs::write(&entry, &whole[..size]).unwrap();
            assert!(!hit(&engine, folder.path()), "cut to {size} bytes");
        }
        assert_eq!(entries(folder.path()).len(), 1);
    }

    #[test]
    fn another_key_or_another_plugins_entry_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::new().unwrap();
        assert!(!hit(&engine, folder.path()));
        fs::remove_file(folder.path().join("key")).unwrap();
        assert!(!hit(&engine, folder.path()));
        let entry = entries(folder.path()).remove(0);
        let cache = Cache::open(folder.path()).unwrap();
        let other = cache.entry(engine.wasmtime(), b"another digest");
        fs::copy(entry, other.path()).unwrap();
        assert!(other.get(engine.wasmtime()).is_none());
    }

    /// What another version of callbox would keep: code alone.
    #[test]
    fn an_entry_without_names_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::new().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let entry = cache.entry(engine.wasmtime(), b"a digest");
        let code = b"\x7fELF machine code";
        let mac = cache.mac(&entry.id).unwrap().chain_update(code).finalize().into_bytes();
        fs::write(entry.path(), [&mac[..], &code[..]].concat()).unwrap();
        assert!(entry.get(engine.wasmtime()).is_none());
    }

    #[test]
    #[cfg(unix)]
    fn nobody_else_can_read_it_and_a_key_that_others_could_read_is_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let first = Cache::open(folder.path()).unwrap();
        let key = folder.path().join("key");
        assert_eq!((mode(folder.path()), mode(&key)), (0o700, 0o600));
        fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
        let second = Cache::open(folder.path()).unwrap();
        assert_ne!(first.key, second.key);
        assert_eq!(mode(&key), 0o600);
    }

    #[test]
    fn the_oldest_entries_go() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..MOST_ENTRIES + 3 {
            let file = File::create(folder.path().join(format!("{n}.{EXTENSION}"))).unwrap();
            let age = std::time::Duration::from_secs(n as u64);
            file.set_modified(SystemTime::UNIX_EPOCH + age).unwrap();
        }
        evict(folder.path()).unwrap();
        assert_eq!(entries(folder.path()).len(), MOST_ENTRIES);
        assert!(!folder.path().join(format!("2.{EXTENSION}")).exists());
        assert!(folder.path().join(format!("3.{EXTENSION}")).exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_does_not_stop_a_plugin() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::new().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        fs::remove_dir_all(folder.path()).unwrap();
        let bytes = Guest::default().core_module();
        assert!(Prepared::from_bytes(&engine, Some(&cache), bytes, &Limits::default()).is_ok());
    }
}
