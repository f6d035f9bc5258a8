//! Stops training as soon as the loss is good enough.

const callbox = @import("callbox");

/// A plugin: made when a run begins, called at the hooks that its plan names.
const MyPlugin = struct {
    params: Params,

    pub const about: callbox.About = .{
        .name = "my-plugin",
        .version = "0.1.0",
        .summary = "Stops training as soon as the loss is good enough",
        .needs = &.{.control},
    };

    /// What the user may set.
    pub const Params = struct {
        below: f64 = 0.05,

        pub const about: callbox.Declared(@This()) = .{
            .below = .{ .doc = "Training stops when the smoothed loss is below this.", .min = 0 },
        };
    };

    pub fn init(_: *const callbox.Run, params: Params) !MyPlugin {
        return .{ .params = params };
    }

    pub fn plan(_: *const MyPlugin, wanted: *callbox.Plan) !void {
        try wanted.powers(.control);
        // [hook train-begin]
        try wanted.on(.train_begin, .{});
        // [/hook]
        // [hook epoch-begin]
        try wanted.on(.epoch_begin, .{});
        // [/hook]
        // [hook batch-begin]
        try wanted.on(.batch_begin, .{});
        // [/hook]
        // [hook loss-begin]
        try wanted.on(.loss_begin, .{});
        // [/hook]
        // [hook backward-begin]
        try wanted.on(.backward_begin, .{});
        // [/hook]
        // [hook backward-end]
        try wanted.on(.backward_end, .{});
        // [/hook]
        // [hook step-end]
        try wanted.on(.step_end, .{});
        // [/hook]
        // [hook batch-end]
        try wanted.on(.batch_end, .{ .phase = .train, .reads = .{ .losses = true } });
        // [/hook]
        // [hook valid-begin]
        try wanted.on(.valid_begin, .{});
        // [/hook]
        // [hook valid-end]
        try wanted.on(.valid_end, .{});
        // [/hook]
        // [hook epoch-end]
        try wanted.on(.epoch_end, .{});
        // [/hook]
    }
    // [hook train-begin]

    /// Once, after every plugin was made.
    pub fn onTrainBegin(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("train-begin of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook epoch-begin]

    /// Before the first batch of an epoch.
    pub fn onEpochBegin(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("epoch-begin of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook batch-begin]

    /// A batch is on the device, the model has not seen it.
    pub fn onBatchBegin(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("batch-begin of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook loss-begin]

    /// The model's output exists, the loss does not.
    pub fn onLossBegin(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("loss-begin of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook backward-begin]

    /// The loss exists, gradients do not.
    pub fn onBackwardBegin(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("backward-begin of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook backward-end]

    /// Gradients exist, the optimizer has not stepped.
    pub fn onBackwardEnd(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("backward-end of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook step-end]

    /// The optimizer has stepped, or its step was skipped.
    pub fn onStepEnd(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("step-end of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook batch-end]

    /// The batch is done.
    pub fn onBatchEnd(self: *MyPlugin, state: callbox.State, signals: *callbox.Signals) !void {
        const losses = state.losses orelse return;
        if (losses.smooth < self.params.below) try signals.stopTraining("the loss is good enough", .{});
    }
    // [/hook]
    // [hook valid-begin]

    /// Before the first validation batch.
    pub fn onValidBegin(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("valid-begin of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook valid-end]

    /// Validation loss and metrics are final, or marked partial.
    pub fn onValidEnd(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("valid-end of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook epoch-end]

    /// The epoch, its validation included, is done.
    pub fn onEpochEnd(_: *MyPlugin, state: callbox.State, _: *callbox.Signals) !void {
        callbox.log.debug("epoch-end of epoch {d}, iteration {d}", .{ state.epoch, state.iteration });
    }
    // [/hook]
    // [hook finish]

    /// The end of training.
    pub fn onFinish(
        _: *MyPlugin,
        state: callbox.State,
        outcome: callbox.Outcome,
        _: *callbox.Signals,
    ) !void {
        callbox.log.debug("{s} after {d} epochs", .{ @tagName(outcome), state.epoch });
    }
    // [/hook]
};

comptime {
    callbox.register(MyPlugin);
}
