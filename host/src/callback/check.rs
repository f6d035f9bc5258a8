//! One callback's signals for one event, checked together: a violation refuses them all, what is
//! only inapplicable here is dropped and the rest stands.

use super::{Hook, HyperName, HyperOp, HyperTable, HyperUpdate, Phase, Plan, Report, Signal};
use super::hypers::Author;

/// At most this many consecutive batches may be skipped by one callback.
pub const SKIPS_IN_A_ROW: u32 = 10;

/// Everything that decides about a list of signals.
pub struct Court<'a> {
    /// Whose list.
    pub author: Author,
    /// What it said it would do.
    pub plan: &'a Plan,
    /// Hyper-parameters that somebody else owns, with that one's name: precedence was given.
    pub overruled: &'a [(HyperName, String)],
    /// Batches in a row that it has skipped.
    pub skipped: u32,
    /// `None`: in `finish`.
    pub hook: Option<Hook>,
    /// The loader of the current batch.
    pub phase: Phase,
    /// Hyper-parameters in effect.
    pub table: &'a HyperTable,
}

/// What one signal of an accepted list is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worth {
    /// It stands.
    Stands,
    /// Somebody else owns it.
    Overruled(String),
    /// It cannot mean anything here: why.
    Inapplicable(String),
}

impl Court<'_> {
    /// The worth of each signal, in order.
    ///
    /// # Errors
    /// The first violation, in words; it refuses the whole list.
    pub fn judge(&self, signals: &[Signal]) -> Result<Vec<Worth>, String> {
        let worths = signals.iter().map(|s| self.judge_one(s)).collect::<Result<Vec<_>, _>>()?;
        let standing = signals.iter().zip(&worths).filter(|(_, worth)| **worth == Worth::Stands);
        let updates: Vec<HyperUpdate> = standing
            .filter_map(|(signal, _)| match signal {
                Signal::SetHyper(update) => Some(*update),
                _ => None,
            })
            .collect();
        self.table.check(self.author, &updates)?;
        Ok(worths)
    }

    fn judge_one(&self, signal: &Signal) -> Result<Worth, String> {
        match signal {
            Signal::NotServed(name) => Err(format!(
                "`{name}` is in the contract, but this version of callbox does not serve it yet"
            )),
            Signal::SetHyper(update) => self.judge_update(update),
            Signal::Report(report) => self.judge_report(report),
            _ => self.judge_control(signal),
        }
    }

    fn judge_control(&self, signal: &Signal) -> Result<Worth, String> {
        self.demand_power("control", signal)?;
        if matches!(signal, Signal::SkipBatch) && self.skipped >= SKIPS_IN_A_ROW {
            return Err(format!("`skip-batch` for more than {SKIPS_IN_A_ROW} batches in a row"));
        }
        Ok(self.at_its_place(signal))
    }

    fn judge_update(&self, update: &HyperUpdate) -> Result<Worth, String> {
        let HyperUpdate { name, op, value, .. } = *update;
        self.demand_power(name.name(), &Signal::SetHyper(*update))?;
        if !value.is_finite() {
            return Err(format!("`{update}` is not a finite number"));
        }
        if op == HyperOp::Scale && value < 0.0 {
            return Err(format!("`{update}`: a factor is at least 0"));
        }
        if op == HyperOp::Set && !self.plan.owns.contains(&name) {
            return Err(format!("`{update}` without `{name}` in its plan's `owns`"));
        }
        if update.group.is_some_and(|group| group as usize >= self.table.groups()) {
            return Err(format!("`{update}`: there are {} layer groups", self.table.groups()));
        }
        if !self.table.has(name) {
            return Ok(Worth::Inapplicable(format!("this optimizer has no {name}")));
        }
        if self.hook.is_none() {
            return Ok(Worth::Inapplicable("the run is over".to_owned()));
        }
        let owner = self.overruled.iter().find(|(owned, _)| *owned == name);
        match owner {
            Some((_, by)) if op == HyperOp::Set => Ok(Worth::Overruled(by.clone())),
            _ => Ok(Worth::Stands),
        }
    }

    fn judge_report(&self, report: &Report) -> Result<Worth, String> {
        if self.plan.reports.iter().all(|spec| spec.name != report.name) {
            let declared: Vec<&str> = self.plan.reports.iter().map(|s| s.name.as_str()).collect();
            return Err(format!(
                "a report of `{}`, which its plan does not declare (declared: {})",
                report.name,
                if declared.is_empty() { "none".to_owned() } else { declared.join(", ") }
            ));
        }
        if !report.weight.is_finite() || report.weight < 0.0 {
            return Err(format!(
                "a report of `{}` with weight {}; a weight is finite and at least 0",
                report.name, report.weight
            ));
        }
        Ok(Worth::Stands)
    }

    fn demand_power(&self, power: &str, signal: &Signal) -> Result<(), String> {
        if self.plan.powers.iter().any(|held| held == power) {
            return Ok(());
        }
        Err(format!("`{}` without the power `{power}` in its plan", signal.name()))
    }

    /// The column "legal at" of the contract's table.
    fn at_its_place(&self, signal: &Signal) -> Worth {
        use Hook::{BackwardBegin, BackwardEnd, BatchBegin, BatchEnd, EpochBegin, LossBegin, ValidBegin};
        let Some(hook) = self.hook else {
            return Worth::Inapplicable("the run is over".to_owned());
        };
        let training = self.phase == Phase::Train;
        let legal = match signal {
            Signal::StopTraining(_) => true,
            Signal::StopEpoch(_) => training && hook.is_in_batch(),
            Signal::StopValidation(_) => hook == ValidBegin || (!training && hook.is_in_batch()),
            Signal::SkipValidation => training && (EpochBegin..=BatchEnd).contains(&hook),
            Signal::SkipBatch => (BatchBegin..=LossBegin).contains(&hook),
            Signal::SkipBackward => training && (BatchBegin..=BackwardBegin).contains(&hook),
            Signal::SkipStep => training && (BatchBegin..=BackwardEnd).contains(&hook),
            Signal::SetHyper(_) | Signal::Report(_) | Signal::NotServed(_) => true,
        };
        if legal {
            return Worth::Stands;
        }
        Worth::Inapplicable(format!("`{}` means nothing at {hook} in {}", signal.name(), self.phase))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::{Hyper, MetricSpec};

    fn table() -> HyperTable {
        HyperTable::new(vec![Hyper { lr: 0.1, mom: Some(0.9), wd: 0.0, beta: None }])
    }

    fn plan() -> Plan {
        Plan {
            powers: ["control", "lr", "beta"].map(str::to_owned).to_vec(),
            owns: vec![HyperName::Lr, HyperName::Beta],
            reports: vec![MetricSpec { name: "score".into(), higher_is_better: None }],
            ..Plan::default()
        }
    }

    fn judge(hook: Hook, phase: Phase, signals: &[Signal]) -> Result<Vec<Worth>, String> {
        let (plan, table) = (plan(), table());
        let court = Court {
            author: 0,
            plan: &plan,
            overruled: &[],
            skipped: 0,
            hook: Some(hook),
            phase,
            table: &table,
        };
        court.judge(signals)
    }

    fn set(name: HyperName, value: f64) -> Signal {
        Signal::SetHyper(HyperUpdate { name, group: None, op: HyperOp::Set, value })
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
    fn each_violation_has_its_own_sentence() {
        let report = |name: &str, weight| {
            Signal::Report(Report { name: name.into(), value: 1.0, weight })
        };
        let group = HyperUpdate { name: HyperName::Lr, group: Some(7), op: HyperOp::Scale, value: 1.0 };
        let sentences = [
            set(HyperName::Wd, 0.1),
            Signal::SetHyper(group),
            Signal::SetHyper(HyperUpdate { group: None, value: -1.0, ..group }),
            report("other", 1.0),
            report("score", f64::NAN),
            Signal::NotServed("slot"),
        ]
        .map(|signal| judge(Hook::BatchEnd, Phase::Train, &[signal]).unwrap_err());
        assert_eq!(
            sentences,
            [
                "`set-hyper` without the power `wd` in its plan",
                "`scale lr[7] 1`: there are 1 layer groups",
                "`scale lr -1`: a factor is at least 0",
                "a report of `other`, which its plan does not declare (declared: score)",
                "a report of `score` with weight NaN; a weight is finite and at least 0",
                "`slot` is in the contract, but this version of callbox does not serve it yet",
            ]
        );
    }

    /// Where each control signal stands, hook by hook: the contract's table as one text.
    #[test]
    fn legal_hooks_are_the_contracts() {
        let why = String::new;
        let signals = [
            Signal::StopTraining(why()),
            Signal::StopEpoch(why()),
            Signal::StopValidation(why()),
            Signal::SkipValidation,
            Signal::SkipBatch,
            Signal::SkipBackward,
            Signal::SkipStep,
        ];
        let row = |signal: &Signal| {
            let mark = |phase| {
                Hook::ALL.map(|hook| {
                    let worths = judge(hook, phase, std::slice::from_ref(signal)).unwrap();
                    if worths[0] == Worth::Stands { 'x' } else { '.' }
                })
            };
            let text = |marks: [char; 11]| marks.iter().collect::<String>();
            format!("{:<16}{} {}", signal.name(), text(mark(Phase::Train)), text(mark(Phase::Valid)))
        };
        assert_eq!(
            signals.iter().map(row).collect::<Vec<_>>(),
            [
                // Training, then validation; hooks in the order in which they occur.
                "stop-training   xxxxxxxxxxx xxxxxxxxxxx",
                "stop-epoch      ..xxxxxx... ...........",
                "stop-validation ........x.. ..xxxxxxx..",
                "skip-validation .xxxxxxx... ...........",
                "skip-batch      ..xx....... ..xx.......",
                "skip-backward   ..xxx...... ...........",
                "skip-step       ..xxxx..... ...........",
            ]
        );
    }
}
