/// The 1cycle policy: the learning rate rises once and falls once along cosines, momentum mirrors
/// it.
///
/// From lr-max / div up to lr-max over the first pct-start of the run, then down to lr-max /
/// final-div. The value given after batch k is in effect for batch k+1, so the very last one is
/// never used. Groups keep the ratios with which their learning rates started: lr-max is the last
/// group's.
#include <callbox/callbox.hpp>

#include <algorithm>

using namespace callbox;

/// One cycle over a run of known length.
class OneCycle final : public Callback {
public:
    static constexpr About about = {
        .name = "one-cycle",
        .version = "0.1.0",
        .summary = "The 1cycle policy: the learning rate rises and falls once, momentum mirrors it",
        .needs = Power::lr,
        .wants = Power::mom,
    };

    void params(Params &params) override
    {
        params.add("lr-max", lr_max_, "Highest learning rate of the last layer group.").min(0.0);
        params.add("div", div_, "The cycle starts at lr-max / div.").min(1.0);
        params
            .add("final-div", final_div_,
                 "The cycle ends at lr-max / final-div; 0 means div * 10,000.")
            .min(0.0);
        params.add("pct-start", pct_start_, "Part of the run in which the learning rate rises.")
            .min(0.0)
            .max(1.0);
        params.add("mom-max", mom_max_, "Momentum where the learning rate is lowest.")
            .min(0.0)
            .max(0.9999);
        params.add("mom-min", mom_min_, "Momentum where the learning rate is highest.")
            .min(0.0)
            .max(0.9999);
    }

    Result<Plan> start(const Run &run) override
    {
        std::optional<std::uint64_t> planned = run.planned_iterations();
        if (!planned)
            return fail("a cycle needs an end: length unknown");
        if (final_div_ == 0.0)
            final_div_ = div_ * 1e4;
        if (Result<> allowed = find_peaks(run); !allowed)
            return std::unexpected(allowed.error());
        rise_ = static_cast<std::uint64_t>(static_cast<double>(*planned) * pct_start_);
        fall_ = *planned - rise_;
        drives_mom_ = run.grants(Power::mom) && std::ranges::all_of(run.hypers(), [](Hyper hyper) {
                          return hyper.mom.has_value();
                      });

        Plan plan;
        plan.on(Hook::train_begin).on(Hook::batch_end).phase(Phase::train).owns(HyperName::lr);
        if (drives_mom_)
            plan.owns(HyperName::mom);
        return plan;
    }

    Answer on_train_begin(const State &state) override { return values(state.iteration()); }

    Answer on_batch_end(const State &state) override { return values(state.iteration() + 1); }

private:
    Result<> find_peaks(const Run &run)
    {
        for (double ratio : run.lr_ratios()) {
            double peak = lr_max_ * ratio;
            for (double lr : {peak, peak / final_div_}) {
                if (Result<> allowed = run.allows(Power::lr, lr); !allowed)
                    return allowed;
            }
            peaks_.push_back(peak);
        }
        return {};
    }

    /// What the batch of this number trains with. It depends on nothing else, so there is nothing
    /// to save.
    Signals values(std::uint64_t batch) const
    {
        Signals signals;
        for (std::uint32_t group = 0; group < peaks_.size(); group++) {
            double peak = peaks_[group];
            double lr = cycle(batch, peak / div_, peak, peak / final_div_);
            signals.push_back(signal::set_group(HyperName::lr, group, lr));
        }
        if (drives_mom_) {
            double mom = cycle(batch, mom_max_, mom_min_, mom_max_);
            signals.push_back(signal::set(HyperName::mom, mom));
        }
        return signals;
    }

    double cycle(std::uint64_t batch, double low, double high, double end) const
    {
        if (batch < rise_)
            return anneal::cosine(low, high,
                                  static_cast<double>(batch) / static_cast<double>(rise_));
        double length = static_cast<double>(std::max<std::uint64_t>(fall_, 1));
        return anneal::cosine(high, end, static_cast<double>(batch - rise_) / length);
    }

    // What the user may set.
    double lr_max_ = 0.01;
    double div_ = 25.0;
    double final_div_ = 0.0;
    double pct_start_ = 0.3;
    double mom_max_ = 0.95;
    double mom_min_ = 0.85;

    /// Highest learning rate of each layer group.
    std::vector<double> peaks_;
    /// Training batches of the rise, and of the fall.
    std::uint64_t rise_ = 0;
    std::uint64_t fall_ = 0;
    bool drives_mom_ = false;
};

CALLBOX_REGISTER(OneCycle);
