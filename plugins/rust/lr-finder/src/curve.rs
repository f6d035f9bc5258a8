//! What the curve of losses says, as fastai reads it.

/// The last points, where the loss explodes, say nothing.
const SKIPPED_END: usize = 5;

/// A curve without its ends.
#[derive(Clone, Copy)]
pub(crate) struct Curve<'a> {
    first: usize,
    losses: &'a [f64],
}

impl<'a> Curve<'a> {
    /// Without this many points at its start, the last five, and what follows a NaN. `None` where
    /// nothing is left.
    pub(crate) fn of(losses: &'a [f64], first: usize) -> Option<Self> {
        let losses = losses.get(first..losses.len().checked_sub(SKIPPED_END)?)?;
        let end = losses.iter().position(|loss| loss.is_nan()).unwrap_or(losses.len());
        let losses = losses.get(..end).filter(|losses| !losses.is_empty())?;
        Some(Self { first, losses })
    }

    /// Index of the point where the loss falls most steeply from point to point: the least of
    /// numpy's `gradient`, which is half the difference of a point's neighbours, and at both ends
    /// the difference to the only one. `None` for a single point.
    pub(crate) fn steepest(self) -> Option<usize> {
        let last = self.losses.len().checked_sub(1).filter(|last| *last > 0)?;
        let slope = |at: usize| {
            let (before, after) = (at.saturating_sub(1), (at + 1).min(last));
            (self.losses[after] - self.losses[before]) / (after - before) as f64
        };
        self.first_least((0..=last).map(slope))
    }

    /// Index of the point where the loss is least.
    pub(crate) fn least(self) -> Option<usize> {
        self.first_least(self.losses.iter().copied())
    }

    /// Index of a point in the longest valley, a third and a sixth of the way along: the longest
    /// sequence of points, not all of them neighbours, of which each is lower than the one before.
    ///
    /// fastai has the valley begin as many points before its end as the sequence has, wherever it
    /// really began; where that is before the curve it takes the last point, and this the first.
    pub(crate) fn valley(self) -> usize {
        // The last points of the sequences of 1, 2, ... points: the highest that there are, for
        // they are the easiest to go on from.
        let mut lasts: Vec<f64> = Vec::new();
        let mut end = 0;
        for (at, loss) in self.losses.iter().enumerate() {
            let before = lasts.partition_point(|last| last > loss);
            match lasts.get_mut(before) {
                Some(last) => *last = *loss,
                None => {
                    lasts.push(*loss);
                    end = at;
                }
            }
        }
        let length = if lasts.len() > 1 { lasts.len() } else { 0 };
        self.first + (end + length / 3 + length / 6).saturating_sub(length)
    }

    fn first_least(self, values: impl Iterator<Item = f64>) -> Option<usize> {
        let (at, _) = values.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        Some(self.first + at)
    }
}
