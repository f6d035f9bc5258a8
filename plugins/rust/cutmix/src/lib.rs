//! CutMix: puts a box of another image of the batch into every image, and mixes the targets by its
//! area.
//!
//! A box for the whole batch, as in the paper's code: λ ~ Beta(alpha, alpha); the box has
//! `√(1 − λ)` of both sides, rounded down to pixels; its middle is drawn evenly from the image, and
//! what lies outside is cut off. λ is then corrected to the part of the image that stays, and
//! targets are `λ·y + (1 − λ)·y[partner]`, with a random permutation of the batch for partners. From
//! Yun et al., CutMix: Regularization strategy to train strong classifiers with localizable
//! features, 2019. A box without a pixel leaves the batch as it is.
//!
//! Inputs are images [batch, channels, height, width]; other ones are a violation each. Targets are
//! class numbers, which become rows of class probabilities, or have fractions; cross-entropy of such
//! a row is `λ·L(y1) + (1 − λ)·L(y2)`. Beside `mixup`, both mix the same batch: use one of them, or
//! each in a stage of its own. Training loss and accuracy are those of mixed images.

use std::ops::Range;

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Both parameters of the Beta distribution; at 1 every part is equally likely.
        alpha: f64 = 1.0, min 0.001, max 1000.0;
    }
}

/// Mixes every batch of training.
pub struct Cutmix {
    alpha: f64,
    classes: u64,
}

impl Callback for Cutmix {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Transform])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self { alpha: params.alpha, classes: run.class_counts.len() as u64 })
    }

    fn plan(&self) -> Plan {
        Plan::default().transforms_input()
    }
}

impl Transform for Cutmix {
    fn on_batch_begin(
        &mut self,
        state: &State,
        input: Tensor,
        target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        let [_, _, height, width] = input.shape()?[..] else {
            return Err("it takes images: inputs [batch, channels, height, width]".into());
        };
        let rows = target.class_rows(self.classes)?;
        let [ys, xs] = self.drawn([height, width])?;
        let given = part([&ys, &xs], [height, width]);
        if given == 0.0 {
            return Ok(None);
        }
        let partner = tensors::random_permutation(state.batch_size.into())?;
        let strip = input.narrow(2, ys.clone())?;
        let patch = strip.narrow(3, xs.clone())?.pick(0, partner)?;
        let input = input.put(2, ys.start, strip.put(3, xs.start, patch)?)?;
        let given = Tensor::create(&[1], &[given as f32])?.convert(rows.kind()?)?;
        Ok(Some((input, rows.lerp(rows.pick(0, partner)?, given)?)))
    }
}

impl Cutmix {
    fn drawn(&self, sides: [u64; 2]) -> Result<[Range<u64>; 2], Failure> {
        let kept = tensors::random_beta(&[1], self.alpha, self.alpha)?.item()?;
        let share = (1.0 - kept).max(0.0).sqrt();
        let mut ranges = [0..0, 0..0];
        for (range, side) in ranges.iter_mut().zip(sides) {
            *range = cut(side, share, tensors::random_uniform(&[1])?.item()?);
        }
        Ok(ranges)
    }
}

/// About this share of a side, in whole pixels; `middle` is in [0, 1).
fn cut(side: u64, share: f64, middle: f64) -> Range<u64> {
    let half = (side as f64 * share) as u64 / 2;
    let center = (side as f64 * middle) as u64;
    center.saturating_sub(half)..(center + half).min(side)
}

/// Of the image, that a box takes: 1 - λ.
fn part(of: [&Range<u64>; 2], sides: [u64; 2]) -> f64 {
    let pixels = of.map(|range| range.end - range.start);
    (pixels[0] * pixels[1]) as f64 / (sides[0] * sides[1]) as f64
}

register!(Cutmix, transform);
small_heap!();

#[cfg(test)]
mod tests;
