//! Leitner's boxes: what is known is asked less often.
//!
//! As with flash cards (Leitner, 1972), a sample that is answered right moves up one box, a wrong one
//! goes back to the first. One of box k is drawn with `factor^(k − 1)` of the probability of one of box
//! 1, from the next epoch on; one that was never seen lies in `new-box`. The answer is right where the
//! output is greatest at the target's class, of a mixed target at its greatest part; with
//! `right-below`, where the sample's loss is below that.
//!
//! A sample that is labelled wrongly never leaves the first box, and a model that sees it again and
//! again learns it by heart: `max-ratio` bounds how much more often the first box is drawn than the
//! last. An epoch keeps its length, so that some samples are missed and some repeated; training loss
//! and accuracy are those of hard ones. It waits for the device at every batch, and holds and saves one
//! byte for each sample.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Number of boxes.
        boxes: u32 = 5, min 2, max 255;
        /// Probability of being drawn, as a part of that of the box before.
        factor: f64 = 0.5, min 0.01, max 1.0;
        /// Box of the samples that were never seen, from 1.
        new_box: u32 = 1, min 1, max 255;
        /// The first box is drawn at most this many times as often as the last.
        max_ratio: f64 = 8.0, min 1.0, max 1e6;
        /// Right is a sample with a loss below this; 0: one whose class is answered.
        right_below: f64 = 0.0, min 0.0;
    }
}

/// Keeps the boxes.
pub struct LeitnerSampler {
    params: Params,
    /// Each sample's box, from 0, in dataset order.
    boxes: Vec<u8>,
}

impl Callback for LeitnerSampler {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Sampler])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        if params.new_box > params.boxes {
            return Err("there is no box of that number: lower new-box".into());
        }
        match run.n_samples {
            None => Err("boxes hold a known number of samples, and a stream has none".into()),
            Some(4_000_001..) => {
                Err("what it saves holds 4,000,000 samples; these are more".into())
            }
            Some(n) => Ok(Self { boxes: vec![params.new_box as u8 - 1; n as usize], params }),
        }
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::TrainBegin).and_on(Hook::EpochEnd).powers([Power::Sampler]);
        plan.and_on(Hook::BatchEnd).phase(Phase::Train)
    }

    // A run that goes on draws as it did.
    fn on_train_begin(&mut self, state: &State) -> Answer {
        let new = self.params.new_box as u8 - 1;
        let moved = self.boxes.iter().any(|at| *at != new);
        if moved { self.on_epoch_end(state) } else { signal::none() }
    }

    fn on_batch_end(&mut self, _state: &State) -> Answer {
        // A batch that was left out has no output.
        let Ok((losses, samples)) = batch::sample_losses() else { return signal::none() };
        let below = self.params.right_below as f32;
        let right: Vec<i64> = match below > 0.0 {
            true => losses.read()?.iter().map(|loss| (*loss < below).into()).collect(),
            false => answered()?,
        };
        for (sample, right) in samples.read_integers()?.into_iter().zip(right) {
            self.answer(sample, right != 0);
        }
        signal::none()
    }

    fn on_epoch_end(&mut self, _state: &State) -> Answer {
        let of = weights(&self.params);
        let weights: Vec<f32> = self.boxes.iter().map(|at| of[usize::from(*at)]).collect();
        Ok(vec![signal::sample_weights(Tensor::create(&[weights.len() as u64], &weights)?)])
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(self.boxes.clone())
    }

    // Of data that have grown meanwhile, the new ones stay in their box.
    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        let last = self.params.boxes as u8 - 1;
        self.boxes.iter_mut().zip(saved).for_each(|(at, saved)| *at = last.min(*saved));
        Ok(())
    }
}

impl LeitnerSampler {
    fn answer(&mut self, sample: i64, right: bool) {
        let last = self.params.boxes as u8 - 1;
        if let Some(at) = self.boxes.get_mut(sample as usize) {
            *at = if right { last.min(*at + 1) } else { 0 };
        }
    }
}

/// Of a sample in each box.
fn weights(params: &Params) -> [f32; 256] {
    let (mut all, mut weight) = ([0.0; 256], 1.0);
    for of in &mut all {
        *of = f64::max(weight, 1.0 / params.max_ratio) as f32;
        weight *= params.factor;
    }
    all
}

/// 1 for each sample of the batch whose class has the greatest output.
fn answered() -> Result<Vec<i64>, String> {
    let (answer, target) = (batch::output()?.argmax(-1)?, batch::target()?);
    let target = if target.shape()?.len() > 1 { target.argmax(-1)? } else { target };
    if answer.shape()?.len() != 1 {
        return Err("a sample has several answers here: set right-below".into());
    }
    Ok(answer.equal(target)?.read_integers()?)
}

register!(LeitnerSampler);
small_heap!();

#[cfg(test)]
mod tests;
