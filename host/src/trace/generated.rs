//! A made-up run: what a plugin is tried on where no recording is at hand.

use super::line::{Ending, Head, Line};
use super::moment::Moment;
use super::read::Trace;
use crate::callback::{Hook, Hyper, Losses, MetricSpec, Outcome, Phase, RunInfo};
use crate::random::Stream;

const EPOCHS: u32 = 5;
const TRAIN: u32 = 20;
const VALID: u32 = 5;
const SIZE: u32 = 32;

/// Five epochs of 20 batches of 32 samples with a validation of 5 batches each, two layer groups, an
/// optimizer with all four hyper-parameters, and a loss that falls with noise from 2.3 to a third of that.
/// The same every time.
#[must_use]
pub fn generated() -> Trace {
    let head = head();
    let start = Moment::start(&head.run.hypers, head.metrics.len());
    let noise = Stream::new(0, "generated", 0, 0);
    let mut run = Run { now: start.clone(), last: start, lines: Vec::new(), noise };
    run.hook(Hook::TrainBegin);
    (0..EPOCHS).for_each(|epoch| run.epoch(epoch));
    let ending = Ending {
        outcome: Outcome::Completed,
        epochs: EPOCHS,
        iteration: run.now.iteration,
        losses: run.now.losses,
    };
    run.lines.push(Line::Finished(ending));
    Trace { head, lines: run.lines, is_cut: false }
}

/// What a plugin is told of that run at its start.
#[must_use]
pub fn generated_run() -> RunInfo {
    head().run
}

fn head() -> Head {
    let spec =
        |name: &str, higher| MetricSpec { name: name.to_owned(), higher_is_better: Some(higher) };
    let metrics =
        vec![spec("train-loss", false), spec("valid-loss", false), spec("accuracy", true)];
    let hyper = |lr| Hyper { lr, mom: Some(0.9), wd: 0.01, beta: Some(0.99) };
    let per_epoch = |batches: u32| Some(u64::from(batches));
    let run = RunInfo {
        id: "generated".to_owned(),
        n_epochs: EPOCHS,
        planned_iterations: Some(u64::from(EPOCHS * TRAIN)),
        train_batches: per_epoch(TRAIN),
        valid_batches: per_epoch(VALID),
        n_samples: per_epoch(TRAIN * SIZE),
        valid_samples: per_epoch(VALID * SIZE),
        metrics: metrics.clone(),
        class_counts: vec![u64::from(TRAIN * SIZE / 10); 10],
        groups: vec!["body".to_owned(), "head".to_owned()],
        hypers: vec![hyper(0.001), hyper(0.01)],
        optimizer: "adamw".to_owned(),
        true_wd: true,
        ..RunInfo::default()
    };
    Head { trace: super::VERSION, run, metrics, owners: Vec::new(), plugins: Vec::new() }
}

struct Run {
    now: Moment,
    last: Moment,
    lines: Vec<Line>,
    noise: Stream,
}

impl Run {
    fn hook(&mut self, hook: Hook) {
        self.lines.push(Line::Hook(self.now.since(&self.last, hook)));
        self.last.clone_from(&self.now);
    }

    fn epoch(&mut self, epoch: u32) {
        (self.now.epoch, self.now.num_batch) = (epoch, 0);
        self.hook(Hook::EpochBegin);
        (0..TRAIN).for_each(|_| self.train());
        self.now.metrics[0] = self.now.losses.smooth;
        (self.now.phase, self.now.num_batch) = (Phase::Valid, 0);
        self.hook(Hook::ValidBegin);
        (0..VALID).for_each(|_| self.validate());
        let loss = 1.05 * self.level();
        self.now.metrics[1] = loss;
        self.now.metrics[2] = (1.0 - 0.4 * loss).clamp(0.0, 1.0);
        self.hook(Hook::ValidEnd);
        (self.now.phase, self.now.num_batch) = (Phase::Train, 0);
        self.hook(Hook::EpochEnd);
    }

    /// What the loss is without noise.
    fn level(&self) -> f64 {
        let done = self.now.iteration as f64 / f64::from(EPOCHS * TRAIN);
        2.3 * (1.0 / 3.0 + (1.0 - done) * (1.0 - done) * 2.0 / 3.0)
    }

    fn batch_begin(&mut self) -> f64 {
        let smooth = self.now.losses.smooth;
        self.now.batch_size = SIZE;
        self.now.losses = Losses { smooth, ..Losses::NONE };
        self.hook(Hook::BatchBegin);
        self.hook(Hook::LossBegin);
        self.level() * (0.9 + 0.2 * self.noise.unit())
    }

    fn train(&mut self) {
        let loss = self.batch_begin();
        let before = self.now.losses.smooth;
        let smooth = if before.is_nan() { loss } else { before + (loss - before) / 20.0 };
        self.now.losses = Losses { raw: loss, last: loss, smooth };
        self.hook(Hook::BackwardBegin);
        self.hook(Hook::BackwardEnd);
        self.hook(Hook::StepEnd);
        self.hook(Hook::BatchEnd);
        self.now.end_batch();
    }

    fn validate(&mut self) {
        let loss = self.batch_begin();
        self.now.losses = Losses { raw: loss, last: loss, ..self.now.losses };
        self.hook(Hook::BatchEnd);
        self.now.end_batch();
        self.now.phase = Phase::Valid;
    }
}
