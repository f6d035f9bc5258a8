//! The workbench: what the loop tells, and the desks where callbacks read it.

use std::cell::RefCell;
use std::rc::Rc;

use tch::Tensor;

use super::desk::TensorDesk;
use super::facts::{Facts, InFlight};
use super::flows::{InputFlow, LossFlow, OutputFlow};
use crate::callback::tensors::{Desk, Failure, TensorId, Workbench};
use crate::train::data::{Batch, Data};
use crate::train::loss::Loss;
use crate::train::model::{Model, Output};
use crate::train::torch::TorchError;

/// Where callbacks work with tensors. Clones share everything.
#[derive(Clone)]
pub struct Bench {
    pub(super) facts: Rc<Facts>,
    pub(super) desks: Rc<RefCell<Vec<Rc<RefCell<TensorDesk>>>>>,
}

impl Bench {
    /// Handles to everything readable: the model's parameters, the names of its activations, the
    /// loss, the training samples' classes. Tensors lie on the model's device.
    ///
    /// # Errors
    /// No memory on the device.
    pub fn new(model: &dyn Model, loss: Loss, data: &Data) -> Result<Self, TorchError> {
        let facts = Facts::new(model, loss, data)?;
        Ok(Self { facts: Rc::new(facts), desks: Rc::default() })
    }

    /// The next batch, as the data has it; nothing else is known of it.
    pub fn take_off(&self, batch: &Batch) {
        *self.facts.batch.borrow_mut() = Some(InFlight::new(batch));
    }

    /// Input and target after the transforms.
    pub fn put_input(&self, input: &Tensor, target: &Tensor) {
        self.update(|batch| {
            (batch.input, batch.target) = (input.shallow_clone(), target.shallow_clone());
        });
    }

    /// The output as the model gave it; its named results are the activations.
    pub fn put_output(&self, output: &Output) {
        self.update(|batch| {
            batch.raw_output = Some(output.main.shallow_clone());
            let Output { main, named } = output.shallow_clone();
            (batch.output, batch.named) = (Some(main), named);
        });
    }

    /// The output after the transforms.
    pub fn put_transformed(&self, main: &Tensor) {
        self.update(|batch| batch.output = Some(main.shallow_clone()));
    }

    /// The loss, a scalar with its graph; put it again after the transforms.
    pub fn put_loss(&self, loss: &Tensor) {
        self.update(|batch| batch.loss = Some(loss.shallow_clone()));
    }

    /// Output and target of the batch in flight, after the transforms: what metrics take in.
    #[must_use]
    pub fn measured(&self) -> Option<(Output, Tensor)> {
        let batch = self.facts.batch.borrow();
        let batch = batch.as_ref()?;
        let output = batch.output.as_ref()?.shallow_clone();
        Some((output.into(), batch.target.shallow_clone()))
    }

    /// The batch is over: nothing is in flight, and all numbers are stale.
    pub fn land(&self) {
        *self.facts.batch.borrow_mut() = None;
        self.clear();
    }

    /// All numbers are stale: after an event outside a batch.
    pub fn clear(&self) {
        if !self.facts.in_use.replace(false) {
            return;
        }
        for desk in self.desks.borrow().iter() {
            desk.borrow_mut().forget();
        }
    }

    /// The batch on its way through the transforms at batch-begin.
    #[must_use]
    pub fn input_flow(&self, input: Tensor, target: Tensor) -> InputFlow {
        InputFlow::new(self.clone(), input, target)
    }

    /// The output on its way through the transforms at loss-begin.
    #[must_use]
    pub fn output_flow(&self, output: Tensor) -> OutputFlow {
        OutputFlow::new(self.clone(), output)
    }

    /// The loss on its way through the transforms at backward-begin.
    #[must_use]
    pub fn loss_flow(&self, loss: Tensor) -> LossFlow {
        LossFlow::new(self.clone(), loss)
    }

    fn update(&self, change: impl FnOnce(&mut InFlight)) {
        if let Some(batch) = self.facts.batch.borrow_mut().as_mut() {
            change(batch);
        }
    }

    /// Puts tensors on a desk.
    pub(super) fn lay<const N: usize>(
        &self,
        desk: usize,
        tensors: [&Tensor; N],
    ) -> Result<[TensorId; N], Failure> {
        let desks = self.desks.borrow();
        let desk = desks.get(desk).ok_or_else(|| {
            Failure::Missing(format!("there is no desk {desk} at this workbench"))
        })?;
        self.facts.in_use.set(true);
        let slots = &mut desk.borrow_mut().slots;
        slots.room(N)?;
        let mut ids = [0; N];
        for (id, tensor) in ids.iter_mut().zip(tensors) {
            *id = slots.put(tensor.shallow_clone())?;
        }
        Ok(ids)
    }

    /// A tensor from a desk, if the number is good there.
    pub(super) fn taken(&self, desk: usize, id: TensorId) -> Option<Tensor> {
        let desks = self.desks.borrow();
        let desk = desks.get(desk)?.borrow();
        desk.slots.get(id).ok().map(Tensor::shallow_clone)
    }
}

impl Workbench for Bench {
    fn open(&mut self) -> (usize, Desk) {
        let mut desks = self.desks.borrow_mut();
        let number = desks.len();
        let desk = Rc::new(RefCell::new(TensorDesk::new(Rc::clone(&self.facts), number)));
        desks.push(Rc::clone(&desk));
        (number, desk)
    }
}
