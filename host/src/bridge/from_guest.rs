//! The contract's words as the callbacks' own: what a guest says of itself.

use crate::callback::{
    Descriptor, Hook, HyperName, MetricSpec, Param, Phase, Plan, Reads, Subscription, Transforms,
    Value,
};
use crate::plugin::wit;

pub(super) fn descriptor(from: wit::Descriptor) -> Descriptor {
    Descriptor {
        name: from.name,
        version: from.version,
        summary: from.summary,
        params: from.params.into_iter().map(param).collect(),
        needs: from.needs,
        wants: from.wants,
        state_version: from.state_version,
    }
}

pub(super) fn param(from: wit::Param) -> Param {
    Param {
        name: from.name,
        doc: from.doc,
        default: value(from.default),
        min: from.min,
        max: from.max,
        choices: from.choices,
    }
}

pub(super) fn value(from: wit::Value) -> Value {
    match from {
        wit::Value::Flag(flag) => Value::Flag(flag),
        wit::Value::Integer(n) => Value::Integer(n),
        wit::Value::Number(x) => Value::Number(x),
        wit::Value::Text(text) => Value::Text(text),
        wit::Value::Numbers(numbers) => Value::Numbers(numbers),
        wit::Value::Texts(texts) => Value::Texts(texts),
    }
}

pub(super) fn plan(from: wit::Plan) -> Plan {
    Plan {
        subscriptions: from.subscriptions.into_iter().map(|s| subscription(&s)).collect(),
        transforms: Transforms {
            input: from.transforms.input,
            output: from.transforms.output,
            loss: from.transforms.loss,
            in_validation: from.transforms.in_validation,
        },
        monitors: from.monitors,
        reports: from.reports.into_iter().map(spec).collect(),
        powers: from.powers,
        owns: from.owns.into_iter().map(hyper_name).collect(),
        run_before: from.run_before,
        run_after: from.run_after,
    }
}

pub(super) fn spec(from: wit::MetricSpec) -> MetricSpec {
    MetricSpec { name: from.name, higher_is_better: from.higher_is_better }
}

pub(super) fn subscription(from: &wit::Subscription) -> Subscription {
    let reads = Reads {
        losses: from.reads.contains(wit::Reads::LOSSES),
        hypers: from.reads.contains(wit::Reads::HYPERS),
        monitored: from.reads.contains(wit::Reads::MONITORED),
        late: from.reads.contains(wit::Reads::LATE),
    };
    Subscription { hook: hook(from.hook), phase: from.phase.map(phase), every: from.every, reads }
}

pub(super) fn hook(from: wit::Hook) -> Hook {
    match from {
        wit::Hook::TrainBegin => Hook::TrainBegin,
        wit::Hook::EpochBegin => Hook::EpochBegin,
        wit::Hook::BatchBegin => Hook::BatchBegin,
        wit::Hook::LossBegin => Hook::LossBegin,
        wit::Hook::BackwardBegin => Hook::BackwardBegin,
        wit::Hook::BackwardEnd => Hook::BackwardEnd,
        wit::Hook::StepEnd => Hook::StepEnd,
        wit::Hook::BatchEnd => Hook::BatchEnd,
        wit::Hook::ValidBegin => Hook::ValidBegin,
        wit::Hook::ValidEnd => Hook::ValidEnd,
        wit::Hook::EpochEnd => Hook::EpochEnd,
    }
}

pub(super) fn phase(from: wit::Phase) -> Phase {
    match from {
        wit::Phase::Train => Phase::Train,
        wit::Phase::Valid => Phase::Valid,
        wit::Phase::Test => Phase::Test,
    }
}

pub(super) fn hyper_name(from: wit::HyperName) -> HyperName {
    match from {
        wit::HyperName::Lr => HyperName::Lr,
        wit::HyperName::Mom => HyperName::Mom,
        wit::HyperName::Wd => HyperName::Wd,
        wit::HyperName::Beta => HyperName::Beta,
    }
}
