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
use super::precision::{LossScale, Precision, Scaling};
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
    precision: Precision,
    /// Of `f16` alone.
    scaling: Option<Scaling>,
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
    /// Ready to be trained, in `f32`.
    #[must_use]
    pub fn new(
        model: Box<dyn Model>,
        loss: Loss,
        optimizer: HpOptimizer,
        metrics: Vec<Box<dyn Metric>>,
    ) -> Self {
        let training = Rc::new(Cell::new(true));
        let precision = Precision::F32;
        Learner { model, loss, optimizer, metrics, training, precision, scaling: None }
    }

    /// Computes in these numbers; `f16` starts with a new loss scale.
    #[must_use]
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self.scaling = (precision == Precision::F16).then(Scaling::default);
        self
    }

    /// In what numbers the model computes.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
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

    /// The model's output of a batch, computed in the learner's [`precision`](Self::precision);
    /// what the loss reads of it is `f32`.
    ///
    /// # Errors
    /// What libtorch refuses, such as an input of another shape.
    pub fn forward(&mut self, batch: &Batch) -> Result<Output> {
        let (model, training) = (self.model.as_mut(), self.training.get());
        let output = self.precision.forward(model, &batch.input, training);
        output.map_err(FitError::line("forward"))
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

    /// Gradients of a loss, added to those that are there. They are those of the loss itself,
    /// however it was scaled on the way. With `f16` it waits for the device.
    ///
    /// # Errors
    /// What libtorch refuses, such as a loss without a graph.
    pub fn backward(&mut self, loss: &Tensor) -> Result {
        let done = match &mut self.scaling {
            Some(scaling) => scaling.backward(loss, self.model.params()),
            None => torch::backward(loss),
        };
        done.map_err(|error| self.precision.explain(error)).map_err(FitError::line("backward"))
    }

    /// One step of the optimizer; none, of its state and its decay neither, if the gradients have
    /// [`overflowed`](Self::overflowed).
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn step(&mut self) -> Result {
        if !self.scaling.as_mut().is_none_or(Scaling::may_step) {
            return Ok(());
        }
        self.optimizer.step().map_err(FitError::line("step"))
    }

    /// Unsets all gradients, if there can be any, and adapts the loss scale to what became of them.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn zero_grad(&mut self) -> Result {
        if !self.training.get() {
            return Ok(());
        }
        self.optimizer.unset_gradients().map_err(FitError::line("zero-grad"))?;
        if let Some(scaling) = &mut self.scaling {
            scaling.end_window();
        }
        Ok(())
    }

    /// Whether a gradient since the last [`zero_grad`](Self::zero_grad) was not finite, so that the
    /// next step will be dropped. Only `f16` looks; otherwise it is false.
    #[must_use]
    pub fn overflowed(&self) -> bool {
        self.scaling.as_ref().is_some_and(Scaling::overflowed)
    }

    /// The loss scale at which gradients have overflowed, once for each step that is dropped for
    /// it; [`overflow_notice`](super::precision::overflow_notice) puts it into words.
    pub fn take_overflow(&mut self) -> Option<f64> {
        self.scaling.as_mut().and_then(Scaling::take_overflow)
    }

    /// The loss scale, to be saved; `None` unless the precision is `f16`.
    #[must_use]
    pub fn loss_scale(&self) -> Option<LossScale> {
        self.scaling.as_ref().map(|scaling| scaling.scale)
    }

    /// Goes on with a saved loss scale; another precision than `f16` has no use for it.
    pub fn set_loss_scale(&mut self, scale: LossScale) {
        if let Some(scaling) = &mut self.scaling {
            scaling.scale = scale;
        }
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
