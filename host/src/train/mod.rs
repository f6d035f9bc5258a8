//! The training island: the loop, what it trains, and with what. Knows `tch`, never `wasmtime`.

pub mod fit;

pub mod callbacks;
pub mod error;
mod flight;
pub mod learner;
pub mod line;
pub mod losses;
pub mod position;
pub mod predict;
pub mod run;

pub mod data;
pub mod loss;
pub mod metric;
pub mod model;
pub mod optim;
pub mod precision;
mod target;

pub mod checkpoint;
pub mod evaluate;
pub mod gradient_work;
pub mod refresh;
pub mod slots;
pub mod trial;

pub mod device;
pub mod initial;
pub mod layers;
pub mod norm;
pub mod params;
pub mod random_states;
pub mod tensors;
pub mod torch;

#[cfg(test)]
mod listed;
#[cfg(test)]
mod specimen;
