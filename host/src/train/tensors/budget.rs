//! What an event, and what the tensors of a batch have used at a desk, against what they may use.

use std::cell::Cell;
use std::time::Duration;

use crate::callback::tensors::{Budgets, Failure};

const MIB: u64 = 1 << 20;

/// Counts one event's use, and the bytes of the tensors that live.
#[derive(Debug)]
pub(super) struct Meter {
    pub(super) limits: Budgets,
    operations: u64,
    elements: u64,
    bytes: Cell<u64>,
    host_time: Duration,
}

impl Meter {
    /// Nothing used, no limit.
    pub(super) fn new() -> Self {
        let limits = Budgets::NONE;
        Self { limits, operations: 0, elements: 0, bytes: Cell::new(0), host_time: Duration::ZERO }
    }

    /// The next event: budgets are whole again, but for the bytes.
    pub(super) fn begin(&mut self) {
        *self = Self { limits: self.limits, bytes: self.bytes.take().into(), ..Self::new() };
    }

    /// No tensor lives any more.
    pub(super) fn clear(&mut self) {
        self.bytes.set(0);
    }

    /// One more call, or as many as it stands for.
    pub(super) fn operations(&mut self, calls: u64) -> Result<(), Failure> {
        self.check_time(Duration::ZERO)?;
        self.operations = self.operations.saturating_add(calls);
        if self.operations <= self.limits.operations {
            return Ok(());
        }
        let limit = grouped(self.limits.operations);
        spent(format!("{limit} tensor operations per event is spent (`host-operations`)"))
    }

    /// Elements that cross to the callback.
    pub(super) fn elements(&mut self, count: u64) -> Result<(), Failure> {
        let after = self.elements.saturating_add(count);
        if after > self.limits.elements {
            let limit = grouped(self.limits.elements);
            return spent(format!("{limit} elements read per event is spent (`read-elements`)"));
        }
        self.elements = after;
        Ok(())
    }

    /// Whether so many more bytes on the device are within the budget.
    pub(super) fn afford(&self, bytes: u64) -> Result<(), Failure> {
        if self.bytes.get().saturating_add(bytes) <= self.limits.device_bytes {
            return Ok(());
        }
        let limit = self.limits.device_bytes;
        let limit = match limit % MIB {
            0 => format!("{} MiB", grouped(limit / MIB)),
            _ => format!("{} bytes", grouped(limit)),
        };
        spent(format!("{limit} of new tensors per batch is spent (`device-mib`)"))
    }

    /// Bytes on the device that are taken until the tensors are cleared.
    pub(super) fn bytes(&self, bytes: u64) {
        self.bytes.set(self.bytes.get().saturating_add(bytes));
    }

    /// Wall time of a call that is over.
    pub(super) fn time(&mut self, spent: Duration) {
        self.host_time = self.host_time.saturating_add(spent);
    }

    /// Wall time of all calls that are over.
    pub(super) fn host_time(&self) -> Duration {
        self.host_time
    }

    /// Whether there is time left, `running` in a call that is not over included.
    pub(super) fn check_time(&self, running: Duration) -> Result<(), Failure> {
        if self.host_time.saturating_add(running) <= self.limits.host_time {
            return Ok(());
        }
        let limit = u64::try_from(self.limits.host_time.as_millis()).unwrap_or(u64::MAX);
        spent(format!("{} ms in tensor operations per event is spent (`host-ms`)", grouped(limit)))
    }
}

fn spent<T>(what: String) -> Result<T, Failure> {
    Err(Failure::OverBudget(format!("the budget of {what}")))
}

/// Thousands are parted by commas.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter() -> Meter {
        let mut meter = Meter::new();
        meter.limits = Budgets {
            operations: 4096,
            host_time: Duration::from_millis(20),
            elements: 1_000_000,
            device_bytes: 64 * MIB,
        };
        meter
    }

    fn text(result: Result<(), Failure>) -> String {
        match result.unwrap_err() {
            Failure::OverBudget(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_budget_has_its_text() {
        let mut meter = meter();
        meter.operations(4096).unwrap();
        meter.elements(1_000_000).unwrap();
        meter.afford(64 * MIB).unwrap();
        meter.bytes(64 * MIB);
        assert_eq!(
            text(meter.operations(1)),
            "the budget of 4,096 tensor operations per event is spent (`host-operations`)"
        );
        assert_eq!(
            text(meter.elements(1)),
            "the budget of 1,000,000 elements read per event is spent (`read-elements`)"
        );
        assert_eq!(
            text(meter.afford(1)),
            "the budget of 64 MiB of new tensors per batch is spent (`device-mib`)"
        );
        meter.time(Duration::from_millis(21));
        assert_eq!(
            text(meter.operations(1)),
            "the budget of 20 ms in tensor operations per event is spent (`host-ms`)"
        );
    }

    #[test]
    fn the_next_event_has_all_again_but_what_lives() {
        let mut meter = meter();
        meter.time(Duration::from_secs(1));
        meter.bytes(u64::MAX);
        assert!(meter.operations(1).is_err());
        meter.begin();
        assert_eq!(meter.operations(4096), Ok(()));
        assert_eq!(meter.host_time(), Duration::ZERO);
        assert!(meter.afford(1).is_err());
        meter.clear();
        assert_eq!(meter.afford(64 * MIB), Ok(()));
    }

    #[test]
    fn an_elements_request_that_is_refused_costs_nothing() {
        let mut meter = meter();
        assert!(meter.elements(u64::MAX).is_err());
        assert_eq!(meter.elements(1_000_000), Ok(()));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
