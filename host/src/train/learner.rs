//! What is trained: a model, its loss, its optimizer and its metrics, as the loop's five lines.

use std::cell::Cell;
use std::rc::Rc;

use tch::Tensor;

use super::data::Batch;
use super::error::{FitError, Result};
use super::loss::Loss;
use super::metric::Metric;
use super::model::{Model, Output};
use super::optim::{self, HpOptimizer};
use super::torch::{self, GradMode, TorchError};
use crate::callback::{Hyper, HyperName, Phase, hypers};

/// A model with everything that trains it.
pub struct Learner {
    /// Computes outputs.
    pub model: Box<dyn Model>,
    /// Compares them with targets.
    pub loss: Loss,
    /// Changes the model's weights.
    pub optimizer: HpOptimizer,
    /// Measured in validation.
    pub metrics: Vec<Box<dyn Metric>>,
    training: Rc<Cell<bool>>,
}

/// Layers and gradients as one phase wants them; as they were before when it is dropped.
pub struct Mode {
    training: Rc<Cell<bool>>,
    before: bool,
    _gradients: GradMode,
}

impl Drop for Mode {
    fn drop(&mut self) {
        self.training.set(self.before);
    }
}

impl Learner {
    /// Ready to be trained.
    #[must_use]
    pub fn new(
        model: Box<dyn Model>,
        loss: Loss,
        optimizer: HpOptimizer,
        metrics: Vec<Box<dyn Metric>>,
    ) -> Self {
        Learner { model, loss, optimizer, metrics, training: Rc::new(Cell::new(true)) }
    }

    /// Layers and gradients as this phase wants them, until the guard is dropped.
    #[must_use = "dropping the guard ends the mode"]
    pub fn mode(&mut self, phase: Phase) -> Mode {
        let trains = phase == Phase::Train;
        Mode {
            training: Rc::clone(&self.training),
            before: self.training.replace(trains),
            _gradients: if trains { torch::enable_grad() } else { torch::no_grad() },
        }
    }

    /// The model's output of a batch.
    ///
    /// # Errors
    /// What libtorch refuses, such as an input of another shape.
    pub fn forward(&mut self, batch: &Batch) -> Result<Output> {
        self.model.forward(&batch.input, self.training.get()).map_err(FitError::line("forward"))
    }

    /// What the model carries from batch to batch; handles. See [`Model::hidden`].
    #[must_use]
    pub fn hidden(&self) -> Vec<Tensor> {
        self.model.hidden()
    }

    /// Puts it back, or resets it if nothing is given. See [`Model::set_hidden`].
    ///
    /// # Errors
    /// What is no hidden state of this model.
    pub fn set_hidden(&mut self, hidden: &[Tensor]) -> Result<(), TorchError> {
        self.model.set_hidden(hidden)
    }

    /// The loss of an output, a scalar: the mean over the batch.
    ///
    /// # Errors
    /// What libtorch refuses, such as a class out of range.
    pub fn loss(&self, output: &Output, batch: &Batch) -> Result<Tensor> {
        self.loss.of(output, &batch.target).map_err(FitError::line("loss"))
    }

    /// Gradients of a loss, added to those that are there.
    ///
    /// # Errors
    /// What libtorch refuses, such as a loss without a graph.
    pub fn backward(&self, loss: &Tensor) -> Result {
        torch::backward(loss).map_err(FitError::line("backward"))
    }

    /// One step of the optimizer.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn step(&mut self) -> Result {
        self.optimizer.step().map_err(FitError::line("step"))
    }

    /// Unsets all gradients, if there can be any.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn zero_grad(&mut self) -> Result {
        if !self.training.get() {
            return Ok(());
        }
        self.optimizer.unset_gradients().map_err(FitError::line("zero-grad"))
    }

    /// Metrics forget the last pass.
    pub fn begin_metrics(&mut self) {
        self.metrics.iter_mut().for_each(|metric| metric.begin());
    }

    /// Metrics take in a batch.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn update_metrics(&mut self, output: &Output, target: &Tensor) -> Result {
        let updates = self.metrics.iter_mut().map(|metric| metric.update(output, target));
        updates.collect::<Result<(), _>>().map_err(FitError::line("metric"))
    }

    /// Name and value of every metric over the pass; NaN of nothing.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn finish_metrics(&mut self) -> Result<Vec<(String, f64)>> {
        let values = self.metrics.iter_mut().map(|m| Ok((m.name().to_owned(), m.finish()?)));
        values.collect::<Result<_, _>>().map_err(FitError::line("metric"))
    }

    /// Gives the optimizer the hyper-parameters in effect, one entry per layer group.
    ///
    /// # Errors
    /// A value that the optimizer refuses.
    pub fn put_hypers(&mut self, hypers: &[Hyper]) -> Result {
        for (group, hyper) in hypers.iter().enumerate() {
            for name in HyperName::ALL {
                if let Some(value) = hypers::read(hyper, name) {
                    self.optimizer.set_group(group, optim_name(name), value)?;
                }
            }
        }
        Ok(())
    }
}

fn optim_name(name: HyperName) -> optim::Hyper {
    match name {
        HyperName::Lr => optim::Hyper::Lr,
        HyperName::Mom => optim::Hyper::Mom,
        HyperName::Wd => optim::Hyper::Wd,
        HyperName::Beta => optim::Hyper::Beta,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optim::OptimKind;
    use crate::train::specimen::{learner, train};
    use crate::train::torch::seeding;

    #[test]
    fn a_hidden_state_goes_from_batch_to_batch_until_it_is_reset() {
        let _lock = seeding();
        let mut learner = learner(OptimKind::Sgd);
        let count = |learner: &Learner| learner.hidden().first().map(|t| t.double_value(&[]));
        assert_eq!(count(&learner), None);
        train(&mut learner, 3);
        assert_eq!(count(&learner), Some(3.0));
        learner.set_hidden(&[Tensor::from(7.0)]).unwrap();
        train(&mut learner, 1);
        assert_eq!(count(&learner), Some(8.0));
        learner.set_hidden(&[]).unwrap();
        assert_eq!(count(&learner), None);
    }
}
