//! Training that leaves no trace: what a stage that only tries something must put back.

use super::error::{FitError, Result};
use super::learner::Learner;
use super::optim::Hypers;
use super::precision::LossScale;
use super::random_states::RandomStates;
use super::slots::Snapshot;
use crate::callback::Phase;

/// All that training changes, as it was when the trial began.
#[derive(Debug)]
pub struct Trial {
    snapshot: Snapshot,
    hypers: Vec<Hypers>,
    true_wd: bool,
    trainable: Vec<bool>,
    norm_frozen: Vec<bool>,
    random: RandomStates,
    loss_scale: Option<LossScale>,
}

impl Trial {
    /// Copies weights, buffers, optimizer state and hidden state, and notes hyper-parameters, what is
    /// frozen, the loss scale, and where torch's generators stand.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn begin(learner: &Learner) -> Result<Self> {
        let (params, optimizer) = (learner.model.params(), &learner.optimizer);
        let refused = FitError::line("beginning a trial");
        Ok(Self {
            snapshot: Snapshot::take(learner).map_err(&refused)?,
            hypers: optimizer.hypers(),
            true_wd: optimizer.true_wd(),
            trainable: params.trainable(),
            norm_frozen: params.norm_frozen(),
            random: RandomStates::of(params.device()).map_err(&refused)?,
            loss_scale: learner.loss_scale(),
        })
    }

    /// Puts all of it back, and removes all gradients.
    ///
    /// # Errors
    /// Another learner than it began with; what libtorch refuses.
    pub fn put_back(&self, learner: &mut Learner) -> Result {
        let refused = FitError::line("ending a trial");
        self.snapshot.put_back(learner).map_err(&refused)?;
        learner.optimizer.load_hypers(&self.hypers)?;
        learner.optimizer.set_true_wd(self.true_wd);
        let params = learner.model.params();
        params.set_trainable(&self.trainable).map_err(&refused)?;
        params.unset_gradients().map_err(&refused)?;
        for (group, frozen) in self.norm_frozen.iter().enumerate() {
            params.set_norm_frozen(group, *frozen);
        }
        self.put_scale_back(learner)?;
        self.random.put_back().map_err(&refused)
    }

    /// Ends the window that the trial may have left open, which adapts the scale once more, first.
    fn put_scale_back(&self, learner: &mut Learner) -> Result {
        let mode = learner.mode(Phase::Train);
        learner.zero_grad()?;
        drop(mode);
        if let Some(scale) = self.loss_scale {
            learner.set_loss_scale(scale);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optim::{Hyper, OptimKind};
    use crate::train::precision::Precision;
    use crate::train::specimen::{learner, train, values};
    use crate::train::torch::{backward, gradients, manual_seed, seeding};
    use tch::Tensor;

    /// Six steps with a trial in the middle, or without.
    fn run(kind: OptimKind, seed: u64, tries: Option<fn(&mut Learner)>) -> Learner {
        manual_seed(seed).unwrap();
        let mut learner = learner(kind);
        learner.model.params().set_requires_grad(1, false).unwrap();
        learner.model.params().set_norm_frozen(1, true);
        train(&mut learner, 3);
        if let Some(tries) = tries {
            let trial = Trial::begin(&learner).unwrap();
            tries(&mut learner);
            trial.put_back(&mut learner).unwrap();
        }
        train(&mut learner, 3);
        learner
    }

    fn try_all(learner: &mut Learner) {
        learner.optimizer.set(Hyper::Lr, 0.5).unwrap();
        learner.optimizer.set_group(0, Hyper::Wd, 0.1).unwrap();
        learner.optimizer.set_true_wd(true);
        let params = learner.model.params();
        params.set_requires_grad(0, false).unwrap();
        params.set_requires_grad(1, true).unwrap();
        params.set_norm_frozen(0, true);
        params.set_norm_frozen(1, false);
        train(learner, 3);
        let weights = learner.model.params().weights().filter(|w| w.tensor.requires_grad());
        let sums = weights.map(|weight| weight.tensor.sum(None));
        backward(&sums.fold(Tensor::from(0.0), |sum, next| sum + next)).unwrap();
    }

    #[test]
    fn a_trial_changes_no_byte_of_what_follows() {
        let _lock = seeding();
        for kind in [OptimKind::Sgd, OptimKind::Adam, OptimKind::RmsProp] {
            let (without, with) = (run(kind, 11, None), run(kind, 11, Some(try_all)));
            assert_eq!(values(&with), values(&without), "{kind:?}");
            assert_eq!(with.optimizer.hypers(), without.optimizer.hypers());
            assert_eq!(with.optimizer.true_wd(), without.optimizer.true_wd());
            assert_eq!(with.hidden(), without.hidden());
            // Where the generator stands does matter: dropout draws.
            assert_ne!(values(&run(kind, 12, None)), values(&without));
        }
    }

    #[test]
    fn it_leaves_no_gradient_and_what_was_frozen_frozen() {
        let _lock = seeding();
        let mut learner = learner(OptimKind::Adam);
        let trial = Trial::begin(&learner).unwrap();
        try_all(&mut learner);
        trial.put_back(&mut learner).unwrap();
        let params = learner.model.params();
        let weights: Vec<_> = params.weights().map(|weight| &weight.tensor).collect();
        assert!(gradients(&weights).unwrap().iter().all(Option::is_none));
        assert!(params.trainable().iter().all(|learns| *learns));
        assert_eq!(params.norm_frozen(), [false; 3]);
    }

    #[test]
    fn the_loss_scale_comes_back_and_no_overflow_drops_the_next_step() {
        let _lock = seeding();
        let mut learner = learner(OptimKind::Adam).with_precision(Precision::F16);
        let scale = learner.loss_scale();
        let trial = Trial::begin(&learner).unwrap();
        let weight = learner.model.params().get("head.weight").unwrap().tensor.shallow_clone();
        learner.backward(&(weight.sum(None) * f64::INFINITY)).unwrap();
        assert!(learner.overflowed());
        trial.put_back(&mut learner).unwrap();
        assert!(!learner.overflowed());
        assert_eq!(learner.loss_scale(), scale);
    }
}
