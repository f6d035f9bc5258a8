//! The catalogue's plugins in real trainings, by theme.

mod gradients;
mod stopping;
mod weights;
mod schedules;
