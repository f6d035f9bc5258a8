//! Parameters, declared once: a struct whose fields are what the user may set.
//!
//! ```zig
//! pub const Params = struct {
//!     patience: u32 = 0,
//!     lr_max: f64 = 0.01,
//!     mode: enum { auto, min, max } = .auto,
//!
//!     pub const about: callbox.Declared(@This()) = .{
//!         .patience = .{ .doc = "Bad epochs in a row to put up with." },
//!         .lr_max = .{ .doc = "Highest learning rate.", .min = 0, .max = 10 },
//!         .mode = .{ .doc = "Which direction is better." },
//!     };
//! };
//! ```
//!
//! In the run file they are called `patience`, `lr-max` and `mode`. The host checks type, bounds and
//! choices before the plugin sees a value.

const std = @import("std");
const bindings = @import("bindings");
const carry = @import("carry.zig");
const failure = @import("failure.zig");
const memory = @import("memory.zig");
const names = @import("names.zig");

/// What is said of a parameter, beside its type and default.
pub const Declaration = struct {
    /// One line; with the unit where there is one.
    doc: []const u8,
    /// Least value, inclusive, for numbers.
    min: ?f64 = null,
    /// Greatest value, inclusive, for numbers.
    max: ?f64 = null,
    /// The only texts that are allowed. Those of an enum are its names.
    choices: []const []const u8 = &.{},
};

/// A `Declaration` for each field of a struct of parameters.
pub fn Declared(comptime Params: type) type {
    return std.enums.EnumFieldStruct(std.meta.FieldEnum(Params), Declaration, null);
}

/// The six types that a value can have.
const Value = union(enum) {
    flag: bool,
    integer: i64,
    number: f64,
    text: []const u8,
    numbers: []const f64,
    texts: []const []const u8,

    /// What stands after "cannot be".
    fn kind(value: std.meta.Tag(Value)) []const u8 {
        return switch (value) {
            .flag => "a flag",
            .integer => "this integer",
            .number => "a number",
            .text => "a text",
            .numbers => "a list of numbers",
            .texts => "a list of texts",
        };
    }
};

const Param = struct {
    name: []const u8,
    doc: []const u8,
    default_: Value,
    min: ?f64,
    max: ?f64,
    choices: []const []const u8,
};

/// As the descriptor lists them.
pub fn declare(comptime Params: type) []const Param {
    const declared = comptime all: {
        const info = @typeInfo(Params).@"struct";
        var params: [info.field_names.len]Param = undefined;
        for (&params, info.field_names, info.field_types, info.field_attrs) |*param, name, T, attrs| {
            const default = attrs.defaultValue(T) orelse
                @compileError("parameter `" ++ name ++ "` has no default");
            const said: Declaration = @field(Params.about, name);
            const is_count = T == u32;
            param.* = .{
                .name = names.kebab(name),
                .doc = said.doc,
                .default_ = valueOf(default),
                .min = said.min orelse if (is_count) 0 else null,
                .max = said.max orelse if (is_count) std.math.maxInt(u32) else null,
                .choices = if (@typeInfo(T) == .@"enum") namesOf(T) else said.choices,
            };
        }
        break :all params;
    };
    return &declared;
}

/// The user's settings, and defaults for the rest. Texts and numbers stay in the settings.
pub fn read(
    comptime Params: type,
    settings: []const bindings.callbox_plugin_types_setting_t,
) (failure.Error || std.mem.Allocator.Error)!Params {
    var params: Params = .{};
    for (settings) |setting| try set(Params, &params, setting);
    return params;
}

