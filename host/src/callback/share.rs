//! A callback's part of the time that training takes, looked at a hundred steps at a time: one slow
//! step says nothing.

use std::time::Duration;

/// What is done about a callback that goes on being slow after it was warned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenSlow {
    /// Nothing: the user was told.
    #[default]
    Warn,
    /// It is disabled.
    Disable,
}

/// How much of the time a callback may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Of the time of a hundred training steps, in percent.
    pub percent: u32,
    /// What follows when it goes on after the warning.
    pub when_slow: WhenSlow,
}

impl Default for Share {
    fn default() -> Self {
        Share { percent: 20, when_slow: WhenSlow::Warn }
    }
}

/// Training steps that are looked at together.
const STEPS: u32 = 100;

/// One callback's time in the steps since it was last looked at.
#[derive(Debug, Clone)]
pub(super) struct ShareWatch {
    share: Share,
    steps: u32,
    took: Duration,
    own: Duration,
    /// Its account at the last step.
    spent: Duration,
    warned: bool,
}

/// What is to be said of a callback that took too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slow {
    /// For the first time.
    Warn(String),
    /// Again, and the user does not want that.
    Disable(String),
}

impl ShareWatch {
    pub(super) fn new(share: Share) -> Self {
        let zero = Duration::ZERO;
        ShareWatch { share, steps: 0, took: zero, own: zero, spent: zero, warned: false }
    }

    /// A training step is over that took so long; `spent` is what the callback has taken in all.
    pub(super) fn step(&mut self, took: Duration, spent: Duration) -> Option<Slow> {
        self.steps += 1;
        self.took += took;
        self.own += spent.saturating_sub(std::mem::replace(&mut self.spent, spent));
        if self.steps < STEPS {
            return None;
        }
        let percent = 100.0 * self.own.as_secs_f64() / self.took.as_secs_f64().max(1e-9);
        (self.steps, self.took, self.own) = (0, Duration::ZERO, Duration::ZERO);
        if percent <= f64::from(self.share.percent) {
            return None;
        }
        self.judge(percent)
    }

    /// The first step begins: what was spent before it counts for nothing.
    pub(super) fn begin(&mut self, spent: Duration) {
        self.spent = spent;
    }

    fn judge(&mut self, percent: f64) -> Option<Slow> {
        let text = format!(
            "took {percent:.0} % of the time of {STEPS} steps, more than {} % (`share-percent`)",
            self.share.percent
        );
        match (std::mem::replace(&mut self.warned, true), self.share.when_slow) {
            (false, _) => Some(Slow::Warn(text)),
            (true, WhenSlow::Disable) => Some(Slow::Disable(text)),
            (true, WhenSlow::Warn) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(1);

    /// The answers of so many hundreds of steps in which a callback takes `micros` of each.
    fn answers(when_slow: WhenSlow, micros: u64, hundreds: u32) -> Vec<Slow> {
        let mut watch = ShareWatch::new(Share { when_slow, ..Share::default() });
        let step = Duration::from_micros(micros);
        (1..=hundreds * STEPS).filter_map(|n| watch.step(STEP, step * n)).collect()
    }

    #[test]
    fn a_fifth_of_the_time_is_not_too_much() {
        assert_eq!(answers(WhenSlow::Disable, 200, 5), []);
    }

    #[test]
    fn the_first_hundred_steps_over_it_are_warned_of_once() {
        let warned = answers(WhenSlow::Warn, 300, 5);
        let text = "took 30 % of the time of 100 steps, more than 20 % (`share-percent`)";
        assert_eq!(warned, [Slow::Warn(text.to_owned())]);
    }

    #[test]
    fn the_second_hundred_disable_it_where_the_user_wants_that() {
        let answers = answers(WhenSlow::Disable, 300, 2);
        assert!(matches!(answers[..], [Slow::Warn(_), Slow::Disable(_)]), "{answers:?}");
    }

    #[test]
    fn what_was_spent_before_the_first_step_counts_for_nothing() {
        let mut watch = ShareWatch::new(Share::default());
        watch.begin(1_000 * STEP);
        for _ in 0..STEPS {
            assert_eq!(watch.step(STEP, 1_000 * STEP), None);
        }
    }

    #[test]
    fn one_slow_step_says_nothing() {
        let mut watch = ShareWatch::new(Share::default());
        let mut spent = Duration::ZERO;
        for step in 0..STEPS {
            spent += if step == 7 { 10 * STEP } else { Duration::ZERO };
            assert_eq!(watch.step(STEP, spent), None);
        }
    }
}
