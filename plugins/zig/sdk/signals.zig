const std = @import("std");
const bindings = @import("bindings");
const carry = @import("carry.zig");
const memory = @import("memory.zig");
const types = @import("types.zig");
const Tensor = @import("tensor.zig").Tensor;

const Error = std.mem.Allocator.Error;

/// What a hook asks the loop to do, in order. The table beside `on-event` in `wit/callback.wit` says
/// where each is legal, which power it takes and how two of a kind merge. Texts and lists are copied.
pub const Signals = struct {
    list: std.ArrayList(bindings.callbox_plugin_types_signal_t) = .empty,

    /// Stop after the current batch; the reason, written as by `std.fmt`, goes into the record.
    pub fn stopTraining(signals: *Signals, comptime reason: []const u8, arguments: anytype) Error!void {
        try signals.add(.{ .stop_training = try memory.scratch.print(reason, arguments) });
    }

    /// End this epoch's training after the current batch.
    pub fn stopEpoch(signals: *Signals, comptime reason: []const u8, arguments: anytype) Error!void {
        try signals.add(.{ .stop_epoch = try memory.scratch.print(reason, arguments) });
    }

    /// End this validation after the current batch; its result is marked partial.
    pub fn stopValidation(signals: *Signals, comptime reason: []const u8, arguments: anytype) Error!void {
        try signals.add(.{ .stop_validation = try memory.scratch.print(reason, arguments) });
    }

    /// No validation in this epoch.
    pub fn skipValidation(signals: *Signals) Error!void {
        try signals.add(.skip_validation);
    }

    /// Validate after this batch.
    pub fn validateNow(signals: *Signals) Error!void {
        try signals.add(.validate_now);
    }

    /// Leave this batch out: straight to its batch-end.
    pub fn skipBatch(signals: *Signals) Error!void {
        try signals.add(.skip_batch);
    }

    /// No gradients from this batch, and no step.
    pub fn skipBackward(signals: *Signals) Error!void {
        try signals.add(.skip_backward);
    }

    /// The optimizer does not step on this batch; its gradients are dropped.
    pub fn skipStep(signals: *Signals) Error!void {
        try signals.add(.skip_step);
    }

    /// Keep gradients for the next batch: accumulation.
    pub fn keepGradients(signals: *Signals) Error!void {
        try signals.add(.keep_gradients);
    }

    /// Set a hyper-parameter in all layer groups, as its owner.
    pub fn set(signals: *Signals, name: types.HyperName, value: f64) Error!void {
        try signals.hyper(name, null, .set, value);
    }

    /// Set a hyper-parameter in one layer group, as its owner.
    pub fn setGroup(signals: *Signals, name: types.HyperName, group: u32, value: f64) Error!void {
        try signals.hyper(name, group, .set, value);
    }

    /// This plugin's factor on a hyper-parameter in all layer groups, until it gives another; 1 takes
    /// it back.
    pub fn scale(signals: *Signals, name: types.HyperName, factor: f64) Error!void {
        try signals.hyper(name, null, .scale, factor);
    }

    /// This plugin's factor on a hyper-parameter in one layer group.
    pub fn scaleGroup(signals: *Signals, name: types.HyperName, group: u32, factor: f64) Error!void {
        try signals.hyper(name, group, .scale, factor);
    }

    /// Multiply all gradients.
    pub fn scaleGrad(signals: *Signals, factor: f64) Error!void {
        try signals.add(.{ .scale_grad = factor });
    }

    /// Clamp each element of the gradients to [-limit, limit].
    pub fn clipGradValue(signals: *Signals, limit: f64) Error!void {
        try signals.add(.{ .clip_grad_value = limit });
    }

    /// Scale all gradients so that their global L2 norm is at most this.
    pub fn clipGradNorm(signals: *Signals, limit: f64) Error!void {
        try signals.add(.{ .clip_grad_norm = limit });
    }

    /// Per output unit: the gradient's norm is at most factor * max(the weight's norm, floor).
    pub fn clipGradAdaptive(signals: *Signals, factor: f64, floor: f64) Error!void {
        try signals.add(.{ .clip_grad_adaptive = .{ factor, floor } });
    }

    /// Add Gaussian noise of this standard deviation to the gradients.
    pub fn noiseGrad(signals: *Signals, std_dev: f64) Error!void {
        try signals.add(.{ .noise_grad = std_dev });
    }

    /// Freeze or unfreeze a layer group.
    pub fn setTrainable(signals: *Signals, group: u32, trainable: bool) Error!void {
        try signals.add(.{ .set_trainable = .{ group, trainable } });
    }

    /// Keep a group's normalisation layers in evaluation mode, or no longer.
    pub fn setNormFrozen(signals: *Signals, group: u32, frozen: bool) Error!void {
        try signals.add(.{ .set_norm_frozen = .{ group, frozen } });
    }

    /// One pass over the training data, without gradients, that recomputes running statistics.
    pub fn refreshNormStatistics(signals: *Signals) Error!void {
        try signals.add(.refresh_norm_statistics);
    }

    /// Copy weights, optimizer and model state into this plugin's slot of that name.
    pub fn snapshot(signals: *Signals, slot: []const u8) Error!void {
        try signals.add(.{ .slot = .{ .snapshot = slot } });
    }

    /// Put a slot back; the data goes on.
    pub fn restore(signals: *Signals, slot: []const u8) Error!void {
        try signals.add(.{ .slot = .{ .restore = slot } });
    }

    /// slot = slot + weight * (current - slot); creates the slot at first use.
    pub fn blend(signals: *Signals, slot: []const u8, weight: f64) Error!void {
        try signals.add(.{ .slot = .{ .blend = .{ slot, weight } } });
    }

    /// Validate with the slot's weights; the host puts the current ones back.
    pub fn evaluateWith(signals: *Signals, slot: []const u8) Error!void {
        try signals.add(.{ .slot = .{ .evaluate_with = slot } });
    }

    /// Make the slot's weights the current ones.
    pub fn adopt(signals: *Signals, slot: []const u8) Error!void {
        try signals.add(.{ .slot = .{ .adopt = slot } });
    }

    /// Free a slot.
    pub fn forget(signals: *Signals, slot: []const u8) Error!void {
        try signals.add(.{ .slot = .{ .forget = slot } });
    }

    /// Relative probability of drawing each training sample, in dataset order; from the next epoch on.
    pub fn sampleWeights(signals: *Signals, weights: Tensor) Error!void {
        try signals.add(.{ .sample_weights = weights });
    }

    /// A value of a metric declared in the plan, with weight 1.
    pub fn report(signals: *Signals, name: []const u8, value: f64) Error!void {
        try signals.reportWeighted(name, value, 1);
    }

    /// A value of a metric declared in the plan, and how many samples stand behind it.
    pub fn reportWeighted(signals: *Signals, name: []const u8, value: f64, weight: f64) Error!void {
        try signals.add(.{ .report = .{ .name = name, .value = value, .weight = weight } });
    }

    /// A small matrix to show; values in row-major order.
    pub fn table(
        signals: *Signals,
        name: []const u8,
        rows: []const []const u8,
        columns: []const []const u8,
        values: []const f64,
    ) Error!void {
        try signals.add(.{ .table = .{ .name = name, .rows = rows, .columns = columns, .values = values } });
    }

    /// Counts between ascending edges: one edge more than counts.
    pub fn histogram(
        signals: *Signals,
        name: []const u8,
        edges: []const f64,
        counts: []const f64,
    ) Error!void {
        try signals.add(.{ .histogram = .{ .name = name, .edges = edges, .counts = counts } });
    }

    /// Write a checkpoint under this name.
    pub fn checkpoint(signals: *Signals, name: []const u8) Error!void {
        try signals.add(.{ .checkpoint = name });
    }

    /// For experiments: a name that the host may know, and numbers. An unknown name is refused.
    pub fn other(signals: *Signals, name: []const u8, numbers: []const f64) Error!void {
        try signals.add(.{ .other = .{ name, numbers } });
    }

    /// All of them, given away to whoever frees them.
    pub fn take(signals: *Signals) bindings.exports_callbox_plugin_callback_list_signal_t {
        defer signals.list = .empty;
        return carry.list(bindings.exports_callbox_plugin_callback_list_signal_t, signals.list.items);
    }

    fn hyper(
        signals: *Signals,
        name: types.HyperName,
        group: ?u32,
        op: HyperOp,
        value: f64,
    ) Error!void {
        try signals.add(.{ .set_hyper = .{ .name = name, .group = group, .op = op, .value = value } });
    }

    fn add(signals: *Signals, signal: Signal) Error!void {
        const lowered = try carry.lower(bindings.callbox_plugin_types_signal_t, signal);
        try signals.list.append(memory.allocator, lowered);
    }
};

