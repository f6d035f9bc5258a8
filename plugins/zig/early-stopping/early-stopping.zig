//! Stops training when a metric no longer improves.
//!
//! As in fastai v1, training stops when the number of bad epochs in a row is *greater* than patience:
//! patience 0 stops at the first bad epoch. An epoch is bad when the metric is not better than the
//! best so far by more than min-delta; NaN is never better. An epoch without a whole validation is
//! neither good nor bad.

const std = @import("std");
const callbox = @import("callbox");

/// Watches one metric.
const EarlyStopping = struct {
    params: Params,
    lower_is_better: bool,
    /// Whether the metric is new only after a validation.
    needs_validation: bool,
    seen: Seen = .{},

    pub const about: callbox.About = .{
        .name = "early-stopping",
        .version = "0.1.0",
        .summary = "Stops training when a metric no longer improves",
        .needs = &.{.control},
        .state_version = 2,
    };

    /// What the user may set.
    pub const Params = struct {
        monitor: []const u8 = "valid-loss",
        patience: u32 = 0,
        min_delta: f64 = 0,
        mode: enum { auto, min, max } = .auto,

        pub const about: callbox.Declared(@This()) = .{
            .monitor = .{ .doc = "The metric to watch: train-loss, valid-loss or one of the run's metrics." },
            .patience = .{ .doc = "Bad epochs in a row to put up with." },
            .min_delta = .{ .doc = "An improvement is a change by more than this.", .min = 0 },
            .mode = .{ .doc = "Whether lower or higher is better; auto: as the run says, else lower for a loss or an error." },
        };
    };

    /// What is seen on the way, and saved.
    const Seen = struct {
        /// The best value so far and the epoch that it is of, from 1 as in the epoch table.
        best: ?struct { value: f64, epoch: u32 } = null,
        bad_epochs: u32 = 0,
        /// Whether a whole validation was done in this epoch.
        validated: bool = false,
    };

    pub fn init(run: *const callbox.Run, params: Params) !EarlyStopping {
        const needs_validation = !std.mem.eql(u8, params.monitor, "train-loss");
        if (needs_validation and run.valid_batches == null) {
            const format = "`{s}` needs a validation, and this run has none: monitor train-loss";
            return callbox.fail(format, .{params.monitor});
        }
        return .{
            .params = params,
            .lower_is_better = lowerIsBetter(run, params),
            .needs_validation = needs_validation,
        };
    }

    pub fn plan(self: *const EarlyStopping, wanted: *callbox.Plan) !void {
        try wanted.on(.valid_end, .{});
        try wanted.on(.epoch_end, .{ .reads = .{ .monitored = true } });
        try wanted.monitors(self.params.monitor);
        try wanted.powers(.control);
    }

    pub fn onValidEnd(self: *EarlyStopping, state: callbox.State, _: *callbox.Signals) !void {
        if (!state.partial) self.seen.validated = true;
    }

    pub fn onEpochEnd(self: *EarlyStopping, state: callbox.State, signals: *callbox.Signals) !void {
        const validated = self.seen.validated;
        self.seen.validated = false;
        if (self.needs_validation and (!validated or state.partial)) return;
        if (state.monitored.len == 0) return callbox.fail("the monitored metric was not filled in", .{});

        const value = state.monitored[0];
        if (self.improves(value)) {
            self.seen = .{ .best = .{ .value = value, .epoch = state.epoch + 1 } };
            return;
        }
        self.seen.bad_epochs += 1;
        if (self.seen.bad_epochs > self.params.patience) try self.stop(signals);
    }

    pub fn save(self: *const EarlyStopping) ![]const u8 {
        return callbox.saved.toBytes(self.seen);
    }

    pub fn load(self: *EarlyStopping, bytes: []const u8) !void {
        self.seen = try callbox.saved.fromBytes(Seen, bytes);
    }

    fn improves(self: *const EarlyStopping, value: f64) bool {
        const best = self.seen.best orelse return !std.math.isNan(value);
        const delta = self.params.min_delta;
        return if (self.lower_is_better) value + delta < best.value else value - delta > best.value;
    }

    /// Whole numbers only, which every language writes alike; the table has the metric's values.
    fn stop(self: *const EarlyStopping, signals: *callbox.Signals) !void {
        const metric = self.params.monitor;
        const best = self.seen.best orelse {
            return signals.stopTraining("{s} has been NaN in every epoch", .{metric});
        };
        try signals.stopTraining("{s} has not improved since epoch {d}", .{ metric, best.epoch });
    }
};

fn lowerIsBetter(run: *const callbox.Run, params: EarlyStopping.Params) bool {
    switch (params.mode) {
        .min => return true,
        .max => return false,
        .auto => {},
    }
    if (run.higherIsBetter(params.monitor)) |higher| return !higher;
    const lower = std.mem.find(u8, params.monitor, "loss") != null or
        std.mem.find(u8, params.monitor, "error") != null;
    const better = if (lower) "lower" else "higher";
    callbox.log.warn("`{s}` does not say which is better: taking {s}; set mode", .{ params.monitor, better });
    return lower;
}

comptime {
    callbox.register(EarlyStopping);
}
