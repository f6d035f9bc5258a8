//! Callbacks whose answers take no effect: those that are only observed, and second versions that
//! are compared with the first.

use super::super::member::Mode;
use super::super::{Fault, Hook, Record, Signal, Verdict};
use super::conclude::verdict;
use super::{Author, Handler};

impl Handler {
    /// What a list would have come to: judged and journaled, and nothing more.
    pub(super) fn observe(&mut self, author: Author, hook: Option<Hook>, signals: &[Signal]) {
        match self.sentence(author, hook, signals) {
            Ok(worths) => {
                self.members[author].health.well();
                for (signal, worth) in signals.iter().zip(worths) {
                    let would = verdict(worth);
                    if would == Verdict::Applied {
                        self.remember(author, signal);
                    }
                    self.journal(author, hook, signal, &Verdict::Observed(Box::new(would)));
                }
            }
            Err(violation) => {
                let would = Verdict::Refused(violation.clone());
                let verdict = Verdict::Observed(Box::new(would));
                signals.iter().for_each(|signal| self.journal(author, hook, signal, &verdict));
                self.blame(author, hook, &Fault::Violation(violation));
            }
        }
    }

    /// Takes the answers of shadows out of what was heard; tells where they differ from the answers of
    /// the callbacks that they stand behind.
    pub(super) fn compare_shadows(
        &mut self,
        hook: Option<Hook>,
        heard: &mut Vec<(Author, Vec<Signal>)>,
    ) {
        for (shadow, of) in self.shadows.clone() {
            let at = heard.iter().position(|(author, _)| *author == shadow);
            let given = at.map(|at| heard.remove(at).1).unwrap_or_default();
            let first = heard.iter().find(|(author, _)| *author == of);
            let first = first.map_or(&[][..], |(_, signals)| signals);
            // One that does not run has no answer to compare.
            if !self.is_running(shadow) || !self.is_running(of) || are_same(first, &given) {
                continue;
            }
            let (author, at) = (&self.members[shadow].name, self.place(hook));
            let of = &self.members[of].name;
            self.records.emit(&Record::Differs { author, of, at, first, second: &given });
            self.members[shadow].account.differences += 1;
        }
    }

    /// Which shadow stands behind whom.
    pub(super) fn find_shadows(&mut self) {
        let of = |shadow: &Mode| match shadow {
            Mode::Shadow(of) => self.members.iter().position(|member| member.name == *of),
            Mode::Enforce | Mode::Observe => None,
        };
        let pairs = self.members.iter().enumerate();
        self.shadows = pairs.filter_map(|(index, m)| Some((index, of(&m.mode)?))).collect();
    }
}

/// Signal by signal, in order. A tensor's number says nothing of what is in it.
fn are_same(first: &[Signal], second: &[Signal]) -> bool {
    let same = |(one, other): (&Signal, &Signal)| match (one, other) {
        (Signal::SampleWeights(_), Signal::SampleWeights(_)) => true,
        // As text, so that not-a-number equals itself.
        _ => format!("{one:?}") == format!("{other:?}"),
    };
    first.len() == second.len() && first.iter().zip(second).all(same)
}
