//! The catalogue's plugins in trainings, each beside numbers of its reference. A module per theme.

mod data;
mod desk;
mod gradients;
mod looking;
mod mixing;
mod network;
mod schedules;
mod stopping;
mod weights;
