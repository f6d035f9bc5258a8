//! What the curve of losses says, as fastai v1 reads it.

/// The first points, where the average is still young, and the last ones, where the loss explodes,
/// say nothing.
const SKIPPED: (usize, usize) = (10, 5);

/// Index of the point where the loss falls most steeply from point to point: the least of numpy's
/// `gradient`, which is half the difference of a point's neighbours, and at both ends the
/// difference to the only one. `None` for fewer than two points that count.
pub(crate) fn steepest(losses: &[f64]) -> Option<usize> {
    let losses = counted(losses)?;
    let last = losses.len().checked_sub(1).filter(|last| *last > 0)?;
    let slope = |at: usize| {
        let (before, after) = (at.saturating_sub(1), (at + 1).min(last));
        (losses[after] - losses[before]) / (after - before) as f64
    };
    first_least((0..=last).map(slope))
}

/// Index of the point where the loss is least.
pub(crate) fn least(losses: &[f64]) -> Option<usize> {
    first_least(counted(losses)?.iter().copied())
}

fn counted(losses: &[f64]) -> Option<&[f64]> {
    losses.get(SKIPPED.0..losses.len().checked_sub(SKIPPED.1)?)
}

fn first_least(values: impl Iterator<Item = f64>) -> Option<usize> {
    let (at, _) = values.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some(SKIPPED.0 + at)
}
