//! Where memory comes from: the C library, whose heap the bindings use too.

const std = @import("std");

/// For what lives longer than a call.
pub const allocator = std.heap.c_allocator;

var arena: std.heap.ArenaAllocator = .init(allocator);

/// For what is over with the call.
pub const scratch = arena.allocator();

/// The call is over. What it needed is kept for the next one, up to a limit.
pub fn endCall() void {
    _ = arena.reset(.{ .retain_with_limit = 16 * 1024 });
}
