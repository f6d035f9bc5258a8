//! What a model answers for every sample of a loader, without callbacks.

use tch::{Kind, Tensor};

use super::data::{Draw, Loader};
use super::error::{FitError, Result};
use super::learner::Learner;
use super::torch::{During, TorchError};
use crate::callback::Phase;

/// One sample's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Its number in the data as they were read, before any split; in a stream its running number.
    pub sample: i64,
    /// A class number, or the numbers that it should be.
    pub target: Vec<f64>,
    /// A probability for each class, or numbers like the target's: what the run's loss makes of the
    /// model's output.
    pub answer: Vec<f64>,
}

/// The answers for all of the loader's samples, each once, in their own order.
///
/// # Errors
/// What libtorch refuses; a stream without an end; a model that answers each token by itself.
pub fn predict(learner: &mut Learner, loader: &Loader) -> Result<Vec<Prediction>> {
    let _mode = learner.mode(Phase::Test);
    let refused = FitError::line("predict");
    let mut predictions = Vec::new();
    let whole = loader.whole().map_err(FitError::data)?;
    for next in whole.batches(&Draw::default()).map_err(FitError::data)? {
        let batch = next.map_err(FitError::data)?;
        let output = learner.forward(&batch)?;
        let answers = learner.loss.answers(&output.main).and_then(|all| rows(&all));
        let targets = rows(&batch.target).map_err(&refused)?;
        let samples = batch.indices.iter().map(|index| whole.number(*index));
        let together = samples.zip(targets).zip(answers.map_err(&refused)?);
        predictions.extend(together.map(|((sample, target), answer)| Prediction {
            sample,
            target,
            answer,
        }));
    }
    Ok(predictions)
}

/// `[samples]` or `[samples, numbers]` by sample.
fn rows(of: &Tensor) -> Result<Vec<Vec<f64>>, TorchError> {
    let what = "reading predictions";
    let width = match of.size()[..] {
        [_] => 1,
        [_, width] if width > 0 => usize::try_from(width).unwrap_or(1),
        ref shape => {
            let message = format!(
                "expected one row for each sample, [samples, numbers], and found {shape:?}: only \
                 models that answer once for a sample can be written as a table"
            );
            return Err(TorchError::new(what, &message));
        }
    };
    let flat = of.f_detach().during(what)?.f_to_kind(Kind::Double).during(what)?;
    let flat = flat.f_flatten(0, -1).during(what)?;
    let values = Vec::<f64>::try_from(&flat).during(what)?;
    Ok(values.chunks(width).map(<[f64]>::to_vec).collect())
}
