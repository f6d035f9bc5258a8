//! A scheduler is a callback too: 1cycle, linear up and down, in Rust beside the loop.
//!
//!     cargo run --example 04_one_cycle

mod setting;

use callbox::callback::{
    Callback, Candidate, Descriptor, Fault, Hook, HyperName, HyperOp, HyperUpdate, Phase, Plan,
    Records, RunInfo, Setting, Signal, State, Subscription,
};

/// Up to `peak` in the first half of the run, down again in the second.
struct OneCycle {
    peak: f64,
    total: f64,
}

impl Callback for OneCycle {
    fn describe(&mut self) -> Result<Descriptor, Fault> {
        let needs = vec!["lr".to_owned()];
        Ok(Descriptor { name: "one-cycle".to_owned(), needs, ..Descriptor::default() })
    }

    fn start(&mut self, run: &RunInfo, _settings: &[Setting]) -> Result<Plan, Fault> {
        let batches = run.planned_iterations.unwrap_or(1);
        self.total = u32::try_from(batches).map_or(f64::MAX, f64::from);
        Ok(Plan {
            subscriptions: vec![Subscription::to(Hook::BatchBegin).in_phase(Phase::Train)],
            powers: vec!["lr".to_owned()],
            owns: vec![HyperName::Lr],
            ..Plan::default()
        })
    }

    fn on_event(&mut self, _hook: Hook, state: &State<'_>) -> Result<Vec<Signal>, Fault> {
        let done = u32::try_from(state.iteration).map_or(1.0, f64::from) / self.total;
        let value = self.peak * (1.0 - (2.0 * done - 1.0).abs()).max(0.01);
        if state.num_batch == 0 {
            println!("epoch {}: lr {value:.5}", state.epoch);
        }
        let update = HyperUpdate { name: HyperName::Lr, group: None, op: HyperOp::Set, value };
        Ok(vec![Signal::SetHyper(update)])
    }
}

fn main() -> anyhow::Result<()> {
    let one_cycle = OneCycle { peak: 0.01, total: 1.0 };
    setting::train(5, vec![Candidate::native(Box::new(one_cycle))], Records::default())?;
    Ok(())
}
