const bindings = @import("bindings");
const ask = @import("ask.zig");
const carry = @import("carry.zig");

const Error = ask.Error;

/// A tensor on the run's device, by the number that the host gave it. It lives until the current
/// batch is over; outside a batch, until the answer to the event was applied. There is nothing to
/// free, and an old number is `error.Stale`. Every call can fail: with another shape or type than it
/// needs (`error.Mismatch`), or because a budget of operations, bytes or host time is spent
/// (`error.OverBudget`). Reading waits for the device; what is read is of `callbox.scratch`.
///
/// ```zig
/// const squares = try (try output.square()).mean(null);
/// const rms = @sqrt(try squares.item());
/// ```
pub const Tensor = enum(u64) {
    _,

    /// From values in row-major order; float32.
    pub fn create(sizes: []const u64, values: []const f32) Error!Tensor {
        var shaped = carry.list(bindings.callbox_list_u64_t, sizes);
        var filled = carry.list(bindings.callbox_list_f32_t, values);
        return ask.ask(Tensor, bindings.callbox_tensors_tensors_create, .{ &shaped, &filled });
    }

    /// 0 to n-1 in random order; int64. From this plugin's own random stream, as all that is random.
    pub fn randomPermutation(n: u64) Error!Tensor {
        return ask.ask(Tensor, bindings.callbox_tensors_tensors_random_permutation, .{n});
    }

    /// Uniform in [0, 1); float32.
    pub fn randomUniform(sizes: []const u64) Error!Tensor {
        var shaped = carry.list(bindings.callbox_list_u64_t, sizes);
        return ask.ask(Tensor, bindings.callbox_tensors_tensors_random_uniform, .{&shaped});
    }

    /// Beta(a, b); float32.
    pub fn randomBeta(sizes: []const u64, a: f64, b: f64) Error!Tensor {
        var shaped = carry.list(bindings.callbox_list_u64_t, sizes);
        return ask.ask(Tensor, bindings.callbox_tensors_tensors_random_beta, .{ &shaped, a, b });
    }

    /// One summary per tensor, in order, in one wait for the device.
    pub fn summaries(of: []const Tensor) Error![]const Summary {
        var numbers = carry.list(bindings.callbox_tensors_tensors_list_tensor_t, @as([]const u64, @ptrCast(of)));
        return ask.ask([]const Summary, bindings.callbox_tensors_tensors_summaries, .{&numbers});
    }

    /// Mean, standard deviation, extremes and more in one pass.
    pub fn summary(tensor: Tensor) Error!Summary {
        return (try summaries(&.{tensor}))[0];
    }

    /// Sizes of the dimensions; empty for a scalar.
    pub fn shape(tensor: Tensor) Error![]const u64 {
        return ask.ask([]const u64, bindings.callbox_tensors_tensors_shape, .{tensor.number()});
    }

    /// Type of the elements.
    pub fn kind(tensor: Tensor) Error!Dtype {
        return ask.ask(Dtype, bindings.callbox_tensors_tensors_kind, .{tensor.number()});
    }

    /// The only element. Waits for the device.
    pub fn item(tensor: Tensor) Error!f64 {
        return ask.ask(f64, bindings.callbox_tensors_tensors_item, .{tensor.number()});
    }

    /// All elements in row-major order, converted to f32. Copies them; takes the shape first.
    pub fn read(tensor: Tensor) Error![]const f32 {
        return tensor.readPart(0, try tensor.len());
    }

    /// `count` elements from `offset`, in row-major order, converted to f32.
    pub fn readPart(tensor: Tensor, offset: u64, count: u64) Error![]const f32 {
        const function = bindings.callbox_tensors_tensors_read;
        return ask.ask([]const f32, function, .{ tensor.number(), offset, count });
    }

    /// All elements of a tensor of integers or booleans, in row-major order.
    pub fn readIntegers(tensor: Tensor) Error![]const i64 {
        return tensor.readIntegersPart(0, try tensor.len());
    }

    /// `count` integers or booleans from `offset`, in row-major order.
    pub fn readIntegersPart(tensor: Tensor, offset: u64, count: u64) Error![]const i64 {
        const function = bindings.callbox_tensors_tensors_read_integers;
        return ask.ask([]const i64, function, .{ tensor.number(), offset, count });
    }

    /// tensor + other, broadcast.
    pub fn add(tensor: Tensor, other: Tensor) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_add, .{other.number()});
    }

    /// tensor - other, broadcast.
    pub fn sub(tensor: Tensor, other: Tensor) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_sub, .{other.number()});
    }

    /// tensor * other by element, broadcast.
    pub fn mul(tensor: Tensor, other: Tensor) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_mul, .{other.number()});
    }

    /// tensor * factor + offset.
    pub fn affine(tensor: Tensor, factor: f64, offset: f64) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_affine, .{ factor, offset });
    }

    /// tensor + weight * (other - tensor), weight broadcast.
    pub fn lerp(tensor: Tensor, other: Tensor, weight: Tensor) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_lerp, .{ other.number(), weight.number() });
    }

    /// `a` where this condition holds, else `b`, broadcast.
    pub fn choose(condition: Tensor, a: Tensor, b: Tensor) Error!Tensor {
        return condition.with(bindings.callbox_tensors_tensors_choose, .{ a.number(), b.number() });
    }

    /// Each element limited to [min, max].
    pub fn clamp(tensor: Tensor, min: f64, max: f64) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_clamp, .{ min, max });
    }

    /// tensor * tensor by element; of numbers, not booleans.
    pub fn square(tensor: Tensor) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_square, .{});
    }

    /// Logarithm of the softmax along a dimension; negative dimensions count from the end.
    pub fn logSoftmax(tensor: Tensor, dim: i64) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_log_softmax, .{dim});
    }

    /// Sum over one dimension, or all.
    pub fn sum(tensor: Tensor, dim: ?i64) Error!Tensor {
        return tensor.over(bindings.callbox_tensors_tensors_sum, dim);
    }

    /// Mean over one dimension, or all.
    pub fn mean(tensor: Tensor, dim: ?i64) Error!Tensor {
        return tensor.over(bindings.callbox_tensors_tensors_mean, dim);
    }

    /// Index of the greatest element along a dimension; int64.
    pub fn argmax(tensor: Tensor, dim: i64) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_argmax, .{dim});
    }

    /// Whether elements are equal, broadcast; boolean.
    pub fn equal(tensor: Tensor, other: Tensor) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_equal, .{other.number()});
    }

    /// A last dimension of `count` is added, 1 at the class and 0 elsewhere; float32.
    pub fn oneHot(classes: Tensor, count: u64) Error!Tensor {
        return classes.with(bindings.callbox_tensors_tensors_one_hot, .{count});
    }

    /// A dimension of size 1 is inserted.
    pub fn unsqueeze(tensor: Tensor, dim: i64) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_unsqueeze, .{dim});
    }

    /// Elements start to end (exclusive) of a dimension.
    pub fn narrow(tensor: Tensor, dim: i64, start: u64, end: u64) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_narrow, .{ dim, start, end });
    }

    /// A copy with `part` put at `start` of a dimension.
    pub fn put(tensor: Tensor, dim: i64, start: u64, part: Tensor) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_put, .{ dim, start, part.number() });
    }

    /// Rows by index along a dimension.
    pub fn pick(tensor: Tensor, dim: i64, index: Tensor) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_pick, .{ dim, index.number() });
    }

    /// Bilinear resize of the last two dimensions.
    pub fn resize(tensor: Tensor, height: u64, width: u64) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_resize, .{ height, width });
    }

    /// Another type of elements.
    pub fn convert(tensor: Tensor, to: Dtype) Error!Tensor {
        return tensor.with(bindings.callbox_tensors_tensors_convert, .{@backingInt(to)});
    }

    /// The host's number of it.
    pub fn number(tensor: Tensor) u64 {
        return @backingInt(tensor);
    }

    /// How many elements it has.
    fn len(tensor: Tensor) Error!u64 {
        var count: u64 = 1;
        for (try tensor.shape()) |size| count *|= size;
        return count;
    }

    fn with(tensor: Tensor, comptime function: anytype, arguments: anytype) Error!Tensor {
        return ask.ask(Tensor, function, .{tensor.number()} ++ arguments);
    }

    fn over(tensor: Tensor, comptime function: anytype, dim: ?i64) Error!Tensor {
        var one = dim orelse return tensor.with(function, .{@as([*c]i64, null)});
        return tensor.with(function, .{@as([*c]i64, &one)});
    }
};

/// Type of a tensor's elements.
pub const Dtype = enum(u8) { float32, float64, float16, bfloat16, int64, int32, uint8, boolean };

/// All in one pass and one wait for the device.
pub const Summary = struct {
    /// Arithmetic mean.
    mean: f64,
    /// Standard deviation, unbiased; NaN for one element.
    std: f64,
    /// Least element.
    min: f64,
    /// Greatest element.
    max: f64,
    /// Square root of the sum of squares.
    l2_norm: f64,
    /// How many elements are NaN or infinite.
    non_finite: u64,
};
