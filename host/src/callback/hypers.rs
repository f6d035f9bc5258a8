//! Hyper-parameters in effect: the value set, times the factors of all authors, inside the bounds
//! of whoever moved it.

use super::{Hyper, HyperName, HyperOp, HyperUpdate};

/// Index of a callback in its run.
pub type Author = usize;

/// Inclusive bounds that an author's grant puts on a value in effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
}

impl Bounds {
    /// What holds for everybody: lr and wd at least 0 and finite in float32, which the optimizer's
    /// kernels compute in; mom and beta in [0, 1).
    #[must_use]
    pub fn of(name: HyperName) -> Bounds {
        match name {
            HyperName::Lr | HyperName::Wd => Bounds { min: 0.0, max: f32::MAX as f64 },
            // The greatest number below 1.
            HyperName::Mom | HyperName::Beta => Bounds { min: 0.0, max: 1.0 - f64::EPSILON / 2.0 },
        }
    }

    /// Both at once.
    #[must_use]
    pub fn and(self, other: Bounds) -> Bounds {
        Bounds { min: self.min.max(other.min), max: self.max.min(other.max) }
    }
}

/// One author's standing factor on one value.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Factor {
    author: Author,
    name: HyperName,
    group: usize,
    value: f64,
}

/// The values set, who set them, the factors, and what results.
#[derive(Debug, Clone)]
pub struct HyperTable {
    start: Vec<Hyper>,
    set: Vec<Hyper>,
    /// Per hyper-parameter, who last set it.
    setters: [Option<Author>; 4],
    factors: Vec<Factor>,
    effective: Vec<Hyper>,
    bounds: Vec<[Bounds; 4]>,
}

impl HyperTable {
    /// The optimizer's values at the start, one entry per layer group, and nobody's factor.
    #[must_use]
    pub fn new(start: Vec<Hyper>) -> Self {
        HyperTable {
            set: start.clone(),
            effective: start.clone(),
            start,
            setters: [None; 4],
            factors: Vec::new(),
            bounds: Vec::new(),
        }
    }

    /// Bounds per author, in the order of their indices, and per hyper-parameter.
    pub fn bind(&mut self, bounds: Vec<[Bounds; 4]>) {
        self.bounds = bounds;
    }

    /// What the optimizer should use, one entry per layer group.
    #[must_use]
    pub fn effective(&self) -> &[Hyper] {
        &self.effective
    }

    /// Puts values into effect as they are, until the next update is applied; those of other groups
    /// than there are change nothing.
    pub fn put_in_effect(&mut self, hypers: &[Hyper]) {
        if hypers.len() == self.groups() {
            self.effective.copy_from_slice(hypers);
        }
    }

    /// Whether the optimizer has this hyper-parameter.
    #[must_use]
    pub fn has(&self, name: HyperName) -> bool {
        self.start.first().is_some_and(|hyper| read(hyper, name).is_some())
    }

