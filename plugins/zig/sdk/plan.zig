const std = @import("std");
const memory = @import("memory.zig");
const types = @import("types.zig");

const Error = std.mem.Allocator.Error;

/// When a plugin is called and what it will do in this run. It starts empty: never called but for
/// `onFinish`, and no powers. Texts are copied.
pub const Plan = struct {
    subscriptions: std.ArrayList(Subscription) = .empty,
    transforms: Transforms = .{},
    monitored: std.ArrayList([]const u8) = .empty,
    reported: std.ArrayList(types.MetricSpec) = .empty,
    used: std.ArrayList(types.Power) = .empty,
    owned: std.ArrayList(types.HyperName) = .empty,
    before: std.ArrayList([]const u8) = .empty,
    after: std.ArrayList([]const u8) = .empty,

    /// When a hook reaches the plugin: the contract's `subscription`, but for the hook.
    pub const When = struct {
        /// Null: in every phase.
        phase: ?types.Phase = null,
        /// Only every n-th occurrence, the first included; 0 is refused.
        every: u32 = 1,
        /// What to fill in.
        reads: types.Reads = .{},
    };

    const Subscription = struct {
        hook: types.Hook,
        phase: ?types.Phase,
        every: u32,
        reads: types.Reads,
    };

    /// Where the plugin's transforms are called.
    pub const Transforms = struct {
        /// `transformInput` gets every batch of training.
        input: bool = false,
        /// `transformOutput` gets every output of training.
        output: bool = false,
        /// `transformLoss` gets every loss of training.
        loss: bool = false,
        /// The first two in batches of validation as well.
        in_validation: bool = false,
    };

    /// Call the plugin at this hook. The same one may be named once per phase.
    pub fn on(plan: *Plan, hook: types.Hook, when: When) Error!void {
        try plan.subscriptions.append(memory.scratch, .{
            .hook = hook,
            .phase = when.phase,
            .every = when.every,
            .reads = when.reads,
        });
    }

    /// A metric to find in `state.monitored`, in this order, where a hook reads it.
    pub fn monitors(plan: *Plan, metric: []const u8) Error!void {
        try plan.monitored.append(memory.scratch, try memory.scratch.dupe(u8, metric));
    }

    /// A metric that the plugin will report, in kebab-case.
    pub fn reports(plan: *Plan, metric: []const u8, better: types.Better) Error!void {
        try plan.reported.append(memory.scratch, .{
            .name = try memory.scratch.dupe(u8, metric),
            .higher_is_better = switch (better) {
                .higher => true,
                .lower => false,
                .neither => null,
            },
        });
    }

    /// A power that the plugin will use in this run.
    pub fn powers(plan: *Plan, power: types.Power) Error!void {
        if (std.mem.findScalar(types.Power, plan.used.items, power) != null) return;
        try plan.used.append(memory.scratch, power);
    }

    /// A hyper-parameter that the plugin will `set`, as its one owner; its power comes with it.
    pub fn owns(plan: *Plan, name: types.HyperName) Error!void {
        try plan.owned.append(memory.scratch, name);
        try plan.powers(name.power());
    }

    /// Where its transforms are called; the power comes with it.
    pub fn transform(plan: *Plan, where: Transforms) Error!void {
        plan.transforms = where;
        try plan.powers(.transform);
    }

    /// A plugin whose transforms come later than this one's, by its name in the run.
    pub fn runsBefore(plan: *Plan, plugin: []const u8) Error!void {
        try plan.before.append(memory.scratch, try memory.scratch.dupe(u8, plugin));
    }

    /// A plugin whose transforms come earlier than this one's.
    pub fn runsAfter(plan: *Plan, plugin: []const u8) Error!void {
        try plan.after.append(memory.scratch, try memory.scratch.dupe(u8, plugin));
    }

    /// Under the contract's names.
    pub fn carried(plan: Plan) struct {
        subscriptions: []const Subscription,
        transforms: Transforms,
        monitors: []const []const u8,
        reports: []const types.MetricSpec,
        powers: []const types.Power,
        owns: []const types.HyperName,
        run_before: []const []const u8,
        run_after: []const []const u8,
    } {
        return .{
            .subscriptions = plan.subscriptions.items,
            .transforms = plan.transforms,
            .monitors = plan.monitored.items,
            .reports = plan.reported.items,
            .powers = plan.used.items,
            .owns = plan.owned.items,
            .run_before = plan.before.items,
            .run_after = plan.after.items,
        };
    }
};
