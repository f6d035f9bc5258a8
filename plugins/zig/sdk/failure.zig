//! How a hook fails: an error of Zig, and beside it the sentence for the journal.

const std = @import("std");
const bindings = @import("bindings");
const carry = @import("carry.zig");
const memory = @import("memory.zig");

/// The error whose sentence was given to `fail`.
pub const Error = error{Failed};

var sentence: std.ArrayList(u8) = .empty;

/// Ends a hook with a sentence for the journal, or refuses the plugin in `init` and `plan`:
/// `return callbox.fail("there is no group {d}", .{group})`.
pub fn fail(comptime format: []const u8, arguments: anytype) Error {
    sentence.clearRetainingCapacity();
    sentence.print(memory.allocator, format, arguments) catch {
        // Better a part of it than nothing.
    };
    return error.Failed;
}

/// The contract's error for what went wrong.
pub fn refuse(reason: anytype, err: *bindings.callbox_string_t) bool {
    const message = switch (reason) {
        // By name at compile time: a table at run time would hold every error of Zig's library.
        inline else => |known| comptime switch (@as(anyerror, known)) {
            error.Failed => null,
            error.OutOfMemory => "the plugin's memory is full",
            else => "error " ++ @errorName(known),
        },
    } orelse sentence.items;
    err.* = carry.lower(bindings.callbox_string_t, message) catch .{};
    return false;
}
