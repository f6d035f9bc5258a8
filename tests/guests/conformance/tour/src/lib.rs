//! All that an SDK can say and see, in one plugin: every language has this one, and all of them
//! must give the same journal.
//!
//! At train-begin it reports schedules and random numbers, at every third batch-end the whole
//! state, at valid-end a table and a histogram, at epoch-end one of each signal, which the host
//! refuses as one list, and in `finish` it logs how the run ended.

use callbox_sdk::prelude::*;
use callbox_sdk::types::{Hyper, SlotOp};

params! {
    /// One of each type.
    pub struct Params {
        /// A flag.
        flag: bool = true;
        /// A whole number.
        whole: i64 = -7, min -1000.0, max 1000.0;
        /// A count.
        count: u32 = 3;
        /// A number.
        number: f64 = 0.25, min 0.0;
        /// One of three texts.
        choice: String = "größer", choices ["größer", "", "\"quoted\""];
        /// Numbers.
        numbers: Vec<f64> = &[1.0, 2.5];
        /// Texts.
        texts: Vec<String> = &["a", "β"];
    }
}

/// Shows them.
pub struct Tour {
    params: Params,
    run: Run,
    random: Random,
    events: u32,
}

impl Callback for Tour {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control]).wants([Power::Lr, Power::Wd]).state_version(3)
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        if params.count == 13 {
            return Err(format!("{} is superstitious", run.plugin));
        }
        let random = Random::new(run.seed);
        Ok(Self { params, run: run.clone(), random, events: 0 })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::TrainBegin)
            .and_on(Hook::BatchEnd)
            .phase(Phase::Train)
            .every(self.params.count)
            .reads(Reads::LOSSES)
            .reads(Reads::HYPERS)
            .and_on(Hook::ValidEnd)
            .reads(Reads::MONITORED)
            .and_on(Hook::EpochEnd)
            .monitors(["valid-loss", "train-loss"])
            .reports("tour", Better::Neither)
            .reports("seen", Better::Higher)
            .powers([Power::Control])
            .owns(HyperName::Wd)
    }

    fn on_train_begin(&mut self, _state: &State) -> Answer {
        self.events += 1;
        log::debug!("{}", self.settings());
        log::info!("{}", self.facts());
        let mut values = Vec::new();
        for step in -1..=21 {
            let pct = f64::from(step) / 20.0;
            values.push(anneal::linear(0.1, 4e-7, pct));
            values.push(anneal::cosine(0.1, 4e-7, pct));
            values.push(anneal::exponential(0.1, 4e-7, pct));
        }
        values.extend((0..10).map(|_| self.random.uniform()));
        values.extend((1..10).map(|n| self.random.below(n * n) as f64));
        values.extend(&self.params.numbers);
        values.push(self.params.number);
        Ok(values.into_iter().map(|value| signal::report("tour", value)).collect())
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        self.events += 1;
        let losses = state.losses.ok_or("no losses were filled in")?;
        let Hyper { lr, mom, wd, beta } = *state.hypers.first().ok_or("no hypers")?;
        let seen = [
            state.epoch.into(),
            state.num_batch.into(),
            state.iteration as f64,
            state.samples as f64,
            f64::from(u8::from(state.phase == Phase::Train)),
            state.batch_size.into(),
            losses.raw,
            losses.last,
            losses.smooth,
            lr,
            mom.unwrap_or(-1.0),
            wd,
            beta.unwrap_or(-1.0),
            state.monitored.len() as f64,
        ];
        let report = |value| signal::report_weighted("seen", value, 0.5);
        let mut signals: Vec<Signal> = seen.into_iter().map(report).collect();
        signals.push(signal::set(HyperName::Wd, anneal::linear(0.0, 0.01, self.random.uniform())));
        Ok(signals)
    }

    fn on_valid_end(&mut self, state: &State) -> Answer {
        self.events += 1;
        if state.epoch == 1 {
            return Err("an error of epoch 2".to_owned());
        }
        let texts = self.params.texts.clone();
        Ok(vec![
            signal::table("monitored", vec!["row".into()], texts, state.monitored.clone()),
            signal::histogram("ascending", vec![-1.5, 0.0, 1e300], vec![self.events.into(), 0.0]),
        ])
    }

    fn on_epoch_end(&mut self, state: &State) -> Answer {
        self.events += 1;
        let saved = Callback::save(self)?;
        self.events = 0;
        self.load(&saved)?;
        log::warn!("epoch {} is over after {} events", state.epoch, self.events);
        Ok(everything())
    }

    fn on_finish(&mut self, state: &State, outcome: &Outcome) -> Answer {
        match outcome {
            Outcome::Completed => log::info!("completed after {} epochs", state.epoch),
            Outcome::Stopped(stops) => {
                let stops = stops.iter().map(|stop| format!("{} ({})", stop.by, stop.reason));
                log::info!("stopped by {}", stops.collect::<Vec<_>>().join(", "));
            }
            Outcome::Failed(message) => log::error!("failed: {message}"),
        }
        Ok(vec![signal::report("tour", self.events.into())])
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&(self.random.state, self.events)))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        (self.random.state, self.events) = saved::from_bytes(saved)?;
        Ok(())
    }
}

