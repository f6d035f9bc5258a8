//! How a hook fails: an error of Zig, and beside it the sentence for the journal.

const std = @import("std");
const bindings = @import("bindings");
const carry = @import("carry.zig");
const memory = @import("memory.zig");

/// The error whose sentence was given to `fail`.
pub const Error = error{Failed};

/// Those of what the host was asked for: the tensor's batch is over, there is no such thing now,
/// shapes or types don't fit, or a budget is spent.
pub const Asked = error{ Stale, Missing, Mismatch, OverBudget };

var sentence: std.ArrayList(u8) = .empty;

/// Ends a hook with a sentence for the journal, or refuses the plugin in `init` and `plan`:
/// `return callbox.fail("there is no group {d}", .{group})`.
pub fn fail(comptime format: []const u8, arguments: anytype) Error {
    say(format, arguments);
    return error.Failed;
}

/// One of the host's failures, with its sentence.
pub fn asked(reason: Asked, comptime format: []const u8, arguments: anytype) Asked {
    say(format, arguments);
    return reason;
}

fn say(comptime format: []const u8, arguments: anytype) void {
    sentence.clearRetainingCapacity();
    sentence.print(memory.allocator, format, arguments) catch {
        // Better a part of it than nothing.
    };
}

/// The sentence that was given last.
pub fn last() []const u8 {
    return sentence.items;
}

/// The contract's error for what went wrong.
pub fn refuse(reason: anytype, err: *bindings.callbox_string_t) bool {
    const message = switch (reason) {
        // By name at compile time: a table at run time would hold every error of Zig's library.
        inline else => |known| explained(known),
    };
    err.* = carry.lower(bindings.callbox_string_t, message) catch .{};
    return false;
}

fn explained(comptime reason: anyerror) []const u8 {
    return switch (reason) {
        error.Failed, error.Stale, error.Missing, error.Mismatch, error.OverBudget => last(),
        error.OutOfMemory => "the plugin's memory is full",
        else => "error " ++ @errorName(reason),
    };
}
