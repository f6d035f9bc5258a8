//! A plugin's memory as bytes: `save` writes a value, `load` reads one of the same type back.
//!
//! ```zig
//! const bytes = try callbox.saved.toBytes(self.memory);
//! self.memory = try callbox.saved.fromBytes(Memory, bytes);
//! ```
//!
//! Little-endian, without names: whoever changes the type raises `about.state_version`. Of what it
//! may be made: bool, whole numbers of 8 to 64 bits, f64, optionals, slices, structs and tuples.

const std = @import("std");
const failure = @import("failure.zig");
const memory = @import("memory.zig");

/// What reading can end in.
pub const ReadError = failure.Error || std.mem.Allocator.Error;

/// A value as bytes, which are gone when the hook has returned.
pub fn toBytes(value: anytype) std.mem.Allocator.Error![]const u8 {
    var bytes: std.ArrayList(u8) = .empty;
    try write(&bytes, value);
    return bytes.items;
}

/// The value that `toBytes` wrote; its slices are of `callbox.allocator`. Fails with a sentence where
/// the bytes are too few, too many, or not such a value.
pub fn fromBytes(comptime T: type, bytes: []const u8) ReadError!T {
    var left = bytes;
    const value = read(T, &left) catch |reason| switch (reason) {
        error.OutOfMemory => return error.OutOfMemory,
        error.Other => null,
    };
    if (value == null or left.len > 0) {
        return failure.fail("these {d} saved bytes are not what this plugin writes", .{bytes.len});
    }
    return value.?;
}

fn write(bytes: *std.ArrayList(u8), value: anytype) std.mem.Allocator.Error!void {
    const T = @TypeOf(value);
    switch (@typeInfo(T)) {
        .bool => try write(bytes, @as(u8, @intFromBool(value))),
        .int => try bytes.appendSlice(memory.scratch, std.mem.asBytes(&std.mem.nativeToLittle(T, value))),
        .float => try write(bytes, @as(u64, @bitCast(@as(f64, value)))),
        .optional => {
            try write(bytes, value != null);
            if (value) |some| try write(bytes, some);
        },
        .pointer => {
            try write(bytes, @as(u64, value.len));
            for (value) |item| try write(bytes, item);
        },
        .@"struct" => |info| inline for (info.field_names) |name| try write(bytes, @field(value, name)),
        else => @compileError("saved bytes cannot hold a " ++ @typeName(T)),
    }
}

const Unreadable = error{ Other, OutOfMemory };

fn read(comptime T: type, left: *[]const u8) Unreadable!T {
    switch (@typeInfo(T)) {
        .bool => return switch (try read(u8, left)) {
            0 => false,
            1 => true,
            else => error.Other,
        },
        .int => {
            const size = @sizeOf(T);
            if (left.len < size) return error.Other;
            defer left.* = left.*[size..];
            return std.mem.readInt(T, left.*[0..size], .little);
        },
        .float => return @bitCast(try read(u64, left)),
        .optional => |info| return if (try read(bool, left)) try read(info.child, left) else null,
        .pointer => |info| return readSlice(info.child, left),
        .@"struct" => |info| {
            var value: T = undefined;
            inline for (info.field_names, info.field_types) |name, Field| {
                @field(value, name) = try read(Field, left);
            }
            return value;
        },
        else => @compileError("saved bytes cannot hold a " ++ @typeName(T)),
    }
}

fn readSlice(comptime Item: type, left: *[]const u8) Unreadable![]const Item {
    // Grown as it is read: a wrong length must not reserve what is not there.
    var items: std.ArrayList(Item) = .empty;
    errdefer items.deinit(memory.allocator);
    for (0..std.math.cast(usize, try read(u64, left)) orelse return error.Other) |_| {
        try items.append(memory.allocator, try read(Item, left));
    }
    return items.toOwnedSlice(memory.allocator);
}

test "everything comes back" {
    const Memory = struct { f64, u32, []const u8, ?bool, []const struct { u64, i64 }, ?f64 };
    const kept: Memory = .{ 0.1, 7, "best", true, &.{ .{ 1, -1 }, .{ 2, -2 } }, null };
    try std.testing.expectEqualDeep(kept, try fromBytes(Memory, try toBytes(kept)));
}

test "other bytes are refused" {
    const bytes = try toBytes(.{ @as(u32, 1), @as(u32, 2) });
    const Two = struct { u32, u32 };
    try std.testing.expectEqual(Two{ 1, 2 }, try fromBytes(Two, bytes));
    try std.testing.expectError(error.Failed, fromBytes(Two, bytes[0..7]));
    try std.testing.expectError(error.Failed, fromBytes(u32, bytes));
    try std.testing.expectError(error.Failed, fromBytes(bool, &.{2}));
    try std.testing.expectError(error.Failed, fromBytes([]const u64, &@as([8]u8, @splat(255))));
}