    /// Number of layer groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.start.len()
    }

    /// Whether an author's updates keep inside its bounds, judged by its own part alone: a value by
    /// itself, a factor on the value at the start. What others did is no violation of this one's.
    ///
    /// # Errors
    /// Which update would leave which bounds.
    pub fn check(&self, author: Author, updates: &[HyperUpdate]) -> Result<(), String> {
        for update in updates {
            let bounds = self.bounds_of(author, update.name);
            for group in self.groups_of(update.group) {
                let Some(start) = read(&self.start[group], update.name) else { continue };
                let part = match update.op {
                    HyperOp::Set => update.value,
                    HyperOp::Scale => start * update.value,
                };
                // A factor may leave a start that is itself out of bounds where it is, or mend it.
                if part > bounds.max.max(start) || part < bounds.min.min(start) {
                    return Err(format!(
                        "`{update}` would make {} {part}; it may be {} to {} here",
                        update.name, bounds.min, bounds.max
                    ));
                }
            }
        }
        Ok(())
    }

    /// Takes over accepted updates of all authors; the order of authors does not matter.
    pub fn apply(&mut self, accepted: &[(Author, HyperUpdate)]) {
        for (author, update) in accepted {
            self.put(*author, update);
        }
        for group in 0..self.groups() {
            for name in HyperName::ALL {
                if let Some(value) = self.bounded(name, group) {
                    write(&mut self.effective[group], name, value);
                }
            }
        }
    }

    fn put(&mut self, author: Author, update: &HyperUpdate) {
        for group in self.groups_of(update.group) {
            match update.op {
                HyperOp::Set => {
                    write(&mut self.set[group], update.name, update.value);
                    self.setters[update.name as usize] = Some(author);
                }
                HyperOp::Scale => self.put_factor(author, update, group),
            }
        }
    }

    /// Takes an author's factors back; the values that it set stay as they are. Whether it had any.
    pub fn release(&mut self, author: Author) -> bool {
        let before = self.factors.len();
        self.factors.retain(|factor| factor.author != author);
        self.apply(&[]);
        self.factors.len() < before
    }

    fn put_factor(&mut self, author: Author, update: &HyperUpdate, group: usize) {
        let factor = Factor { author, name: update.name, group, value: update.value };
        let same =
            |f: &&mut Factor| f.author == author && f.name == update.name && f.group == group;
        match self.factors.iter_mut().find(same) {
            Some(standing) => standing.value = update.value,
            None => self.factors.push(factor),
        }
        // Products of floats depend on their order: in that of the values it is nobody's accident.
        self.factors.sort_by(|a, b| a.value.total_cmp(&b.value));
    }

    /// The value without bounds: of all authors, or as if those with bounds had never spoken.
    fn raw(&self, name: HyperName, group: usize, everybody: bool) -> Option<f64> {
        let counts = |author: Author| everybody || !self.is_bounded(author, name);
        let set = self.setters[name as usize].is_none_or(counts);
        let value = read(if set { &self.set[group] } else { &self.start[group] }, name)?;
        let factors = self.factors.iter().filter(|f| f.name == name && f.group == group);
        let factors = factors.filter(|factor| counts(factor.author)).map(|factor| factor.value);
        // Nothing times too much is nothing: a product must not become NaN.
        Some(factors.fold(value, |value, factor| if value == 0.0 { 0.0 } else { value * factor }))
    }

    /// The value in effect: those with bounds can push it to their bounds and no further, alone or
    /// together, but need not undo what others did. Where two authors' bounds exclude each other,
    /// the lower maximum holds.
    fn bounded(&self, name: HyperName, group: usize) -> Option<f64> {
        let value = self.raw(name, group, true)?;
        let free = self.raw(name, group, false)?;
        let Bounds { mut min, mut max } = Bounds::of(name);
        for author in (0..self.bounds.len()).filter(|author| self.moves(*author, name, group)) {
            let bounds = self.bounds_of(author, name);
            min = min.max(bounds.min.min(free));
            max = max.min(bounds.max.max(free));
        }
        // Added, so that -0 is 0 on every machine: what `max` makes of the two is not laid down.
        Some(value.max(min).min(max) + 0.0)
    }

    fn is_bounded(&self, author: Author, name: HyperName) -> bool {
        self.bounds_of(author, name) != Bounds::of(name)
    }

    fn moves(&self, author: Author, name: HyperName, group: usize) -> bool {
        self.setters[name as usize] == Some(author)
            || self.factors.iter().any(|f| f.author == author && f.name == name && f.group == group)
    }

    fn bounds_of(&self, author: Author, name: HyperName) -> Bounds {
        self.bounds.get(author).map_or_else(|| Bounds::of(name), |bounds| bounds[name as usize])
    }

    fn groups_of(&self, group: Option<u32>) -> std::ops::Range<usize> {
        match group {
            None => 0..self.groups(),
            Some(group) => {
                let group = (group as usize).min(self.groups());
                group..(group + 1).min(self.groups())
            }
        }
    }
}

/// One hyper-parameter of a group.
#[must_use]
pub fn read(hyper: &Hyper, name: HyperName) -> Option<f64> {
    match name {
        HyperName::Lr => Some(hyper.lr),
        HyperName::Mom => hyper.mom,
        HyperName::Wd => Some(hyper.wd),
        HyperName::Beta => hyper.beta,
    }
}

