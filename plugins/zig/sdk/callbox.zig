//! All of the SDK. A plugin is a struct that is registered:
//!
//! ```zig
//! const callbox = @import("callbox");
//!
//! const MyPlugin = struct {
//!     params: Params,
//!
//!     pub const about: callbox.About = .{ .name = "my-plugin", .version = "0.1.0", .summary = "Does this" };
//!     pub const Params = struct {};
//!
//!     pub fn init(_: *const callbox.Run, params: Params) !MyPlugin {
//!         return .{ .params = params };
//!     }
//!
//!     pub fn plan(_: *const MyPlugin, wanted: *callbox.Plan) !void {
//!         try wanted.on(.batch_end, .{ .phase = .train, .reads = .{ .losses = true } });
//!     }
//!
//!     pub fn onBatchEnd(_: *MyPlugin, state: callbox.State, signals: *callbox.Signals) !void {
//!         if (state.losses.?.smooth > 100) try signals.stopTraining("it diverges", .{});
//!     }
//! };
//!
//! comptime {
//!     callbox.register(MyPlugin);
//! }
//! ```

const types = @import("types.zig");
const memory = @import("memory.zig");

/// Makes a struct the plugin of this file.
pub const register = @import("register.zig").register;

/// What a plugin is, and its parameters.
pub const About = @import("about.zig").About;
pub const Declared = @import("params.zig").Declared;

/// What the host tells.
pub const Run = @import("run.zig").Run;
pub const State = types.State;
pub const Losses = types.Losses;
pub const Hyper = types.Hyper;
pub const Outcome = types.Outcome;
pub const Stop = types.Stop;

/// What a plugin asks for.
pub const Plan = @import("plan.zig").Plan;
pub const Signals = @import("signals.zig").Signals;

/// The contract's words.
pub const Hook = types.Hook;
pub const Phase = types.Phase;
pub const Power = types.Power;
pub const HyperName = types.HyperName;
pub const Better = types.Better;
pub const Reads = types.Reads;

/// `return callbox.fail("why", .{})` ends a hook with an error, which is journaled with that sentence.
pub const fail = @import("failure.zig").fail;
pub const log = @import("log.zig");

/// The same bits, numbers and bytes as in every language.
pub const anneal = @import("anneal.zig");
pub const Random = @import("Random.zig");
pub const saved = @import("saved.zig");

/// What a batch and the model hold. A plugin that calls nothing of it does not import it.
pub const batch = @import("batch.zig");
pub const model = @import("model.zig");
pub const Tensor = @import("tensor.zig").Tensor;
pub const Dtype = @import("tensor.zig").Dtype;
pub const Summary = @import("tensor.zig").Summary;

/// For a plugin that transforms a batch or computes a metric: `EXPORTS` of its build names them.
pub const Pair = @import("transform.zig").Pair;
pub const Reports = @import("metric.zig").Reports;

/// For what a plugin keeps: it is freed by whoever allocated it.
pub const allocator = memory.allocator;
/// For what is over with the call: all of it is freed when the hook has returned.
pub const scratch = memory.scratch;

test {
    const std = @import("std");
    // Zig compiles what is called, and nothing calls all of these.
    inline for (.{ @This(), batch, model, Tensor, Plan, Signals, Run, Reports }) |container| {
        std.testing.refAllDecls(container);
    }
    _ = @import("carry.zig");
    _ = @import("names.zig");
    _ = @import("params.zig");
    _ = @import("run.zig");
}

test "without a host every call is an error value" {
    const std = @import("std");
    const tensor: Tensor = @fromBackingInt(@intCast(7));
    try std.testing.expectError(error.Missing, tensor.read());
    try std.testing.expectError(error.Missing, batch.sampleLosses());
    try std.testing.expectEqual(0, (try model.parameters()).len);
}
