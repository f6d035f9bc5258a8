//! The columns of the epoch table: the host's own metrics and those that callbacks report.

use super::{MetricSpec, Report};

/// All metrics of a run with their latest values.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    columns: Vec<Column>,
}

#[derive(Debug, Clone)]
struct Column {
    spec: MetricSpec,
    latest: f64,
    /// Of this epoch's reports: the sum of value × weight, and of weights.
    sum: f64,
    weight: f64,
}

impl Metrics {
    /// With the host's own metrics first.
    #[must_use]
    pub fn new(specs: impl IntoIterator<Item = MetricSpec>) -> Self {
        let column = |spec| Column { spec, latest: f64::NAN, sum: 0.0, weight: 0.0 };
        Metrics { columns: specs.into_iter().map(column).collect() }
    }

    /// Names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.spec.name.clone()).collect()
    }

    /// What each metric is, in order.
    #[must_use]
    pub fn specs(&self) -> Vec<MetricSpec> {
        self.columns.iter().map(|column| column.spec.clone()).collect()
    }

    /// Index of a metric.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.spec.name == name)
    }

    /// The latest value of one; NaN where there is none yet.
    #[must_use]
    pub fn latest(&self, index: usize) -> f64 {
        self.columns[index].latest
    }

    /// The latest values, in order.
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.latest).collect()
    }

    /// The host's own value of a metric; an unknown name has no column and is not kept.
    pub fn set(&mut self, name: &str, value: f64) {
        if let Some(index) = self.find(name) {
            self.columns[index].latest = value;
        }
    }

    /// A callback's value: averaged by weight over an epoch. NaN is no value, nor is one of no weight.
    pub fn report(&mut self, report: &Report) {
        let says_nothing = report.value.is_nan() || report.weight == 0.0;
        let Some(index) = self.find(&report.name).filter(|_| !says_nothing) else {
            return;
        };
        let column = &mut self.columns[index];
        column.sum += report.value * report.weight;
        column.weight += report.weight;
        column.latest = column.sum / column.weight;
    }

    /// One metric's average starts anew, without a value until it is reported again.
    pub fn restart(&mut self, name: &str) {
        if let Some(index) = self.find(name) {
            let column = &mut self.columns[index];
            (column.latest, column.sum, column.weight) = (f64::NAN, 0.0, 0.0);
        }
    }

    /// Averages start anew; latest values stay until there are new ones.
    pub fn next_epoch(&mut self) {
        for column in &mut self.columns {
            column.sum = 0.0;
            column.weight = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(value: f64, weight: f64) -> Report {
        Report { name: "score".into(), value, weight }
    }

    #[test]
    fn reports_are_averaged_by_weight_within_an_epoch() {
        let spec = MetricSpec { name: "score".into(), higher_is_better: Some(true) };
        let mut metrics = Metrics::new([spec]);
        metrics.report(&report(1.0, 3.0));
        metrics.report(&report(5.0, 1.0));
        metrics.report(&report(f64::NAN, 1.0));
        metrics.report(&report(9.0, 0.0));
        assert_eq!(metrics.latest(0), 2.0);
        metrics.next_epoch();
        metrics.report(&report(7.0, 1.0));
        assert_eq!(metrics.latest(0), 7.0);
    }
}
