//! Who is called at which hook: lists built once from the plans.

use super::{Hook, Phase, Plan, Reads, Subscription};

/// One callback's subscription to one hook.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Whose.
    pub member: usize,
    /// What to fill in.
    pub reads: Reads,
    /// `None`: every phase.
    pub phase: Option<Phase>,
    /// Deliver occurrences 1, n+1, 2n+1, …
    pub every: u32,
    /// Occurrences left out since the last delivery.
    waited: u32,
}

impl Delivery {
    fn new(member: usize, wanted: &Subscription) -> Self {
        let Subscription { reads, phase, every, .. } = *wanted;
        Delivery { member, reads, phase, every, waited: 0 }
    }

    /// Counts an occurrence; whether this one is delivered.
    pub fn is_due(&mut self, phase: Phase) -> bool {
        if self.phase.is_some_and(|wanted| wanted != phase) {
            return false;
        }
        let due = self.waited == 0;
        self.waited = if self.waited + 1 == self.every { 0 } else { self.waited + 1 };
        due
    }
}

/// A list of deliveries per hook, in the order of members.
#[derive(Debug, Clone, Default)]
pub struct Dispatch {
    lists: [Vec<Delivery>; 11],
    /// Somebody sees every hook, so that none is silent.
    recorded: bool,
}

impl Dispatch {
    /// From the plans, in the order of members.
    pub fn new<'a>(plans: impl Iterator<Item = &'a Plan>) -> Self {
        let mut dispatch = Dispatch::default();
        for (member, plan) in plans.enumerate() {
            for wanted in &plan.subscriptions {
                dispatch.lists[wanted.hook as usize].push(Delivery::new(member, wanted));
            }
        }
        dispatch
    }

    /// One member's subscriptions in the place of what it had; the others go on counting.
    pub fn replace(&mut self, member: usize, plan: &Plan) {
        for list in &mut self.lists {
            list.retain(|delivery| delivery.member != member);
        }
        for wanted in &plan.subscriptions {
            let list = &mut self.lists[wanted.hook as usize];
            let at = list.partition_point(|delivery| delivery.member < member);
            list.insert(at, Delivery::new(member, wanted));
        }
    }

    /// Nobody listens here.
    #[inline]
    #[must_use]
    pub fn is_silent(&self, hook: Hook) -> bool {
        self.lists[hook as usize].is_empty() && !self.recorded
    }

    /// From now on every hook is shown to those who see hooks.
    pub fn record(&mut self) {
        self.recorded = true;
    }

    /// Whether every hook is shown to those who see hooks.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// Who listens here.
    #[must_use]
    pub fn at(&self, hook: Hook) -> &[Delivery] {
        &self.lists[hook as usize]
    }

    /// Who listens here, to be counted.
    pub fn at_mut(&mut self, hook: Hook) -> &mut [Delivery] {
        &mut self.lists[hook as usize]
    }

    /// Whether anybody, anywhere, reads losses.
    #[must_use]
    pub fn reads_losses(&self) -> bool {
        self.lists.iter().flatten().any(|delivery| delivery.reads.losses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counts_after_the_phase_filter() {
        let wanted =
            Subscription { every: 3, ..Subscription::to(Hook::BatchEnd).in_phase(Phase::Train) };
        let plan = Plan { subscriptions: vec![wanted], ..Plan::default() };
        let mut dispatch = Dispatch::new(std::iter::once(&plan));
        let delivery = &mut dispatch.at_mut(Hook::BatchEnd)[0];
        let phases = [Phase::Train, Phase::Valid, Phase::Train, Phase::Train, Phase::Train];
        let due = phases.map(|phase| delivery.is_due(phase));
        assert_eq!(due, [true, false, false, false, true]);
    }
}
