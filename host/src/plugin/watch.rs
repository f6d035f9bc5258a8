//! Drop folders, looked at again and again while a run goes on.
//!
//! Looked at rather than listened to: a folder on a network tells nobody of its changes, and whether a writer
//! is done can only be seen by looking twice. What is new is compiled on a thread beside, so that the training
//! only ever takes what is ready.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Dropped, LoadError, Prepared, Refusal, dropped, signature_path};

/// How often the folders are looked at. A file is taken when it was the same at two looks.
const INTERVAL: Duration = Duration::from_millis(200);

/// What a look at the folders brought.
#[derive(Clone)]
pub enum News {
    /// A file came, or another one in its place; it is ready to run.
    Came(Dropped, Prepared),
    /// A file is gone.
    Went(PathBuf),
    /// A file came that cannot be used: why.
    Unusable(PathBuf, String),
}

impl News {
    /// Of which file.
    #[must_use]
    pub fn file(&self) -> &Path {
        match self {
            News::Came(plugin, _) => &plugin.file,
            News::Went(file) | News::Unusable(file, _) => file,
        }
    }
}

/// What changes a file's contents changes this too.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    file: Option<Mark>,
    sidecar: Option<Mark>,
    signature: Option<Mark>,
}

/// Length, last change of contents, and, where the system has them, the file's number and its last change
/// of any kind: a copy that keeps dates is another file.
type Mark = (u64, Option<SystemTime>, (u64, i64, i64));

/// The files of some folders as they were at one look.
#[derive(Debug, Default)]
pub struct Glance {
    folders: Vec<PathBuf>,
    known: BTreeMap<PathBuf, Stamp>,
    /// Changed since the last look, and perhaps not yet whole.
    settling: BTreeMap<PathBuf, Stamp>,
}

/// What two looks at the same folders tell.
#[derive(Debug, PartialEq, Eq)]
enum Noted {
    Came(PathBuf),
    Went(PathBuf),
}

/// A thread that looks at drop folders until this is dropped.
pub struct Watcher {
    news: mpsc::Receiver<News>,
    _alive: mpsc::Sender<()>,
}

impl Glance {
    /// The folders as they are now: what changes from here on is news.
    #[must_use]
    pub fn of(folders: &[PathBuf]) -> Glance {
        let mut glance = Glance { folders: folders.to_vec(), ..Glance::default() };
        glance.known = glance.list().unwrap_or_default();
        glance
    }

    /// `None`: a folder cannot be read just now, which is not to say that its files are gone.
    fn list(&self) -> Option<BTreeMap<PathBuf, Stamp>> {
        let mut all = BTreeMap::new();
        for folder in &self.folders {
            for Dropped { file, .. } in dropped(folder).ok()? {
                let stamp = stamp(&file);
                all.insert(file, stamp);
            }
        }
        Some(all)
    }

    /// Compares with the look before; what has just changed is looked at once more.
    fn compare(&mut self, now: BTreeMap<PathBuf, Stamp>) -> Vec<Noted> {
        let gone: Vec<PathBuf> =
            self.known.keys().filter(|path| !now.contains_key(*path)).cloned().collect();
        self.known.retain(|path, _| now.contains_key(path));
        let mut noted: Vec<Noted> = gone.into_iter().map(Noted::Went).collect();
        let before = std::mem::take(&mut self.settling);
        for (path, stamp) in now {
            if self.known.get(&path) == Some(&stamp) {
                continue;
            }
            if before.get(&path) == Some(&stamp) {
                noted.push(Noted::Came(path.clone()));
                self.known.insert(path, stamp);
            } else {
                self.settling.insert(path, stamp);
            }
        }
        noted
    }
}

