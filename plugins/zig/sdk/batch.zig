//! What the current batch holds. Reading it needs no power; at a hook where there is no such thing
//! yet, the answer is `error.Missing`.

const bindings = @import("bindings");
const ask = @import("ask.zig");
const carry = @import("carry.zig");
const Tensor = @import("tensor.zig").Tensor;

const Error = ask.Error;

/// The model's input, after transforms.
pub fn input() Error!Tensor {
    return ask.ask(Tensor, bindings.callbox_plugin_batch_input, .{});
}

/// The loss's target, after transforms.
pub fn target() Error!Tensor {
    return ask.ask(Tensor, bindings.callbox_plugin_batch_target, .{});
}

/// The model's output, after transforms.
pub fn output() Error!Tensor {
    return ask.ask(Tensor, bindings.callbox_plugin_batch_output, .{});
}

/// The loss, after transforms. With its graph inside `transformLoss`, without elsewhere.
pub fn loss() Error!Tensor {
    return ask.ask(Tensor, bindings.callbox_plugin_batch_loss, .{});
}

/// The run's own loss of an output against another target, mean over the batch. With a graph inside
/// transforms.
pub fn lossOf(of: Tensor, against: Tensor) Error!Tensor {
    return ask.ask(Tensor, bindings.callbox_plugin_batch_loss_of, .{ of.number(), against.number() });
}

/// A loss per sample, and each sample's index in the dataset.
pub const SampleLosses = struct { losses: Tensor, indices: Tensor };

/// Of the untransformed output and target.
pub fn sampleLosses() Error!SampleLosses {
    const Both = struct { f0: Tensor, f1: Tensor };
    const both = try ask.ask(Both, bindings.callbox_plugin_batch_sample_losses, .{});
    return .{ .losses = both.f0, .indices = both.f1 };
}

/// Class of every training sample, in dataset order. At any hook.
pub fn labels() Error!Tensor {
    return ask.ask(Tensor, bindings.callbox_plugin_batch_labels, .{});
}

/// A named intermediate result that the model exposes; `model.activations` lists the names. With a
/// graph inside transforms.
pub fn activation(name: []const u8) Error!Tensor {
    var text = carry.list(bindings.callbox_string_t, name);
    return ask.ask(Tensor, bindings.callbox_plugin_batch_activation, .{&text});
}
