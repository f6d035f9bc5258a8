//! What becomes of a callback after a fault: pure rules, counted in steps, so that a rerun decides
//! the same.

use super::Fault;

/// What to do when a callback breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FaultPolicy {
    /// Make it anew, at most three times; then give it up.
    #[default]
    Restart,
    /// Give it up at once.
    Disable,
    /// Write a checkpoint and end the run.
    Stop,
}

/// How many violations in a row make a callback be given up, unless the run file says otherwise.
pub const VIOLATIONS_IN_A_ROW: u32 = 100;

/// How many violations in all make a callback be given up: one good answer in between buys no more.
const VIOLATIONS_IN_ALL: u32 = 1_000;

/// Steps to wait before each restart; there are no more than these.
const BACK_OFF: [u64; 3] = [1, 10, 100];

/// Whether a callback is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Running,
    /// It broke; to be made anew at the first batch boundary from this iteration on.
    Waiting {
        /// Training batches completed.
        until: u64,
    },
    /// It is given up.
    Disabled,
}

/// What the handler must do after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Go on calling it.
    GoOn,
    /// Make it anew in so many steps.
    RestartIn {
        /// Training batches from now.
        steps: u64,
    },
    /// Do not call it again.
    Disable,
    /// End the run with a checkpoint.
    StopRun,
}

/// One callback's record.
#[derive(Debug, Clone)]
pub struct Health {
    policy: FaultPolicy,
    /// The run file names it and it holds powers: to lose it silently is worse than to stop.
    essential: bool,
    patience: u32,
    violations_in_a_row: u32,
    violations: u32,
    restarts: usize,
    /// Whether it is called.
    pub status: Status,
}

impl Health {
    /// A healthy one.
    #[must_use]
    pub fn new(policy: FaultPolicy, essential: bool, patience: u32) -> Self {
        let status = Status::Running;
        Health {
            policy,
            essential,
            patience,
            violations_in_a_row: 0,
            violations: 0,
            restarts: 0,
            status,
        }
    }

    /// An event went well.
    pub fn well(&mut self) {
        self.violations_in_a_row = 0;
    }

    /// A fault at this iteration: decides, and takes over the new status.
    pub fn fault(&mut self, fault: &Fault, iteration: u64) -> Consequence {
        let consequence = match fault {
            Fault::Violation(_) => self.violation(),
            Fault::Broken(_) => self.breakage(),
        };
        self.status = match consequence {
            Consequence::GoOn => Status::Running,
            Consequence::RestartIn { steps } => Status::Waiting { until: iteration + steps },
            Consequence::Disable | Consequence::StopRun => Status::Disabled,
        };
        consequence
    }

    fn violation(&mut self) -> Consequence {
        self.violations_in_a_row += 1;
        self.violations += 1;
        if self.violations_in_a_row < self.patience && self.violations < VIOLATIONS_IN_ALL {
            return Consequence::GoOn;
        }
        self.give_up()
    }

    fn breakage(&mut self) -> Consequence {
        match self.policy {
            FaultPolicy::Disable => Consequence::Disable,
            FaultPolicy::Stop => Consequence::StopRun,
            FaultPolicy::Restart => match BACK_OFF.get(self.restarts) {
                None => self.give_up(),
                Some(&steps) => {
                    self.restarts += 1;
                    Consequence::RestartIn { steps }
                }
            },
        }
    }

    /// Whoever chose `disable` has said that it may be lost.
    fn give_up(&self) -> Consequence {
        let may_be_lost = !self.essential || self.policy == FaultPolicy::Disable;
        if may_be_lost { Consequence::Disable } else { Consequence::StopRun }
    }

    /// Whether it is due to be made anew.
    #[must_use]
    pub fn is_due(&self, iteration: u64) -> bool {
        matches!(self.status, Status::Waiting { until } if iteration >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::{BreakKind, Breakage};

    fn broken() -> Fault {
        let message = "unreachable".to_owned();
        Fault::Broken(Breakage { kind: BreakKind::Trap, message, backtrace: None })
    }

    #[test]
    fn three_restarts_with_growing_back_off_then_given_up() {
        let mut health = Health::new(FaultPolicy::Restart, false, 100);
        let steps: Vec<Consequence> = (0..4).map(|_| health.fault(&broken(), 5)).collect();
        let restart = |steps| Consequence::RestartIn { steps };
        assert_eq!(steps, [restart(1), restart(10), restart(100), Consequence::Disable]);
        assert_eq!(health.status, Status::Disabled);
    }

    #[test]
    fn an_essential_one_is_not_given_up_silently() {
        let mut health = Health::new(FaultPolicy::Restart, true, 2);
        let violation = Fault::Violation("no".into());
        assert_eq!(health.fault(&violation, 0), Consequence::GoOn);
        assert_eq!(health.fault(&violation, 0), Consequence::StopRun);
    }

    #[test]
    fn one_that_may_be_disabled_is_not_essential() {
        let mut health = Health::new(FaultPolicy::Disable, true, 1);
        assert_eq!(health.fault(&Fault::Violation("no".into()), 0), Consequence::Disable);
    }

    #[test]
    fn only_violations_in_a_row_count() {
        let mut health = Health::new(FaultPolicy::Restart, false, 2);
        let violation = Fault::Violation("no".into());
        assert_eq!(health.fault(&violation, 0), Consequence::GoOn);
        health.well();
        assert_eq!(health.fault(&violation, 0), Consequence::GoOn);
    }

    #[test]
    fn a_restart_waits_for_its_step() {
        let mut health = Health::new(FaultPolicy::Restart, false, 100);
        health.fault(&broken(), 7);
        assert!(!health.is_due(7));
        assert!(health.is_due(8));
    }
}
