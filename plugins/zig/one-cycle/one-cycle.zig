//! The 1cycle policy: the learning rate rises once and falls once along cosines, momentum mirrors it.
//!
//! From lr-max / div up to lr-max over the first pct-start of the run, then down to lr-max /
//! final-div. The value given after batch k is in effect for batch k+1, so the very last one is never
//! used. Groups keep the ratios with which their learning rates started: lr-max is the last group's.

const std = @import("std");
const callbox = @import("callbox");

/// One cycle over a run of known length.
const OneCycle = struct {
    params: Params,
    /// Highest learning rate of each layer group.
    peaks: []const f64,
    /// Training batches of the rise, and of the fall.
    rise: u64,
    fall: u64,
    drives_mom: bool,

    pub const about: callbox.About = .{
        .name = "one-cycle",
        .version = "0.1.0",
        .summary = "The 1cycle policy: the learning rate rises and falls once, momentum mirrors it",
        .needs = &.{.lr},
        .wants = &.{.mom},
    };

    /// What the user may set.
    pub const Params = struct {
        lr_max: f64 = 0.01,
        div: f64 = 25,
        final_div: f64 = 0,
        pct_start: f64 = 0.3,
        mom_max: f64 = 0.95,
        mom_min: f64 = 0.85,

        pub const about: callbox.Declared(@This()) = .{
            .lr_max = .{ .doc = "Highest learning rate of the last layer group.", .min = 0 },
            .div = .{ .doc = "The cycle starts at lr-max / div.", .min = 1 },
            .final_div = .{ .doc = "The cycle ends at lr-max / final-div; 0 means div * 10,000.", .min = 0 },
            .pct_start = .{ .doc = "Part of the run in which the learning rate rises.", .min = 0, .max = 1 },
            .mom_max = .{ .doc = "Momentum where the learning rate is lowest.", .min = 0, .max = 0.9999 },
            .mom_min = .{ .doc = "Momentum where the learning rate is highest.", .min = 0, .max = 0.9999 },
        };
    };

    pub fn init(run: *const callbox.Run, given: Params) !OneCycle {
        const planned = run.planned_iterations orelse {
            return callbox.fail("a cycle needs an end: length unknown", .{});
        };
        var params = given;
        if (params.final_div == 0) params.final_div = params.div * 1e4;
        const peaks = try run.lrRatios(callbox.allocator);
        for (peaks) |*peak| {
            peak.* *= params.lr_max;
            try run.allows(.lr, peak.*);
            try run.allows(.lr, peak.* / params.final_div);
        }
        const batches: f64 = @floatFromInt(planned);
        const rise = std.math.lossyCast(u64, batches * params.pct_start);
        return .{
            .params = params,
            .peaks = peaks,
            .rise = rise,
            .fall = planned - rise,
            .drives_mom = run.grants(.mom) and for (run.hypers) |hyper| {
                if (hyper.mom == null) break false;
            } else true,
        };
    }

    pub fn plan(self: *const OneCycle, wanted: *callbox.Plan) !void {
        try wanted.on(.train_begin, .{});
        try wanted.on(.batch_end, .{ .phase = .train });
        try wanted.owns(.lr);
        if (self.drives_mom) try wanted.owns(.mom);
    }

    pub fn onTrainBegin(self: *OneCycle, state: callbox.State, signals: *callbox.Signals) !void {
        try self.values(state.iteration, signals);
    }

    pub fn onBatchEnd(self: *OneCycle, state: callbox.State, signals: *callbox.Signals) !void {
        try self.values(state.iteration + 1, signals);
    }

    /// What the batch of this number trains with. It depends on nothing else, so there is nothing to
    /// save.
    fn values(self: *const OneCycle, batch: u64, signals: *callbox.Signals) !void {
        const params = self.params;
        for (self.peaks, 0..) |peak, group| {
            const lr = self.cycle(batch, peak / params.div, peak, peak / params.final_div);
            try signals.setGroup(.lr, @intCast(group), lr);
        }
        if (!self.drives_mom) return;
        try signals.set(.mom, self.cycle(batch, params.mom_max, params.mom_min, params.mom_max));
    }

    fn cycle(self: *const OneCycle, batch: u64, low: f64, high: f64, end: f64) f64 {
        if (batch < self.rise) return callbox.anneal.cosine(low, high, part(batch, self.rise));
        return callbox.anneal.cosine(high, end, part(batch - self.rise, @max(self.fall, 1)));
    }
};

fn part(of: u64, whole: u64) f64 {
    return @as(f64, @floatFromInt(of)) / @as(f64, @floatFromInt(whole));
}

comptime {
    callbox.register(OneCycle);
}
