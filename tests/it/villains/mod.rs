//! Hostile plugins. `suite` runs each of the lists in `callbox_tests::villains` twice; the other
//! files look closer at single ones, theme by theme.

use callbox::plugin::Limits;
use callbox_tests::villains::Villain;
use callbox_tests::{Drive, Driven, MemberSpec, member};
use serde_json::Value as Json;

/// Powers used at every batch.
mod control;
/// Files that are not even started.
mod load;
/// Memory, and that it comes back.
mod memory;
/// Names that a terminal would obey.
mod names;
/// Answers that are too large, or not what they say.
mod output;
/// Each villain twice: with no powers, and with a stranger's.
#[cfg(feature = "torch")]
mod suite;
/// Tensors, in a host that has none.
mod tensors;
/// Tensors, in one that has.
#[cfg(feature = "torch")]
mod thefts;
/// Endless loops.
mod time;
/// Traps, and what comes after.
mod traps;
/// Numbers that are none.
mod values;

// A guest has a test of its name.
pub(crate) use load::{wasi, wasi_component, wrong_version, wrong_world};
pub(crate) use memory::allocate;
pub(crate) use names::utter;
pub(crate) use output::{flood, liar, wrong_describe};
pub(crate) use tensors::thief;
pub(crate) use time::{spin, spin_describe};
pub(crate) use traps::{recurse, trap};
pub(crate) use values::bad_values;

/// Batches of a driven run that goes to its end.
const ALL: u64 = 10;

fn kinds(driven: &Driven) -> Vec<String> {
    driven.seen.texts("fault", "kind")
}

fn message(driven: &Driven) -> String {
    driven.seen.texts("fault", "message").into_iter().next().unwrap_or_default()
}

/// The notice of a dropped plugin that is left out at the start.
fn notice(member: MemberSpec) -> String {
    let (handler, seen) = Drive::one(member).start().unwrap();
    assert!(handler.members().is_empty(), "it was not left out");
    seen.texts("notice", "text").join("\n")
}

/// Beside a plugin that behaves: training and the other one go on to the end.
fn beside_a_good_one(villain: MemberSpec) -> Driven {
    let good =
        member("every-hook").with("every", callbox::callback::Value::Integer(1)).alias("good");
    let driven = Drive::one(villain).and(good).run();
    assert_eq!(driven.batches, ALL, "training did not go on");
    let finished = &driven.seen.of("finished")[0];
    let account = |name: &str| -> Json {
        let all = finished["plugins"].as_array().unwrap();
        all.iter().find(|account| account["plugin"] == name).unwrap().clone()
    };
    assert_eq!(account("good")["faults"], 0);
    assert_eq!(account("good")["calls"], 2 * (5 * 6 + 2 * 3 + 4) + 1);
    driven
}

/// A villain of a list, by its name.
fn villain(theme: &str, name: &str) -> Villain {
    let mut all = callbox_tests::villains::theme(theme).into_iter();
    all.find(|villain| villain.name == name).unwrap()
}

/// Deadlines that a spinning guest reaches soon.
fn short() -> Limits {
    Limits {
        event_ms: 20,
        start_ms: 20,
        describe_ms: 20,
        save_ms: 20,
        load_ms: 20,
        finish_ms: 20,
        ..Limits::default()
    }
}
