//! The plugin's log, shown with its name. Texts are written as by `std.fmt`; a number with `{d}`.
//! `std.log` ends here as well.

const std = @import("std");
const builtin = @import("builtin");
const bindings = @import("bindings");
const carry = @import("carry.zig");
const memory = @import("memory.zig");

/// Shown when the user asks for it.
pub fn debug(comptime format: []const u8, arguments: anytype) void {
    print(bindings.CALLBOX_PLUGIN_LOG_LEVEL_DEBUG, format, arguments);
}

/// Worth a line in the run's log.
pub fn info(comptime format: []const u8, arguments: anytype) void {
    print(bindings.CALLBOX_PLUGIN_LOG_LEVEL_INFO, format, arguments);
}

/// The user should look at it.
pub fn warn(comptime format: []const u8, arguments: anytype) void {
    print(bindings.CALLBOX_PLUGIN_LOG_LEVEL_WARN, format, arguments);
}

/// The plugin could not do its work.
pub fn err(comptime format: []const u8, arguments: anytype) void {
    print(bindings.CALLBOX_PLUGIN_LOG_LEVEL_ERROR, format, arguments);
}

/// What `std.log` calls.
pub fn forStd(
    comptime level: std.log.Level,
    comptime scope: @EnumLiteral(),
    comptime format: []const u8,
    arguments: anytype,
) void {
    const prefix = if (scope == .default) "" else @tagName(scope) ++ ": ";
    switch (level) {
        .debug => debug(prefix ++ format, arguments),
        .info => info(prefix ++ format, arguments),
        .warn => warn(prefix ++ format, arguments),
        .err => err(prefix ++ format, arguments),
    }
}

fn print(level: u8, comptime format: []const u8, arguments: anytype) void {
    // Where there is no memory for the line, its pattern still says which one it was.
    write(level, memory.scratch.print(format, arguments) catch format);
}

/// Writes a line as it is.
pub fn write(level: u8, line: []const u8) void {
    // Natively, in tests, there is no host.
    if (!builtin.cpu.arch.isWasm()) return;
    var text = carry.list(bindings.callbox_string_t, line);
    bindings.callbox_plugin_log_write(level, &text);
}
