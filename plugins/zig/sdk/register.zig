//! Between the contract's exports and a plugin: one instance of it in a module, for the whole run.

const std = @import("std");
const bindings = @import("bindings");
const About = @import("about.zig").About;
const carry = @import("carry.zig");
const failure = @import("failure.zig");
const hooks = @import("hooks.zig");
const memory = @import("memory.zig");
const params = @import("params.zig");
const metric = @import("metric.zig");
const transform = @import("transform.zig");
const types = @import("types.zig");
const Plan = @import("plan.zig").Plan;
const Run = @import("run.zig").Run;
const Signals = @import("signals.zig").Signals;

/// Makes a struct the plugin of this file: `comptime { callbox.register(MyPlugin); }`.
///
/// It has `about: callbox.About`, `Params`, `init` and `plan`; of the others those that it is about:
///
/// | What | Function |
/// |---|---|
/// | a run begins | `init(run: *const callbox.Run, params: Params) !MyPlugin` |
/// | when to be called | `plan(self: *const MyPlugin, wanted: *callbox.Plan) !void` |
/// | a hook | `onBatchEnd(self: *MyPlugin, state: callbox.State, signals: *callbox.Signals) !void` |
/// | the end | `onFinish(self: *MyPlugin, state: callbox.State, outcome: callbox.Outcome, signals: *callbox.Signals) !void` |
/// | what to go on from | `save(self: *const MyPlugin) ![]const u8` |
/// | going on | `load(self: *MyPlugin, bytes: []const u8) !void` |
/// | the batch before the model sees it | `transformInput(self: *MyPlugin, state: callbox.State, batch: callbox.Pair) !?callbox.Pair` |
/// | the output before the loss | `transformOutput(self: *MyPlugin, state: callbox.State, output: callbox.Tensor) !?callbox.Tensor` |
/// | the loss before gradients | `transformLoss(self: *MyPlugin, state: callbox.State, loss: callbox.Tensor) !?callbox.Tensor` |
/// | a metric: a pass begins | `beginPass(self: *MyPlugin) void` |
/// | a metric: one batch | `update(self: *MyPlugin, output: callbox.Tensor, target: callbox.Tensor, size: u32) !void` |
/// | a metric: its values | `finishPass(self: *MyPlugin, reports: *callbox.Reports) !void` |
///
/// Null of a transform leaves what it was given as it is.
pub fn register(comptime Plugin: type) void {
    hooks.check(Plugin);
    const Exports = For(Plugin);
    for (@typeInfo(Exports).@"struct".decl_names) |name| {
        @export(&@field(Exports, name), .{ .name = "exports_callbox_plugin_callback_" ++ name });
    }
    if (transform.isIn(Plugin)) transform.register(Plugin, Exports.started);
    if (metric.isIn(Plugin)) metric.register(Plugin, Exports.started);
}

const String = bindings.callbox_string_t;

