//! Uses tensors that are not there, not its own, or too large, and does not take no for an answer.
//!
//! The host must answer every call with a value or with a failure, never with another plugin's data;
//! keep to its budgets; and hold no tensor when the batch is over. A line reads `8 of 96 answered`.

mod grabs;

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// stale: its own numbers of batches that are over; guess: every number that could be
        /// somebody's; numbers: impossible ones; shapes: sizes that fit nowhere; names: of weights that
        /// do not exist; after-failure: goes on calling after a call has failed; operations, elements,
        /// bytes, handles: until that budget is spent; for-ever: the same without an end; listed: asks
        /// for the names of all weights without an end.
        how: String = "stale", choices [
            "stale", "guess", "numbers", "shapes", "names", "after-failure", "operations", "elements", "bytes",
            "handles", "for-ever", "listed"
        ];
        /// Give the first number of its loot back from its transforms.
        gives: bool = false;
    }
}

/// Takes what is not nailed down.
pub struct Thief {
    params: Params,
    may_transform: bool,
    loot: Vec<Tensor>,
}

impl Callback for Thief {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Transform])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let may_transform = params.gives && run.grants(Power::Transform);
        Ok(Self { params, may_transform, loot: Vec::new() })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::BatchEnd).and_on(Hook::EpochEnd);
        match self.may_transform {
            true => plan.transforms_input().transforms_output().transforms_loss().in_validation(),
            false => plan,
        }
    }

    fn on_batch_end(&mut self, _state: &State) -> Answer {
        self.grab();
        signal::none()
    }

    fn on_epoch_end(&mut self, _state: &State) -> Answer {
        self.grab();
        signal::none()
    }

    fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
        self.grab();
        signal::none()
    }
}

impl Thief {
    fn grab(&mut self) {
        let answers = match self.params.how.as_str() {
            "guess" => grabs::guess(),
            "numbers" => grabs::numbers(),
            "shapes" => grabs::shapes(),
            "names" => grabs::names(),
            "after-failure" => grabs::after_failure(),
            "operations" => grabs::until_it_fails(|_| batch::input().map(drop)),
            "elements" => grabs::until_it_fails(|_| grabs::row(4096)?.read().map(drop)),
            "bytes" => grabs::until_it_fails(|_| tensors::random_uniform(&[1 << 16]).map(drop)),
            "handles" => grabs::until_it_fails(|_| grabs::row(1).map(drop)),
            "for-ever" => grabs::for_ever(|| batch::input().map(drop)),
            "listed" => grabs::for_ever(|| {
                drop(model::parameters());
                Ok(())
            }),
            _ => self.stale(),
        };
        let good = answers.iter().filter(|answer| answer.is_ok()).count();
        let failure = answers.iter().find_map(|answer| answer.as_ref().err());
        let failure = failure.map(|failure| format!(", first {failure}")).unwrap_or_default();
        log::info!("{good} of {} answered{failure}", answers.len());
    }

    /// What it took from earlier batches, used in every way; then it takes more.
    fn stale(&mut self) -> Vec<Result<(), Failure>> {
        let answers = self.loot.iter().flat_map(|old| grabs::uses(*old)).collect();
        self.loot.extend([batch::input(), batch::target(), grabs::row(3)].into_iter().flatten());
        self.loot.truncate(16);
        answers
    }

    fn given(&self) -> Option<Tensor> {
        self.loot.first().copied().or_else(|| Some(Tensor::from(u64::MAX)))
    }
}

impl Transform for Thief {
    fn on_batch_begin(
        &mut self,
        _state: &State,
        input: Tensor,
        _target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        Ok(self.given().map(|stolen| (input, stolen)))
    }

    fn on_loss_begin(&mut self, _state: &State, _output: Tensor) -> Result<Option<Tensor>, String> {
        Ok(self.given())
    }

    fn on_backward_begin(
        &mut self,
        _state: &State,
        _loss: Tensor,
    ) -> Result<Option<Tensor>, String> {
        Ok(self.given())
    }
}

register!(Thief, transform);
