//! The training island: knows `tch`, never `wasmtime`.

pub mod data;
pub mod device;
pub mod layers;
pub mod loss;
pub mod metric;
pub mod model;
pub mod optim;
pub mod params;
pub mod random;
pub mod torch;
