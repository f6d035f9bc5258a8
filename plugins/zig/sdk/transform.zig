//! Between the contract's optional export `transform` and a plugin's methods `transformInput`,
//! `transformOutput` and `transformLoss`. Its structs are laid out as those of `bindings`.

const bindings = @import("bindings");
const carry = @import("carry.zig");
const failure = @import("failure.zig");
const memory = @import("memory.zig");
const types = @import("types.zig");
const Tensor = @import("tensor.zig").Tensor;

/// A batch, and what to replace it with.
pub const Pair = struct {
    /// What the model is called on; its first dimension is the batch.
    input: Tensor,
    /// What the loss compares with.
    target: Tensor,
};

const CarriedState = bindings.callbox_plugin_types_state_t;
const CarriedPair = extern struct { input: u64, target: u64 };
const OptionPair = extern struct { is_some: bool, val: CarriedPair = .{ .input = 0, .target = 0 } };
const OptionTensor = extern struct { is_some: bool, val: u64 = 0 };

/// Whether the plugin has any of the methods.
pub fn isIn(comptime Plugin: type) bool {
    return @hasDecl(Plugin, "transformInput") or @hasDecl(Plugin, "transformOutput") or
        @hasDecl(Plugin, "transformLoss");
}

/// Exports them.
pub fn register(comptime Plugin: type, comptime started: fn () failure.Error!*Plugin) void {
    const Exports = For(Plugin, started);
    for (@typeInfo(Exports).@"struct".decl_names) |name| {
        @export(&@field(Exports, name), .{ .name = "exports_callbox_plugin_transform_" ++ name });
    }
}

fn For(comptime Plugin: type, comptime started: fn () failure.Error!*Plugin) type {
    return struct {
        pub fn on_batch_begin(
            state: *CarriedState,
            batch: *const CarriedPair,
            ret: *OptionPair,
            err: *bindings.callbox_string_t,
        ) callconv(.c) bool {
            return answer("transformInput", Pair, batch.*, state, ret, err);
        }

        pub fn on_loss_begin(
            state: *CarriedState,
            output: u64,
            ret: *OptionTensor,
            err: *bindings.callbox_string_t,
        ) callconv(.c) bool {
            return answer("transformOutput", Tensor, output, state, ret, err);
        }

        pub fn on_backward_begin(
            state: *CarriedState,
            loss: u64,
            ret: *OptionTensor,
            err: *bindings.callbox_string_t,
        ) callconv(.c) bool {
            return answer("transformLoss", Tensor, loss, state, ret, err);
        }

        fn answer(
            comptime method: []const u8,
            comptime T: type,
            given: anytype,
            state: *CarriedState,
            ret: anytype,
            err: *bindings.callbox_string_t,
        ) bool {
            defer memory.endCall();
            defer bindings.callbox_plugin_types_state_free(state);
            const changed = call(method, T, given, state) catch |reason| return failure.refuse(reason, err);
            ret.* = carry.lower(@TypeOf(ret.*), changed) catch |reason| return failure.refuse(reason, err);
            return true;
        }

        fn call(comptime method: []const u8, comptime T: type, given: anytype, carried: *CarriedState) !?T {
            const plugin = try started();
            if (!@hasDecl(Plugin, method)) return null;
            const state = try carry.lift(types.State, memory.scratch, carried.*);
            return @field(Plugin, method)(plugin, state, try carry.lift(T, memory.scratch, given));
        }
    };
}
