//! Callbacks that come, change and go while the run goes on: looked for between training batches.

use super::Callbacks;
use crate::callback::hypers::Author;
use crate::callback::{Changes, Gone};
use crate::train::data::Data;
use crate::train::error::{FitError, Result};

impl Callbacks {
    /// Looks here for changes before every training batch.
    pub fn follow(&mut self, changes: Box<dyn Changes>) {
        self.changes = Some(changes);
    }

    /// What has changed since the last training batch takes effect.
    pub(super) fn take_changes(&mut self) {
        let Some(mut changes) = self.changes.take() else { return };
        let mut changed = false;
        while let Some(change) = changes.next() {
            changed = true;
            if let Some(gone) = self.handler.change(change, &mut self.bench) {
                self.let_go(gone);
            }
        }
        self.changes = Some(changes);
        if changed {
            self.uses_tensors = self.handler.uses_tensors();
            self.tracks |= self.handler.dispatch().reads_losses();
        }
    }

    /// Who gives weights anew has come back.
    pub(super) fn is_back(&mut self, author: Author) {
        self.gone.retain(|gone| *gone != author);
    }

    fn let_go(&mut self, gone: Gone) {
        let Gone { author, slots } = gone;
        slots.iter().for_each(|slot| self.slots.lose(author, slot));
        self.gone.push(author);
    }

    /// Those who went weigh no samples from this epoch on.
    pub(super) fn weigh_without_the_gone(&mut self, data: &Data) -> Result {
        for author in std::mem::take(&mut self.gone) {
            let forgotten = self.sampling.forget(author, &data.train);
            forgotten.map_err(FitError::data)?;
        }
        Ok(())
    }
}
