//! A native callback in the place of plugins that took part in a recorded run and do not take part in its play.

use crate::callback::{Callback, Candidate, Descriptor, Fault, MetricSpec, Plan, RunInfo, Setting};

/// Declares the metrics of the absent, so that others can monitor them: their values stand in the trace.
struct StandIn(Vec<MetricSpec>);

/// Declares these metrics.
pub(super) fn stand_in(metrics: Vec<MetricSpec>) -> Candidate {
    Candidate::native(Box::new(StandIn(metrics)))
}

impl Callback for StandIn {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(Descriptor { name: "host".to_owned(), ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        Ok(Plan { reports: self.0.clone(), ..Plan::default() })
    }

    fn uses_tensors(&self) -> bool {
        false
    }
}
