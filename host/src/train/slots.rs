//! Copies of what is trained, which callbacks keep in slots: taken, averaged, put back.
//!
//! They lie on the model's device, and nothing here waits for it. Copies are made in place, so that
//! layers and optimizer keep their handles.

use std::collections::BTreeMap;

use tch::Tensor;

use super::learner::Learner;
use super::model::Model;
use super::optim::HpOptimizer;
use super::torch::{During, TorchError, foreach_copy_, foreach_lerp_, no_grad};
use crate::callback::SlotOp;

/// A copy of a learner's weights and buffers, and, unless it was made of weights only, of the
/// optimizer's state and the model's hidden state. Not of hyper-parameters: they follow a schedule.
#[derive(Debug)]
pub struct Snapshot {
    /// Weights and float buffers, in the model's order.
    floats: Vec<Tensor>,
    /// Buffers of whole numbers.
    counts: Vec<Tensor>,
    rest: Option<Rest>,
}

#[derive(Debug)]
struct Rest {
    /// In the order of [`HpOptimizer::state`], step counts included.
    optimizer: Vec<Tensor>,
    hidden: Vec<Tensor>,
}

/// A model's own tensors. Kinds apart, since one launch takes a list of one kind.
struct Current<'a> {
    floats: Vec<&'a Tensor>,
    counts: Vec<&'a Tensor>,
}

impl<'a> Current<'a> {
    fn of(model: &'a dyn Model) -> Result<Self, TorchError> {
        let mut current = Current { floats: Vec::new(), counts: Vec::new() };
        for param in model.params() {
            let floats = param.tensor.f_is_floating_point().during(&param.name)?;
            let list = if floats { &mut current.floats } else { &mut current.counts };
            list.push(&param.tensor);
        }
        Ok(current)
    }
}

impl Snapshot {
    /// Of weights, buffers, optimizer state and hidden state.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn take(learner: &Learner) -> Result<Self, TorchError> {
        let rest = Some(Rest::take(learner)?);
        Ok(Self { rest, ..Self::weights_only(learner)? })
    }

    /// Of weights and buffers.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn weights_only(learner: &Learner) -> Result<Self, TorchError> {
        let current = Current::of(&*learner.model)?;
        let (floats, counts) = (copies(&current.floats)?, copies(&current.counts)?);
        Ok(Self { floats, counts, rest: None })
    }

    /// Takes all again, into the memory that it has.
    ///
    /// # Errors
    /// No memory on the device for what it did not hold; another model.
    pub fn retake(&mut self, learner: &Learner) -> Result<(), TorchError> {
        let _guard = no_grad();
        let current = Current::of(&*learner.model)?;
        foreach_copy_(&handles(&self.floats), &current.floats)?;
        foreach_copy_(&handles(&self.counts), &current.counts)?;
        match &mut self.rest {
            Some(rest) => rest.retake(learner),
            None => {
                self.rest = Some(Rest::take(learner)?);
                Ok(())
            }
        }
    }

    /// Puts back all that it holds.
    ///
    /// # Errors
    /// Another model than it was taken of.
    pub fn put_back(&self, learner: &mut Learner) -> Result<(), TorchError> {
        self.adopt(learner)?;
        self.rest.as_ref().map_or(Ok(()), |rest| rest.put_back(learner))
    }

    /// Puts back weights and buffers; the optimizer goes on with its state.
    ///
    /// # Errors
    /// Another model than it was taken of.
    pub fn adopt(&self, learner: &mut Learner) -> Result<(), TorchError> {
        let _guard = no_grad();
        let current = Current::of(&*learner.model)?;
        foreach_copy_(&current.floats, &handles(&self.floats))?;
        foreach_copy_(&current.counts, &handles(&self.counts))
    }

    /// `slot ← slot + weight · (current − slot)` for weights and float buffers, each in its own kind of
    /// number; whole numbers become the current ones. What else it holds stays.
    ///
    /// # Errors
    /// Another model than it was taken of.
    pub fn blend(&mut self, learner: &Learner, weight: f64) -> Result<(), TorchError> {
        let _guard = no_grad();
        let current = Current::of(&*learner.model)?;
        if !self.floats.is_empty() {
            foreach_lerp_(&handles(&self.floats), &current.floats, weight)?;
        }
        foreach_copy_(&handles(&self.counts), &current.counts)
    }
}

