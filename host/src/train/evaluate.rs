//! The loss and the metrics of a model on a loader, without callbacks.

use super::data::{Draw, Loader};
use super::error::{FitError, Result};
use super::learner::Learner;
use super::losses::Mean;
use crate::callback::Phase;

/// Name and value of the loss and of every metric, averaged over all of the loader's samples: none
/// left out, none drawn twice, whatever training makes of them.
///
/// # Errors
/// What libtorch refuses; a stream without an end.
pub fn evaluate(learner: &mut Learner, loader: &Loader) -> Result<Vec<(String, f64)>> {
    let _mode = learner.mode(Phase::Test);
    let refused = FitError::line("evaluate");
    let mut mean = Mean::new(learner.model.params().device()).map_err(&refused)?;
    learner.begin_metrics();
    let whole = loader.whole().map_err(FitError::data)?;
    for next in whole.batches(&Draw::default()).map_err(FitError::data)? {
        let batch = next.map_err(FitError::data)?;
        let output = learner.forward(&batch)?;
        let loss = learner.loss(&output, &batch)?;
        mean.add(&loss, u32::try_from(batch.size).unwrap_or(u32::MAX)).map_err(&refused)?;
        learner.update_metrics(&output, &batch.target)?;
    }
    let mut values = vec![("loss".to_owned(), mean.read().map_err(&refused)?)];
    values.extend(learner.finish_metrics()?);
    Ok(values)
}
