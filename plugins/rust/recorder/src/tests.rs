//! The lists of fastai's Recorder: what is in the state is what is reported.

use callbox_sdk::testing;

use super::*;

fn hyper(lr: f64, mom: Option<f64>, beta: Option<f64>) -> Hyper {
    Hyper { lr, mom, wd: 0.01, beta }
}

fn state(loss: f64, hypers: Vec<Hyper>) -> State {
    let losses = Some(Losses { raw: loss, last: loss + 1.0, smooth: 2.0 });
    State { losses, hypers, ..testing::state() }
}

fn reports(pairs: &[(&str, f64)]) -> Vec<Signal> {
    pairs.iter().map(|(name, value)| signal::report(*name, *value)).collect()
}

#[test]
fn one_group_has_plain_names_and_lacks_what_its_optimizer_lacks() {
    let mut plugin = Recorder::start(&testing::run(), Params::default()).expect("any run");
    let sgd = vec![hyper(0.1, Some(0.9), None)];
    let expected = [("loss", 1.5), ("smooth-loss", 2.0), ("lr", 0.1), ("mom", 0.9), ("wd", 0.01)];
    assert_eq!(plugin.on_batch_end(&state(1.5, sgd.clone())), Ok(reports(&expected)));
    let finish = plugin.on_finish(&state(1.5, sgd), &Outcome::Completed).expect("a table");
    let rows = expected.map(|(name, _)| name.to_owned()).to_vec();
    let values = expected.map(|(_, value)| value).to_vec();
    assert_eq!(finish, [signal::table("recorded", rows, vec!["last".to_owned()], values)]);
}

#[test]
fn several_groups_have_their_names() {
    let group = [hyper(0.01, Some(0.9), Some(0.99)), hyper(0.1, Some(0.8), Some(0.99))].to_vec();
    let groups = vec!["body".to_owned(), "head".to_owned()];
    let run = Run { groups, hypers: group.clone(), ..testing::run() };
    let mut plugin = Recorder::start(&run, Params { every: 5 }).expect("any run");
    let signals = plugin.on_batch_end(&state(f64::INFINITY, group)).expect("reports");
    let Signal::Report(loss) = &signals[0] else { panic!("no report") };
    assert!(loss.value.is_nan(), "no point of the curve");
    let expected = [("lr-body", 0.01), ("mom-body", 0.9), ("wd-body", 0.01), ("beta-body", 0.99)];
    assert_eq!(signals[2..6], reports(&expected));
    assert_eq!(signals[6..8], reports(&[("lr-head", 0.1), ("mom-head", 0.8)]));
    let plan = plugin.plan();
    assert_eq!((plan.subscriptions[0].every, plan.reports.len()), (5, 10));
    assert!(plan.powers.is_empty());
}
