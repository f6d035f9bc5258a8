//! Recorded runs that every callbox has with it. `make traces` records them anew.

use super::read::{Trace, TraceError};

/// Their names, and what each shows.
pub const SHIPPED: [(&str, &str); 4] = [
    ("digits", "a good run: 10 epochs on handwritten digits, with one-cycle and early-stopping"),
    ("plateau", "40 epochs of which the last 25 bring nothing"),
    ("diverging", "a loss that grows until it is infinite, then NaN"),
    ("lr-find", "the trial of an LR finder"),
];

/// In the order of [`SHIPPED`].
const PACKED: [&[u8]; 4] = [
    include_bytes!("../../traces/digits.jsonl.gz"),
    include_bytes!("../../traces/plateau.jsonl.gz"),
    include_bytes!("../../traces/diverging.jsonl.gz"),
    include_bytes!("../../traces/lr-find.jsonl.gz"),
];

/// One of them; `None`: there is none of this name.
#[must_use]
pub fn shipped(name: &str) -> Option<Result<Trace, TraceError>> {
    let index = SHIPPED.iter().position(|(known, _)| *known == name)?;
    Some(Trace::parse(PACKED[index]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::{Hook, Outcome};
    use crate::trace::{Line, Moment};

    fn moments(trace: &Trace) -> Vec<Moment> {
        trace.moments().map(|moment| moment.unwrap().1).collect()
    }

    #[test]
    fn each_shows_what_it_says() {
        let [digits, plateau, diverging, lr_find] =
            SHIPPED.map(|(name, _)| shipped(name).unwrap().unwrap());
        for trace in [&digits, &plateau, &diverging, &lr_find] {
            assert!(!trace.is_cut, "{}", trace.head.run.id);
        }

        let last = moments(&digits).pop().unwrap();
        assert!(last.metrics[2] > 0.97 && last.iteration == 200, "{last:?}");

        let all = moments(&plateau);
        let best = all.iter().min_by(|a, b| a.metrics[1].total_cmp(&b.metrics[1])).unwrap();
        assert!(best.epoch < 15, "the rest brings nothing: {best:?}");

        let losses: Vec<f64> = moments(&diverging).iter().map(|m| m.losses.raw).collect();
        assert!(losses.iter().any(|loss| loss.is_infinite()));
        assert!(losses.last().unwrap().is_nan());

        // At train-begin it is still the run's own.
        let rates: Vec<f64> = moments(&lr_find).iter().skip(1).map(|m| m.hypers[0].lr).collect();
        assert!(rates.is_sorted() && rates.last().unwrap() / rates[0] > 1e5);
        let ending = lr_find.ending().expect("it has an end");
        assert!(matches!(ending.outcome, Outcome::Stopped(_)));
    }

    #[test]
    fn a_trace_that_is_cut_anywhere_is_whole_up_to_its_last_line() {
        let packed = PACKED[2];
        let texts = |trace: &Trace| trace.lines.iter().map(Line::to_text).collect::<Vec<_>>();
        let whole = Trace::parse(packed).unwrap();
        let all = texts(&whole);
        let mut lines = 0;
        for length in 0..packed.len() {
            let Ok(trace) = Trace::parse(&packed[..length]) else { continue };
            assert_eq!(texts(&trace), all[..trace.lines.len()]);
            assert!(trace.is_cut, "{length} of {} bytes", packed.len());
            assert!(trace.lines.len() >= lines, "more bytes are no fewer lines");
            lines = trace.lines.len();
        }
        let last_batch = whole
            .lines
            .iter()
            .rposition(|line| matches!(line, Line::Hook(change) if change.hook == Hook::EpochEnd));
        assert!(lines > last_batch.unwrap(), "{lines} lines");
    }
}
