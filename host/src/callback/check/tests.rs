use super::*;
use crate::callback::tensors::{NoTensors, Workbench};
use crate::callback::{Histogram, Hyper, MetricSpec, POWERS, Table};

fn table() -> HyperTable {
    HyperTable::new(vec![Hyper { lr: 0.1, mom: Some(0.9), wd: 0.0, beta: None }])
}

fn plan() -> Plan {
    Plan {
        powers: POWERS.iter().filter(|power| **power != "wd").map(|p| (*p).to_owned()).collect(),
        owns: vec![HyperName::Lr, HyperName::Beta],
        reports: vec![MetricSpec { name: "score".into(), higher_is_better: None }],
        ..Plan::default()
    }
}

/// A desk on which every number is stale.
fn desk() -> Desk {
    NoTensors::default().open().1
}

/// A court of a callback that owns lr and beta, has the slot `best`, and may everything but `wd`.
fn in_court<T>(hook: Option<Hook>, phase: Phase, ask: impl FnOnce(&Court<'_>) -> T) -> T {
    let (plan, table, desk) = (plan(), table(), desk());
    ask(&Court {
        author: 0,
        plan: &plan,
        overruled: &[],
        skipped: 0,
        since_validation: None,
        slots: &["best".to_owned()].into(),
        checkpoints: &BTreeSet::new(),
        owner_of: &|name| (name == "theirs").then(|| "other".to_owned()),
        shown: 0,
        desk: &desk,
        iteration: 7,
        stops_from: 0,
        hook,
        phase,
        table: &table,
    })
}

fn judge(hook: Hook, phase: Phase, signals: &[Signal]) -> Result<Vec<Worth>, String> {
    in_court(Some(hook), phase, |court| court.judge(signals))
}

fn set(name: HyperName, value: f64) -> Signal {
    Signal::SetHyper(HyperUpdate { name, group: None, op: HyperOp::Set, value })
}

fn snapshot(slot: &str) -> Signal {
    Signal::Slot(SlotOp::Snapshot(slot.into()))
}

#[test]
fn one_violation_refuses_the_whole_list() {
    let list = [set(HyperName::Lr, 0.01), set(HyperName::Lr, f64::NAN)];
    let refused = judge(Hook::BatchEnd, Phase::Train, &list).unwrap_err();
    assert_eq!(refused, "`set lr NaN` is not a finite number");
}

#[test]
fn what_is_inapplicable_is_dropped_alone() {
    let list = [set(HyperName::Beta, 0.5), set(HyperName::Lr, 0.01)];
    let worths = judge(Hook::BatchEnd, Phase::Train, &list).unwrap();
    let absent = Worth::Inapplicable("this optimizer has no beta".into());
    assert_eq!(worths, [absent, Worth::Stands]);
}

#[test]
fn a_stop_before_its_step_is_a_violation() {
    let stop = |from| {
        in_court(Some(Hook::BatchEnd), Phase::Train, |court| {
            let Court { plan, overruled, slots, checkpoints, owner_of, desk, table, .. } = court;
            let stops_from = from;
            let court = Court {
                plan,
                overruled,
                slots,
                checkpoints,
                owner_of,
                desk,
                table,
                stops_from,
                ..*court
            };
            court.judge(&[Signal::StopTraining("enough".into())])
        })
    };
    assert_eq!(stop(7), Ok(vec![Worth::Stands]));
    assert_eq!(stop(8).unwrap_err(), "`stop-training` at step 7; it may stop from step 8 on");
}

fn sentences(signals: impl IntoIterator<Item = Signal>) -> Vec<String> {
    let refusal = |signal| judge(Hook::BatchEnd, Phase::Train, &[signal]).unwrap_err();
    signals.into_iter().map(refusal).collect()
}

#[test]
fn each_violation_has_its_own_sentence() {
    let report =
        |name: &str, weight| Signal::Report(Report { name: name.into(), value: 1.0, weight });
    let group = HyperUpdate { name: HyperName::Lr, group: Some(7), op: HyperOp::Scale, value: 1.0 };
    let signals = [
        set(HyperName::Wd, 0.1),
        Signal::SetHyper(group),
        Signal::SetHyper(HyperUpdate { group: None, value: -1.0, ..group }),
        report("other", 1.0),
        report("score", f64::NAN),
        Signal::ScaleGrad(f64::NAN),
        Signal::ClipGradNorm(0.0),
        Signal::ClipGradAdaptive(0.01, -1.0),
        Signal::NoiseGrad(f64::INFINITY),
    ];
    assert_eq!(
        sentences(signals),
        [
            "`set-hyper` without the power `wd` in its plan",
            "`scale lr[7] 1`: there are 1 layer groups",
            "`scale lr -1`: a factor is at least 0",
            "a report of `other`, which its plan does not declare (declared: score)",
            "a report of `score` with weight NaN; a weight is finite and at least 0",
            "`scale-grad NaN`: a factor is a finite number",
            "`clip-grad-norm 0`: a bound is finite and greater than 0",
            "`clip-grad-adaptive 0.01 -1`: the factor is finite and greater than 0, the floor \
             finite and at least 0",
            "`noise-grad inf`: a standard deviation is finite and at least 0",
        ]
    );
}

#[test]
fn what_is_about_weights_and_data_has_its_own_too() {
    let slot = |op: fn(String) -> SlotOp, name: &str| Signal::Slot(op(name.into()));
    let signals = [
        Signal::SetTrainable(3, true),
        slot(SlotOp::Restore, "worst"),
        slot(SlotOp::Snapshot, "../weights"),
        Signal::Slot(SlotOp::Blend("best".into(), 1.5)),
        Signal::Checkpoint("last".into()),
        Signal::SampleWeights(1),
        Signal::Other("warp".into(), vec![]),
    ];
    assert_eq!(
        sentences(signals),
        [
            "`set-trainable[3] true`: there are 1 layer groups",
            "`slot restore worst`: the plugin has no such slot; it has best",
            "`slot snapshot ../weights`: a name is 1 to 64 lower-case letters, digits and hyphens",
            "`slot blend best 1.5`: a weight is in [0, 1]",
            "`checkpoint last`: `last` is the program's own",
            "`sample-weights`: the tensor's batch is over, or the number is not this plugin's",
            "no experiment of the name `warp` is known",
        ]
    );
}

#[test]
fn what_is_shown_must_fit_together() {
    let cells = Table {
        name: "confusion".into(),
        rows: vec!["a".into()],
        columns: vec!["b".into(), "c".into()],
        values: vec![1.0],
    };
    let bars = |edges: &[f64]| {
        let (edges, counts) = (edges.to_vec(), vec![1.0, 2.0]);
        Signal::Histogram(Histogram { name: "norms".into(), edges, counts })
    };
    assert_eq!(
        sentences([Signal::Table(cells), bars(&[0.0, 1.0]), bars(&[0.0, 2.0, 1.0])]),
        [
            "`table confusion` has 1 rows, 2 columns and 1 values; rows times columns of them are \
             expected",
            "`histogram norms` has 2 edges for 2 counts; one more is expected",
            "`histogram norms`: its edges must ascend",
        ]
    );
}

#[test]
fn slots_come_and_go_in_the_order_of_the_list() {
    let forget = |slot: &str| Signal::Slot(SlotOp::Forget(slot.into()));
    let full = [snapshot("a"), snapshot("b"), snapshot("c")];
    assert!(judge(Hook::BatchEnd, Phase::Train, &full).is_ok());
    let over = [&full[..], &[snapshot("d")]].concat();
    let refused = judge(Hook::BatchEnd, Phase::Train, &over).unwrap_err();
    assert_eq!(refused, "`slot snapshot d`: it has 4 slots already; `forget` one first");
    let room = [&full[..], &[forget("best"), snapshot("d")]].concat();
    assert!(judge(Hook::BatchEnd, Phase::Train, &room).is_ok());
    let again = [&full[..], &[snapshot("best")]].concat();
    assert!(judge(Hook::BatchEnd, Phase::Train, &again).is_ok());
}

#[test]
fn checkpoints_do_not_fill_the_disk() {
    let list: Vec<Signal> = (0..9).map(|n| Signal::Checkpoint(format!("at-{n}"))).collect();
    assert!(judge(Hook::BatchEnd, Phase::Train, &list[..8]).is_ok());
    let refused = judge(Hook::BatchEnd, Phase::Train, &list).unwrap_err();
    assert_eq!(refused, "`checkpoint at-8`: it has 8 checkpoints already");
}

#[test]
fn a_name_that_another_wrote_under_is_taken() {
    let list = [Signal::Checkpoint("theirs".into()), Signal::Checkpoint("mine".into())];
    let worths = judge(Hook::BatchEnd, Phase::Train, &list).unwrap();
    let taken = Worth::Opposed("`other` has a checkpoint of this name".into());
    assert_eq!(worths, [taken, Worth::Stands]);
}

#[test]
fn what_costs_is_bounded_for_the_list_as_a_whole() {
    let table = |cells: usize| {
        let (rows, columns) = (vec!["r".to_owned()], vec!["c".to_owned(); cells]);
        Signal::Table(Table { name: "t".into(), rows, columns, values: vec![0.5; cells] })
    };
    let refused =
        |signals: Vec<Signal>| judge(Hook::BackwardEnd, Phase::Train, &signals).unwrap_err();
    assert!(judge(Hook::BackwardEnd, Phase::Train, &vec![table(1); 16]).is_ok());
    assert_eq!(refused(vec![table(1); 17]), "more than 16 tables and histograms in one event");
    let many = refused(vec![table(1_000_001); 10]);
    assert_eq!(many, "its tables and histograms hold more than 10000000 numbers and labels by now");
    let twice = refused(vec![Signal::ClipGradAdaptive(0.1, 0.1); 2]);
    assert_eq!(twice, "`clip-grad-adaptive` more than once in one event");
}

#[test]
fn what_contradicts_another_authors_stands_for_neither() {
    let restore = Signal::Slot(SlotOp::Restore("best".into()));
    let list = |author, signals: Vec<Signal>| {
        let worths = vec![Worth::Stands; signals.len()];
        (author, signals, worths)
    };
    let mut judged = [
        list(0, vec![Signal::SetTrainable(0, true), Signal::SetTrainable(1, true)]),
        list(1, vec![Signal::SetTrainable(0, false), restore.clone(), restore.clone()]),
        list(2, vec![Signal::SetTrainable(1, true)]),
    ];
    refuse_opposites(&mut judged, |author| format!("p{author}"));
    let opposed = |by: &str| Worth::Opposed(format!("`{by}` asks for something else"));
    assert_eq!(judged[0].2, [opposed("p1"), Worth::Stands]);
    // One author's own list is its will, in its order.
    assert_eq!(judged[1].2, [opposed("p0"), Worth::Stands, Worth::Stands]);
    assert_eq!(judged[2].2, [Worth::Stands]);
}

/// One of each, those that differ in their place apart.
fn one_of_each() -> Vec<Signal> {
    let why = String::new;
    let best = || "best".to_owned();
    vec![
        Signal::StopTraining(why()),
        Signal::StopEpoch(why()),
        Signal::StopValidation(why()),
        Signal::SkipValidation,
        Signal::ValidateNow,
        Signal::SkipBatch,
        Signal::SkipBackward,
        Signal::SkipStep,
        Signal::KeepGradients,
        set(HyperName::Lr, 0.1),
        Signal::ScaleGrad(1.0),
        Signal::ClipGradValue(1.0),
        Signal::ClipGradNorm(1.0),
        Signal::ClipGradAdaptive(1.0, 1.0),
        Signal::NoiseGrad(1.0),
        Signal::SetTrainable(0, false),
        Signal::SetNormFrozen(0, true),
        Signal::RefreshNormStatistics,
        Signal::Slot(SlotOp::EvaluateWith(best())),
        Signal::Slot(SlotOp::Restore(best())),
        Signal::Checkpoint(best()),
        Signal::Report(Report { name: "score".into(), value: 1.0, weight: 1.0 }),
        Signal::SampleWeights(7),
    ]
}

/// A row of the table: training, then validation; hooks in the order in which they occur; `finish`.
fn row(signal: &Signal) -> String {
    let mark = |hook, phase| {
        if worth_by_place(hook, phase, signal) == Worth::Stands { 'x' } else { '.' }
    };
    let text = |phase| Hook::ALL.map(|hook| mark(Some(hook), phase)).iter().collect::<String>();
    let name = match signal {
        Signal::Slot(op) => op.name(),
        _ => signal.name(),
    };
    let (train, valid) = (text(Phase::Train), text(Phase::Valid));
    format!("{name:<24}{train} {valid} {}", mark(None, Phase::Train))
}

/// Where each signal stands, hook by hook: the contract's table as one text.
#[test]
fn legal_hooks_are_the_contracts() {
    assert_eq!(
        one_of_each().iter().map(row).collect::<Vec<_>>(),
        [
            "stop-training           xxxxxxxxxxx xxxxxxxxxxx .",
            "stop-epoch              ..xxxxxx... ........... .",
            "stop-validation         ........x.. ..xxxxxxx.. .",
            "skip-validation         .xxxxxxx... ........... .",
            "validate-now            .......x... ........... .",
            "skip-batch              ..xx....... ..xx....... .",
            "skip-backward           ..xxx...... ........... .",
            "skip-step               ..xxxx..... ........... .",
            "keep-gradients          ..xxxxx.... ........... .",
            "set-hyper               xxxxxxxxxxx xxxxxxxxxxx .",
            "scale-grad              .....x..... .....x..... .",
            "clip-grad-value         .....x..... .....x..... .",
            "clip-grad-norm          .....x..... .....x..... .",
            "clip-grad-adaptive      .....x..... .....x..... .",
            "noise-grad              .....x..... .....x..... .",
            "set-trainable           xx.....x..x ........... .",
            "set-norm-frozen         xx.....x..x ........... .",
            "refresh-norm-statistics ........x.x ........x.x x",
            "evaluate-with           ........x.. ........x.. .",
            "restore                 xxx..xxxxxx xx......xxx x",
            "checkpoint              .......x.xx .........xx x",
            "report                  xxxxxxxxxxx xxxxxxxxxxx x",
            "sample-weights          x.........x x.........x .",
        ]
    );
}

/// What a signal is worth by its place alone: the desk of these tests knows no number.
fn worth_by_place(hook: Option<Hook>, phase: Phase, signal: &Signal) -> Worth {
    in_court(hook, phase, |court| match signal {
        Signal::SetHyper(update) => court.judge_update(update),
        _ => court.at_its_place(signal),
    })
}
