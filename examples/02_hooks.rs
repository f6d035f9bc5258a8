//! The same loop with a hook between every two lines: a callback that prints where it is.
//!
//!     cargo run --example 02_hooks

mod setting;

use callbox::callback::{
    Callback, Candidate, Descriptor, Fault, Hook, Outcome, Plan, Records, RunInfo, Setting, Signal,
    State, Subscription,
};

/// Prints the first batch of training and of validation.
struct Narrator;

impl Callback for Narrator {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        Ok(Descriptor { name: "narrator".to_owned(), ..Descriptor::default() })
    }

    fn start(&mut self, _run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        let subscriptions = Hook::ALL.map(Subscription::to).to_vec();
        Ok(Plan { subscriptions, ..Plan::default() })
    }

    fn on_event(&mut self, hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        if state.num_batch == 0 || !hook.is_in_batch() {
            println!("{hook} ({}, epoch {}, batch {})", state.phase, state.epoch, state.num_batch);
        }
        Ok(Vec::new())
    }

    fn finish(&mut self, state: &State<'_>, outcome: &Outcome) -> Result<Vec<Signal>, Fault> {
        println!("finish: {outcome:?} after {} batches", state.iteration);
        Ok(Vec::new())
    }
}

fn main() -> anyhow::Result<()> {
    let narrator = Candidate::native(Box::new(Narrator));
    setting::train(1, vec![narrator], Records::default())?;
    Ok(())
}
