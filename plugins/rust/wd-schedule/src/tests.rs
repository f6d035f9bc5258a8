use callbox_sdk::testing;

use super::*;

#[path = "../../../../tests/oracle/schedules.rs"]
mod oracle;

#[test]
fn the_curves_are_the_references() {
    oracle::check::<WdSchedule>(false);
}

#[test]
fn groups_without_decay_at_the_start_move_together() {
    let mut plugin = WdSchedule::start(&testing::run(), Params::default()).expect("a start");
    assert_eq!(plugin.plan().owns, [HyperName::Wd]);
    let first = plugin.on_train_begin(&testing::state());
    assert_eq!(first, Ok(vec![signal::set_group(HyperName::Wd, 0, 0.04)]));
}

#[test]
fn it_refuses_what_it_could_not_do() {
    let refusal = |params| WdSchedule::start(&testing::run(), params).err().unwrap_or_default();
    let backwards = Params { from: 0.6, until: 0.5, ..Params::default() };
    assert!(refusal(backwards).contains("from is after until"));
    let exponential =
        Params { wd_end: 0.0, annealing: "exponential".to_owned(), ..Params::default() };
    assert!(refusal(exponential).contains("cannot start or end at 0"));
}
