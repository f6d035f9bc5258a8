//! The root of every build: the plugin, and what Zig's library calls instead of a standard error
//! stream, which a plugin has not.

const std = @import("std");
const callbox = @import("callbox");

comptime {
    // Its `comptime` blocks register it.
    _ = @import("plugin");
}

pub const std_options: std.Options = .{
    .log_level = .debug,
    .logFn = callbox.log.forStd,
};

/// A panic ends in a trap without a word, so its message is logged before.
pub const panic = std.debug.FullPanic(logged);

fn logged(message: []const u8, _: ?usize) noreturn {
    callbox.log.err("panicked: {s}", .{message});
    @trap();
}
