//! When a plugin is called and what it will do, as a sentence:
//!
//! ```
//! use callbox_sdk::prelude::*;
//!
//! let plan = Plan::on(Hook::TrainBegin)
//!     .and_on(Hook::BatchEnd).phase(Phase::Train).every(10).reads(Reads::LOSSES)
//!     .owns(HyperName::Lr)
//!     .reports("spread", Better::Lower);
//! assert_eq!(plan.subscriptions.len(), 2);
//! ```

use crate::about::Power;
use crate::types::{Hook, HyperName, MetricSpec, Phase, Plan, Reads, Subscription, Transforms};

/// Which direction of a reported metric is an improvement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// As for accuracy.
    Higher,
    /// As for a loss.
    Lower,
    /// As for the norm of the gradients.
    Neither,
}

/// A metric's name of several parts, in the contract's alphabet: `layers.0` and `mean` make
/// `layers-0-mean`. Empty parts are left out, and so is what is beyond 64 letters.
#[must_use]
pub fn metric_name(parts: &[&str]) -> String {
    let mut letters = Vec::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !letters.is_empty() {
            letters.push('-');
        }
        letters.extend(part.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'0'..=b'9' => char::from(byte),
            b'A'..=b'Z' => char::from(byte.to_ascii_lowercase()),
            _ => '-',
        }));
    }
    letters.into_iter().take(64).collect()
}

impl Hook {
    /// Every hook, in the order in which they occur.
    pub const ALL: [Self; 11] = [
        Self::TrainBegin,
        Self::EpochBegin,
        Self::BatchBegin,
        Self::LossBegin,
        Self::BackwardBegin,
        Self::BackwardEnd,
        Self::StepEnd,
        Self::BatchEnd,
        Self::ValidBegin,
        Self::ValidEnd,
        Self::EpochEnd,
    ];

    /// The contract's name of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TrainBegin => "train-begin",
            Self::EpochBegin => "epoch-begin",
            Self::BatchBegin => "batch-begin",
            Self::LossBegin => "loss-begin",
            Self::BackwardBegin => "backward-begin",
            Self::BackwardEnd => "backward-end",
            Self::StepEnd => "step-end",
            Self::BatchEnd => "batch-end",
            Self::ValidBegin => "valid-begin",
            Self::ValidEnd => "valid-end",
            Self::EpochEnd => "epoch-end",
        }
    }
}

impl Phase {
    /// The contract's name of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

impl HyperName {
    /// The power that setting or scaling it takes.
    #[must_use]
    pub const fn power(self) -> Power {
        match self {
            Self::Lr => Power::Lr,
            Self::Mom => Power::Mom,
            Self::Wd => Power::Wd,
            Self::Beta => Power::Beta,
        }
    }
}

impl Default for Plan {
    /// Never called but for `finish`, and no powers.
    fn default() -> Self {
        Self {
            subscriptions: Vec::new(),
            transforms: Transforms {
                input: false,
                output: false,
                loss: false,
                in_validation: false,
            },
            monitors: Vec::new(),
            reports: Vec::new(),
            powers: Vec::new(),
            owns: Vec::new(),
            run_before: Vec::new(),
            run_after: Vec::new(),
        }
    }
}

impl Plan {
    /// Starts a plan: call me at this hook, every time, in every phase, with nothing that costs to
    /// fill in.
    #[must_use]
    pub fn on(hook: Hook) -> Self {
        Self::default().and_on(hook)
    }

    /// Call me at this hook too; what follows is about this subscription.
    #[must_use]
    pub fn and_on(mut self, hook: Hook) -> Self {
        let (phase, every, reads) = (None, 1, Reads::empty());
        self.subscriptions.push(Subscription { hook, phase, every, reads });
        self
    }

    /// Only in this phase. About the last hook named.
    #[must_use]
    pub fn phase(self, phase: Phase) -> Self {
        self.refine(|subscription| subscription.phase = Some(phase))
    }

    /// Only at every n-th occurrence, the first included. About the last hook named; 0 is refused.
    #[must_use]
    pub fn every(self, n: u32) -> Self {
        self.refine(|subscription| subscription.every = n)
    }

    /// Fill in these parts of the state. About the last hook named.
    #[must_use]
    pub fn reads(self, reads: Reads) -> Self {
        self.refine(|subscription| subscription.reads |= reads)
    }

    /// Metrics to find in `state.monitored`, in this order, where a subscription reads it.
    #[must_use]
    pub fn monitors(mut self, metrics: impl IntoIterator<Item = impl Into<String>>) -> Self {
        metrics.into_iter().for_each(|metric| self.monitors.push(metric.into()));
        self
    }

