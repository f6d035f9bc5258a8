//! Which method of a plugin answers which hook.

const std = @import("std");
const failure = @import("failure.zig");
const names = @import("names.zig");
const types = @import("types.zig");
const Plan = @import("plan.zig").Plan;
const Signals = @import("signals.zig").Signals;

/// Calls it; a plugin without it answers nothing.
pub fn call(
    comptime Plugin: type,
    plugin: *Plugin,
    hook: types.Hook,
    state: types.State,
    signals: *Signals,
) !void {
    switch (hook) {
        inline else => |known| {
            const method = comptime names.method(known);
            if (@hasDecl(Plugin, method)) return @field(Plugin, method)(plugin, state, signals);
        },
    }
}

/// A hook that the plan names and the plugin has no method for would be called for nothing,
/// silently.
pub fn expect(comptime Plugin: type, plan: Plan) failure.Error!void {
    const answers = comptime all: {
        var answers: [std.enums.values(types.Hook).len]Answer = undefined;
        for (&answers, std.enums.values(types.Hook)) |*answer, hook| {
            const method = names.method(hook);
            const is_there = @hasDecl(Plugin, method);
            answer.* = .{ .hook = names.kebab(@tagName(hook)), .method = method, .is_there = is_there };
        }
        break :all answers;
    };
    for (plan.subscriptions.items) |subscription| {
        const answer = answers[@backingInt(subscription.hook)];
        if (answer.is_there) continue;
        const format = "the plan names {s}, and the plugin has no public function {s}";
        return failure.fail(format, .{ answer.hook, answer.method });
    }
}

const Answer = struct { hook: []const u8, method: []const u8, is_there: bool };

/// So is a function whose name is nearly a hook's.
pub fn check(comptime Plugin: type) void {
    @setEvalBranchQuota(100_000);
    for (@typeInfo(Plugin).@"struct".decl_names) |name| {
        if (!std.mem.startsWith(u8, name, "on") or name.len < 3 or !std.ascii.isUpper(name[2])) continue;
        if (std.mem.eql(u8, name, "onFinish")) continue;
        inline for (comptime std.enums.values(types.Hook)) |hook| {
            if (std.mem.eql(u8, name, names.method(hook))) break;
        } else @compileError("there is no hook that " ++ name ++ " would be called at");
    }
}