impl Rest {
    fn take(learner: &Learner) -> Result<Self, TorchError> {
        let state = state(&learner.optimizer);
        let (optimizer, hidden) = (copies(&handles(&state))?, copies(&handles(&learner.hidden()))?);
        Ok(Self { optimizer, hidden })
    }

    fn retake(&mut self, learner: &Learner) -> Result<(), TorchError> {
        let state = state(&learner.optimizer);
        foreach_copy_(&handles(&self.optimizer), &handles(&state))?;
        // It may come to be, go, and change its shape with the batch.
        self.hidden = copies(&handles(&learner.hidden()))?;
        Ok(())
    }

    fn put_back(&self, learner: &mut Learner) -> Result<(), TorchError> {
        let _guard = no_grad();
        let state = state(&learner.optimizer);
        foreach_copy_(&handles(&state), &handles(&self.optimizer))?;
        learner.set_hidden(&self.hidden)
    }
}

fn state(optimizer: &HpOptimizer) -> Vec<Tensor> {
    optimizer.state().into_iter().map(|(_, tensor)| tensor).collect()
}

fn handles(list: &[Tensor]) -> Vec<&Tensor> {
    list.iter().collect()
}

/// On the same devices, without a graph.
fn copies(list: &[&Tensor]) -> Result<Vec<Tensor>, TorchError> {
    let _guard = no_grad();
    let empty = list.iter().map(|tensor| tensor.f_empty_like().during("copying"));
    let copies = empty.collect::<Result<Vec<_>, _>>()?;
    foreach_copy_(&handles(&copies), list)?;
    Ok(copies)
}

/// The slots of all callbacks: each author has its own names.
#[derive(Debug, Default)]
pub struct Slots(BTreeMap<(usize, String), Snapshot>);

impl Slots {
    /// Carries out an operation of an author. `evaluate-with` is for who validates: here it is only
    /// asked whether there is such a slot.
    ///
    /// # Errors
    /// No such slot to put back; no memory on the device.
    pub fn carry_out(
        &mut self,
        author: usize,
        op: &SlotOp,
        learner: &mut Learner,
    ) -> Result<(), TorchError> {
        let slot = self.0.get_mut(&(author, op.slot().to_owned()));
        match (op, slot) {
            (SlotOp::Snapshot(_), Some(slot)) => slot.retake(learner),
            (SlotOp::Snapshot(name), None) => self.put(author, name, Snapshot::take(learner)?),
            (SlotOp::Blend(_, weight), Some(slot)) => slot.blend(learner, *weight),
            (SlotOp::Blend(name, _), None) => {
                self.put(author, name, Snapshot::weights_only(learner)?)
            }
            (SlotOp::Restore(_), Some(slot)) => slot.put_back(learner),
            (SlotOp::Adopt(_), Some(slot)) => slot.adopt(learner),
            (SlotOp::EvaluateWith(_), Some(_)) => Ok(()),
            (SlotOp::Forget(name), _) => {
                self.lose(author, name);
                Ok(())
            }
            (SlotOp::Restore(_) | SlotOp::Adopt(_) | SlotOp::EvaluateWith(_), None) => {
                Err(no_slot(op))
            }
        }
    }

    /// An author's slot.
    #[must_use]
    pub fn get(&self, author: usize, name: &str) -> Option<&Snapshot> {
        self.0.get(&(author, name.to_owned()))
    }

    /// Frees an author's slot, if there is one.
    pub fn lose(&mut self, author: usize, name: &str) {
        self.0.remove(&(author, name.to_owned()));
    }

    fn put(&mut self, author: usize, name: &str, taken: Snapshot) -> Result<(), TorchError> {
        self.0.insert((author, name.to_owned()), taken);
        Ok(())
    }
}

fn no_slot(op: &SlotOp) -> TorchError {
    let text = format!("there is no slot `{}`; take a snapshot or blend first", op.slot());
    TorchError::new(&format!("slot {}", op.name()), &text)
}

#[cfg(test)]
mod tests;