fn For(comptime Plugin: type) type {
    return struct {
        var instance: ?Plugin = null;

        pub fn describe(ret: *bindings.callbox_plugin_types_descriptor_t) callconv(.c) void {
            defer memory.endCall();
            const about: About = Plugin.about;
            ret.* = carry.lower(bindings.callbox_plugin_types_descriptor_t, .{
                .name = about.name,
                .version = about.version,
                .summary = about.summary,
                .params = params.declare(Plugin.Params),
                .needs = about.needs,
                .wants = about.wants,
                .state_version = about.state_version,
            }) catch @panic("no memory to say what the plugin is");
        }

        pub fn start(
            given: *const bindings.callbox_plugin_types_run_t,
            settings: *const bindings.exports_callbox_plugin_callback_list_setting_t,
            ret: *bindings.callbox_plugin_types_plan_t,
            err: *String,
        ) callconv(.c) bool {
            defer memory.endCall();
            ret.* = begin(given, settings) catch |reason| {
                instance = null;
                return failure.refuse(reason, err);
            };
            return true;
        }

        pub fn on_event(
            hook: bindings.callbox_plugin_types_hook_t,
            carried: *bindings.callbox_plugin_types_state_t,
            ret: *bindings.exports_callbox_plugin_callback_list_signal_t,
            err: *String,
        ) callconv(.c) bool {
            defer memory.endCall();
            defer bindings.callbox_plugin_types_state_free(carried);
            var signals: Signals = .{};
            const done = react(@fromBackingInt(@intCast(hook)), carried, &signals);
            return answer(done, &signals, ret, err);
        }

        pub fn finish(
            carried: *bindings.callbox_plugin_types_state_t,
            outcome: *bindings.callbox_plugin_types_outcome_t,
            ret: *bindings.exports_callbox_plugin_callback_list_signal_t,
            err: *String,
        ) callconv(.c) bool {
            defer memory.endCall();
            defer bindings.callbox_plugin_types_state_free(carried);
            defer bindings.callbox_plugin_types_outcome_free(outcome);
            var signals: Signals = .{};
            return answer(end(carried, outcome, &signals), &signals, ret, err);
        }

        pub fn save(ret: *bindings.callbox_list_u8_t, err: *String) callconv(.c) bool {
            defer memory.endCall();
            ret.* = written() catch |reason| return failure.refuse(reason, err);
            return true;
        }

        pub fn load(saved: *bindings.callbox_list_u8_t, err: *String) callconv(.c) bool {
            defer memory.endCall();
            defer bindings.callbox_list_u8_free(saved);
            goOn(saved) catch |reason| return failure.refuse(reason, err);
            return true;
        }

        /// What was given stays where it is: the run and the parameters point into it.
        fn begin(
            given: *const bindings.callbox_plugin_types_run_t,
            settings: *const bindings.exports_callbox_plugin_callback_list_setting_t,
        ) !bindings.callbox_plugin_types_plan_t {
            const run = try memory.allocator.create(Run);
            run.* = try carry.lift(Run, memory.allocator, given.*);
            const set = try params.read(Plugin.Params, settings.ptr[0..settings.len]);
            instance = try Plugin.init(run, set);
            var wanted: Plan = .{};
            try instance.?.plan(&wanted);
            try hooks.expect(Plugin, wanted);
            return carry.lower(bindings.callbox_plugin_types_plan_t, wanted.carried());
        }

        fn react(
            hook: types.Hook,
            carried: *const bindings.callbox_plugin_types_state_t,
            signals: *Signals,
        ) !void {
            const plugin = try started();
            const state = try carry.lift(types.State, memory.scratch, carried.*);
            try hooks.call(Plugin, plugin, hook, state, signals);
        }

        fn end(
            carried: *const bindings.callbox_plugin_types_state_t,
            carried_outcome: *const bindings.callbox_plugin_types_outcome_t,
            signals: *Signals,
        ) !void {
            const plugin = try started();
            if (!@hasDecl(Plugin, "onFinish")) return;
            const state = try carry.lift(types.State, memory.scratch, carried.*);
            const outcome = try carry.lift(types.Outcome, memory.scratch, carried_outcome.*);
            try plugin.onFinish(state, outcome, signals);
        }

        fn written() !bindings.callbox_list_u8_t {
            const plugin = try started();
            if (!@hasDecl(Plugin, "save")) return .{};
            return carry.lower(bindings.callbox_list_u8_t, try plugin.save());
        }

        fn goOn(saved: *const bindings.callbox_list_u8_t) !void {
            const plugin = try started();
            if (!@hasDecl(Plugin, "load")) return;
            try plugin.load(try carry.lift([]const u8, memory.scratch, saved.*));
        }

        fn started() failure.Error!*Plugin {
            if (instance) |*plugin| return plugin;
            return failure.fail("called before `start`, or after it failed", .{});
        }
    };
}

/// Hands over what a hook asked for, or what went wrong.
fn answer(
    done: anytype,
    signals: *Signals,
    ret: *bindings.exports_callbox_plugin_callback_list_signal_t,
    err: *String,
) bool {
    var asked = signals.take();
    done catch |reason| {
        bindings.exports_callbox_plugin_callback_list_signal_free(&asked);
        return failure.refuse(reason, err);
    };
    ret.* = asked;
    return true;
}
