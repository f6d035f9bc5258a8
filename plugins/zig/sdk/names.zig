//! The contract's names of what has another name in Zig.

const std = @import("std");
const Hook = @import("types.zig").Hook;

/// `lr-max` for a field `lr_max`.
pub fn kebab(comptime name: []const u8) []const u8 {
    comptime var letters = name[0..name.len].*;
    comptime std.mem.replaceScalar(u8, &letters, '_', '-');
    const written = letters;
    return &written;
}

/// `onBatchEnd` for batch-end: the method that answers it.
pub fn method(comptime hook: Hook) []const u8 {
    comptime var name: []const u8 = "on";
    comptime var words = std.mem.splitScalar(u8, @tagName(hook), '_');
    inline while (comptime words.next()) |word| {
        name = name ++ .{comptime std.ascii.toUpper(word[0])} ++ word[1..];
    }
    return name;
}

test "names are the contract's" {
    try std.testing.expectEqualStrings("lr-max", comptime kebab("lr_max"));
    try std.testing.expectEqualStrings("onBackwardEnd", comptime method(.backward_end));
}
