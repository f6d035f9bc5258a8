//! Between the contract's optional export `metric` and a plugin's methods `beginPass`, `update` and
//! `finishPass`. Its structs are laid out as those of `bindings`.

const std = @import("std");
const bindings = @import("bindings");
const carry = @import("carry.zig");
const failure = @import("failure.zig");
const memory = @import("memory.zig");
const Tensor = @import("tensor.zig").Tensor;

const Report = bindings.callbox_plugin_types_report_t;
const Reported = extern struct { ptr: [*c]Report = null, len: usize = 0 };

/// What a pass of validation or test ends in.
pub const Reports = struct {
    list: std.ArrayList(Report) = .empty,

    /// A value of a metric that the plan reports, and how many samples stand behind it. Distributed
    /// runs combine the ranks as sum(value * weight) / sum(weight).
    pub fn add(reports: *Reports, name: []const u8, value: f64, weight: f64) std.mem.Allocator.Error!void {
        const report = .{ .name = name, .value = value, .weight = weight };
        try reports.list.append(memory.allocator, try carry.lower(Report, report));
    }
};

/// Whether the plugin computes a metric.
pub fn isIn(comptime Plugin: type) bool {
    return @hasDecl(Plugin, "finishPass");
}

/// Exports it.
pub fn register(comptime Plugin: type, comptime started: fn () failure.Error!*Plugin) void {
    const Exports = For(Plugin, started);
    for (@typeInfo(Exports).@"struct".decl_names) |name| {
        @export(&@field(Exports, name), .{ .name = "exports_callbox_plugin_metric_" ++ name });
    }
}

fn For(comptime Plugin: type, comptime started: fn () failure.Error!*Plugin) type {
    return struct {
        pub fn begin() callconv(.c) void {
            defer memory.endCall();
            // Before `start` there is nothing to forget.
            const plugin = started() catch return;
            plugin.beginPass();
        }

        pub fn update(output: u64, target: u64, size: u32, err: *bindings.callbox_string_t) callconv(.c) bool {
            defer memory.endCall();
            see(@fromBackingInt(@intCast(output)), @fromBackingInt(@intCast(target)), size) catch |reason| {
                return failure.refuse(reason, err);
            };
            return true;
        }

        pub fn finish(ret: *Reported, err: *bindings.callbox_string_t) callconv(.c) bool {
            defer memory.endCall();
            var reports: Reports = .{};
            end(&reports) catch |reason| {
                for (reports.list.items) |*report| bindings.callbox_plugin_types_report_free(report);
                reports.list.deinit(memory.allocator);
                return failure.refuse(reason, err);
            };
            ret.* = carry.list(Reported, reports.list.items);
            return true;
        }

        fn see(output: Tensor, target: Tensor, size: u32) !void {
            const plugin = try started();
            try plugin.update(output, target, size);
        }

        fn end(reports: *Reports) !void {
            const plugin = try started();
            try plugin.finishPass(reports);
        }
    };
}