impl Watcher {
    /// Looks at the folders of a glance, from what it saw. `prepare` reads, checks and compiles a file, on a
    /// thread of its own: what goes is news at once, however long a file takes to compile.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(
        glance: Glance,
        prepare: impl Fn(&Path) -> Result<Prepared, LoadError> + Send + 'static,
    ) -> io::Result<Watcher> {
        let (send, news) = mpsc::channel();
        let (alive, dead) = mpsc::channel::<()>();
        let (came, to_prepare) = mpsc::channel::<PathBuf>();
        // Held from a look to what is said of it: nothing comes after it went.
        let turn = Arc::new(Mutex::new(()));
        let desk = Desk { send: send.clone(), turn: Arc::clone(&turn) };
        let named = |name: &str| thread::Builder::new().name(name.into());
        named("callbox-prepare").spawn(move || desk.prepare_all(&to_prepare, prepare))?;
        let look = move || look_on(glance, &dead, &turn, &send, &came);
        named("callbox-watch").spawn(look)?;
        Ok(Watcher { news, _alive: alive })
    }

    /// The next news, if there is any by now. Does not wait.
    #[must_use]
    pub fn next(&self) -> Option<News> {
        self.news.try_recv().ok()
    }
}

/// Looks again and again, until the run is over.
fn look_on(
    mut glance: Glance,
    dead: &mpsc::Receiver<()>,
    turn: &Mutex<()>,
    send: &mpsc::Sender<News>,
    came: &mpsc::Sender<PathBuf>,
) {
    while let Err(mpsc::RecvTimeoutError::Timeout) = dead.recv_timeout(INTERVAL) {
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(now) = glance.list() else { continue };
        for noted in glance.compare(now) {
            let told = match noted {
                Noted::Went(path) => send.send(News::Went(path)).is_ok(),
                Noted::Came(path) => came.send(path).is_ok(),
            };
            // Nobody listens any more.
            if !told {
                return;
            }
        }
    }
}

/// Where files are made ready.
struct Desk {
    send: mpsc::Sender<News>,
    turn: Arc<Mutex<()>>,
}

impl Desk {
    fn prepare_all(
        &self,
        files: &mpsc::Receiver<PathBuf>,
        prepare: impl Fn(&Path) -> Result<Prepared, LoadError>,
    ) {
        while let Ok(path) = files.recv() {
            let prepared = prepare(&path);
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            // It has gone in the meantime, which was news already.
            if !path.exists() {
                continue;
            }
            let news = match prepared {
                Ok(prepared) => News::Came(Dropped::at(path), prepared),
                Err(error) => News::Unusable(path, why(&error)),
            };
            if self.send.send(news).is_err() {
                return;
            }
        }
    }
}

/// The file is named by who tells it.
fn why(error: &LoadError) -> String {
    match error {
        LoadError::Refused {
            refusal: refusal @ (Refusal::Truncated(_) | Refusal::Empty), ..
        } => {
            format!("{refusal}; it is looked at again when it changes")
        }
        LoadError::Refused { refusal, .. } => refusal.to_string(),
        other => other.to_string(),
    }
}

fn stamp(file: &Path) -> Stamp {
    let mark = |path: &Path| std::fs::metadata(path).ok().map(|data| mark(&data));
    let sidecar = mark(&file.with_extension("toml"));
    Stamp { file: mark(file), sidecar, signature: mark(&signature_path(file)) }
}

#[cfg(unix)]
fn mark(data: &Metadata) -> Mark {
    use std::os::unix::fs::MetadataExt;
    (data.len(), data.modified().ok(), (data.ino(), data.ctime(), data.ctime_nsec()))
}

