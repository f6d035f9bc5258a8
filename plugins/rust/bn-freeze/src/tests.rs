use callbox_sdk::testing;

use super::*;

fn frozen(groups: &[&str], named: &[&str]) -> Result<Vec<Signal>, String> {
    let texts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let run = Run { groups: texts(groups), ..testing::run() };
    let mut plugin = BnFreeze::start(&run, Params { groups: texts(named) })?;
    plugin.on_train_begin(&testing::state())
}

fn freeze(groups: &[u32]) -> Result<Vec<Signal>, String> {
    Ok(groups.iter().map(|group| signal::set_norm_frozen(*group, true)).collect())
}

#[test]
fn all_but_the_head_or_those_that_are_named() {
    let groups = ["stem", "body", "head"];
    assert_eq!(frozen(&groups, &[]), freeze(&[0, 1]));
    assert_eq!(frozen(&groups, &["head", "stem"]), freeze(&[2, 0]));
    assert_eq!(frozen(&["all"], &["all"]), freeze(&[0]));
}

#[test]
fn an_unknown_group_is_refused_with_the_known_ones() {
    let refusal = frozen(&["stem", "head"], &["stem", "tail"]);
    assert_eq!(refusal, Err("there is no layer group `tail`; there are stem, head".to_owned()));
    assert!(frozen(&["all"], &[]).is_err_and(|why| why.contains("one layer group")));
}
