/// All that an SDK can say and see, in one plugin: every language has this one, and all of them
/// must give the same journal.
///
/// At train-begin it reports schedules and random numbers, at every third batch-end the whole
/// state, at valid-end a table and a histogram, at epoch-end one of each signal, which the host
/// refuses as one list, and in `on_finish` it logs how the run ended.
#include <callbox/callbox.hpp>

#include <limits>

using namespace callbox;

namespace {

std::string count(std::optional<std::uint64_t> number)
{
    return number ? format("{}", *number) : "?";
}

template <class List> std::string names(const List &items, auto name_of)
{
    std::vector<std::string_view> names;
    for (auto item : items)
        names.push_back(name_of(item));
    return join(names, "|");
}

/// One of each signal. The last one is unknown to the host, which refuses all of them together.
Signals everything()
{
    return Signals(
        signal::stop_training("stop \"training\""), signal::stop_epoch("stop epoch"),
        signal::stop_validation(""), signal::skip_validation(), signal::validate_now(),
        signal::skip_batch(), signal::skip_backward(), signal::skip_step(),
        signal::keep_gradients(), signal::set(HyperName::lr, 0.5),
        signal::set_group(HyperName::mom, 1, 0.5), signal::scale(HyperName::wd, 0.25),
        signal::scale_group(HyperName::beta, 4'000'000'000, 7.000000000000001),
        signal::scale_grad(0.125), signal::clip_grad_value(1.5), signal::clip_grad_norm(2.5),
        signal::clip_grad_adaptive(0.01, 0.001), signal::noise_grad(1e-9),
        signal::set_trainable(2, true), signal::set_norm_frozen(3, false),
        signal::refresh_norm_statistics(), signal::snapshot("a"), signal::restore("b"),
        signal::blend("c", 0.75), signal::evaluate_with("d"), signal::adopt("e"),
        signal::forget("f"), signal::sample_weights(Tensor((1ULL << 40) + 1)),
        signal::report("tour", std::numeric_limits<double>::quiet_NaN(), 3.0),
        signal::table("t", {"x", "y"}, {"z"}, {1.0, std::numeric_limits<double>::infinity()}),
        signal::histogram("h", {0.0, 1.0}, {5.0}), signal::checkpoint("best"),
        signal::other("unheard-of", {1.0, -0.0}));
}

} // namespace

/// Shows them.
class Tour final : public Callback {
public:
    static constexpr About about = {
        .name = "tour",
        .version = "0.1.0",
        .summary = "Shows all that an SDK can say and see",
        .needs = Power::control,
        .wants = Power::lr | Power::wd,
        .state_version = 3,
    };

    void params(Params &params) override
    {
        params.add("flag", flag_, "A flag.");
        params.add("whole", whole_, "A whole number.").min(-1000.0).max(1000.0);
        params.add("count", count_, "A count.");
        params.add("number", number_, "A number.").min(0.0);
        params.add("choice", choice_, "One of three texts.")
            .choices({"größer", "", "\"quoted\""});
        params.add("numbers", numbers_, "Numbers.");
        params.add("texts", texts_, "Texts.");
    }

    Result<Plan> start(const Run &run) override
    {
        if (count_ == 13)
            return fail("{} is superstitious", run.plugin());
        run_ = run;
        random_ = Random(run.seed());
        return Plan()
            .on(Hook::train_begin)
            .on(Hook::batch_end)
            .phase(Phase::train)
            .every(count_)
            .reads(Reads::losses | Reads::hypers)
            .on(Hook::valid_end)
            .reads(Reads::monitored)
            .on(Hook::epoch_end)
            .monitors({"valid-loss", "train-loss"})
            .reports("tour", Better::neither)
            .reports("seen", Better::higher)
            .powers(Power::control)
            .owns(HyperName::wd);
    }

    Answer on_train_begin(const State &) override
    {
        events_++;
        log::debug("flag {}, whole {}, count {}, choice {}, texts {}", flag_, whole_, count_,
                   choice_, join(texts_, "|"));
        log_facts();
        std::vector<double> values;
        for (int step = -1; step <= 21; step++) {
            double pct = step / 20.0;
            values.push_back(anneal::linear(0.1, 4e-7, pct));
            values.push_back(anneal::cosine(0.1, 4e-7, pct));
            values.push_back(anneal::exponential(0.1, 4e-7, pct));
        }
        for (int draw = 0; draw < 10; draw++)
            values.push_back(random_.uniform());
        for (std::uint64_t n = 1; n < 10; n++)
            values.push_back(static_cast<double>(random_.below(n * n)));
        values.insert(values.end(), numbers_.begin(), numbers_.end());
        values.push_back(number_);

        Signals signals;
        for (double value : values)
            signals.push_back(signal::report("tour", value));
        return signals;
    }

