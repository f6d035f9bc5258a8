//! Between the values of this SDK and the structs of the C bindings, by their fields' names: a text
//! or slice is a `ptr` with a `len`, an optional a `val` with `is_some`, a union a `val` with a `tag`.

const std = @import("std");
const bindings = @import("bindings");
const memory = @import("memory.zig");

const Error = std.mem.Allocator.Error;

/// A value as the bindings have it. All of it is copied, for they free what they are given.
pub fn lower(comptime C: type, value: anytype) Error!C {
    const T = @TypeOf(value);
    switch (@typeInfo(T)) {
        .bool, .int, .float => return value,
        .@"enum" => {
            if (C == bindings.callbox_string_t) return lower(C, @as([]const u8, @tagName(value)));
            return @backingInt(value);
        },
        .optional => return if (value) |some|
            .{ .is_some = true, .val = try lower(@FieldType(C, "val"), some) }
        else
            .{ .is_some = false },
        .pointer => return lowerSlice(C, value),
        .@"union" => return lowerUnion(C, value),
        .@"struct" => |info| {
            if (info.layout == .@"packed") return @bitCast(value);
            return lowerStruct(C, value);
        },
        else => @compileError("the contract has no " ++ @typeName(T)),
    }
}

fn lowerSlice(comptime C: type, value: anytype) Error!C {
    const Item = std.meta.Child(@FieldType(C, "ptr"));
    const items = try memory.allocator.alloc(Item, value.len);
    if (Item == std.meta.Elem(@TypeOf(value))) {
        @memcpy(items, value);
    } else {
        for (items, value) |*item, from| item.* = try lower(Item, from);
    }
    return list(C, items);
}

/// A slice as the bindings have it, not copied. Zig's pointer to nothing is outside of the memory,
/// which the host refuses.
pub fn list(comptime C: type, items: anytype) C {
    if (items.len == 0) return .{};
    return .{ .ptr = @constCast(items.ptr), .len = items.len };
}

fn lowerUnion(comptime C: type, value: anytype) Error!C {
    const Val = @FieldType(C, "val");
    var lowered: C = .{ .tag = @backingInt(value) };
    switch (value) {
        inline else => |payload, tag| if (@TypeOf(payload) != void) {
            const name = @tagName(tag);
            lowered.val = @unionInit(Val, name, try lower(@FieldType(Val, name), payload));
        },
    }
    return lowered;
}

fn lowerStruct(comptime C: type, value: anytype) Error!C {
    const T = @TypeOf(value);
    const info = @typeInfo(C).@"struct";
    var lowered: C = undefined;
    inline for (info.field_names, info.field_types, 0..) |name, Field, i| {
        const from = if (@typeInfo(T).@"struct".is_tuple) value[i] else @field(value, name);
        @field(lowered, name) = try lower(Field, from);
    }
    return lowered;
}

/// What the bindings gave. Texts and numbers stay where they are; what has another layout is made
/// anew in `gpa`.
pub fn lift(comptime T: type, gpa: std.mem.Allocator, carried: anytype) Error!T {
    switch (@typeInfo(T)) {
        .bool, .int, .float => return carried,
        .@"enum" => return @fromBackingInt(@intCast(carried)),
        .optional => |info| return if (carried.is_some) try lift(info.child, gpa, carried.val) else null,
        .pointer => |info| return liftSlice(info.child, gpa, carried),
        .@"union" => |info| {
            switch (@as(info.tag_type.?, @fromBackingInt(@intCast(carried.tag)))) {
                inline else => |tag| {
                    const name = @tagName(tag);
                    const Payload = @FieldType(T, name);
                    if (Payload == void) return tag;
                    return @unionInit(T, name, try lift(Payload, gpa, @field(carried.val, name)));
                },
            }
        },
        .@"struct" => |info| {
            var lifted: T = undefined;
            inline for (info.field_names, info.field_types) |name, Field| {
                @field(lifted, name) = try lift(Field, gpa, @field(carried, name));
            }
            return lifted;
        },
        else => @compileError("the contract has no " ++ @typeName(T)),
    }
}

fn liftSlice(comptime Item: type, gpa: std.mem.Allocator, carried: anytype) Error![]const Item {
    // The pointer of an empty list may be any.
    if (carried.len == 0) return &.{};
    const given = carried.ptr[0..carried.len];
    if (std.meta.Elem(@TypeOf(given)) == Item) return given;
    const items = try gpa.alloc(Item, given.len);
    for (items, given) |*item, from| item.* = try lift(Item, gpa, from);
    return items;
}

test "what is lowered is lifted again" {
    const types = @import("types.zig");
    const stops = [_]types.Stop{.{ .by = "a", .reason = "b" }};
    const outcome: types.Outcome = .{ .stopped = &stops };
    const lowered = try lower(bindings.callbox_plugin_types_outcome_t, outcome);
    try std.testing.expectEqual(1, lowered.tag);
    const lifted = try lift(types.Outcome, memory.scratch, lowered);
    try std.testing.expectEqualDeep(outcome, lifted);
}
