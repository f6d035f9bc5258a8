//! Write callbox plugins in Rust: one trait with one method per hook of the training loop.
//!
//! A plugin sees the loop's state and answers with signals; it can do nothing else. This is a
//! whole one:
//!
//! ```
//! use callbox_sdk::prelude::*;
//!
//! params! {
//!     /// What the user may set.
//!     pub struct Params {
//!         /// Training stops when the loss is below this.
//!         below: f64 = 0.01, min 0.0;
//!     }
//! }
//!
//! /// Stops as soon as the loss is good enough.
//! pub struct GoodEnough(Params);
//!
//! impl Callback for GoodEnough {
//!     type Params = Params;
//!
//!     fn about() -> Descriptor {
//!         about!().needs([Power::Control])
//!     }
//!
//!     fn start(_run: &Run, params: Params) -> Result<Self, String> {
//!         Ok(Self(params))
//!     }
//!
//!     fn plan(&self) -> Plan {
//!         Plan::on(Hook::BatchEnd)
//!             .phase(Phase::Train)
//!             .reads(Reads::LOSSES)
//!             .powers([Power::Control])
//!     }
//!
//!     fn on_batch_end(&mut self, state: &State) -> Answer {
//!         match state.losses {
//!             Some(losses) if losses.smooth < self.0.below => {
//!                 Ok(vec![signal::stop_training("the loss is good enough")])
//!             }
//!             _ => signal::none(),
//!         }
//!     }
//! }
//!
//! register!(GoodEnough);
//! ```
//!
//! Everything but the registration is plain Rust: `cargo test` runs a plugin's logic natively, with
//! the values of [`testing`].
//!
//! # Features
//!
//! None is on by default, and a plugin imports and exports only what it enables.
//!
//! | Feature | Adds |
//! |---|---|
//! | `tensors` | modules `tensors`, `batch` and `model`: read the batch and the model, compute on the device |
//! | `transform` | trait `Transform`: change batches, outputs and losses; implies `tensors` |
//! | `metric` | trait `Metric`: compute a metric of every validation; implies `tensors` |

pub mod about;
pub mod anneal;
#[cfg(feature = "tensors")]
pub mod batch;
#[doc(hidden)]
pub mod bindings;
pub mod callback;
#[cfg(feature = "tensors")]
mod failure;
pub mod heap;
pub mod log;
#[cfg(feature = "metric")]
pub mod metric;
#[cfg(feature = "tensors")]
pub mod model;
pub mod number;
pub mod params;
pub mod plan;
pub mod random;
#[doc(hidden)]
pub mod register;
pub mod running;
pub mod saved;
pub mod schedule;
pub mod signal;
#[cfg(feature = "tensors")]
pub mod tensors;
pub mod testing;
#[cfg(feature = "transform")]
pub mod transform;
pub mod watch;

/// The contract's own records and variants, generated from `wit/`.
pub mod types {
    pub use crate::bindings::callbox::plugin::types::{
        Descriptor, Grant, Histogram, Hook, Hyper, HyperName, HyperOp, HyperUpdate, Losses,
        MetricSpec, Outcome, Param, Phase, Plan, Reads, Report, Run, Setting, Signal, SlotOp,
        State, Stop, Subscription, Table, Tensor, Transforms, Value,
    };
    #[cfg(feature = "tensors")]
    pub use crate::failure::Failure;
}

/// What nearly every plugin uses.
pub mod prelude {
    pub use crate::about::Power;
    pub use crate::callback::{Answer, Callback};
    pub use crate::plan::{Better, metric_name};
    pub use crate::random::Random;
    pub use crate::running::Running;
    pub use crate::types::{
        Descriptor, Hook, HyperName, Losses, Outcome, Phase, Plan, Reads, Run, Signal, State,
    };
    pub use crate::watch::{Reading, Watch};
    pub use crate::{
        about, anneal, log, number, params, register, saved, schedule, signal, small_heap,
    };

    #[cfg(feature = "metric")]
    pub use crate::metric::{Metric, Report};
    #[cfg(feature = "tensors")]
    pub use crate::tensors::{Failure, Tensor};
    #[cfg(feature = "transform")]
    pub use crate::transform::Transform;
    #[cfg(feature = "tensors")]
    pub use crate::{batch, model, tensors};
}
