//! Who moved which hyper-parameter, kept beside the handler from what it says it applied.

use std::collections::BTreeMap;

use callbox::callback::hypers::{Bounds, read};
use callbox::callback::{Handler, Hyper, HyperName, HyperOp, HyperUpdate, Signal};

use crate::troupe::Heard;

/// One hyper-parameter of one layer group.
type Cell = (HyperName, usize);

/// Values set, with their authors, and everybody's factors.
#[derive(Debug)]
pub struct Ledger {
    start: Vec<Hyper>,
    set: BTreeMap<Cell, (String, f64)>,
    factors: BTreeMap<(Cell, String), f64>,
}

impl Ledger {
    /// Nobody has moved anything.
    #[must_use]
    pub fn new(start: Vec<Hyper>) -> Self {
        Ledger { start, set: BTreeMap::new(), factors: BTreeMap::new() }
    }

    /// Takes down what took effect.
    pub fn note(&mut self, heard: &Heard) {
        for (author, signal, applied) in &heard.signals {
            if let (Signal::SetHyper(update), true) = (signal, applied) {
                self.put(author, update);
            }
        }
    }

    fn put(&mut self, author: &str, update: &HyperUpdate) {
        for group in 0..self.start.len() {
            if update.group.is_some_and(|only| only as usize != group) {
                continue;
            }
            let cell = (update.name, group);
            if update.op == HyperOp::Set {
                self.set.insert(cell, (author.to_owned(), update.value));
            } else {
                self.factors.insert((cell, author.to_owned()), update.value);
            }
        }
    }

    /// Those with bounds can push a value to their bounds and no further, alone or together; they need
    /// not undo what those without did.
    pub fn check(&self, handler: &Handler) {
        for (group, hyper) in handler.hypers().iter().enumerate() {
            for name in HyperName::ALL {
                if let Some(value) = read(hyper, name) {
                    self.check_cell(handler, (name, group), value);
                }
            }
        }
    }

    fn check_cell(&self, handler: &Handler, cell: Cell, value: f64) {
        let bounds_of = |author: &str| {
            let member = handler.members().iter().find(|member| member.name == author);
            member.map_or(Bounds::of(cell.0), |member| member.bounds()[cell.0 as usize])
        };
        let is_free = |author: &str| bounds_of(author) == Bounds::of(cell.0);
        let free = self.product(cell, is_free);
        let setter = self.set.get(&cell).map(|(author, _)| author);
        let factors = self.factors.keys().filter(|(at, _)| *at == cell).map(|(_, author)| author);
        let movers: Vec<Bounds> =
            setter.into_iter().chain(factors).map(|by| bounds_of(by)).collect();
        let least_max = movers.iter().map(|b| b.max.max(free)).fold(f64::INFINITY, f64::min);
        assert!(value <= least_max, "{cell:?} is {value}, at most {least_max} {self:?}");
        for bounds in &movers {
            // Where bounds exclude each other, the lower maximum holds.
            let least = bounds.min.min(free).min(least_max);
            assert!(value >= least, "{cell:?} is {value}, at least {least} {self:?}");
        }
    }

    fn product(&self, cell: Cell, counts: impl Fn(&str) -> bool) -> f64 {
        let set = self.set.get(&cell).filter(|(author, _)| counts(author));
        let value = set.map(|(_, value)| *value).or_else(|| read(&self.start[cell.1], cell.0));
        let factors = self.factors.iter().filter(|((at, author), _)| *at == cell && counts(author));
        let mut factors: Vec<f64> = factors.map(|(_, factor)| *factor).collect();
        factors.sort_by(f64::total_cmp);
        let value = value.unwrap_or_default();
        if value == 0.0 || factors.first().is_some_and(|least| *least == 0.0) {
            return 0.0;
        }
        factors.into_iter().fold(value, |value, factor| value * factor)
    }
}
