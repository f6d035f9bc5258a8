//! Plugins in a loop of your own: the handler without callbox's training, without libtorch.
//!
//!     make plugins && cargo run --example 06_embed_host
//!
//! Here the "training" is a descent on x² by hand; the plugins are the ones that train networks.

use std::convert::Infallible;
use std::path::PathBuf;

use callbox::bridge::PluginCallback;
use callbox::callback::{
    Candidate, Handler, Hook, Hyper, Losses, Outcome, Records, Rules, RunInfo, Standing,
};
use callbox::plugin::{Engine, Limits, Prepared};

const STEPS: u32 = 100;

fn main() -> anyhow::Result<()> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "plugins/dist/one-cycle.wasm".to_owned());
    let (engine, limits, records) = (Engine::new()?, Limits::default(), Records::default());
    let prepared = Prepared::load(&engine, None, &PathBuf::from(&file), &limits)?;
    let callback = PluginCallback::new(prepared, limits, "one-cycle".to_owned(), records.clone());
    let native = Candidate::native(Box::new(callback));
    let candidate = Candidate { source: file, standing: Standing::Named, ..native };

    let hypers = vec![Hyper { lr: 0.1, mom: None, wd: 0.0, beta: None }];
    let run = RunInfo { planned_iterations: Some(STEPS.into()), hypers, ..RunInfo::default() };
    let mut handler = Handler::start(vec![candidate], &run, &Rules::default(), records)?;

    let mut x = 3.0_f64;
    let losses = |x: f64| move || Ok::<_, Infallible>(Losses { raw: x * x, last: x * x, smooth: x * x });
    handler.event(Hook::TrainBegin, losses(x))?;
    for step in 0..STEPS {
        handler.between_batches();
        x -= handler.hypers()[0].lr * 2.0 * x;
        handler.event(Hook::BatchEnd, losses(x))?;
        handler.state_mut().iteration += 1;
        if step % 20 == 0 {
            println!("step {step}: lr {:.5}, x² {:.6}", handler.hypers()[0].lr, x * x);
        }
        if handler.is_stopping() {
            break;
        }
    }
    handler.finish(&Outcome::Completed, Losses { raw: x * x, last: x * x, smooth: x * x });
    Ok(())
}
