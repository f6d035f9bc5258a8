//! The thread's Recorder: losses and learning rates of every batch, wholly inside one callback.
//!
//!     cargo run --example 03_recorder

mod setting;

use callbox::callback::{
    Callback, Candidate, Descriptor, Fault, Hook, Outcome, Phase, Plan, Reads, Records, RunInfo,
    Setting, Signal, State, Subscription,
};

/// Keeps what passes by, and prints a summary at the end.
#[derive(Default)]
struct Recorder {
    losses: Vec<f64>,
    lrs: Vec<f64>,
    valid_losses: Vec<f64>,
}

impl Callback for Recorder {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(Descriptor { name: "recorder".to_owned(), ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        let batch = Reads { losses: true, hypers: true, ..Reads::default() };
        let epoch = Reads { monitored: true, ..Reads::default() };
        let subscriptions = vec![
            Subscription::to(Hook::BatchEnd).in_phase(Phase::Train).reading(batch),
            Subscription::to(Hook::EpochEnd).reading(epoch),
        ];
        Ok(Plan { subscriptions, monitors: vec!["valid-loss".to_owned()], ..Plan::default() })
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        match hook {
            Hook::EpochEnd => self.valid_losses.extend(state.monitored),
            _ => {
                self.losses.extend(state.losses.map(|losses| losses.smooth));
                self.lrs.extend(state.hypers.last().map(|hyper| hyper.lr));
            }
        }
        Ok(Vec::new())
    }

    fn finish(&mut self, _state: &State<'_>, _outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        println!("{} batches, smooth loss {:.3?}", self.losses.len(), self.losses.last());
        println!("learning rates {:?} to {:?}", self.lrs.first(), self.lrs.last());
        println!("validation {:.3?}", self.valid_losses);
        Ok(Vec::new())
    }
}

fn main() -> anyhow::Result<()> {
    let recorder = Candidate::native(Box::new(Recorder::default()));
    setting::train(3, vec![recorder], Records::default())?;
    Ok(())
}
