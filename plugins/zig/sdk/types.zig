//! The contract's records and words, as `wit/types.wit` has them.

/// A named point of the training loop, in the order in which they occur.
pub const Hook = enum(u8) {
    /// Once, after every plugin's `init`.
    train_begin,
    /// Before the first batch of an epoch.
    epoch_begin,
    /// A batch is on the device, the model has not seen it.
    batch_begin,
    /// The model's output exists, the loss does not.
    loss_begin,
    /// The loss exists, gradients do not. This and the next two occur in training only.
    backward_begin,
    /// Gradients exist, unless backward was skipped; the optimizer has not stepped.
    backward_end,
    /// The optimizer has stepped, or its step was skipped.
    step_end,
    /// The batch is done.
    batch_end,
    /// Before the first validation batch.
    valid_begin,
    /// Validation loss and metrics are final, or marked partial.
    valid_end,
    /// The epoch, its validation included, is done.
    epoch_end,
};

/// Which loader feeds the current batch.
pub const Phase = enum(u8) { train, valid, @"test" };

/// A right to change the loop. The user grants it; a plugin declares it first.
pub const Power = enum {
    /// Stop, skip, validate.
    control,
    /// Set or scale the learning rate.
    lr,
    /// Set or scale momentum, beta1 of Adam.
    mom,
    /// Set or scale weight decay.
    wd,
    /// Set or scale beta2 of Adam, alpha of RMSprop.
    beta,
    /// Scale, clip or disturb gradients.
    gradients,
    /// Freeze groups, keep and restore copies of the weights.
    weights,
    /// Change how samples are drawn.
    sampler,
    /// Write checkpoints.
    checkpoint,
    /// Change batches, outputs and losses.
    transform,
};

/// A hyper-parameter by the name that `Hyper` gives it.
pub const HyperName = enum(u8) {
    lr,
    mom,
    wd,
    beta,

    /// The power that setting or scaling it takes.
    pub fn power(name: HyperName) Power {
        return switch (name) {
            .lr => .lr,
            .mom => .mom,
            .wd => .wd,
            .beta => .beta,
        };
    }
};

/// Which direction of a metric is an improvement.
pub const Better = enum { higher, lower, neither };

/// Parts of the state that cost something to fill in.
pub const Reads = packed struct(u8) {
    /// `state.losses`; on a GPU this waits for the device.
    losses: bool = false,
    /// `state.hypers`.
    hypers: bool = false,
    /// `state.monitored`.
    monitored: bool = false,
    /// Losses may be those of the batch before, so that the device is not waited for.
    late: bool = false,
    _: u4 = 0,
};

/// The losses known at a hook; NaN where one does not exist yet.
pub const Losses = struct {
    /// As the model gave it, before any transform.
    raw: f64,
    /// After all transforms: what is back-propagated.
    last: f64,
    /// Exponential average of `raw` over training batches, beta 0.98, debiased.
    smooth: f64,
};

/// Hyper-parameters of one layer group; null where the optimizer has no such thing.
pub const Hyper = struct {
    /// Learning rate.
    lr: f64,
    /// Momentum of SGD and RMSprop, beta1 of Adam.
    mom: ?f64,
    /// Weight decay.
    wd: f64,
    /// Beta2 of Adam, alpha of RMSprop.
    beta: ?f64,
};

/// What every callback may know at a hook. Its slices are gone when the hook has returned.
pub const State = struct {
    /// The current epoch, from 0; in `onFinish` the number of epochs completed.
    epoch: u32,
    /// Index of the batch within its phase, from 0.
    num_batch: u32,
    /// Training batches completed before the current one.
    iteration: u64,
    /// Training samples in them.
    samples: u64,
    /// The loader of the current batch.
    phase: Phase,
    /// Samples in the current batch; 0 outside a batch.
    batch_size: u32,
    /// Only if the subscription reads them.
    losses: ?Losses,
    /// The last validation was stopped early, or left a batch out.
    partial: bool,
    /// One per layer group; empty unless the subscription reads them.
    hypers: []const Hyper,
    /// The metrics that the plan monitors, in its order, NaN where there is none yet; empty unless
    /// the subscription reads them.
    monitored: []const f64,
};

/// How a run ended.
pub const Outcome = union(enum) {
    /// All epochs done.
    completed,
    /// Callbacks asked for it.
    stopped: []const Stop,
    /// The host failed: the message.
    failed: []const u8,
};

/// Who asked the run to stop, and why.
pub const Stop = struct { by: []const u8, reason: []const u8 };

/// A power that the user gave, with inclusive bounds.
pub const Grant = struct { power: []const u8, min: ?f64, max: ?f64 };

/// A metric of the run.
pub const MetricSpec = struct { name: []const u8, higher_is_better: ?bool };
