//! Running statistics of normalisation layers, recomputed for the weights as they are.

use std::rc::Rc;

use tch::Tensor;

use super::data::{Draw, Loader};
use super::error::{FitError, Result, caught};
use super::learner::Learner;
use super::norm::{Moments, Norm};
use super::random_states::RandomStates;
use super::torch::{TorchError, no_grad};
use crate::callback::Phase;

/// Sets running mean and variance of every normalisation layer that is not frozen to those of all
/// values that reach it in one pass over the data: each sample once, in the data's own order, without
/// gradients, in training mode, so that a layer sees what the layers before it make of the batch. Not
/// the average over batches of PyTorch's `update_bn`, which weighs a short batch like a full one.
///
/// torch's generators, the hidden state, gradients and their mode are as before afterwards, after an
/// error too; then the old statistics stand.
///
/// # Errors
/// A stream without an end; what libtorch refuses, such as a last batch with a single value per
/// channel.
pub fn refresh_norm_statistics(learner: &mut Learner, loader: &Loader) -> Result {
    let norms = learner.model.params().norms().iter().filter(|norm| !norm.is_frozen());
    let norms: Vec<Rc<Norm>> = norms.map(Rc::clone).collect();
    if norms.is_empty() {
        return Ok(());
    }
    let whole = loader.whole().map_err(FitError::NotWhole)?;
    let refused = FitError::line("refresh-norm-statistics");
    let pooling = Pooling::begin(norms).map_err(&refused)?;
    let aside = Aside::put(learner).map_err(&refused)?;
    // A panic of libtorch's bindings leaves here as an error: what was put aside comes back.
    let passed = caught(|| pass(learner, &whole));
    // First of all, since an error of the pass leaves here too.
    let restored = aside.put_back(learner);
    let batches = passed?;
    restored.map_err(&refused)?;
    pooling.finish(batches).map_err(&refused)
}

/// The number of batches.
fn pass(learner: &mut Learner, whole: &Loader) -> Result<usize> {
    let _mode = learner.mode(Phase::Train);
    let _gradients = no_grad();
    let mut batches = whole.batches(&Draw::default()).map_err(FitError::data)?;
    for next in batches.by_ref() {
        let batch = next.map_err(FitError::data)?;
        let _output = learner.forward(&batch)?;
    }
    Ok(batches.position())
}

/// What a pass in training mode changes beside the statistics.
struct Aside {
    random: RandomStates,
    hidden: Vec<Tensor>,
}

impl Aside {
    /// The pass begins without a hidden state, as its data begin.
    fn put(learner: &mut Learner) -> Result<Self, TorchError> {
        let hidden = learner.hidden();
        let random = RandomStates::of(learner.model.params().device())?;
        learner.set_hidden(&[])?;
        Ok(Self { random, hidden })
    }

    fn put_back(self, learner: &mut Learner) -> Result<(), TorchError> {
        learner.set_hidden(&self.hidden)?;
        self.random.put_back()
    }
}

/// Layers that pool; dropping it, also while unwinding, lets them move their statistics again.
struct Pooling(Vec<Rc<Norm>>);

impl Pooling {
    fn begin(norms: Vec<Rc<Norm>>) -> Result<Self, TorchError> {
        let pooling = Self(norms);
        pooling.0.iter().try_for_each(|norm| norm.begin_pooling())?;
        Ok(pooling)
    }

    /// All is computed before anything is changed. A layer that no value reached keeps what it has.
    fn finish(self, batches: usize) -> Result<(), TorchError> {
        let moments = self.0.iter().map(|norm| norm.pooled());
        let moments: Vec<Option<Moments>> = moments.collect::<Result<_, _>>()?;
        let pooled = self.0.iter().zip(&moments);
        pooled.filter_map(|(norm, moments)| Some(norm.put(moments.as_ref()?, batches))).collect()
    }
}

impl Drop for Pooling {
    fn drop(&mut self) {
        self.0.iter().for_each(|norm| norm.end_pooling());
    }
}

#[cfg(test)]
mod tests;
