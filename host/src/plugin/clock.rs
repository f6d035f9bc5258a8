//! Guest time: the thread's CPU time less what passes inside host calls.
//!
//! Wall time would blame a guest for a host that waits for its GPU, or for a machine that is busy. Reading
//! the thread's clock is a system call, as dear as a whole event, so an event that ends before the first
//! tick is never measured: the first tick after its beginning starts the measurement, later ticks compare.
//! A guest is therefore stopped no sooner than its budget and no later than two ticks of CPU time after it.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Measures one call at a time.
#[derive(Debug, Default)]
pub(super) struct Clock {
    budget: Duration,
    since: Option<Since>,
    in_host: Duration,
}

/// When the measurement of a call began.
#[derive(Debug, Clone, Copy)]
struct Since {
    thread: Duration,
    /// What its services had taken by then.
    services: Duration,
}

impl Clock {
    /// A call begins that may use this much.
    pub(super) fn begin(&mut self, budget: Duration) {
        self.budget = budget;
        self.since = None;
        self.in_host = Duration::ZERO;
    }

    /// At a tick: whether the call has used its budget up. `services` is the wall time that its
    /// services have taken since it began: never less than their CPU time, so that a host that waits
    /// is not the guest's fault. Their own budget bounds it.
    pub(super) fn is_over(&mut self, services: Duration) -> bool {
        let thread = thread_time();
        let since = *self.since.get_or_insert(Since { thread, services });
        let spent = thread.saturating_sub(since.thread).saturating_sub(self.in_host);
        spent.saturating_sub(services.saturating_sub(since.services)) > self.budget
    }

    /// A host call begins; costs nothing unless this call is being measured.
    pub(super) fn enter_host(&self) -> Option<Duration> {
        self.since.map(|_| thread_time())
    }

    /// The host call that gave this is over.
    pub(super) fn leave_host(&mut self, entered: Option<Duration>) {
        if let Some(entered) = entered {
            self.in_host += thread_time().saturating_sub(entered);
        }
    }
}

fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    // The kernel never gives a negative time; zero would only make the deadline milder.
    Duration::try_from(now).unwrap_or_default()
}