    /// A metric that this plugin will report, in kebab-case.
    #[must_use]
    pub fn reports(mut self, metric: impl Into<String>, better: Better) -> Self {
        let higher_is_better = match better {
            Better::Higher => Some(true),
            Better::Lower => Some(false),
            Better::Neither => None,
        };
        self.reports.push(MetricSpec { name: metric.into(), higher_is_better });
        self
    }

    /// Powers that this plugin will use in this run.
    #[must_use]
    pub fn powers(mut self, powers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        for power in powers.into_iter().map(Into::into) {
            if !self.powers.contains(&power) {
                self.powers.push(power);
            }
        }
        self
    }

    /// A hyper-parameter that this plugin will `set`, as its one owner; its power comes with it.
    #[must_use]
    pub fn owns(mut self, name: HyperName) -> Self {
        self.owns.push(name);
        self.powers([name.power()])
    }

    /// `Transform::on_batch_begin` gets every batch of training. The power comes with it, as with
    /// the next three.
    #[must_use]
    pub fn transforms_input(self) -> Self {
        self.transforming(|transforms| transforms.input = true)
    }

    /// `Transform::on_loss_begin` gets every output of training.
    #[must_use]
    pub fn transforms_output(self) -> Self {
        self.transforming(|transforms| transforms.output = true)
    }

    /// `Transform::on_backward_begin` gets every loss of training.
    #[must_use]
    pub fn transforms_loss(self) -> Self {
        self.transforming(|transforms| transforms.loss = true)
    }

    /// Inputs and outputs are transformed in batches of validation as well.
    #[must_use]
    pub fn in_validation(self) -> Self {
        self.transforming(|transforms| transforms.in_validation = true)
    }

    /// Plugins whose transforms come later than this one's, by their names in the run.
    #[must_use]
    pub fn run_before(mut self, plugins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.run_before.extend(plugins.into_iter().map(Into::into));
        self
    }

    /// Plugins whose transforms come earlier than this one's.
    #[must_use]
    pub fn run_after(mut self, plugins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.run_after.extend(plugins.into_iter().map(Into::into));
        self
    }

    fn transforming(mut self, change: impl FnOnce(&mut Transforms)) -> Self {
        change(&mut self.transforms);
        self.powers([Power::Transform])
    }

    fn refine(mut self, change: impl FnOnce(&mut Subscription)) -> Self {
        if let Some(last) = self.subscriptions.last_mut() {
            change(last);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refinements_are_about_the_last_hook() {
        let plan = Plan::on(Hook::TrainBegin)
            .and_on(Hook::BatchEnd)
            .phase(Phase::Train)
            .every(10)
            .reads(Reads::LOSSES)
            .reads(Reads::LATE);

        let [begin, batch] = plan.subscriptions[..] else { panic!("two subscriptions") };
        assert_eq!((begin.phase, begin.every, begin.reads), (None, 1, Reads::empty()));
        assert_eq!(
            (batch.hook, batch.phase, batch.every),
            (Hook::BatchEnd, Some(Phase::Train), 10)
        );
        assert_eq!(batch.reads, Reads::LOSSES | Reads::LATE);
    }

    #[test]
    fn an_owner_has_the_power_once() {
        let plan = Plan::on(Hook::BatchEnd).powers([Power::Lr]).owns(HyperName::Lr);

        assert_eq!(plan.powers, ["lr"]);
        assert_eq!(plan.owns, [HyperName::Lr]);
    }

    #[test]
    fn a_transform_has_its_power() {
        let plan = Plan::default()
            .transforms_input()
            .transforms_loss()
            .in_validation()
            .run_before(["mixup"])
            .run_after(["cutout"]);

        let Transforms { input, output, loss, in_validation } = plan.transforms;
        assert_eq!([input, output, loss, in_validation], [true, false, true, true]);
        assert_eq!(plan.powers, ["transform"]);
        assert_eq!(
            (plan.run_before, plan.run_after),
            (vec!["mixup".into()], vec!["cutout".into()])
        );
    }

    #[test]
    fn a_metric_has_a_plain_name() {
        assert_eq!(metric_name(&["layers.0", "", "Mean"]), "layers-0-mean");
        assert_eq!(metric_name(&["", "ärger"]), "--rger");
        assert_eq!(metric_name(&["x"; 40]).len(), 64);
    }

    #[test]
    fn names_are_the_contracts() {
        let contract = include_str!("../../../../wit/types.wit");
        for name in Hook::ALL.map(Hook::name) {
            assert!(contract.contains(&format!("\n    {name},\n")), "{name}");
        }
        for name in Power::ALL.map(Power::name) {
            assert!(contract.contains(&format!("`{name}`")), "{name}");
        }
    }
}
