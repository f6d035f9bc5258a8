//! What a plugin is and the most that it may ask for.

use crate::number::short;
use crate::plan::metric_name;
use crate::types::{Descriptor, Grant, Run};

/// A right to change the loop. The user grants it; a plugin declares it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Stop, skip, validate.
    Control,
    /// Set or scale the learning rate.
    Lr,
    /// Set or scale momentum, beta1 of Adam.
    Mom,
    /// Set or scale weight decay.
    Wd,
    /// Set or scale beta2 of Adam, alpha of RMSprop.
    Beta,
    /// Scale, clip or disturb gradients.
    Gradients,
    /// Freeze groups, keep and restore copies of the weights.
    Weights,
    /// Change how samples are drawn.
    Sampler,
    /// Write checkpoints.
    Checkpoint,
    /// Change batches, outputs and losses.
    Transform,
}

impl Power {
    /// All of them, in the contract's order.
    pub const ALL: [Self; 10] = [
        Self::Control,
        Self::Lr,
        Self::Mom,
        Self::Wd,
        Self::Beta,
        Self::Gradients,
        Self::Weights,
        Self::Sampler,
        Self::Checkpoint,
        Self::Transform,
    ];

    /// The contract's name of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Lr => "lr",
            Self::Mom => "mom",
            Self::Wd => "wd",
            Self::Beta => "beta",
            Self::Gradients => "gradients",
            Self::Weights => "weights",
            Self::Sampler => "sampler",
            Self::Checkpoint => "checkpoint",
            Self::Transform => "transform",
        }
    }
}

impl From<Power> for String {
    fn from(power: Power) -> Self {
        power.name().to_owned()
    }
}

/// Starts a [`Descriptor`] with the name, version and description that stand in the plugin's
/// `Cargo.toml`.
#[macro_export]
macro_rules! about {
    () => {
        $crate::types::Descriptor::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_DESCRIPTION"),
        )
    };
}

impl Descriptor {
    /// A plugin of this kebab-case name, semantic version and one-line summary, without powers.
    /// Its parameters are filled in by [`register!`](crate::register!).
    #[must_use]
    pub fn new(name: &str, version: &str, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            summary: summary.to_owned(),
            params: Vec::new(),
            needs: Vec::new(),
            wants: Vec::new(),
            state_version: 1,
        }
    }

    /// Adds powers without which the plugin refuses to work.
    #[must_use]
    pub fn needs(mut self, powers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        powers.into_iter().for_each(|power| self.needs.push(power.into()));
        self
    }

    /// Adds powers that it can do without; [`Run::grants`] says which it got.
    #[must_use]
    pub fn wants(mut self, powers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        powers.into_iter().for_each(|power| self.wants.push(power.into()));
        self
    }

    /// The version of what `save` writes, 1 unless set: raise it when an older save no longer fits.
    #[must_use]
    pub fn state_version(mut self, version: u32) -> Self {
        self.state_version = version;
        self
    }
}

impl Run {
    /// Whether the user gave this power to this plugin.
    #[must_use]
    pub fn grants(&self, power: Power) -> bool {
        self.grant(power).is_some()
    }

    /// Whether a hyper-parameter may take this value in this run.
    ///
    /// # Errors
    /// A sentence for the user, when the power was not given or the value is out of its bounds.
    pub fn allows(&self, power: Power, value: f64) -> Result<(), String> {
        let name = power.name();
        let Some(grant) = self.grant(power) else {
            return Err(format!("this run does not grant `{name}`"));
        };
        match (grant.min, grant.max) {
            (Some(min), _) if value < min => {
                let (value, min) = (short(value), short(min));
                Err(format!("{name} {value} is below {min}, the least that this run grants"))
            }
            (_, Some(max)) if value > max => {
                let (value, max) = (short(value), short(max));
                Err(format!("{name} {value} is above {max}, the most that this run grants"))
            }
            _ => Ok(()),
        }
    }

    /// Which direction of a metric is better; `None` where the run does not know it or neither is.
    #[must_use]
    pub fn higher_is_better(&self, metric: &str) -> Option<bool> {
        self.metrics.iter().find(|spec| spec.name == metric)?.higher_is_better
    }

    /// Learning rate of each layer group at the start, as a part of the last group's: a schedule
    /// that is given for the last group keeps these ratios. All 1 where the last one's is 0.
    pub fn lr_ratios(&self) -> impl Iterator<Item = f64> {
        let last = self.hypers.last().map_or(0.0, |hyper| hyper.lr);
        self.hypers.iter().map(move |hyper| if last > 0.0 { hyper.lr / last } else { 1.0 })
    }

    /// Name under which to report a value of a layer group: `lr` where there is one group, else
    /// `lr-body` and `lr-head`.
    #[must_use]
    pub fn metric_of_group(&self, metric: &str, group: usize) -> String {
        match &self.groups[..] {
            [_, _, ..] => metric_name(&[metric, self.groups.get(group).map_or("", |name| name)]),
            _ => metric.to_owned(),
        }
    }

    fn grant(&self, power: Power) -> Option<&Grant> {
        self.granted.iter().find(|grant| grant.power == power.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_value_is_held_against_its_grant() {
        let mut run = testing::run();
        run.granted = vec![Grant { power: Power::Lr.into(), min: Some(0.0), max: Some(0.1) }];

        assert_eq!(run.allows(Power::Lr, 0.1), Ok(()));
        let refusal = "lr 0.2 is above 0.1, the most that this run grants";
        assert_eq!(run.allows(Power::Lr, 0.2), Err(refusal.to_owned()));
        assert!(run.allows(Power::Mom, 0.9).is_err());
        assert!(run.grants(Power::Lr) && !run.grants(Power::Control));
    }

    #[test]
    fn ratios_are_to_the_last_group() {
        let mut run = testing::run();
        let group = |lr| crate::types::Hyper { lr, ..run.hypers[0] };
        run.hypers = vec![group(0.001), group(0.01)];
        assert!(run.lr_ratios().eq([0.1, 1.0]));
        run.hypers[1].lr = 0.0;
        assert!(run.lr_ratios().eq([1.0, 1.0]));
    }

    #[test]
    fn a_groups_metric_has_its_name_where_there_are_several() {
        let mut run = testing::run();
        assert_eq!(run.metric_of_group("lr", 0), "lr");
        run.groups = vec!["body".to_owned(), "the.head".to_owned()];
        assert_eq!(["lr-body", "lr-the-head"], [0, 1].map(|i| run.metric_of_group("lr", i))[..]);
    }

    #[test]
    fn a_descriptor_takes_its_name_from_the_manifest() {
        let about = about!().needs([Power::Lr]).wants([Power::Mom]).state_version(2);

        assert_eq!(about.name, "callbox-sdk");
        assert_eq!((about.needs, about.wants), (vec!["lr".to_owned()], vec!["mom".to_owned()]));
        assert_eq!(about.state_version, 2);
    }
}
