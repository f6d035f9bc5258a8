//! What authors of plugins use: no GPU, no data, no libtorch.

mod bench;
mod check;
mod golden;
mod replay;
mod stage;
mod table;
mod test;

pub(super) use bench::bench;
pub(super) use check::check;
pub(super) use replay::replay;
pub(super) use test::test;
