//! `--watch`: what happens in the drop folders becomes changes among a run's callbacks.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result, bail};

use super::config::{LimitsTable, Resolved, Stage};
use super::load::{Loader, shown};
use super::lock::place;
use super::session::Session;
use crate::callback::{Change, Changes};
use crate::plugin::{Glance, Library, News, Watcher};

/// All news of a run so far. Each stage hears them from the beginning: its plugins were started before
/// the first one trained.
struct Hub {
    watcher: Watcher,
    /// Each file's last word, and the number of all before it.
    heard: Vec<(usize, News)>,
    count: usize,
}

/// One stage's ear.
struct Follower {
    hub: Rc<RefCell<Hub>>,
    next: usize,
    run: Rc<Resolved>,
    loader: Loader,
    /// Files that the run file names: they take part once, as named, and stay as they are.
    named: Vec<Option<PathBuf>>,
}

/// The drop folders before anything is loaded, so that nothing is missed.
///
/// # Errors
/// There is no folder to watch.
pub(super) fn glance(run: &Resolved) -> Result<Glance> {
    if run.drop_folders.is_empty() {
        let folder = run.file.folder.join(&run.file.plugins.folder);
        bail!("--watch: there is no folder {}; make it, or name one: --plugins", folder.display());
    }
    Ok(Glance::of(&run.drop_folders))
}

/// From now on every stage that takes dropped files hears of changes.
///
/// # Errors
/// No thread can be started; a plugin that the run file names has gone in the meantime.
pub(super) fn follow(session: &mut Session, run: Resolved, glance: Glance) -> Result<()> {
    let loader = session.loader.clone();
    let preparing = loader.clone();
    let prepare = move |file: &Path| preparing.prepare(file, &LimitsTable::default());
    let watcher = Watcher::start(glance, prepare).context("--watch")?;
    let hub = Hub { watcher, heard: Vec::new(), count: 0 };
    let hub = Rc::new(RefCell::new(hub));
    let (run, stages) = (Rc::new(run), session.stages.iter_mut());
    for (stage, planned) in stages.zip(run.file.stages()) {
        if planned.takes_dropped {
            let named = named(&run, &planned)?;
            let (hub, run, loader) = (Rc::clone(&hub), Rc::clone(&run), loader.clone());
            let follower = Follower { hub, next: 0, run, loader, named };
            stage.callbacks.follow(Box::new(follower));
        }
    }
    Ok(())
}

fn named(run: &Resolved, stage: &Stage) -> Result<Vec<Option<PathBuf>>> {
    let library = Library::new(run.file.library());
    let names = stage.plugins.iter().flat_map(|table| [Some(&table.name), table.shadow.as_ref()]);
    names.flatten().map(|name| Ok(library.find(name)?.canonicalize().ok())).collect()
}

fn unusable(file: &Path, why: String) -> Change {
    Change::Unusable { file: place(file), source: shown(file), why }
}

impl Hub {
    /// The first of the last words that is not older than this, and its number.
    fn from(&mut self, number: usize) -> Option<(usize, News)> {
        while let Some(news) = self.watcher.next() {
            // Machine code of versions that nobody will run any more is not kept.
            self.heard.retain(|(_, old)| old.file() != news.file());
            self.heard.push((self.count, news));
            self.count += 1;
        }
        self.heard.iter().find(|(at, _)| *at >= number).cloned()
    }
}

impl Changes for Follower {
    fn next(&mut self) -> Option<Change> {
        loop {
            let (number, news) = self.hub.borrow_mut().from(self.next)?;
            self.next = number + 1;
            if let Some(change) = self.change(news) {
                return Some(change);
            }
        }
    }
}

impl Follower {
    fn change(&self, news: News) -> Option<Change> {
        match news {
            News::Went(file) => Some(Change::Went(place(&file))),
            News::Unusable(file, why) => Some(unusable(&file, why)),
            News::Came(plugin, _) if self.named.contains(&plugin.file.canonicalize().ok()) => None,
            News::Came(plugin, prepared) => {
                // What was granted in the meantime counts.
                if let Err(error) = plugin.check_name() {
                    return Some(unusable(&plugin.file, error.to_string()));
                }
                let words = self.loader.words(&self.run);
                let candidate =
                    words.and_then(|words| self.loader.came(&plugin, prepared, &self.run, &words));
                Some(match candidate {
                    Ok(candidate) => Change::Came(Box::new(candidate)),
                    Err(error) => unusable(&plugin.file, format!("{error:#}")),
                })
            }
        }
    }
}