/// Sets one that exists; one that does not stays absent.
fn write(hyper: &mut Hyper, name: HyperName, value: f64) {
    match name {
        HyperName::Lr => hyper.lr = value,
        HyperName::Mom => hyper.mom = hyper.mom.map(|_| value),
        HyperName::Wd => hyper.wd = value,
        HyperName::Beta => hyper.beta = hyper.beta.map(|_| value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Hyper = Hyper { lr: 0.1, mom: Some(0.9), wd: 0.0, beta: None };

    fn lr(op: HyperOp, value: f64) -> HyperUpdate {
        HyperUpdate { name: HyperName::Lr, group: None, op, value }
    }

    fn table(bounds: &[Bounds]) -> HyperTable {
        let mut table = HyperTable::new(vec![START]);
        let all = |lr: &Bounds| {
            HyperName::ALL.map(|n| if n == HyperName::Lr { *lr } else { Bounds::of(n) })
        };
        table.bind(bounds.iter().map(all).collect());
        table
    }

    const FREE: Bounds = Bounds { min: 0.0, max: f32::MAX as f64 };
    const TENFOLD: Bounds = Bounds { min: 0.0, max: 1.0 };

    #[test]
    fn factors_multiply_and_stand_until_changed() {
        let mut table = table(&[FREE, FREE, FREE]);
        table.apply(&[(1, lr(HyperOp::Scale, 0.5)), (2, lr(HyperOp::Scale, 0.5))]);
        assert_eq!(table.effective()[0].lr, 0.025);
        table.apply(&[(0, lr(HyperOp::Set, 1.0))]);
        assert_eq!(table.effective()[0].lr, 0.25);
        table.apply(&[(1, lr(HyperOp::Scale, 1.0))]);
        assert_eq!(table.effective()[0].lr, 0.5);
    }

    #[test]
    fn an_author_alone_may_not_leave_its_bounds() {
        let table = table(&[TENFOLD]);
        assert!(table.check(0, &[lr(HyperOp::Set, 1.0)]).is_ok());
        let refused = table.check(0, &[lr(HyperOp::Set, 1.5)]).unwrap_err();
        assert_eq!(refused, "`set lr 1.5` would make lr 1.5; it may be 0 to 1 here");
        assert!(table.check(0, &[lr(HyperOp::Scale, f64::INFINITY)]).is_err());
    }

    #[test]
    fn two_authors_together_stay_inside_what_each_may() {
        let mut table = table(&[TENFOLD, TENFOLD]);
        table.apply(&[(0, lr(HyperOp::Scale, 9.0)), (1, lr(HyperOp::Scale, 9.0))]);
        assert_eq!(table.effective()[0].lr, 1.0);
    }

    /// However low the base was when their factors were accepted.
    #[test]
    fn strangers_together_stay_bounded_when_the_base_rises() {
        let mut table = table(&[FREE, TENFOLD, TENFOLD]);
        table.apply(&[(0, lr(HyperOp::Set, 1e-9))]);
        assert!(table.check(1, &[lr(HyperOp::Scale, 250.0)]).is_err(), "25 times its start");
        table.apply(&[(1, lr(HyperOp::Scale, 10.0)), (2, lr(HyperOp::Scale, 10.0))]);
        table.apply(&[(0, lr(HyperOp::Set, 0.5))]);
        assert_eq!(table.effective()[0].lr, 1.0);
    }

    /// Nobody's factor makes another's legal value a violation, or the product NaN.
    #[test]
    fn an_overflow_is_not_the_owners_fault() {
        let mut table = table(&[FREE, FREE, FREE]);
        table.apply(&[(1, lr(HyperOp::Scale, 1e308)), (2, lr(HyperOp::Scale, 1e308))]);
        assert!(table.check(0, &[lr(HyperOp::Set, 0.1)]).is_ok());
        table.apply(&[(0, lr(HyperOp::Set, 0.0))]);
        assert_eq!(table.effective()[0].lr, 0.0);
        table.apply(&[(0, lr(HyperOp::Set, 0.1))]);
        assert!(table.effective()[0].lr.is_finite());
    }

    #[test]
    fn a_bound_author_need_not_undo_what_a_free_one_did() {
        let mut table = table(&[FREE, TENFOLD]);
        table.apply(&[(0, lr(HyperOp::Set, 4.0))]);
        assert!(table.check(1, &[lr(HyperOp::Scale, 0.5)]).is_ok());
        table.apply(&[(1, lr(HyperOp::Scale, 0.5))]);
        assert_eq!(table.effective()[0].lr, 2.0);
    }

    #[test]
    fn there_is_no_negative_zero() {
        let mut table = table(&[FREE]);
        for update in [lr(HyperOp::Set, -0.0), lr(HyperOp::Scale, -0.0)] {
            table.apply(&[(0, update)]);
            assert!(table.effective()[0].lr.is_sign_positive(), "{update}");
        }
    }

    #[test]
    fn an_absent_hyper_parameter_stays_absent() {
        let mut table = table(&[FREE]);
        assert!(!table.has(HyperName::Beta));
        let beta = HyperUpdate { name: HyperName::Beta, ..lr(HyperOp::Set, 0.5) };
        table.apply(&[(0, beta)]);
        assert_eq!(table.effective()[0].beta, None);
    }
}
