//! All that an SDK can say and see, in one plugin: every language has this one, and all of them must
//! give the same journal.
//!
//! At train-begin it reports schedules and random numbers, at every third batch-end the whole state,
//! at valid-end a table and a histogram, at epoch-end one of each signal, which the host refuses as
//! one list, and in `onFinish` it logs how the run ended.

const std = @import("std");
const callbox = @import("callbox");

const anneal = callbox.anneal;
const log = callbox.log;
const scratch = callbox.scratch;

/// Shows them.
const Tour = struct {
    params: Params,
    run: *const callbox.Run,
    random: callbox.Random,
    events: u32 = 0,

    pub const about: callbox.About = .{
        .name = "tour",
        .version = "0.1.0",
        .summary = "Shows all that an SDK can say and see",
        .needs = &.{.control},
        .wants = &.{ .lr, .wd },
        .state_version = 3,
    };

    /// One of each type.
    pub const Params = struct {
        flag: bool = true,
        whole: i64 = -7,
        count: u32 = 3,
        number: f64 = 0.25,
        choice: []const u8 = "größer",
        numbers: []const f64 = &.{ 1, 2.5 },
        texts: []const []const u8 = &.{ "a", "β" },

        pub const about: callbox.Declared(@This()) = .{
            .flag = .{ .doc = "A flag." },
            .whole = .{ .doc = "A whole number.", .min = -1000, .max = 1000 },
            .count = .{ .doc = "A count." },
            .number = .{ .doc = "A number.", .min = 0 },
            .choice = .{ .doc = "One of three texts.", .choices = &.{ "größer", "", "\"quoted\"" } },
            .numbers = .{ .doc = "Numbers." },
            .texts = .{ .doc = "Texts." },
        };
    };

    const Memory = struct { u64, u32 };

    pub fn init(run: *const callbox.Run, params: Params) !Tour {
        if (params.count == 13) return callbox.fail("{s} is superstitious", .{run.plugin});
        return .{ .params = params, .run = run, .random = .init(run.seed) };
    }

    pub fn plan(self: *const Tour, wanted: *callbox.Plan) !void {
        try wanted.on(.train_begin, .{});
        try wanted.on(.batch_end, .{
            .phase = .train,
            .every = self.params.count,
            .reads = .{ .losses = true, .hypers = true },
        });
        try wanted.on(.valid_end, .{ .reads = .{ .monitored = true } });
        try wanted.on(.epoch_end, .{});
        try wanted.monitors("valid-loss");
        try wanted.monitors("train-loss");
        try wanted.reports("tour", .neither);
        try wanted.reports("seen", .higher);
        try wanted.powers(.control);
        try wanted.owns(.wd);
    }

    pub fn onTrainBegin(self: *Tour, _: callbox.State, signals: *callbox.Signals) !void {
        self.events += 1;
        try self.logSettings();
        try self.logFacts();
        var step: f64 = -1;
        while (step <= 21) : (step += 1) {
            try signals.report("tour", anneal.linear(0.1, 4e-7, step / 20));
            try signals.report("tour", anneal.cosine(0.1, 4e-7, step / 20));
            try signals.report("tour", anneal.exponential(0.1, 4e-7, step / 20));
        }
        for (0..10) |_| try signals.report("tour", self.random.uniform());
        for (1..10) |n| try signals.report("tour", @floatFromInt(self.random.below(n * n)));
        for (self.params.numbers) |number| try signals.report("tour", number);
        try signals.report("tour", self.params.number);
    }

    pub fn onBatchEnd(self: *Tour, state: callbox.State, signals: *callbox.Signals) !void {
        self.events += 1;
        const losses = state.losses orelse return callbox.fail("no losses were filled in", .{});
        if (state.hypers.len == 0) return callbox.fail("no hypers", .{});
        const hyper = state.hypers[0];
        for ([_]f64{
            @floatFromInt(state.epoch),
            @floatFromInt(state.num_batch),
            @floatFromInt(state.iteration),
            @floatFromInt(state.samples),
            if (state.phase == .train) 1 else 0,
            @floatFromInt(state.batch_size),
            losses.raw,
            losses.last,
            losses.smooth,
            hyper.lr,
            hyper.mom orelse -1,
            hyper.wd,
            hyper.beta orelse -1,
            @floatFromInt(state.monitored.len),
        }) |value| try signals.reportWeighted("seen", value, 0.5);
        try signals.set(.wd, anneal.linear(0, 0.01, self.random.uniform()));
    }

    pub fn onValidEnd(self: *Tour, state: callbox.State, signals: *callbox.Signals) !void {
        self.events += 1;
        if (state.epoch == 1) return callbox.fail("an error of epoch 2", .{});
        try signals.table("monitored", &.{"row"}, self.params.texts, state.monitored);
        try signals.histogram("ascending", &.{ -1.5, 0, 1e300 }, &.{ @floatFromInt(self.events), 0 });
    }

    pub fn onEpochEnd(self: *Tour, state: callbox.State, signals: *callbox.Signals) !void {
        self.events += 1;
        const bytes = try self.save();
        self.events = 0;
        try self.load(bytes);
        log.warn("epoch {d} is over after {d} events", .{ state.epoch, self.events });
        try everything(signals);
    }

    pub fn onFinish(
        self: *Tour,
        state: callbox.State,
        outcome: callbox.Outcome,
        signals: *callbox.Signals,
    ) !void {
        switch (outcome) {
            .completed => log.info("completed after {d} epochs", .{state.epoch}),
            .stopped => |stops| {
                const texts = try scratch.alloc([]const u8, stops.len);
                for (texts, stops) |*text, stop| {
                    text.* = try scratch.print("{s} ({s})", .{ stop.by, stop.reason });
                }
                log.info("stopped by {s}", .{try std.mem.join(scratch, ", ", texts)});
            },
            .failed => |message| log.err("failed: {s}", .{message}),
        }
        try signals.report("tour", @floatFromInt(self.events));
    }

    pub fn save(self: *const Tour) ![]const u8 {
        return callbox.saved.toBytes(Memory{ self.random.state, self.events });
    }

    pub fn load(self: *Tour, bytes: []const u8) !void {
        self.random.state, self.events = try callbox.saved.fromBytes(Memory, bytes);
    }

    fn logSettings(self: *const Tour) !void {
        const params = self.params;
        log.debug("flag {}, whole {d}, count {d}, choice {s}, texts {s}", .{
            params.flag,
            params.whole,
            params.count,
            params.choice,
            try joined(params.texts),
        });
    }

    fn logFacts(self: *const Tour) !void {
        const run = self.run;
        const granted = try scratch.alloc([]const u8, run.granted.len);
        for (granted, run.granted) |*name, grant| name.* = grant.power;
        const metrics = try scratch.alloc([]const u8, run.metrics.len);
        for (metrics, run.metrics) |*name, metric| name.* = metric.name;
        log.info("{s} in {s}: {d} epochs, {s} batches, {s}+{s} per epoch of {s}+{s} samples, " ++
            "{d} classes, groups {s}, {s}, granted {s}, metrics {s}, rank {d} of {d}", .{
            run.plugin,
            run.id,
            run.n_epochs,
            try known(run.planned_iterations),
            try known(run.train_batches),
            try known(run.valid_batches),
            try known(run.n_samples),
            try known(run.valid_samples),
            run.class_counts.len,
            try joined(run.groups),
            run.optimizer,
            try joined(granted),
            try joined(metrics),
            run.rank,
            run.world_size,
        });
    }
};

