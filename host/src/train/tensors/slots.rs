//! Numbers for tensors. A number is owner (16 bits), generation (32) and slot (16), from the top.

use tch::Tensor;

use crate::callback::tensors::{Failure, TensorId};

/// Tensors that one desk holds at a time, at most.
pub const HANDLES: usize = 4096;

/// The tensors of one desk. All numbers of a generation become stale together.
#[derive(Debug)]
pub(super) struct Slots {
    owner: u16,
    /// From 1, so that no number is 0.
    generation: u32,
    tensors: Vec<Tensor>,
}

impl Slots {
    /// Nothing yet; `desk` is its number at the workbench.
    pub(super) fn new(desk: usize) -> Self {
        let owner = u16::try_from(desk).unwrap_or(u16::MAX);
        Self { owner, generation: 1, tensors: Vec::new() }
    }

    /// The tensor of this number.
    pub(super) fn get(&self, id: TensorId) -> Result<&Tensor, Failure> {
        let [tensor] = self.all([id])?;
        Ok(tensor)
    }

    /// The tensors of these numbers.
    pub(super) fn all<const N: usize>(&self, ids: [TensorId; N]) -> Result<[&Tensor; N], Failure> {
        let places = ids.map(|id| self.place(id));
        if places.iter().any(|&place| place >= self.tensors.len()) {
            return Err(Failure::Stale);
        }
        Ok(places.map(|place| &self.tensors[place]))
    }

    /// Whether so many more find a place.
    pub(super) fn room(&self, more: usize) -> Result<(), Failure> {
        if self.tensors.len() + more <= HANDLES {
            return Ok(());
        }
        let text = "the desk is full: 4,096 tensors live until the batch is over (`handles`)";
        Err(Failure::OverBudget(text.to_owned()))
    }

    /// Gives a tensor its number.
    pub(super) fn put(&mut self, tensor: Tensor) -> Result<TensorId, Failure> {
        self.room(1)?;
        self.tensors.push(tensor);
        Ok(self.number(self.tensors.len() - 1))
    }

    /// How many there are.
    pub(super) fn held(&self) -> usize {
        self.tensors.len()
    }

    /// Every number is stale from now on. Costs nothing if none was given.
    pub(super) fn clear(&mut self) {
        if self.tensors.is_empty() {
            return;
        }
        self.tensors.clear();
        self.generation = self.generation.wrapping_add(1).max(1);
    }

    fn number(&self, slot: usize) -> TensorId {
        u64::from(self.owner) << 48 | u64::from(self.generation) << 16 | slot as u64
    }

    /// Where the number points; beyond all slots if it is not of this desk and generation.
    fn place(&self, id: TensorId) -> usize {
        let slot = id & 0xffff;
        if id - slot == self.number(0) {
            usize::try_from(slot).unwrap_or(usize::MAX)
        } else {
            usize::MAX
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_good_for_one_desk_and_one_generation() {
        let (mut here, mut there) = (Slots::new(0), Slots::new(1));
        let (a, b) = (here.put(Tensor::from(1.0)).unwrap(), there.put(Tensor::from(2.0)).unwrap());
        assert_eq!(here.get(a).unwrap().double_value(&[]), 1.0);
        for foreign in [b, a + 1, a + (1 << 16), 0, u64::MAX] {
            assert_eq!(here.get(foreign).unwrap_err(), Failure::Stale);
        }
        here.clear();
        assert_eq!(here.get(a).unwrap_err(), Failure::Stale);
        let again = here.put(Tensor::from(3.0)).unwrap();
        assert_ne!(a, again);
        assert_eq!(here.get(a).unwrap_err(), Failure::Stale);
    }

    #[test]
    fn a_desk_is_full_at_its_limit() {
        let mut slots = Slots::new(7);
        let tensor = Tensor::from(1.0);
        for _ in 0..HANDLES {
            slots.put(tensor.shallow_clone()).unwrap();
        }
        let text = "the desk is full: 4,096 tensors live until the batch is over (`handles`)";
        assert_eq!(slots.put(tensor).unwrap_err(), Failure::OverBudget(text.into()));
        assert_eq!(slots.held(), HANDLES);
        slots.clear();
        assert_eq!(slots.held(), 0);
        assert_eq!(slots.room(HANDLES), Ok(()));
    }
}
