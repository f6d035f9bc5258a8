//! Callbacks that say what the fuzzer made up, and everybody who listens to them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use callbox::callback::{
    Callback, Candidate, Descriptor, Fault, Hook, Observer, Outcome, Plan, Record, RunInfo,
    Setting, Signal, State, Verdict,
};
use callbox::observe::to_line;

use crate::laws;

/// What each callback answers to the current event, by its name.
pub type Script = Rc<RefCell<BTreeMap<String, Result<Vec<Signal>, Fault>>>>;

/// A callback with a plan that is made of what it was granted.
pub struct Actor {
    /// What it says that it is.
    pub descriptor: Descriptor,
    /// What it will do in a run that grants it this.
    pub plan: Box<dyn Fn(&RunInfo) -> Plan>,
    /// Where its answers stand.
    pub script: Script,
}

impl Actor {
    fn answer(&self, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        laws::hypers_are_sane(state.hypers);
        self.script.borrow_mut().remove(&self.descriptor.name).unwrap_or(Ok(Vec::new()))
    }

    /// As a candidate that nothing is known of but its word.
    #[must_use]
    pub fn candidate(self) -> Candidate {
        // Nobody is given up: what is compared must not depend on how often something was refused.
        Candidate { patience: u32::MAX, ..Candidate::native(Box::new(self)) }
    }
}

impl Callback for Actor {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(self.descriptor.clone())
    }

    fn start(&mut self, run: &RunInfo, settings: &[Setting]) -> Result<Plan, Fault> {
        laws::settings_fit(&self.descriptor, settings);
        Ok((self.plan)(run))
    }

    fn on_event(&mut self, _hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        self.answer(state)
    }

    fn finish(&mut self, state: &State<'_>, _outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        self.answer(state)
    }
}

/// What the records of one event say.
#[derive(Debug, Default)]
pub struct Heard {
    /// Every signal with its author and whether it took effect, in order.
    pub signals: Vec<(String, Signal, bool)>,
    /// Authors of lists that were refused.
    pub refused: BTreeSet<String>,
}

/// Listens to all records.
#[derive(Clone, Default)]
pub struct Ears(Arc<Mutex<Heard>>);

impl Ears {
    /// What was heard since this was last asked.
    #[must_use]
    pub fn take(&self) -> Heard {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Ears {
    fn observe(&mut self, record: &Record<'_>) {
        laws::is_one_harmless_line(&to_line(record));
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match record {
            Record::Signal { author, signal, verdict, .. } => {
                let applied = **verdict == Verdict::Applied;
                heard.signals.push(((*author).to_owned(), (*signal).clone(), applied));
            }
            Record::Fault { author, fault: Fault::Violation(_), .. } => {
                heard.refused.insert((*author).to_owned());
            }
            _ => {}
        }
    }
}