    Answer on_batch_end(const State &state) override
    {
        events_++;
        std::optional<Losses> losses = state.losses();
        if (!losses || state.hypers().empty())
            return fail("no losses or no hypers were filled in");
        auto [lr, mom, wd, beta] = state.hypers()[0];
        const double seen[] = {
            static_cast<double>(state.epoch()),
            static_cast<double>(state.num_batch()),
            static_cast<double>(state.iteration()),
            static_cast<double>(state.samples()),
            state.phase() == Phase::train ? 1.0 : 0.0,
            static_cast<double>(state.batch_size()),
            losses->raw,
            losses->last,
            losses->smooth,
            lr,
            mom.value_or(-1.0),
            wd,
            beta.value_or(-1.0),
            static_cast<double>(state.monitored().size()),
        };
        Signals signals;
        for (double value : seen)
            signals.push_back(signal::report("seen", value, 0.5));
        double next = anneal::linear(0.0, 0.01, random_.uniform());
        signals.push_back(signal::set(HyperName::wd, next));
        return signals;
    }

    Answer on_valid_end(const State &state) override
    {
        events_++;
        if (state.epoch() == 1)
            return fail("an error of epoch 2");
        return Signals(
            signal::table("monitored", {"row"}, texts_, state.monitored()),
            signal::histogram("ascending", {-1.5, 0.0, 1e300},
                              {static_cast<double>(events_), 0.0}));
    }

    Answer on_epoch_end(const State &state) override
    {
        events_++;
        Bytes saved = saved::to_bytes(random_.state, events_);
        events_ = 0;
        if (Result<> loaded = load(saved); !loaded)
            return std::unexpected(loaded.error());
        log::warn("epoch {} is over after {} events", state.epoch(), events_);
        return everything();
    }

    Answer on_finish(const State &state, const Outcome &outcome) override
    {
        switch (outcome.ending()) {
        case Ending::completed:
            log::info("completed after {} epochs", state.epoch());
            break;
        case Ending::stopped:
            log::info("stopped by {}", stops(outcome));
            break;
        case Ending::failed:
            log::error("failed: {}", outcome.message());
            break;
        }
        return signal::report("tour", events_);
    }

    Result<Bytes> save() const override { return saved::to_bytes(random_.state, events_); }

    Result<> load(std::span<const std::uint8_t> bytes) override
    {
        return saved::from_bytes(bytes, random_.state, events_);
    }

private:
    static std::string stops(const Outcome &outcome)
    {
        std::vector<std::string> stops;
        for (auto [by, reason] : outcome.stops())
            stops.push_back(format("{} ({})", by, reason));
        return join(stops, ", ");
    }

    void log_facts() const
    {
        const Run &run = *run_;
        log::info("{} in {}: {} epochs, {} batches, {}+{} per epoch of {}+{} samples, {} classes, "
                  "groups {}, {}, granted {}, metrics {}, rank {} of {}",
                  run.plugin(), run.id(), run.n_epochs(), count(run.planned_iterations()),
                  count(run.train_batches()), count(run.valid_batches()), count(run.n_samples()),
                  count(run.valid_samples()), run.class_counts().size(), join(run.groups(), "|"),
                  run.optimizer(), names(run.granted(), [](Grant grant) { return grant.power; }),
                  names(run.metrics(), [](Metric metric) { return metric.name; }), run.rank(),
                  run.world_size());
    }

    // One of each type.
    bool flag_ = true;
    std::int64_t whole_ = -7;
    std::uint32_t count_ = 3;
    double number_ = 0.25;
    std::string choice_ = "größer";
    std::vector<double> numbers_ = {1.0, 2.5};
    std::vector<std::string> texts_ = {"a", "β"};

    std::optional<Run> run_;
    Random random_;
    std::uint32_t events_ = 0;
};

CALLBOX_REGISTER(Tour);