fn set(
    comptime Params: type,
    params: *Params,
    setting: bindings.callbox_plugin_types_setting_t,
) !void {
    const name = try carry.lift([]const u8, memory.allocator, setting.name);
    const value = try carry.lift(Value, memory.allocator, setting.value);
    const info = @typeInfo(Params).@"struct";
    inline for (info.field_names, info.field_types) |field, T| {
        if (std.mem.eql(u8, name, comptime names.kebab(field))) {
            @field(params, field) = of(T, value) orelse {
                const format = "parameter `{s}` cannot be {s}";
                return failure.fail(format, .{ name, Value.kind(value) });
            };
            return;
        }
    }
    return failure.fail("there is no parameter `{s}`", .{name});
}

/// A value as the parameter's type; null where it is of another.
fn of(comptime T: type, value: Value) ?T {
    switch (T) {
        bool => return if (value == .flag) value.flag else null,
        i64 => return if (value == .integer) value.integer else null,
        u32 => return if (value == .integer) std.math.cast(u32, value.integer) else null,
        f64 => return if (value == .number) value.number else null,
        []const u8 => return if (value == .text) value.text else null,
        []const f64 => return if (value == .numbers) value.numbers else null,
        []const []const u8 => return if (value == .texts) value.texts else null,
        else => return if (value == .text) std.meta.stringToEnum(T, value.text) else null,
    }
}

fn valueOf(comptime default: anytype) Value {
    const T = @TypeOf(default);
    return switch (T) {
        bool => .{ .flag = default },
        i64, u32 => .{ .integer = default },
        f64 => .{ .number = default },
        []const u8 => .{ .text = default },
        []const f64 => .{ .numbers = default },
        []const []const u8 => .{ .texts = default },
        else => if (@typeInfo(T) == .@"enum") .{ .text = @tagName(default) } else @compileError(
            "a parameter is a bool, i64, u32, f64, enum, text, or a slice of f64 or of texts, not a " ++
                @typeName(T),
        ),
    };
}

fn namesOf(comptime T: type) []const []const u8 {
    const fields = @typeInfo(T).@"enum".field_names;
    var choices: [fields.len][]const u8 = undefined;
    for (&choices, fields) |*choice, name| choice.* = name;
    const written = choices;
    return &written;
}

const Sample = struct {
    on: bool = true,
    shift: i64 = -2,
    patience: u32 = 3,
    lr_max: f64 = 0.01,
    mode: enum { auto, min } = .auto,

    pub const about: Declared(@This()) = .{
        .on = .{ .doc = "On or off." },
        .shift = .{ .doc = "A whole number.", .min = -5, .max = 5 },
        .patience = .{ .doc = "A count." },
        .lr_max = .{ .doc = "A number.", .min = 0 },
        .mode = .{ .doc = "A choice." },
    };
};

fn readOne(name: []const u8, value: Value) !Sample {
    const setting = try carry.lower(bindings.callbox_plugin_types_setting_t, .{ .name = name, .value = value });
    return read(Sample, &.{setting});
}

test "a declaration says it all" {
    const declared = declare(Sample);
    try std.testing.expectEqual(5, declared.len);
    try std.testing.expectEqualStrings("lr-max", declared[3].name);
    try std.testing.expectEqual(-5, declared[1].min);
    try std.testing.expectEqual(4_294_967_295, declared[2].max);
    try std.testing.expectEqual(Value{ .number = 0.01 }, declared[3].default_);
    try std.testing.expectEqualStrings("min", declared[4].choices[1]);
}

test "what is set replaces the default" {
    try std.testing.expectEqual(Sample{ .lr_max = 0.5 }, try readOne("lr-max", .{ .number = 0.5 }));
    try std.testing.expectEqual(Sample{ .mode = .min }, try readOne("mode", .{ .text = "min" }));
}

test "what does not fit is refused" {
    try std.testing.expectError(error.Failed, readOne("lr_max", .{ .number = 0.5 }));
    try std.testing.expectEqualStrings("there is no parameter `lr_max`", failure.last());
    try std.testing.expectError(error.Failed, readOne("patience", .{ .integer = -1 }));
    try std.testing.expectEqualStrings("parameter `patience` cannot be this integer", failure.last());
}