const HyperOp = enum(u8) { set, scale };

const SlotOp = union(enum) {
    snapshot: []const u8,
    restore: []const u8,
    blend: struct { []const u8, f64 },
    evaluate_with: []const u8,
    adopt: []const u8,
    forget: []const u8,
};

/// In the contract's order, for its number is the place in it.
const Signal = union(enum) {
    stop_training: []const u8,
    stop_epoch: []const u8,
    stop_validation: []const u8,
    skip_validation,
    validate_now,
    skip_batch,
    skip_backward,
    skip_step,
    keep_gradients,
    set_hyper: struct { name: types.HyperName, group: ?u32, op: HyperOp, value: f64 },
    scale_grad: f64,
    clip_grad_value: f64,
    clip_grad_norm: f64,
    clip_grad_adaptive: struct { f64, f64 },
    noise_grad: f64,
    set_trainable: struct { u32, bool },
    set_norm_frozen: struct { u32, bool },
    refresh_norm_statistics,
    slot: SlotOp,
    sample_weights: Tensor,
    report: struct { name: []const u8, value: f64, weight: f64 },
    table: struct {
        name: []const u8,
        rows: []const []const u8,
        columns: []const []const u8,
        values: []const f64,
    },
    histogram: struct { name: []const u8, edges: []const f64, counts: []const f64 },
    checkpoint: []const u8,
    other: struct { []const u8, []const f64 },
};
