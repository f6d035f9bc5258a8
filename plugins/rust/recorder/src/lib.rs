//! The Recorder: what training looked like, batch by batch.
//!
//! After a training batch it reports the batch's `loss` as the model gave it, `smooth-loss`, and what
//! the optimizer has stepped with: `lr`, `mom`, `wd`, `beta`, with several layer groups `lr-body`,
//! `lr-head` and so on. At the end a table shows the last values. These are the lists of the notebook's
//! and fastai's Recorder; the curves are in the run's journal. A hyper-parameter that the optimizer
//! lacks is left out, and a loss that is no finite number is no point of a curve.
//!
//! Reading losses waits for the device: on a GPU take `every` 10 or more. In the table of epochs each
//! column is the mean of its epoch.

use callbox_sdk::prelude::*;
use callbox_sdk::types::Hyper;

params! {
    /// What the user may set.
    pub struct Params {
        /// Training batches from one record to the next.
        every: u32 = 1, min 1;
    }
}

/// Reports and remembers nothing.
pub struct Recorder {
    every: u32,
    /// Of the losses, then of every group's hyper-parameters.
    names: Vec<String>,
}

impl Callback for Recorder {
    type Params = Params;

    fn about() -> Descriptor {
        about!()
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let mut names = vec!["loss".to_owned(), "smooth-loss".to_owned()];
        for (group, hyper) in run.hypers.iter().enumerate() {
            names.extend(of_group(hyper).map(|(name, _)| run.metric_of_group(name, group)));
        }
        Ok(Self { every: params.every, names })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::BatchEnd).phase(Phase::Train).every(self.every);
        let plan = plan.reads(Reads::LOSSES | Reads::HYPERS);
        self.names.iter().fold(plan, |plan, name| plan.reports(name, better(name)))
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        let values = self.names.iter().zip(values(state));
        Ok(values.map(|(name, value)| signal::report(name, value)).collect())
    }

    fn on_finish(&mut self, state: &State, _outcome: &Outcome) -> Answer {
        let last = vec!["last".to_owned()];
        let table = signal::table("recorded", self.names.clone(), last, values(state));
        Ok(vec![table])
    }
}

fn better(name: &str) -> Better {
    if name.ends_with("loss") { Better::Lower } else { Better::Neither }
}

/// In the order of the names. NaN is no value to the host, but what is infinite would be one.
fn values(state: &State) -> Vec<f64> {
    let shown = |loss: f64| if loss.is_finite() { loss } else { f64::NAN };
    let losses = state.losses.map_or([f64::NAN; 2], |losses| [losses.raw, losses.smooth]);
    let mut values = losses.map(shown).to_vec();
    for hyper in &state.hypers {
        values.extend(of_group(hyper).map(|(_, value)| value));
    }
    values
}

/// What a group has.
fn of_group(hyper: &Hyper) -> impl Iterator<Item = (&'static str, f64)> {
    let Hyper { lr, mom, wd, beta } = *hyper;
    let all = [("lr", Some(lr)), ("mom", mom), ("wd", Some(wd)), ("beta", beta)];
    all.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

register!(Recorder);

#[cfg(test)]
mod tests;
