//! Memory: its limit, and that it comes back.

use callbox::callback::{FaultPolicy, Hook, Value};
use callbox::plugin::{Engine, Limits, Prepared};
use callbox_tests::{Drive, guest, member, prepared};

use super::{beside_a_good_one, kinds, message};

#[test]
pub(crate) fn allocate() {
    let small = || Limits { memory_mib: 16, ..Limits::default() };
    for what in ["giant", "steadily", "leak"] {
        let driven = beside_a_good_one(member("allocate").text("how", what).limits(small()));
        assert_eq!(kinds(&driven)[0], "memory", "{what}: {}", message(&driven));
        let text = message(&driven);
        assert!(text.contains("its limit of 16 MiB (`memory-mib`)"), "{text}");
    }
    let polite = beside_a_good_one(member("allocate").text("how", "politely").limits(small()));
    assert!(kinds(&polite).is_empty(), "a guest that copes with a refusal lives");
}

fn made(name: &str) -> Prepared {
    Prepared::load(&Engine::new().unwrap(), None, &guest(name), &Limits::default()).unwrap()
}

/// It takes no part any more, and the run goes on: its memory is free while there is a handler.
#[test]
fn memory_comes_back_when_a_plugin_breaks() {
    for name in ["allocate", "trap", "recurse"] {
        let made = made(name);
        let villain = prepared(made.clone(), name).policy(FaultPolicy::Disable);
        let driven = Drive::one(villain).run();
        assert_eq!(kinds(&driven).len(), 1, "{name}");
        assert_eq!(driven.handler.members().len(), 1, "{name} is still a member");
        assert_eq!(made.instances(), 0, "{name} is given up");
    }
}

/// Between its breaking and its restart there is no sandbox, afterwards one again.
#[test]
fn memory_comes_back_while_a_plugin_waits() {
    let made = made("trap");
    let once = prepared(made.clone(), "trap").with("until-loaded", Value::Integer(1));
    let (mut handler, _seen) = Drive::one(once).start().unwrap();
    assert_eq!(made.instances(), 1);
    let losses = || Ok::<_, std::convert::Infallible>(callbox::callback::Losses::NONE);
    let Ok(()) = handler.event(Hook::BatchEnd, losses);
    assert_eq!(made.instances(), 0, "it waits");
    handler.state_mut().iteration += 1;
    handler.between_batches();
    assert_eq!(made.instances(), 1, "it was made anew");
    drop(handler);
    assert_eq!(made.instances(), 0, "the run is over");
}

/// Whoever is not let in leaves nothing behind.
#[test]
fn memory_comes_back_when_a_plugin_is_left_out() {
    for name in ["spin-describe", "wrong-describe"] {
        let made = made(name);
        let (_handler, seen) =
            Drive::one(prepared(made.clone(), name).limits(super::short())).start().unwrap();
        assert_eq!(seen.texts("notice", "text").len(), 1, "{name}");
        assert_eq!(made.instances(), 0, "{name}");
    }
}
