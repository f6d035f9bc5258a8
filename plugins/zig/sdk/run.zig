const std = @import("std");
const failure = @import("failure.zig");
const types = @import("types.zig");

/// What is fixed for a whole run; it stays where it is until the run's end.
pub const Run = struct {
    /// The run's name.
    id: []const u8,
    /// The name under which the user knows this plugin in this run.
    plugin: []const u8,
    /// Seed of this plugin's own random stream.
    seed: u64,
    /// What this plugin may do in this run.
    granted: []const types.Grant,
    /// Epochs planned.
    n_epochs: u32,
    /// Training batches planned in all, where that is known.
    planned_iterations: ?u64,
    /// Training batches per epoch; null for an endless loader.
    train_batches: ?u64,
    /// Validation batches per pass; null without validation.
    valid_batches: ?u64,
    /// Training samples per epoch; null for an endless loader.
    n_samples: ?u64,
    /// Validation samples per pass; null without validation.
    valid_samples: ?u64,
    /// What may be monitored.
    metrics: []const types.MetricSpec,
    /// Training samples per class; empty if there are no classes.
    class_counts: []const u64,
    /// Names of the optimizer's layer groups, in order.
    groups: []const []const u8,
    /// Their hyper-parameters at the start, in the same order.
    hypers: []const types.Hyper,
    /// sgd, adam, adamw, rmsprop.
    optimizer: []const u8,
    /// Weight decay is decoupled (true) or L2 (false).
    true_wd: bool,
    /// Process rank in a distributed run; 0 otherwise.
    rank: u32,
    /// Processes in a distributed run; 1 otherwise.
    world_size: u32,

    /// Whether the user gave this power to this plugin.
    pub fn grants(run: *const Run, power: types.Power) bool {
        return run.grant(power) != null;
    }

    /// Fails with a sentence for the user where the power was not given, or the value is out of its
    /// bounds.
    pub fn allows(run: *const Run, power: types.Power, value: f64) failure.Error!void {
        const name = @tagName(power);
        const given = run.grant(power) orelse {
            return failure.fail("this run does not grant `{s}`", .{name});
        };
        if (given.min) |min| if (value < min) {
            const format = "{s} {d} is below {d}, the least that this run grants";
            return failure.fail(format, .{ name, value, min });
        };
        if (given.max) |max| if (value > max) {
            const format = "{s} {d} is above {d}, the most that this run grants";
            return failure.fail(format, .{ name, value, max });
        };
    }

    /// Which direction of a metric is better; null where the run does not know it or neither is.
    pub fn higherIsBetter(run: *const Run, metric: []const u8) ?bool {
        for (run.metrics) |spec| {
            if (std.mem.eql(u8, spec.name, metric)) return spec.higher_is_better;
        }
        return null;
    }

    /// Learning rate of each layer group at the start, as a part of the last group's: a schedule
    /// that is given for the last group keeps these ratios. All 1 where the last one's is 0.
    pub fn lrRatios(run: *const Run, gpa: std.mem.Allocator) std.mem.Allocator.Error![]f64 {
        const ratios = try gpa.alloc(f64, run.hypers.len);
        for (ratios, run.hypers) |*ratio, hyper| {
            const last = run.hypers[run.hypers.len - 1].lr;
            ratio.* = if (last > 0.0) hyper.lr / last else 1.0;
        }
        return ratios;
    }

    fn grant(run: *const Run, power: types.Power) ?types.Grant {
        for (run.granted) |given| {
            if (std.mem.eql(u8, given.power, @tagName(power))) return given;
        }
        return null;
    }
};

test "a value is held against its grant" {
    var run: Run = undefined;
    run.granted = &.{.{ .power = "lr", .min = 0, .max = 0.1 }};
    try run.allows(.lr, 0.1);
    try std.testing.expectError(error.Failed, run.allows(.lr, 0.2));
    const sentence = "lr 0.2 is above 0.1, the most that this run grants";
    try std.testing.expectEqualStrings(sentence, failure.last());
    try std.testing.expect(run.grants(.lr) and !run.grants(.mom));
}

test "ratios are to the last group" {
    var run: Run = undefined;
    var hypers = [_]types.Hyper{
        .{ .lr = 0.001, .mom = null, .wd = 0, .beta = null },
        .{ .lr = 0.01, .mom = null, .wd = 0, .beta = null },
    };
    run.hypers = &hypers;
    const ratios = try run.lrRatios(std.testing.allocator);
    defer std.testing.allocator.free(ratios);
    try std.testing.expectEqualSlices(f64, &.{ 0.1, 1 }, ratios);
}
