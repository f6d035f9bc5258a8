//! Endless loops in every export, each with its deadline.

use callbox::bridge::PluginCallback;
use callbox::callback::{Callback, Param, Records, RunInfo, Setting, Value};
use callbox::plugin::{Engine, Prepared};
use callbox_tests::{Drive, guest, member};

use super::{beside_a_good_one, kinds, message, notice, short};

#[test]
pub(crate) fn spin() {
    let at = |place| member("spin").text("place", place).limits(short());
    let driven = beside_a_good_one(at("on-event"));
    assert!(kinds(&driven).iter().all(|kind| kind == "deadline"), "{:?}", kinds(&driven));
    assert_eq!(message(&driven), "used up its 20 ms of guest time (`event-ms`)");
    for place in ["save", "finish"] {
        let driven = beside_a_good_one(at(place));
        assert_eq!(kinds(&driven)[0], "deadline", "{place}");
    }
    let text = notice(at("start"));
    assert!(text.ends_with("used up its 20 ms of guest time (`start-ms`)"), "{text}");
}

/// Nothing loads before something broke, so `load` is called by hand.
#[test]
fn spinning_in_load_is_a_deadline_too() {
    let engine = Engine::new().unwrap();
    let prepared = Prepared::load(&engine, None, &guest("spin"), &short()).unwrap();
    let mut plugin = PluginCallback::new(prepared, short(), "spin".to_owned(), Records::default());
    let place = |param: Param| match param.name.as_str() {
        "place" => Setting { name: param.name, value: Value::Text("load".to_owned()) },
        _ => Setting { name: param.name, value: param.default },
    };
    let settings: Vec<Setting> = plugin.describe().unwrap().params.into_iter().map(place).collect();
    plugin.start(&RunInfo::default(), &settings).unwrap();
    let fault = plugin.load(&[]).unwrap_err();
    assert_eq!(fault.kind(), "deadline");
    assert_eq!(fault.to_string(), "used up its 20 ms of guest time (`load-ms`)");
}

/// It broke, so that it is loaded; what cannot be loaded cannot be made anew.
#[test]
fn a_restart_that_spins_is_an_attempt_that_failed() {
    let driven = Drive::one(member("spin").text("place", "load").limits(short())).run();
    assert_eq!(kinds(&driven)[..2], ["trap", "restart"]);
    let messages = driven.seen.texts("fault", "message");
    let over = "it could not be made anew: used up its 20 ms of guest time (`load-ms`)";
    assert_eq!(messages[1], over);
}

#[test]
pub(crate) fn spin_describe() {
    let text = notice(member("spin-describe").limits(short()));
    assert!(text.ends_with("used up its 20 ms of guest time (`describe-ms`)"), "{text}");
}