#[cfg(not(unix))]
fn mark(data: &Metadata) -> Mark {
    (data.len(), data.modified().ok(), (0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(size: u64) -> Stamp {
        Stamp { file: Some((size, None, (0, 0, 0))), sidecar: None, signature: None }
    }

    fn look(glance: &mut Glance, files: &[(&str, u64)]) -> Vec<Noted> {
        let now = files.iter().map(|(name, size)| (PathBuf::from(name), at(*size))).collect();
        glance.compare(now)
    }

    #[test]
    fn a_file_is_news_when_it_was_the_same_at_two_looks() {
        let mut glance = Glance::default();
        assert_eq!(look(&mut glance, &[("a", 1)]), []);
        assert_eq!(look(&mut glance, &[("a", 2)]), [], "its writer is not done");
        assert_eq!(look(&mut glance, &[("a", 2)]), [Noted::Came("a".into())]);
        assert_eq!(look(&mut glance, &[("a", 2)]), []);
        assert_eq!(look(&mut glance, &[("a", 3)]), []);
        assert_eq!(look(&mut glance, &[("a", 3)]), [Noted::Came("a".into())]);
    }

    #[test]
    fn what_is_gone_is_news_once_and_may_come_back() {
        let mut glance = Glance::default();
        for _ in 0..2 {
            look(&mut glance, &[("a", 1), ("b", 1)]);
        }
        assert_eq!(look(&mut glance, &[("b", 1)]), [Noted::Went("a".into())]);
        assert_eq!(look(&mut glance, &[("b", 1)]), []);
        assert_eq!(look(&mut glance, &[("a", 1), ("b", 1)]), []);
        assert_eq!(look(&mut glance, &[("a", 1), ("b", 1)]), [Noted::Came("a".into())]);
    }

    /// It was never taken, so nobody misses it.
    #[test]
    fn a_file_that_goes_before_it_was_whole_is_no_news() {
        let mut glance = Glance::default();
        assert_eq!(look(&mut glance, &[("a", 1)]), []);
        assert_eq!(look(&mut glance, &[]), []);
        assert_eq!(look(&mut glance, &[("a", 1)]), [], "it has to settle anew");
    }

    #[test]
    fn a_copy_that_keeps_size_and_date_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wasm");
        std::fs::write(&file, "one").unwrap();
        let before = stamp(&file);
        let date = std::fs::metadata(&file).unwrap().modified().unwrap();
        let other = folder.path().join("b");
        std::fs::write(&other, "two").unwrap();
        std::fs::File::options().append(true).open(&other).unwrap().set_modified(date).unwrap();
        std::fs::rename(&other, &file).unwrap();
        assert_ne!(stamp(&file), before);
    }

    /// A signature that comes after its file makes the file another one.
    #[test]
    fn what_lies_beside_a_file_is_looked_at_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wasm");
        std::fs::write(&file, "").unwrap();
        let alone = stamp(&file);
        std::fs::write(signature_path(&file), "").unwrap();
        let signed = stamp(&file);
        std::fs::write(folder.path().join("a.toml"), "").unwrap();
        assert!(alone != signed && signed != stamp(&file));
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_not_empty() {
        let glance = Glance::of(&["/nowhere/plugins".into()]);
        assert!(glance.list().is_none());
    }

    /// However long another file takes to compile.
    #[test]
    fn what_goes_is_news_while_something_is_compiled() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("old.wasm"), "old").unwrap();
        let glance = Glance::of(&[folder.path().into()]);
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel::<()>();
        let prepare = move |file: &Path| {
            begun.send(file.to_owned()).unwrap();
            // Until the test is over.
            let _over = ends.recv();
            Err(LoadError::Name(String::new()))
        };
        let watcher = Watcher::start(glance, prepare).unwrap();
        std::fs::write(path("bomb.wasm"), "bomb").unwrap();
        assert_eq!(begins.recv().unwrap(), path("bomb.wasm"));
        std::fs::remove_file(path("old.wasm")).unwrap();
        let wait = || {
            std::iter::repeat_with(|| watcher.next()).find_map(|news| {
                thread::yield_now();
                news
            })
        };
        assert!(matches!(wait(), Some(News::Went(file)) if file == path("old.wasm")));
        // What goes while it is compiled does not come afterwards.
        std::fs::remove_file(path("bomb.wasm")).unwrap();
        assert!(matches!(wait(), Some(News::Went(file)) if file == path("bomb.wasm")));
        drop(end);
    }
}
