//! Callbacks that come, change and go while a run goes on. Whatever a new version does wrong, the old
//! one goes on as if nothing had been tried.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::admission::admit;
use super::super::change::Change;
use super::super::member::{Candidate, Member, Standing};
use super::super::roster;
use super::super::succession;
use super::super::tensors::Workbench;
use super::super::{
    Callback, Chains, Descriptor, Fault, HyperName, Plan, Record, RunInfo, Setting, Status, caught,
};
use super::{Author, Handler};

/// A callback that was removed while the run goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Its index.
    pub author: Author,
    /// Names of the copies of the weights that it kept.
    pub slots: BTreeSet<String>,
}

impl Handler {
    /// A change takes effect; between two batches. Who has gone is told, for whoever holds something of it.
    pub fn change(&mut self, change: Change, bench: &mut dyn Workbench) -> Option<Gone> {
        match change {
            Change::Unusable { file, source, why } => {
                let goes_on = self.runs_from(&file).is_some();
                let goes_on = if goes_on { "; the old one goes on" } else { "" };
                self.notice(&source, &format!("{why}{goes_on}"));
            }
            Change::Went(file) => {
                return self.runs_from(&file).map(|author| self.remove(author));
            }
            Change::Came(candidate) if self.runs_as_it_is(&candidate) => {}
            Change::Came(candidate) => {
                match candidate.file.as_deref().and_then(|f| self.known_from(f)) {
                    Some(author) => self.replace(author, *candidate),
                    None => self.add(*candidate, bench),
                }
            }
        }
        None
    }

    /// A dropped file's callback, also one that was removed. What the run file names does not change.
    fn known_from(&self, file: &Path) -> Option<Author> {
        let dropped = |member: &Member| member.standing == Standing::Dropped;
        let here = |member: &Member| dropped(member) && member.file.as_deref() == Some(file);
        self.members.iter().position(here)
    }

    fn runs_from(&self, file: &Path) -> Option<Author> {
        self.known_from(file).filter(|author| !self.members[*author].is_gone)
    }

    /// It was touched, or written again as it was.
    fn runs_as_it_is(&self, candidate: &Candidate) -> bool {
        let same = |author: Author| {
            let member = &self.members[author];
            member.digest == candidate.digest
                && member.params == candidate.params
                && member.mode == candidate.mode
                && self.is_running(author)
        };
        candidate.file.as_deref().and_then(|file| self.runs_from(file)).is_some_and(same)
    }

    fn notice(&self, source: &str, why: &str) {
        self.records.emit(&Record::Notice(&format!("{source}: {why}")));
    }

    fn add(&mut self, candidate: Candidate, bench: &mut dyn Workbench) {
        let source = candidate.source.clone();
        let member = match admit(candidate, &self.members, &self.run, &self.rules, bench) {
            Ok(member) => member,
            Err(error) => return self.notice(&source, &format!("left out: {}", error.message)),
        };
        if let Err(why) = self.takes(member) {
            self.notice(&source, &format!("left out: {why}"));
        }
    }

    /// A newcomer beside those who are there: in a conflict it loses.
    fn takes(&mut self, member: Member) -> Result<(), String> {
        if !member.reports().is_empty() {
            return Err(
                "it reports metrics of its own, for which this run has no columns; it takes \
                        part from the next run on"
                    .to_owned(),
            );
        }
        self.members.push(member);
        let author = self.members.len() - 1;
        if let Some((_, why)) = roster::conflict(&self.members, &self.run, &self.rules) {
            self.members.pop();
            return Err(why);
        }
        roster::overrule(&mut self.members, &self.rules);
        roster::yield_to_owners(&mut self.members);
        self.members[author].find_monitors(&self.metrics);
        self.chains = Chains::new(&self.members);
        self.dispatch.replace(author, &self.members[author].plan);
        self.bind();
        self.find_shadows();
        self.save_one(author);
        self.records.emit(&Record::Joined(&self.members[author].introduction()));
        self.swapped(author, "", None);
        Ok(())
    }

