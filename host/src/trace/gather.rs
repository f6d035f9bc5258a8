//! What plugins do in a play, as the lines of a trace.

use std::sync::{Arc, Mutex, PoisonError};

use super::line::Line;
use crate::callback::{Observer, Record};

/// An observer that keeps what plugins do. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Gathered(Arc<Mutex<Vec<Line>>>);

impl Gathered {
    /// All of it so far, which is forgotten here.
    #[must_use]
    pub fn take(&self) -> Vec<Line> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Gathered {
    fn observe(&mut self, record: &Record<'_>) {
        if let Some(line) = Line::of(record) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }
}
