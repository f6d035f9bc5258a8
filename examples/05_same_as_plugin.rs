//! The same technique as a sandboxed plugin: the loop does not know the difference.
//!
//!     make plugins && cargo run --example 05_same_as_plugin

mod setting;

use std::path::PathBuf;

use callbox::bridge::PluginCallback;
use callbox::callback::{
    Candidate, HyperName, Observer, Record, Records, Signal, Standing, Value,
};
use callbox::plugin::{Engine, Limits, Prepared};

/// Prints every tenth learning rate that the plugin sets.
#[derive(Default)]
struct Watcher {
    seen: usize,
}

impl Observer for Watcher {
    fn observe(&mut self, record: &Record<'_>) {
        let Record::Signal { author, at, signal: Signal::SetHyper(update), .. } = record else {
            return;
        };
        // The network has two layer groups; the last one is the example's.
        if update.name == HyperName::Lr && update.group == Some(1) {
            if self.seen.is_multiple_of(10) {
                println!("after {} batches: {author} {update}", at.iteration);
            }
            self.seen += 1;
        }
    }
}

fn main() -> anyhow::Result<()> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "plugins/dist/one-cycle.wasm".to_owned());
    let (engine, limits) = (Engine::new()?, Limits::default());
    let prepared = Prepared::load(&engine, None, &PathBuf::from(&file), &limits)?;

    let records = Records::default();
    records.add(Box::new(Watcher::default()));
    let name = "one-cycle".to_owned();
    let callback = PluginCallback::new(prepared, limits, name, records.clone());
    let plugin = Candidate {
        source: file,
        standing: Standing::Named,
        params: vec![("lr-max".to_owned(), Value::Number(0.02))],
        ..Candidate::native(Box::new(callback))
    };
    setting::train(5, vec![plugin], records)?;
    Ok(())
}