    /// The new version in the place of the old one, with its state; or the old one, and why.
    fn replace(&mut self, author: Author, candidate: Candidate) {
        let was_gone = self.members[author].is_gone;
        if was_gone && let Some(why) = self.stands_in_the_way_of(author) {
            return self.notice(&candidate.source, &format!("left out: {why}"));
        }
        if self.is_running(author) {
            self.save_one(author);
        }
        let before = if was_gone { String::new() } else { self.members[author].digest.clone() };
        let tried = candidate.digest.clone();
        let old = &mut self.members[author];
        let successor = caught(|| succession::succeed(candidate, old, &self.run, &self.rules));
        match successor.unwrap_or_else(|panic| Err(format!("it panicked: {panic}"))) {
            Err(why) => {
                // The new one has put its own limits on the desk.
                let desk = std::rc::Rc::clone(&old.desk);
                old.callback.attach(desk);
                self.emit_swap(author, &before, &tried, Some(&why));
            }
            Ok(new) => {
                old.take_over(new);
                self.dispatch.replace(author, &self.members[author].plan);
                self.members[author].find_monitors(&self.metrics);
                self.bind();
                self.records.emit(&Record::Joined(&self.members[author].introduction()));
                self.swapped(author, &before, None);
            }
        }
    }

    /// Who came in the place of one that had gone, where there is room for one of the two alone.
    fn stands_in_the_way_of(&self, author: Author) -> Option<String> {
        let back = &self.members[author];
        let others = || self.members.iter().filter(|other| !other.is_gone);
        if others().any(|other| other.name == back.name) {
            return Some(format!("another plugin is called `{}` by now", back.name));
        }
        let owned = |name: &&HyperName| others().any(|other| other.owns(**name));
        let name = back.plan.owns.iter().find(owned).filter(|_| back.is_enforced())?;
        Some(format!("another plugin owns {name} by now"))
    }

    fn remove(&mut self, author: Author) -> Gone {
        if self.is_running(author) {
            self.save_one(author);
        }
        let member = &mut self.members[author];
        member.is_gone = true;
        member.uses_tensors = false;
        member.health.status = Status::Disabled;
        // Its instance goes now, with all that it holds.
        member.callback = Box::new(Nobody);
        member.desk.borrow_mut().clear();
        let slots = std::mem::take(&mut member.slots);
        let before = std::mem::take(&mut member.digest);
        self.dispatch.replace(author, &Plan::default());
        self.hypers_moved |= self.table.release(author);
        self.emit_swap(author, &before, "", None);
        Gone { author, slots }
    }

    fn swapped(&self, author: Author, before: &str, why: Option<&str>) {
        self.emit_swap(author, before, &self.members[author].digest, why);
    }

    fn emit_swap(&self, author: Author, before: &str, after: &str, kept_because: Option<&str>) {
        let (author, at) = (&self.members[author].name, self.place(None));
        self.records.emit(&Record::Swapped { author, at, before, after, kept_because });
    }
}

impl Member {
    /// Goes on as its new version: what the run knows of it stays, what it is changes.
    fn take_over(&mut self, new: Member) {
        self.callback = new.callback;
        self.uses_tensors = new.uses_tensors;
        self.descriptor = new.descriptor;
        self.digest = new.digest;
        self.plan = new.plan;
        self.granted = new.granted;
        self.denied = new.denied;
        self.changed = new.changed;
        self.settings = new.settings;
        self.params = new.params;
        self.run = new.run;
        self.health = new.health;
        self.share = new.share;
        self.share.begin(self.account.spent);
        self.mode = new.mode;
        self.is_gone = false;
    }
}

/// In the place of a callback that was removed: it is never called.
struct Nobody;

impl Callback for Nobody {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(Descriptor::default())
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        Ok(Plan::default())
    }
}
