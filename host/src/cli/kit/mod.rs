//! What authors of plugins use: no GPU, no data, no libtorch.

mod bench;
mod check;
mod dev;
mod golden;
mod new;
mod replay;
mod stage;
mod table;
mod test;

pub(super) use bench::bench;
pub(super) use check::check;
pub(super) use dev::dev;
pub(in crate::cli) use new::Language;
pub(super) use new::new;
pub(super) use replay::replay;
pub(super) use test::test;
