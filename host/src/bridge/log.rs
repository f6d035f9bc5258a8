//! A plugin's log lines on their way into the records, within what one run takes of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::callback::{LogLevel, Record, Records};
use crate::plugin::{Level, LogSink};

/// What a line takes in the journal beside its words.
const PER_LINE: u64 = 100;

/// One plugin's log. A new instance of the plugin goes on with it.
pub(super) struct Log {
    /// As records show it: until it is admitted under a name of its own, the file's.
    author: Arc<Mutex<String>>,
    records: Records,
    limit_mib: u32,
    /// Bytes that it may still log in this run; nothing once that was not enough for a line.
    left: Arc<AtomicU64>,
    /// Whether it was told that the rest is dropped.
    told: Arc<AtomicBool>,
}

impl Log {
    pub(super) fn new(author: String, records: Records, limit_mib: u32) -> Log {
        let left = Arc::new(AtomicU64::new(u64::from(limit_mib) << 20));
        let told = Arc::default();
        Log { author: Arc::new(Mutex::new(author)), records, limit_mib, left, told }
    }

    /// From now on it logs under this name.
    pub(super) fn rename(&self, author: &str) {
        author.clone_into(&mut self.author.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn sink(&self) -> LogSink {
        let (author, records) = (Arc::clone(&self.author), self.records.clone());
        let (left, told) = (Arc::clone(&self.left), Arc::clone(&self.told));
        let limit = self.limit_mib;
        Box::new(move |level, line| {
            let author = author.lock().unwrap_or_else(PoisonError::into_inner);
            let emit =
                |level, line: &str| records.emit(&Record::Log { author: &author, level, line });
            let cost = line.len() as u64 + PER_LINE;
            let before = left.load(Ordering::Relaxed);
            left.store(before.saturating_sub(cost), Ordering::Relaxed);
            if before >= cost {
                emit(log_level(level), line);
            } else if !told.swap(true, Ordering::Relaxed) {
                let text = format!(
                    "more than {limit} MiB of log in one run (`log-run-mib`): the rest is dropped"
                );
                emit(LogLevel::Warn, &text);
            }
        })
    }
}

fn log_level(level: Level) -> LogLevel {
    match level {
        Level::Debug => LogLevel::Debug,
        Level::Info => LogLevel::Info,
        Level::Warn => LogLevel::Warn,
        Level::Error => LogLevel::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::Observer;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl Observer for Lines {
        fn observe(&mut self, record: &Record<'_>) {
            if let Record::Log { author, line, .. } = record {
                self.0.lock().unwrap().push(format!("{author}: {} bytes", line.len()));
            }
        }
    }

    /// Whatever it logs, and however often it is made anew.
    #[test]
    fn a_run_takes_no_more_log_than_its_limit_and_says_so_once() {
        let (records, lines) = (Records::default(), Lines::default());
        records.add(Box::new(lines.clone()));
        let log = Log::new("file x.wasm".to_owned(), records, 1);
        log.rename("x");
        let text = "x".repeat(4_096 - 100);
        for _ in 0..3 {
            let mut instance = log.sink();
            (0..200).for_each(|_| instance(Level::Info, &text));
        }
        let lines = lines.0.lock().unwrap();
        let (warning, whole) = lines.split_last().unwrap();
        assert_eq!(whole.len(), (1 << 20) / 4_096);
        assert!(whole.iter().all(|line| line == "x: 3996 bytes"));
        assert_ne!(warning, &whole[0]);
    }
}
