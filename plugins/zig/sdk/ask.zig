//! Asking the host for tensors. What it answers instead is an error of Zig, and the sentence beside
//! it is the hook's where that error ends it.

const std = @import("std");
const builtin = @import("builtin");
const bindings = @import("bindings");
const carry = @import("carry.zig");
const failure = @import("failure.zig");
const memory = @import("memory.zig");

/// Why the host could not do what a plugin asked.
pub const Error = failure.Asked || std.mem.Allocator.Error;

/// Calls an imported function, whose last two arguments are places for the answer and the failure.
pub fn ask(comptime T: type, comptime function: anytype, arguments: anytype) Error!T {
    // Natively, in tests, there is none, and that is the answer.
    if (!builtin.cpu.arch.isWasm()) {
        return failure.asked(error.Missing, "missing: a host: tensors live in a run only", .{});
    }
    const places = @typeInfo(@TypeOf(function)).@"fn".param_types;
    var answer: std.meta.Child(places[places.len - 2].?) = undefined;
    var why: std.meta.Child(places[places.len - 1].?) = undefined;
    if (!@call(.auto, function, arguments ++ .{ &answer, &why })) return explain(why);
    return keep(T, answer);
}

/// Moves a list to where it is freed after the call.
fn keep(comptime T: type, answer: anytype) Error!T {
    const lifted = try carry.lift(T, memory.scratch, answer);
    if (@typeInfo(T) != .pointer or answer.len == 0) return lifted;
    defer std.c.free(answer.ptr);
    return memory.scratch.dupe(std.meta.Elem(T), lifted);
}

fn explain(why: anytype) failure.Asked {
    if (why.tag == bindings.CALLBOX_PLUGIN_TYPES_FAILURE_STALE) {
        const sentence = "stale tensor: its batch is over, or it is not this plugin's";
        return failure.asked(error.Stale, sentence, .{});
    }
    // The others carry a text, all in the same place.
    var text = why.val.missing;
    defer bindings.callbox_string_free(&text);
    const what = if (text.len == 0) "" else text.ptr[0..text.len];
    return switch (why.tag) {
        bindings.CALLBOX_PLUGIN_TYPES_FAILURE_MISSING => named(error.Missing, "missing", what),
        bindings.CALLBOX_PLUGIN_TYPES_FAILURE_MISMATCH => named(error.Mismatch, "mismatch", what),
        else => named(error.OverBudget, "over budget", what),
    };
}

fn named(reason: failure.Asked, kind: []const u8, what: []const u8) failure.Asked {
    return failure.asked(reason, "{s}: {s}", .{ kind, what });
}