fn joined(texts: []const []const u8) ![]const u8 {
    return std.mem.join(scratch, "|", texts);
}

fn known(count: ?u64) ![]const u8 {
    return if (count) |number| scratch.print("{d}", .{number}) else "?";
}

/// One of each signal. The last one is unknown to the host, which refuses all of them together.
fn everything(signals: *callbox.Signals) !void {
    try signals.stopTraining("stop \"training\"", .{});
    try signals.stopEpoch("stop epoch", .{});
    try signals.stopValidation("", .{});
    try signals.skipValidation();
    try signals.validateNow();
    try signals.skipBatch();
    try signals.skipBackward();
    try signals.skipStep();
    try signals.keepGradients();
    try signals.set(.lr, 0.5);
    try signals.setGroup(.mom, 1, 0.5);
    try signals.scale(.wd, 0.25);
    try signals.scaleGroup(.beta, 4_000_000_000, 7.000_000_000_000_001);
    try signals.scaleGrad(0.125);
    try signals.clipGradValue(1.5);
    try signals.clipGradNorm(2.5);
    try signals.clipGradAdaptive(0.01, 0.001);
    try signals.noiseGrad(1e-9);
    try signals.setTrainable(2, true);
    try signals.setNormFrozen(3, false);
    try signals.refreshNormStatistics();
    try signals.snapshot("a");
    try signals.restore("b");
    try signals.blend("c", 0.75);
    try signals.evaluateWith("d");
    try signals.adopt("e");
    try signals.forget("f");
    try signals.sampleWeights(@fromBackingInt(@intCast((1 << 40) + 1)));
    try signals.reportWeighted("tour", std.math.nan(f64), 3);
    try signals.table("t", &.{ "x", "y" }, &.{"z"}, &.{ 1, std.math.inf(f64) });
    try signals.histogram("h", &.{ 0, 1 }, &.{5});
    try signals.checkpoint("best");
    try signals.other("unheard-of", &.{ 1, -0.0 });
}

comptime {
    callbox.register(Tour);
}
