/// Stops training when a metric no longer improves.
///
/// As in fastai v1, training stops when the number of bad epochs in a row is *greater* than
/// patience: patience 0 stops at the first bad epoch. An epoch is bad when the metric is not better
/// than the best so far by more than min-delta; NaN is never better. An epoch without a whole
/// validation is neither good nor bad.
#include <callbox/callbox.hpp>

#include <cmath>

using namespace callbox;

/// Watches one metric.
class EarlyStopping final : public Callback {
public:
    static constexpr About about = {
        .name = "early-stopping",
        .version = "0.1.0",
        .summary = "Stops training when a metric no longer improves",
        .needs = Power::control,
        .state_version = 2,
    };

    void params(Params &params) override
    {
        params.add("monitor", monitor_,
                   "The metric to watch: train-loss, valid-loss or one of the run's metrics.");
        params.add("patience", patience_, "Bad epochs in a row to put up with.");
        params.add("min-delta", min_delta_, "An improvement is a change by more than this.")
            .min(0.0);
        params
            .add("mode", mode_,
                 "Whether lower or higher is better; auto: as the run says, else lower for a loss "
                 "or an error.")
            .choices({"auto", "min", "max"});
    }

    Result<Plan> start(const Run &run) override
    {
        needs_validation_ = monitor_ != "train-loss";
        if (needs_validation_ && !run.valid_batches())
            return fail("`{}` needs a validation, and this run has none: monitor train-loss",
                        monitor_);
        lower_is_better_ = finds_lower_better(run);

        return Plan()
            .on(Hook::valid_end)
            .on(Hook::epoch_end)
            .reads(Reads::monitored)
            .monitors({monitor_})
            .powers(Power::control);
    }

    Answer on_valid_end(const State &state) override
    {
        validated_ |= !state.partial();
        return {};
    }

    Answer on_epoch_end(const State &state) override
    {
        bool validated = std::exchange(validated_, false);
        if (needs_validation_ && (!validated || state.partial()))
            return {};
        if (state.monitored().empty())
            return fail("the monitored metric was not filled in");

        double value = state.monitored().front();
        if (improves(value)) {
            best_ = {value, state.epoch() + 1};
            bad_epochs_ = 0;
            return {};
        }
        bad_epochs_++;
        if (bad_epochs_ <= patience_)
            return {};
        return stop();
    }

    Result<Bytes> save() const override
    {
        return saved::to_bytes(best_, bad_epochs_, validated_);
    }

    Result<> load(std::span<const std::uint8_t> bytes) override
    {
        return saved::from_bytes(bytes, best_, bad_epochs_, validated_);
    }

private:
    bool finds_lower_better(const Run &run) const
    {
        if (mode_ != "auto")
            return mode_ == "min";
        if (Better better = run.better(monitor_); better != Better::neither)
            return better == Better::lower;
        bool lower = monitor_.contains("loss") || monitor_.contains("error");
        log::warn("`{}` does not say which is better: taking {}; set mode", monitor_,
                  lower ? "lower" : "higher");
        return lower;
    }

    bool improves(double value) const
    {
        if (!best_)
            return !std::isnan(value);
        return lower_is_better_ ? value + min_delta_ < best_->first
                                : value - min_delta_ > best_->first;
    }

    /// Whole numbers only, which every language writes alike; the table has the metric's values.
    Signal stop() const
    {
        if (!best_)
            return signal::stop_training("{} has been NaN in every epoch", monitor_);
        return signal::stop_training("{} has not improved since epoch {}", monitor_, best_->second);
    }

    // What the user may set.
    std::string monitor_ = "valid-loss";
    std::uint32_t patience_ = 0;
    double min_delta_ = 0.0;
    std::string mode_ = "auto";

    bool lower_is_better_ = false;
    /// Whether the metric is new only after a validation.
    bool needs_validation_ = false;
    /// Whether a whole validation was done in this epoch.
    bool validated_ = false;
    /// The best value so far and the epoch that it is of, from 1 as in the epoch table.
    std::optional<std::pair<double, std::uint32_t>> best_;
    std::uint32_t bad_epochs_ = 0;
};

CALLBOX_REGISTER(EarlyStopping);
