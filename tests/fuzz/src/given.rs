//! A callback's descriptor and plan, and what a user gives and grants it.

use arbitrary::Arbitrary;
use callbox::callback::{
    self, Descriptor, Extent, Grant, Grants, Hook, MetricSpec, POWERS, Param, Phase, Plan, Reads,
    Subscription, Transforms, Value,
};

use crate::said::{Number, Text, hyper, numbers, pick, texts};

/// Names of callbacks: few, so that they meet.
pub const NAMES: [&str; 6] = ["ann", "bob", "cid", "dot", "host", "Not plain"];
/// Names of parameters.
pub const KEYS: [&str; 4] = ["rate", "rates", "kind", ""];
/// Texts of parameters.
pub const WORDS: [&str; 4] = ["cosine", "linear", "", "\u{1b}[2J"];
/// Names of metrics; the host has the first.
pub const METRICS: [&str; 5] = ["loss", "score", "scores", "Score", ""];

/// A parameter's value.
#[derive(Arbitrary, Debug, Clone)]
pub enum Given {
    Flag(bool),
    Integer(i64),
    Number(Number),
    Text(Text),
    Numbers(Vec<Number>),
    Texts(Vec<Text>),
}

impl Given {
    /// As the host knows it.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Given::Flag(flag) => Value::Flag(*flag),
            Given::Integer(integer) => Value::Integer(*integer),
            Given::Number(number) => Value::Number(number.value()),
            Given::Text(text) => Value::Text(text.of(&WORDS)),
            Given::Numbers(all) => Value::Numbers(numbers(all)),
            Given::Texts(all) => Value::Texts(texts(all, &WORDS)),
        }
    }
}

/// A parameter.
#[derive(Arbitrary, Debug, Clone)]
pub struct Parameter {
    name: Text,
    default: Given,
    min: Option<Number>,
    max: Option<Number>,
    choices: Vec<Text>,
}

impl Parameter {
    fn param(&self) -> Param {
        Param {
            name: self.name.of(&KEYS),
            doc: String::new(),
            default: self.default.value(),
            min: self.min.map(Number::value),
            max: self.max.map(Number::value),
            choices: texts(&self.choices, &WORDS),
        }
    }
}

/// A descriptor.
#[derive(Arbitrary, Debug, Clone)]
pub struct Described {
    name: Text,
    version: Text,
    params: Vec<Parameter>,
    needs: Vec<Text>,
    wants: Vec<Text>,
    wants_all: bool,
}

impl Described {
    /// As the host knows it.
    #[must_use]
    pub fn descriptor(&self) -> Descriptor {
        Descriptor {
            name: self.name.of(&NAMES),
            version: self.version.of(&["0.1.0", "1.0.0-rc.1+x", ""]),
            summary: String::new(),
            params: self.params.iter().map(Parameter::param).collect(),
            needs: self.needs.iter().map(Text::power).collect(),
            wants: match self.wants_all {
                true => POWERS.map(str::to_owned).to_vec(),
                false => self.wants.iter().map(Text::power).collect(),
            },
            state_version: 0,
        }
    }
}

/// A subscription.
#[derive(Arbitrary, Debug, Clone)]
pub struct Subscribed {
    hook: u8,
    phase: Option<u8>,
    every: u8,
    reads: u8,
}

/// The phases, to be picked.
pub const PHASES: [Phase; 3] = [Phase::Train, Phase::Valid, Phase::Test];

impl Subscribed {
    /// As the host knows it; `every` may be 0.
    #[must_use]
    pub fn subscription(&self) -> Subscription {
        let bit = |bit: u8| self.reads & bit != 0;
        Subscription {
            hook: *pick(&Hook::ALL, self.hook),
            phase: self.phase.map(|phase| *pick(&PHASES, phase)),
            every: self.every.into(),
            reads: Reads { losses: bit(1), hypers: bit(2), monitored: bit(4), late: bit(8) },
        }
    }
}

/// A plan.
#[derive(Arbitrary, Debug, Clone)]
pub struct Planned {
    subscriptions: Vec<Subscribed>,
    transforms: u8,
    monitors: Vec<Text>,
    reports: Vec<(Text, Option<bool>)>,
    powers: Vec<Text>,
    owns: Vec<u8>,
    run_before: Vec<Text>,
    run_after: Vec<Text>,
}

impl Planned {
    /// As the host knows it.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let bit = |bit: u8| self.transforms & bit != 0;
        let spec = |(name, better): &(Text, Option<bool>)| MetricSpec {
            name: name.of(&METRICS),
            higher_is_better: *better,
        };
        Plan {
            subscriptions: self.subscriptions.iter().map(Subscribed::subscription).collect(),
            transforms: Transforms {
                input: bit(1),
                output: bit(2),
                loss: bit(4),
                in_validation: bit(8),
            },
            monitors: texts(&self.monitors, &METRICS),
            reports: self.reports.iter().map(spec).collect(),
            powers: self.powers.iter().map(Text::power).collect(),
            owns: self.owns.iter().map(|index| hyper(*index)).collect(),
            run_before: texts(&self.run_before, &NAMES),
            run_after: texts(&self.run_after, &NAMES),
        }
    }
}

/// These grants and no others; `None`: what the standing gives.
#[must_use]
pub fn grants(given: Option<Vec<Grant>>) -> Grants {
    let one =
        |Grant { power, min, max }| callback::Given { power, extent: Extent::Bounds { min, max } };
    given.map_or(Grants::Standing, |all| Grants::Given(all.into_iter().map(one).collect()))
}

/// What a user grants.
#[derive(Arbitrary, Debug, Clone)]
pub struct Granted {
    power: Text,
    min: Option<Number>,
    max: Option<Number>,
}

impl Granted {
    /// As the host knows it.
    #[must_use]
    pub fn grant(&self) -> Grant {
        Grant {
            power: self.power.power(),
            min: self.min.map(Number::value),
            max: self.max.map(Number::value),
        }
    }
}