impl Tour {
    fn settings(&self) -> String {
        let Params { flag, whole, count, choice, texts, .. } = &self.params;
        format!(
            "flag {flag}, whole {whole}, count {count}, choice {choice}, texts {}",
            texts.join("|")
        )
    }

    fn facts(&self) -> String {
        let run = &self.run;
        let count = |number: Option<u64>| number.map_or("?".to_owned(), |n| n.to_string());
        let granted: Vec<_> = run.granted.iter().map(|grant| grant.power.as_str()).collect();
        let metrics: Vec<_> = run.metrics.iter().map(|metric| metric.name.as_str()).collect();
        format!(
            "{} in {}: {} epochs, {} batches, {}+{} per epoch of {}+{} samples, {} classes, groups {}, {}, \
             granted {}, metrics {}, rank {} of {}",
            run.plugin,
            run.id,
            run.n_epochs,
            count(run.planned_iterations),
            count(run.train_batches),
            count(run.valid_batches),
            count(run.n_samples),
            count(run.valid_samples),
            run.class_counts.len(),
            run.groups.join("|"),
            run.optimizer,
            granted.join("|"),
            metrics.join("|"),
            run.rank,
            run.world_size,
        )
    }
}

/// One of each signal. The last one is unknown to the host, which refuses all of them together.
fn everything() -> Vec<Signal> {
    vec![
        signal::stop_training("stop \"training\""),
        signal::stop_epoch("stop epoch"),
        signal::stop_validation(""),
        signal::skip_validation(),
        signal::validate_now(),
        signal::skip_batch(),
        signal::skip_backward(),
        signal::skip_step(),
        signal::keep_gradients(),
        signal::set(HyperName::Lr, 0.5),
        signal::set_group(HyperName::Mom, 1, 0.5),
        signal::scale(HyperName::Wd, 0.25),
        signal::scale_group(HyperName::Beta, 4_000_000_000, 7.000_000_000_000_001),
        signal::scale_grad(0.125),
        signal::clip_grad_value(1.5),
        signal::clip_grad_norm(2.5),
        signal::clip_grad_adaptive(0.01, 0.001),
        signal::noise_grad(1e-9),
        signal::set_trainable(2, true),
        signal::set_norm_frozen(3, false),
        signal::refresh_norm_statistics(),
        signal::snapshot("a"),
        signal::restore("b"),
        signal::blend("c", 0.75),
        signal::evaluate_with("d"),
        signal::adopt("e"),
        Signal::Slot(SlotOp::Forget("f".to_owned())),
        signal::sample_weights((1_u64 << 40) + 1),
        signal::report_weighted("tour", f64::NAN, 3.0),
        signal::table(
            "t",
            vec!["x".into(), "y".into()],
            vec!["z".into()],
            vec![1.0, f64::INFINITY],
        ),
        signal::histogram("h", vec![0.0, 1.0], vec![5.0]),
        signal::checkpoint("best"),
        signal::other("unheard-of", vec![1.0, -0.0]),
    ]
}

register!(Tour);
