//! Progressive resizing: training begins on small images, which grow to full size.
//!
//! In training, images [batch, channels, height, width] are resized (bilinear) to `scale` of both
//! sides, rounded to `multiple-of` pixels. The scale is `start` until the part `grow-from` of the run,
//! then grows in a straight line to 1 at `full-from`, and stays there. That is the schedule of
//! Composer's ProgressiveResizing with its defaults (delay 0.5, and 0.2 for the end at full size);
//! fastai's lessons train in stages of growing sizes instead, which run files have too. Composer
//! rounds the width alone and takes the nearest pixel; here each side is rounded for itself.
//!
//! By default images are made coarse and brought back to their size, so that every model takes them:
//! it sees less, and is as slow as before. With `keep-size = false` they stay small, which is what
//! saves time. That takes a model that works on images of any size; another refuses every batch, as a
//! violation in the journal. Validation always sees images in full.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Part of each side at first.
        start: f64 = 0.5, min 0.01, max 1.0;
        /// Part of the run after which images begin to grow.
        grow_from: f64 = 0.5, min 0.0, max 1.0;
        /// Part of the run from which on images have their full size.
        full_from: f64 = 0.8, min 0.0, max 1.0;
        /// Sides are multiples of this many pixels.
        multiple_of: u32 = 4, min 1;
        /// Coarse images of the size that they had, for any model; false: smaller images.
        keep_size: bool = true;
    }
}

/// Resizes every batch of training until images are grown.
pub struct ProgressiveResize {
    params: Params,
    planned: f64,
}

impl Callback for ProgressiveResize {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Transform])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        if params.grow_from > params.full_from {
            return Err("images cannot have grown before they begin to: full-from is less".into());
        }
        let planned = run.planned_iterations.ok_or("images grow over a run of known length")?;
        Ok(Self { params, planned: planned as f64 })
    }

    fn plan(&self) -> Plan {
        Plan::default().transforms_input()
    }
}

impl Transform for ProgressiveResize {
    fn on_batch_begin(
        &mut self,
        state: &State,
        input: Tensor,
        target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        let scale = self.scale(state.iteration);
        if scale >= 1.0 {
            return Ok(None);
        }
        let [_, _, height, width] = input.shape()?[..] else {
            return Err("it takes images: inputs [batch, channels, height, width]".into());
        };
        let [small_height, small_width] = [height, width].map(|side| self.side(side, scale));
        let mut resized = input.resize(small_height, small_width)?;
        if self.params.keep_size {
            resized = resized.resize(height, width)?;
        }
        Ok(Some((resized, target)))
    }
}

impl ProgressiveResize {
    /// What part of their sides the images of this batch have. It follows from the counter alone.
    fn scale(&self, batch: u64) -> f64 {
        let Params { start, grow_from, full_from, .. } = self.params;
        let done = batch as f64 / self.planned;
        if done >= full_from {
            return 1.0;
        }
        anneal::linear(start, 1.0, (done - grow_from) / (full_from - grow_from))
    }

    /// The nearest multiple, at least one and at most the whole side.
    fn side(&self, side: u64, scale: f64) -> u64 {
        let step = u64::from(self.params.multiple_of);
        let steps = (side as f64 * scale / step as f64 + 0.5) as u64;
        (steps.max(1) * step).min(side)
    }
}

register!(ProgressiveResize, transform);
small_heap!();

#[cfg(test)]
mod tests;
