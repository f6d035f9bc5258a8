//! The model's parameters, to read.

const std = @import("std");
const builtin = @import("builtin");
const bindings = @import("bindings");
const ask = @import("ask.zig");
const carry = @import("carry.zig");
const memory = @import("memory.zig");
const Tensor = @import("tensor.zig").Tensor;

/// A parameter of the model.
pub const Parameter = struct {
    /// PyTorch's dotted name, such as `layers.0.weight`.
    name: []const u8,
    /// Index of its layer group.
    group: u32,
    /// Sizes of its dimensions.
    shape: []const u64,
    /// False while its group is frozen.
    trainable: bool,
};

/// All parameters, in the model's order. May be called in `init`; the list stays for the run.
/// Natively, in tests, it is empty.
pub fn parameters() std.mem.Allocator.Error![]const Parameter {
    if (!builtin.cpu.arch.isWasm()) return &.{};
    var listed: bindings.callbox_plugin_model_list_parameter_t = .{};
    bindings.callbox_plugin_model_parameters(&listed);
    return carry.lift([]const Parameter, memory.allocator, listed);
}

/// Names that `batch.activation` knows. May be called in `init`; the list stays for the run.
/// Natively, in tests, it is empty.
pub fn activations() std.mem.Allocator.Error![]const []const u8 {
    if (!builtin.cpu.arch.isWasm()) return &.{};
    var listed: bindings.callbox_list_string_t = .{};
    bindings.callbox_plugin_model_activations(&listed);
    return carry.lift([]const []const u8, memory.allocator, listed);
}

/// A parameter's value, detached.
pub fn weight(name: []const u8) ask.Error!Tensor {
    var text = carry.list(bindings.callbox_string_t, name);
    return ask.ask(Tensor, bindings.callbox_plugin_model_weight, .{&text});
}

/// A parameter's gradient, unscaled; `error.Missing` where it has none now.
pub fn gradient(name: []const u8) ask.Error!Tensor {
    var text = carry.list(bindings.callbox_string_t, name);
    return ask.ask(Tensor, bindings.callbox_plugin_model_gradient, .{&text});
}

/// L2 norm of all gradients together.
pub fn gradientNorm() ask.Error!f64 {
    return ask.ask(f64, bindings.callbox_plugin_model_gradient_norm, .{});
}
