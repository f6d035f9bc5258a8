//! Tensors by number: what a callback may do with the batch in flight, without holding any of it.
//!
//! Each callback has a [`Desk`] of its own. A number names a tensor on one desk until the current
//! batch is over; used later, or at another desk, it is stale. Who trains implements [`Tensors`],
//! so that this island needs no tensor library.

mod none;
mod operation;
mod words;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

pub use none::NoTensors;
pub use operation::Operation;
pub use words::{Dtype, Failure, Parameter, Summary};

use serde::{Deserialize, Serialize};

use super::{Hook, State};

/// Names a tensor on one desk.
pub type TensorId = u64;

/// One callback's tensors. Clones share them.
pub type Desk = Rc<RefCell<dyn Tensors>>;

/// What one event may use at its desk. Names carry the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// Calls.
    pub operations: u64,
    /// Wall time inside them, waiting for the device included.
    pub host_time: Duration,
    /// Elements that cross to the callback.
    pub elements: u64,
    /// Bytes of new tensors on the device.
    pub device_bytes: u64,
}

impl Budgets {
    /// For those who are trusted.
    pub const NONE: Budgets = Budgets {
        operations: u64::MAX,
        host_time: Duration::MAX,
        elements: u64::MAX,
        device_bytes: u64::MAX,
    };
}

/// In which call a callback stands at its desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// `start`: nothing but the model's names may be asked for.
    Start,
    /// An event, or a metric's turn: no graph is recorded.
    Event(Hook),
    /// A transform: at loss-begin and backward-begin, operations become part of the graph.
    Transform(Hook),
    /// `finish`.
    Finish,
}

/// What one callback can do with tensors.
pub trait Tensors {
    /// Budgets of every event from now on.
    fn limit(&mut self, budgets: Budgets);

    /// Seed of this callback's own random streams, and its name.
    fn seed(&mut self, seed: u64);

    /// A call into the callback begins: budgets are whole again.
    fn begin(&mut self, occasion: Occasion, state: &State<'_>);

    /// Tensors that lie on this desk now.
    fn held(&self) -> usize;

    /// Wall time inside this desk since [`begin`](Self::begin).
    fn host_time(&self) -> Duration;

    /// A new tensor.
    ///
    /// # Errors
    /// A stale number, what does not fit or is not there, a spent budget.
    fn compute(&mut self, operation: Operation<'_>) -> Result<TensorId, Failure>;

    /// Loss per sample of the untransformed output and target, and each sample's id.
    ///
    /// # Errors
    /// As [`compute`](Self::compute).
    fn sample_losses(&mut self) -> Result<(TensorId, TensorId), Failure>;

    /// Sizes of the dimensions; empty for a scalar.
    ///
    /// # Errors
    /// A stale number, a spent budget.
    fn shape(&mut self, of: TensorId) -> Result<Vec<u64>, Failure>;

    /// Type of the elements.
    ///
    /// # Errors
    /// A stale number, a spent budget.
    fn kind(&mut self, of: TensorId) -> Result<Dtype, Failure>;

    /// One summary per tensor, with one wait for the device.
    ///
    /// # Errors
    /// A stale number, an empty tensor, a spent budget.
    fn summaries(&mut self, of: &[TensorId]) -> Result<Vec<Summary>, Failure>;

    /// The only element. Waits for the device.
    ///
    /// # Errors
    /// A stale number, a tensor of another size, a spent budget.
    fn item(&mut self, of: TensorId) -> Result<f64, Failure>;

    /// Elements in row-major order, `len` from `offset`, as f32. Waits for the device.
    ///
    /// # Errors
    /// A stale number, a range beyond the end, a spent budget.
    fn read(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<f32>, Failure>;

    /// The same for integers and booleans, unconverted.
    ///
    /// # Errors
    /// As [`read`](Self::read), and a tensor of fractions.
    fn read_integers(&mut self, of: TensorId, offset: u64, len: u64) -> Result<Vec<i64>, Failure>;

    /// All parameters of the model, in its order.
    fn parameters(&mut self) -> Vec<Parameter>;

    /// Names of the model's intermediate results.
    fn activations(&mut self) -> Vec<String>;

    /// L2 norm of all gradients together. Waits for the device.
    ///
    /// # Errors
    /// No gradients, a spent budget.
    fn gradient_norm(&mut self) -> Result<f64, Failure>;

    /// Sample weights, as the sampler would take them: one per training sample, finite, at least
    /// 0, not all 0. Waits for the device.
    ///
    /// # Errors
    /// A stale number, or what the sampler refuses.
    fn sample_weights(&mut self, of: TensorId) -> Result<Vec<f64>, Failure>;

    /// The current batch is over, or outside one the event: all numbers are stale from now on.
    fn clear(&mut self);
}

/// Where desks come from.
pub trait Workbench {
    /// A desk for one more callback, with the number under which this workbench knows it.
    fn open(&mut self) -> (usize, Desk);
}

/// What flows through a chain of transforms: `N` tensors that belong together.
pub trait Flow<const N: usize> {
    /// Puts them on a desk.
    ///
    /// # Errors
    /// What the tensor library refuses.
    fn offer(&mut self, desk: usize) -> Result<[TensorId; N], Failure>;

    /// Takes what a callback gave back, if it may stand in their place.
    ///
    /// # Errors
    /// Why it may not, in words.
    fn accept(&mut self, desk: usize, given: [TensorId; N]) -> Result<(), String>;
}
