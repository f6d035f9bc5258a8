//! The callbacks' own words as the contract's: what a guest is given.

use crate::callback::{
    Grant, Hook, Hyper, MetricSpec, Outcome, Phase, RunInfo, Setting, State, Stop, Value,
};
use crate::plugin::wit;

pub(super) fn hook_out(hook: Hook) -> wit::Hook {
    match hook {
        Hook::TrainBegin => wit::Hook::TrainBegin,
        Hook::EpochBegin => wit::Hook::EpochBegin,
        Hook::BatchBegin => wit::Hook::BatchBegin,
        Hook::LossBegin => wit::Hook::LossBegin,
        Hook::BackwardBegin => wit::Hook::BackwardBegin,
        Hook::BackwardEnd => wit::Hook::BackwardEnd,
        Hook::StepEnd => wit::Hook::StepEnd,
        Hook::BatchEnd => wit::Hook::BatchEnd,
        Hook::ValidBegin => wit::Hook::ValidBegin,
        Hook::ValidEnd => wit::Hook::ValidEnd,
        Hook::EpochEnd => wit::Hook::EpochEnd,
    }
}

pub(super) fn phase_out(phase: Phase) -> wit::Phase {
    match phase {
        Phase::Train => wit::Phase::Train,
        Phase::Valid => wit::Phase::Valid,
        Phase::Test => wit::Phase::Test,
    }
}

pub(super) fn hyper_out(hyper: &Hyper) -> wit::Hyper {
    wit::Hyper { lr: hyper.lr, mom: hyper.mom, wd: hyper.wd, beta: hyper.beta }
}

pub(super) fn state_out(state: &State<'_>) -> wit::State {
    wit::State {
        epoch: state.epoch,
        num_batch: state.num_batch,
        iteration: state.iteration,
        samples: state.samples,
        phase: phase_out(state.phase),
        batch_size: state.batch_size,
        losses: state.losses.map(|all| wit::Losses {
            raw: all.raw,
            last: all.last,
            smooth: all.smooth,
        }),
        partial: state.partial,
        hypers: state.hypers.iter().map(hyper_out).collect(),
        monitored: state.monitored.to_vec(),
    }
}

pub(super) fn outcome_out(outcome: &Outcome) -> wit::Outcome {
    match outcome {
        Outcome::Completed => wit::Outcome::Completed,
        Outcome::Failed(message) => wit::Outcome::Failed(message.clone()),
        Outcome::Stopped(stops) => {
            let stop = |s: &Stop| wit::Stop { by: s.by.clone(), reason: s.reason.clone() };
            wit::Outcome::Stopped(stops.iter().map(stop).collect())
        }
    }
}

pub(super) fn value_out(value: &Value) -> wit::Value {
    match value.clone() {
        Value::Flag(flag) => wit::Value::Flag(flag),
        Value::Integer(n) => wit::Value::Integer(n),
        Value::Number(x) => wit::Value::Number(x),
        Value::Text(text) => wit::Value::Text(text),
        Value::Numbers(numbers) => wit::Value::Numbers(numbers),
        Value::Texts(texts) => wit::Value::Texts(texts),
    }
}

pub(super) fn setting_out(setting: &Setting) -> wit::Setting {
    wit::Setting { name: setting.name.clone(), value: value_out(&setting.value) }
}

pub(super) fn spec_out(spec: &MetricSpec) -> wit::MetricSpec {
    wit::MetricSpec { name: spec.name.clone(), higher_is_better: spec.higher_is_better }
}

pub(super) fn grant_out(grant: &Grant) -> wit::Grant {
    wit::Grant { power: grant.power.clone(), min: grant.min, max: grant.max }
}

pub(super) fn run_out(run: &RunInfo) -> wit::Run {
    wit::Run {
        id: run.id.clone(),
        plugin: run.plugin.clone(),
        seed: run.seed,
        granted: run.granted.iter().map(grant_out).collect(),
        n_epochs: run.n_epochs,
        planned_iterations: run.planned_iterations,
        train_batches: run.train_batches,
        valid_batches: run.valid_batches,
        n_samples: run.n_samples,
        valid_samples: run.valid_samples,
        metrics: run.metrics.iter().map(spec_out).collect(),
        class_counts: run.class_counts.clone(),
        groups: run.groups.clone(),
        hypers: run.hypers.iter().map(hyper_out).collect(),
        optimizer: run.optimizer.clone(),
        true_wd: run.true_wd,
        rank: 0,
        world_size: 1,
    }
}
