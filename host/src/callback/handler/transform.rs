//! What flows through the loop, on its way through the chain of transforms.

use std::time::Instant;

use super::super::member::Member;
use super::super::tensors::{Failure, Flow, Occasion, TensorId};
use super::super::{Callback, Fault, Hook, Phase, State};
use super::{Author, Handler};

/// One callback's answer for `N` tensors.
type Answer<const N: usize> = Result<Option<[TensorId; N]>, Fault>;

impl Handler {
    /// The batch, in order: each transform sees what the one before it made.
    pub fn transform_input(&mut self, flow: &mut dyn Flow<2>) {
        self.walk(Hook::BatchBegin, flow, |callback, state, batch| {
            callback.transform_batch(state, batch)
        });
    }

    /// The model's output, in reverse order.
    pub fn transform_output(&mut self, flow: &mut dyn Flow<1>) {
        self.walk(Hook::LossBegin, flow, |callback, state, [output]| {
            Ok(callback.transform_output(state, output)?.map(|output| [output]))
        });
    }

    /// The loss, in reverse order.
    pub fn transform_loss(&mut self, flow: &mut dyn Flow<1>) {
        self.walk(Hook::BackwardBegin, flow, |callback, state, [loss]| {
            Ok(callback.transform_loss(state, loss)?.map(|loss| [loss]))
        });
    }

    /// Whether anybody's transform is called at this hook of the current phase.
    #[must_use]
    pub fn transforms_at(&self, hook: Hook) -> bool {
        self.chain_at(hook).iter().any(|author| self.takes_part(*author))
    }

    fn chain_at(&self, hook: Hook) -> &[Author] {
        match hook {
            Hook::BatchBegin => &self.chains.input,
            Hook::LossBegin => &self.chains.output,
            Hook::BackwardBegin => &self.chains.loss,
            _ => &[],
        }
    }

    /// One whose batch-begin failed did not do there what it would undo here.
    fn takes_part(&self, author: Author) -> bool {
        let member = &self.members[author];
        let in_phase = self.state.phase == Phase::Train || member.plan.transforms.in_validation;
        in_phase && !member.is_out && self.is_running(author)
    }

    fn walk<const N: usize>(
        &mut self,
        hook: Hook,
        flow: &mut dyn Flow<N>,
        call: impl Fn(&mut dyn Callback, &State<'_>, [TensorId; N]) -> Answer<N>,
    ) {
        for place in 0..self.chain_at(hook).len() {
            let author = self.chain_at(hook)[place];
            if !self.takes_part(author) {
                continue;
            }
            let began = Instant::now();
            let changed = self.pass(author, hook, flow, &call);
            let account = &mut self.members[author].account;
            account.calls += 1;
            account.spent += began.elapsed();
            let member = &mut self.members[author];
            match changed {
                Ok(changed) => {
                    member.account.applied += u64::from(changed);
                    member.health.well();
                }
                Err(fault) => {
                    member.account.refused += 1;
                    self.blame(author, Some(hook), &fault);
                }
            }
        }
    }

    /// Through one callback; whether it changed anything. What it gives back is checked where it is given, so that the blame is
    /// its own and not the next line's.
    fn pass<const N: usize>(
        &mut self,
        author: Author,
        hook: Hook,
        flow: &mut dyn Flow<N>,
        call: &impl Fn(&mut dyn Callback, &State<'_>, [TensorId; N]) -> Answer<N>,
    ) -> Result<bool, Fault> {
        let state = State { losses: None, hypers: &[], monitored: &[], ..self.state };
        let enforced = self.members[author].is_enforced();
        let Member { callback, desk, desk_number, .. } = &mut self.members[author];
        desk.borrow_mut().begin(Occasion::Transform(hook), &state);
        let offered = flow.offer(*desk_number).map_err(no_offer)?;
        match call(callback.as_mut(), &state, offered)? {
            // Untouched, or only observed: there is nothing to check.
            Some(given) if given != offered && enforced => {
                flow.accept(*desk_number, given).map_err(Fault::Violation)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

pub(super) fn no_offer(failure: Failure) -> Fault {
    Fault::Violation(format!("what flows could not be put on its desk: {failure}"))
}
