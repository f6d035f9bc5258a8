/// When a plugin is called and what it will do, as a sentence:
///
///     return Plan()
///         .on(Hook::train_begin)
///         .on(Hook::batch_end).phase(Phase::train).every(10).reads(Reads::losses)
///         .owns(HyperName::lr)
///         .reports("spread", Better::lower);
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "c.hpp"
#include "types.hpp"

namespace callbox {

/// What `start` gives back. Without a word it is never called but for `on_finish`, and has no
/// powers.
class Plan {
public:
    Plan() = default;
    Plan(Plan &&other) noexcept : raw_(other.release()) {}
    Plan &operator=(Plan &&) = delete;
    ~Plan() { callbox_plugin_types_plan_free(&raw_); }

    /// Call me at this hook: every time, in every phase, with nothing that costs to fill in.
    template <class Self> Self &&on(this Self &&self, Hook hook)
    {
        cb_plan_on(&self.raw_, static_cast<cb_hook>(hook));
        return std::forward<Self>(self);
    }

    /// Only in this phase. About the last hook named, as the next two.
    template <class Self> Self &&phase(this Self &&self, Phase phase)
    {
        cb_plan_phase(&self.raw_, static_cast<cb_phase>(phase));
        return std::forward<Self>(self);
    }

    /// Only at every n-th occurrence, the first included; 0 is refused.
    template <class Self> Self &&every(this Self &&self, std::uint32_t n)
    {
        cb_plan_every(&self.raw_, n);
        return std::forward<Self>(self);
    }

    /// Fill in these parts of the state: `Reads::losses | Reads::hypers`.
    template <class Self> Self &&reads(this Self &&self, Reads reads)
    {
        cb_plan_reads(&self.raw_, static_cast<cb_reads>(reads));
        return std::forward<Self>(self);
    }

    /// Metrics to find in `state.monitored()`, in this order, where a hook reads it.
    template <class Self>
    Self &&monitors(this Self &&self, std::initializer_list<std::string_view> metrics)
    {
        for (std::string_view metric : metrics)
            self.monitor(metric);
        return std::forward<Self>(self);
    }

    /// A metric that this plugin will report, in kebab-case.
    template <class Self> Self &&reports(this Self &&self, std::string_view metric, Better better)
    {
        self.report(metric, better);
        return std::forward<Self>(self);
    }

    /// Powers that this plugin will use in this run: `Power::control | Power::lr`.
    template <class Self> Self &&powers(this Self &&self, Power powers)
    {
        cb_plan_powers(&self.raw_, static_cast<cb_power>(powers));
        return std::forward<Self>(self);
    }

    /// A hyper-parameter that this plugin will set, as its one owner; its power comes with it.
    template <class Self> Self &&owns(this Self &&self, HyperName name)
    {
        cb_plan_owns(&self.raw_, static_cast<cb_hyper_name>(name));
        return std::forward<Self>(self);
    }

    /// `transform_input` gets every batch of training. The power comes with it, as with the next
    /// three.
    template <class Self> Self &&transforms_input(this Self &&self)
    {
        cb_plan_transforms_input(&self.raw_);
        return std::forward<Self>(self);
    }

    /// `transform_output` gets every output of training.
    template <class Self> Self &&transforms_output(this Self &&self)
    {
        cb_plan_transforms_output(&self.raw_);
        return std::forward<Self>(self);
    }

    /// `transform_loss` gets every loss of training.
    template <class Self> Self &&transforms_loss(this Self &&self)
    {
        cb_plan_transforms_loss(&self.raw_);
        return std::forward<Self>(self);
    }

    /// Inputs and outputs are transformed in batches of validation as well.
    template <class Self> Self &&in_validation(this Self &&self)
    {
        cb_plan_in_validation(&self.raw_);
        return std::forward<Self>(self);
    }

    /// A plugin whose transforms come later than this one's, by its name in the run.
    template <class Self> Self &&run_before(this Self &&self, std::string_view plugin)
    {
        self.before(plugin);
        return std::forward<Self>(self);
    }

    /// A plugin whose transforms come earlier.
    template <class Self> Self &&run_after(this Self &&self, std::string_view plugin)
    {
        self.after(plugin);
        return std::forward<Self>(self);
    }

    /// The contract's plan, for whoever frees it.
    cb_plan release() { return std::exchange(raw_, {}); }

private:
    void monitor(std::string_view metric);
    void report(std::string_view metric, Better better);
    void before(std::string_view plugin);
    void after(std::string_view plugin);

    cb_plan raw_ = {};
};

} // namespace callbox
