//! The confusion matrix of every validation: which classes are taken for which.
//!
//! At valid-end a table shows how often each class (row) was answered with each class (column); with
//! `normalise = "rows"` as the part of the row's samples, as scikit-learn's `normalize="true"`: rows
//! sum to 1, or are 0 without samples. The answer is the greatest output, the class of a target of
//! probabilities its greatest one. Class numbers outside of the run's classes, such as −100 for what
//! the loss leaves out, are not counted. A validation that was cut short or left a batch out shows
//! none, and neither does one in which the plugin had to be made anew.
//!
//! It looks at batches' ends instead of being a `metric`: a metric must report a number, as a column
//! of the table of epochs, and a matrix is none.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// What the numbers are: counts, or parts of their row.
        normalise: String = "none", choices ["none", "rows"];
    }
}

/// A table may have as many rows.
const MOST_CLASSES: usize = 256;

/// Counts answers.
pub struct ConfusionMatrix {
    by_rows: bool,
    classes: usize,
    /// Of this validation, row by row; empty outside of one.
    counts: Vec<f64>,
}

impl Callback for ConfusionMatrix {
    type Params = Params;

    fn about() -> Descriptor {
        about!()
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        if run.valid_batches.is_none() {
            return Err("there is no validation in this run, and it looks at nothing else".into());
        }
        let classes = run.class_counts.len();
        if classes == 0 || classes > MOST_CLASSES {
            return Err(format!("it shows 1 to {MOST_CLASSES} classes; this run has {classes}"));
        }
        Ok(Self { by_rows: params.normalise == "rows", classes, counts: Vec::new() })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::ValidBegin).and_on(Hook::BatchEnd).phase(Phase::Valid).and_on(Hook::ValidEnd)
    }

    fn on_valid_begin(&mut self, _state: &State) -> Answer {
        self.counts = vec![0.0; self.classes * self.classes];
        signal::none()
    }

    fn on_batch_end(&mut self, _state: &State) -> Answer {
        // A batch that was left out has none, and makes the validation partial.
        let Ok(output) = batch::output() else { return signal::none() };
        let (answer, mut target) = (output.argmax(-1)?, batch::target()?);
        if target.shape()?.len() > answer.shape()?.len() {
            target = target.argmax(-1)?;
        }
        self.count(&target.read_integers()?, &answer.read_integers()?);
        signal::none()
    }

    fn on_valid_end(&mut self, state: &State) -> Answer {
        let mut counts = std::mem::take(&mut self.counts);
        if state.partial || counts.is_empty() {
            return signal::none();
        }
        if self.by_rows {
            counts.chunks_mut(self.classes).for_each(normalise);
        }
        let names: Vec<String> = (0..self.classes).map(|class| format!("{class}")).collect();
        Ok(vec![signal::table("confusion-matrix", names.clone(), names, counts)])
    }
}

impl ConfusionMatrix {
    fn count(&mut self, targets: &[i64], answers: &[i64]) {
        for (target, answer) in targets.iter().zip(answers) {
            let (Ok(row), Ok(column)) = (usize::try_from(*target), usize::try_from(*answer)) else {
                continue;
            };
            let row = self.counts.chunks_mut(self.classes).nth(row);
            if let Some(count) = row.and_then(|row| row.get_mut(column)) {
                *count += 1.0;
            }
        }
    }
}

fn normalise(row: &mut [f64]) {
    let samples: f64 = row.iter().sum();
    if samples > 0.0 {
        row.iter_mut().for_each(|count| *count /= samples);
    }
}

register!(ConfusionMatrix);

#[cfg(test)]
mod tests;
