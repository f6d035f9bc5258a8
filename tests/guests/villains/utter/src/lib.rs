//! Gives the signals that its parameters spell, with any number and any name, at every hook that it
//! is told. `words.rs` says how they are written.
//!
//! It takes every power that it is granted and owns every hyper-parameter that it may. The host must
//! keep all values inside their bounds, refuse what has no meaning with a sentence, and show no name
//! that a terminal or a file system would obey.

mod words;

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// What to say.
        signals: Vec<String> = &["skip-batch"];
        /// At which hooks, or `finish`.
        at: Vec<String> = &["batch-end"];
        /// In which phase; empty: any.
        phase: String = "", choices ["", "train", "valid"];
        /// all: each event says all of it; turns: the next one of it.
        say: String = "all", choices ["all", "turns"];
        /// A line for the log at every event.
        log: String = "";
        /// The metric that it declares.
        reports: String = "uttered";
        /// A metric that it monitors; empty: none.
        monitors: String = "";
        /// A power that it plans without asking; empty: none.
        claims: String = "";
    }
}

/// Does not listen.
pub struct Utter {
    params: Params,
    powers: Vec<Power>,
    turn: usize,
}

const HYPERS: [HyperName; 4] = [HyperName::Lr, HyperName::Mom, HyperName::Wd, HyperName::Beta];

/// All hooks answer alike; those of the plan are delivered.
macro_rules! answer_each {
    ($($method:ident)+) => {
        $(fn $method(&mut self, _state: &State) -> Answer {
            self.answer()
        })+
    };
}

impl Callback for Utter {
    type Params = Params;

    fn about() -> Descriptor {
        // `transform` is not among them: there is no such export.
        about!().wants(Power::ALL.into_iter().filter(|power| *power != Power::Transform))
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let powers = Power::ALL.into_iter().filter(|power| run.grants(*power)).collect();
        Ok(Self { params, powers, turn: 0 })
    }

    fn plan(&self) -> Plan {
        let Params { at, phase, reports, monitors, claims, .. } = &self.params;
        let phases = [Phase::Train, Phase::Valid];
        let phase = phases.into_iter().find(|known| known.name() == phase);
        let hooks = Hook::ALL.into_iter().filter(|hook| at.iter().any(|at| at == hook.name()));
        let plan = hooks.fold(Plan::default(), |plan, hook| match phase {
            Some(phase) => plan.and_on(hook).phase(phase),
            None => plan.and_on(hook),
        });
        let some = |text: &String| (!text.is_empty()).then(|| words::spelt(text));
        let plan = plan.powers(self.powers.iter().copied()).powers(some(claims));
        let plan = plan.reports(words::spelt(reports), Better::Neither).monitors(some(monitors));
        let owned = HYPERS.into_iter().filter(|name| self.powers.contains(&name.power()));
        owned.fold(plan, Plan::owns)
    }

    answer_each! {
        on_train_begin on_epoch_begin on_batch_begin on_loss_begin on_backward_begin on_backward_end
        on_step_end on_batch_end on_valid_begin on_valid_end on_epoch_end
    }

    fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
        if self.params.at.iter().any(|at| at == "finish") {
            return self.answer();
        }
        signal::none()
    }
}

impl Utter {
    fn answer(&mut self) -> Answer {
        if !self.params.log.is_empty() {
            log::write(log::Level::Info, &words::spelt(&self.params.log));
        }
        let all = &self.params.signals;
        if self.params.say == "all" {
            return all.iter().map(|text| words::signal(text)).collect();
        }
        self.turn += 1;
        all.get((self.turn - 1) % all.len().max(1))
            .map(|text| words::signal(text))
            .into_iter()
            .collect()
    }
}

register!(Utter);
