//! What is planned; the numbers are compared in a training.

use callbox_sdk::testing;

use super::*;

fn reports(groups: &[&str], update_ratio: bool) -> Vec<String> {
    let groups = groups.iter().map(|name| (*name).to_owned()).collect();
    let run = Run { groups, ..testing::run() };
    let params = Params { update_ratio, ..Params::default() };
    let plan = GradientStats::start(&run, params).expect("any run").plan();
    assert!(plan.subscriptions.iter().all(|subscription| subscription.every == 10));
    assert_eq!(plan.subscriptions.len(), 1 + usize::from(update_ratio));
    plan.reports.into_iter().map(|spec| spec.name).collect()
}

#[test]
fn groups_are_told_apart_where_there_are_several() {
    let all = ["grad-norm", "grad-max", "grad-missing"];
    assert_eq!(reports(&["all"], false), all);
    let several = reports(&["body", "head"], true);
    assert_eq!(several[..3], all);
    assert_eq!(several[3..], ["grad-norm-body", "grad-norm-head", "update-ratio"]);
}

#[test]
fn norms_add_by_squares() {
    let of = |l2_norm| Summary { mean: 0.0, std: 0.0, min: 0.0, max: 0.0, l2_norm, non_finite: 0 };
    assert_eq!(norm(&[of(3.0), of(4.0)]), 5.0);
    assert_eq!(norm(&[]), 0.0);
    assert!(norm(&[of(1.0), of(f64::NAN)]).is_nan());
}
